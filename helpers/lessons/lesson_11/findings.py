"""What lesson 11 claims: about people, hearts, tokens delivered twice, and loops that look."""

from __future__ import annotations

from helpers import costs
from helpers.findings import Law, Numbers, Quantity, Tendency
from helpers.lessons.lesson_11 import experiment
from helpers.lessons.lesson_11.experiment import HOUR, TIMEOUT

HISTORY = 25_000  # events of an execution, at most


def people(seed: int) -> Numbers:
    """A day of orders, each put before a person."""
    events, ends = experiment.approvals(seed)
    said = events[events["name"] == "said"]
    counts = experiment.told(events, ends)
    closed = said[said["counted"].eq(False)]
    late = said[said["manner"] == "is late"]
    no_reply = set(events.loc[events["outcome"] == "ReadTimeoutError", "caller"])
    mine = closed[closed["truly"].astype(bool)]
    truly = said[said["truly"].astype(bool)]
    answered = ends[ends["ended_by"] != "time-out"]
    return {
        "waits": len(ends),
        "over": int(ends["status"].ne("RUNNING").sum()),
        "longest": ends["lasted"].max() / HOUR,
        "timed_out": int(ends["ended_by"].eq("time-out").sum()),
        "late": len(late),
        "late_refused": int((late["counted"].eq(False) & late["truly"].eq(False)).sum()),
        "answers": len(said),
        "closed": len(closed),
        "too_late": int(counts.iloc[2]),
        "second": int(counts.iloc[3]),
        "mine": len(mine),
        "mine_without_reply": int(mine["order_id"].isin(no_reply).sum()),
        "no_reply_at_all": int(said["counted"].isna().sum()),
        "told_true_and_false": int((said["counted"].eq(True) & said["truly"].eq(False)).sum()),
        "one_answer": int((truly["order_id"].value_counts().reindex(answered.index) == 1).sum()),
        "answered": len(answered),
    }


def hearts(seed: int) -> Numbers:
    """Workers that work, die or hang, and two clocks."""
    ends = experiment.checks(seed)
    dead, hung = (ends[ends["fate"] == fate] for fate in ("dies", "hangs"))
    noticed = (dead["lasted"] - dead["seconds"]) / 60
    met = {"works": "answered", "dies": "no heartbeat", "hangs": "time-out"}
    return {
        "checks": len(ends),
        "as_meant": int((ends["ended_by"] == ends["fate"].map(met)).sum()),
        "dead": len(dead),
        "soonest": noticed.min() if len(dead) else 40,
        "latest": noticed.max() if len(dead) else 60,
        "hung": len(hung),
        "hung_at_the_limit": int((hung["lasted"] - 8 * HOUR).abs().lt(1).sum()),
    }


def bad_quarter(seed: int) -> Numbers:
    """For a quarter of an hour each heartbeat is answered with a 503, in two kinds of heart."""
    frail = experiment.checks(seed, outage=experiment.OUTAGE, heart=experiment.frail)
    robust = experiment.checks(seed, outage=experiment.OUTAGE)
    return {
        "works": int(robust["fate"].eq("works").sum()),
        "frail": experiment.cut_off(frail),
        "robust": experiment.cut_off(robust),
    }


def again(seed: int) -> Numbers:
    """A crew that deletes last: tokens are delivered again."""
    ends = experiment.crew(seed)
    dead, slow = (ends[ends["kind"] == kind] for kind in ("deadly", "slow"))
    rest = ends.drop(dead.index)
    return {
        "deadly": len(dead),
        "answered_for": int(dead["error"].eq("WorkerDied").sum()),
        "minutes": dead["lasted"].max() / 60,
        "rest": len(rest),
        "counted_once": int(rest["counted"].eq(1).sum()),
        "slow": len(slow),
        "slow_work": int(slow["worked"].sum()),
        "least_slow_work": int(slow["worked"].min()),
    }


def loops(seed: int) -> Numbers:
    """The same answers for a callback, and for a loop that looks."""
    called, one = experiment.by_callback(seed)
    hourly, many = experiment.by_loop(seed, 60)
    _, few = experiment.by_loop(seed, 180)
    steps = many[["events", "states"]].max() - many[["events", "states"]].min()
    per_look = 3 * steps["events"] / steps["states"]
    return {
        "orders": len(one),
        "one_state": int(one["states"].eq(1).sum()),
        "callback_late": one["late"].max(),
        "callback_second": int(one["second"].sum()),
        "formula": int((many["states"] == experiment.states_by_formula(many, 60)).sum()),
        "hourly_states": many["states"].mean(),
        "hourly_late": many["late"].mean(),
        "hourly_latest": many["late"].max(),
        "hourly_second": int(many["second"].sum()),
        "seldom_states": few["states"].mean(),
        "seldom_late": few["late"].mean(),
        "seldom_latest": few["late"].max(),
        "seldom_second": int(few["second"].sum()),
        "history_hours": HISTORY / per_look / 60,
        "callback_dollars": costs.per_million(called, len(one)),
        "hourly_dollars": costs.per_million(hourly, len(many)),
    }


FINDINGS = (
    Law(
        "11.every-wait-ends",
        "All {waits} waits end, and none lasts longer than 24 hours.",
        people,
        lambda n: n["over"] == n["waits"] and n["longest"] * HOUR < TIMEOUT + 1,
    ),
    Quantity(
        "11.timed-out",
        "{timed_out} of {waits} run into the time-out.",
        people,
        "timed_out",
        "waits",
    ),
    Law(
        "11.late-is-refused",
        "Each of {late} late answers is refused with TaskTimedOut, and changes nothing.",
        people,
        lambda n: n["late_refused"] == n["late"] > 0,
    ),
    Law(
        "11.first-answer-wins",
        "Of the answers to one order, one counts: {answered} waits, {answered} answers.",
        people,
        lambda n: n["one_answer"] == n["answered"],
    ),
    Quantity(
        "11.told-nobody-waits",
        "{closed} of {answers} answers are told that nobody waits.",
        people,
        "closed",
        "answers",
    ),
    Quantity(
        "11.counted-and-told-not",
        "{mine} of them counted.",
        people,
        "mine",
        "answers",
    ),
    Law(
        "11.its-reply-was-lost",
        "Each of these had lost its reply.",
        people,
        lambda n: n["mine_without_reply"] == n["mine"],
    ),
    Law(
        "11.true-is-true",
        "Nobody is told that an answer counted which did not.",
        people,
        lambda n: n["told_true_and_false"] == 0,
    ),
    Law(
        "11.each-has-its-clock",
        "All that work are answered, all that die miss a heartbeat, all that hang run into the "
        "time-out.",
        hearts,
        lambda n: n["as_meant"] == n["checks"],
    ),
    Law(
        "11.death-is-noticed",
        "A death is noticed after 40 to 60 minutes.",
        hearts,
        lambda n: n["soonest"] > 39.9 and n["latest"] < 60.1,
    ),
    Law(
        "11.beats-change-nothing",
        "All {hung} workers that hang beat on, and end after 8 hours.",
        hearts,
        lambda n: n["hung_at_the_limit"] == n["hung"],
    ),
    Quantity(
        "11.frail-heart",
        "With a heart that an error ends, {frail} of {works} workers that work are given up.",
        bad_quarter,
        "frail",
        "workers",
    ),
    Law(
        "11.heart-goes-on",
        "With a heart that goes on after an error, none is.",
        bad_quarter,
        lambda n: n["robust"] == 0,
    ),
    Law(
        "11.answered-for",
        "Each of {deadly} deadly orders is answered for, within 16 minutes.",
        again,
        lambda n: n["answered_for"] == n["deadly"] and n["minutes"] < 16,
    ),
    Law(
        "11.one-answer-counts",
        "Of each of the others, one answer counts, however often it was delivered.",
        again,
        lambda n: n["counted_once"] == n["rest"],
    ),
    Law(
        "11.work-is-done-again",
        "Each slow order is worked on at least twice.",
        again,
        lambda n: n["least_slow_work"] >= 2,
    ),
    Law(
        "11.one-state",
        "A callback enters one state for an order, and is noticed within a second.",
        loops,
        lambda n: n["one_state"] == n["orders"] and n["callback_late"] < 1 / 60,
    ),
    Law(
        "11.three-for-a-look",
        "A loop enters three states for each look, and one at the end.",
        loops,
        lambda n: n["formula"] == n["orders"],
    ),
    Quantity(
        "11.states-of-a-loop",
        "A loop that looks each hour enters {hourly_states} states for an order.",
        loops,
        "hourly_states",
        "states",
    ),
    Law(
        "11.noticed-within-an-interval",
        "It notices each answer within an hour.",
        loops,
        lambda n: 0 <= n["hourly_latest"] <= 60,
    ),
    Law(
        "11.callback-takes-the-first",
        "With a callback, the first answer counts each time.",
        loops,
        lambda n: n["callback_second"] == 0,
    ),
    Quantity(
        "11.second-answers-win",
        "With a loop that looks each hour, {hourly_second} of 5 second answers overtake the first.",
        loops,
        "hourly_second",
        "answers",
    ),
    Tendency(
        "11.seldom-is-cheaper-and-later",
        "A loop that looks every three hours enters fewer states and notices later.",
        loops,
        lambda n: n["seldom_states"] < n["hourly_states"] and n["seldom_late"] > n["hourly_late"],
        share=0.9,
    ),
    Quantity(
        "11.history-is-full",
        "A look each minute would fill a history of 25,000 events in {history_hours} hours.",
        loops,
        "history_hours",
        "hours",
    ),
)
