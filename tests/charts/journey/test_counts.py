"""Whatever happens, a story has as many deliveries, effects and lost replies as the trace."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from replayed import shop

from helpers import charts, trace
from helpers.charts.journey.telling import folded

RECEIVED = ("received", "again", "copy")
LOST = ("reply lost", "receive lost")


def counted(steps, *kinds):
    return sum(step.kind in kinds for step in steps)


def lost_replies(events, mine):
    """The replies that were lost with something about an order in them, from the trace's rows."""
    lost = events[events["outcome"].eq("ReadTimeoutError") & events["processed"].notna()]
    polls = lost["operation"].eq("ReceiveMessage")
    others = lost[~polls & lost["call"].isin(mine["call"].dropna())]
    got = mine[mine["what"].eq("received") & mine["outcome"].eq("ReadTimeoutError")]
    return len(got) + len(others)


@settings(max_examples=10)
@given(
    seed=st.integers(1, 10**6),
    workers=st.integers(0, 4),
    timeout=st.integers(1, 40),
    delay=st.sampled_from([0, 20]),
    failing=st.sampled_from([0, 0.4]),
    lost=st.sampled_from([0, 0.15]),
)
def test_the_steps_are_those_of_the_trace(**run):
    events = shop(orders=8, **run)
    handled = trace.messages(events)
    of = handled["body"].map(lambda body: trace.field(body, "order_id"))
    effects = trace.effects(events, "charged")
    for order in of.dropna().unique():
        made, mine = charts.journey(events, order), handled[of == order]
        got = mine[mine["what"].eq("received") & mine["outcome"].eq("ok")]
        assert counted(made.steps, *RECEIVED) == len(got)
        assert counted(made.steps, "effect", "effect again") == effects[order]
        assert counted(made.steps, *LOST) == lost_replies(events, mine)
        assert counted(made.steps, "deleted") >= mine["what"].eq("deleted").sum()
        assert counted(made.steps, "moved") == mine["what"].eq("moved").sum()
        times = pd.Series([step.time for step in made.steps])
        assert times.is_monotonic_increasing
        for step in folded(made.steps):
            assert step.said in made.alt
