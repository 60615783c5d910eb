"""What a replay shows is what the trace says."""

import gzip
import json
import math

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replayed import shop

from helpers import Lab, charts, trace
from helpers.charts.replay.film import film
from helpers.charts.replay.thinning import thinned


def counted(shown, queue, moment):
    """What a film shows of a queue at a moment, by the names of `trace.backlog`."""
    kinds = {
        "waiting": ("queue", "dead"),
        "in_flight": ("worker", "nobody"),
        "delayed": ("delayed",),
    }
    here = shown.at(moment)
    return [
        sum(
            here[number]
            for number, place in enumerate(shown.places)
            if place.queue == queue and place.kind in group
        )
        for group in kinds.values()
    ]


@settings(max_examples=25)
@given(
    seed=st.integers(1, 10**6),
    workers=st.integers(0, 8),
    timeout=st.integers(1, 40),
    delay=st.integers(0, 30),
    failing=st.sampled_from([0, 0.3]),
    lost=st.sampled_from([0, 0.1]),
)
def test_the_dots_at_each_place_are_the_backlog_at_every_moment(**run):
    events = shop(**run)
    shown = film(events)
    for queue in ("orders", "orders-dead"):
        steps = trace.backlog(events, queue)
        moments = [(a + b) / 2 for a, b in zip(steps["time"], steps["time"][1:], strict=False)]
        said = trace.backlog_at(events, moments, queue=queue)
        names = ["waiting", "in_flight", "delayed"]
        assert [counted(shown, queue, m) for m in moments] == said[names].to_numpy().tolist()


@pytest.fixture(scope="module")
def troubled():
    return shop(seed=7, orders=60, failing=0.2, lost=0.08, delay=10, minutes=6)


def test_the_places_are_found_from_the_trace(troubled):
    shown = film(troubled)
    kinds = {(place.kind, place.name): place.column for place in shown.places}
    assert kinds["senders", "senders"] == 0
    assert kinds["queue", "orders"] == kinds["delayed", "delayed"] == 1
    assert (
        kinds["worker", "charge-1"] == kinds["worker", "charge-2"] == kinds["nobody", "nobody"] == 2
    )
    assert kinds["dead", "orders-dead"] == 2
    assert kinds["done", "done"] == 3


def test_what_is_redriven_comes_out_of_the_dead_letter_queue():
    lab, sqs = Lab(seed=1), boto3.client("sqs")
    arn = "arn:aws:sqs:eu-west-1:123456789012:dead"
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    orders = sqs.create_queue(QueueName="orders", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    sqs.send_message(QueueUrl=orders, MessageBody='{"order_id": "o-1"}')
    for _ in range(2):
        sqs.receive_message(QueueUrl=orders)
        with lab.running(minutes=1):
            pass
    sqs.start_message_move_task(SourceArn=arn)
    with lab.running(minutes=1):
        pass
    assert "Messages" not in sqs.receive_message(QueueUrl=dead)
    shown = film(lab.trace)
    before, after = shown.dots
    assert shown.places[before.visits[-1][1]].kind == "dead"
    assert [shown.places[place].kind for _, place, *_ in after.visits][:2] == ["dead", "queue"]


def test_many_workers_share_a_place():
    shown = film(shop(workers=9, work=40, minutes=5))
    assert [place.name for place in shown.places if place.kind == "worker"] == ["workers"]


def test_what_is_delivered_again_and_what_is_a_duplicate_are_told_apart(troubled):
    shown = film(troubled)
    kinds = {dot.ident: [visit[2] for visit in dot.visits] for dot in shown.dots}
    counts = trace.deliveries(troubled, queue="orders").set_index("order_id")
    twice_sent = counts.index[counts["messages"] > 1]
    assert len(twice_sent) >= 1
    for dot in shown.dots:
        mine = kinds[dot.ident]
        flights = [v for v in dot.visits if shown.places[v[1]].kind in ("worker", "nobody")]
        assert (mine[0] == "duplicate") <= (dot.order in twice_sent)
        assert mine.count("redelivery") >= len(flights) - 1
    firsts = [d.order for d in shown.dots if kinds[d.ident][0] == "first"]
    assert len(firsts) == len(set(firsts)) == len(counts)


def test_every_lost_reply_is_seen_where_it_happened(troubled):
    shown = film(troubled)
    calls = troubled[
        (troubled["kind"] == "call") & ~troubled["outcome"].isin(["ok", trace.CUT_OFF])
    ]
    lost = calls[calls["processed"].notna()]
    seen = [one for one in shown.misfortunes if one.text == "reply lost"]
    assert sorted(one.time for one in seen) == sorted(lost["processed"])
    for one in seen:
        source = shown.places[one.source]
        assert source.name == (one.caller if one.caller.startswith("charge") else "senders")
        assert shown.places[one.target].name == "orders"


def test_a_run_too_long_to_draw_is_thinned_and_its_numbers_count_all(troubled):
    whole = film(troubled)
    few = thinned(whole, 20, "o-31")
    assert few.thinned == math.ceil(len(whole.dots) / 20)
    assert len(few.dots) < len(whole.dots) / 2
    assert {dot.order for dot in whole.dots} > {dot.order for dot in few.dots} > {"o-31"}
    for place, steps in few.counts.items():
        if whole.places[place].kind != "done":
            for moment, count in steps[:: max(1, len(steps) // 20)]:
                assert count == whole.at(moment)[place] or moment == whole.start
    [done] = [n for n, place in enumerate(whole.places) if place.kind == "done"]
    assert few.counts[done][-1][1] == sum(dot.gone == done for dot in whole.dots)


def test_three_hundred_orders_are_at_most_60_kilobytes():
    made = charts.replay(shop(orders=300, workers=4, lost=0.01, failing=0.1, gap=2, minutes=25))
    assert len(made.film.dots) > 300
    assert len(gzip.compress(made.html.encode())) < 60_000


def test_bad_input_is_told(troubled):
    with pytest.raises(ValueError, match="o-999"):
        charts.replay(troubled, order="o-999")
    with pytest.raises(ValueError, match=r"no message was anywhere between 0 s and 0\.001 s"):
        charts.replay(troubled, end=0.001)
    with pytest.raises(ValueError, match="after start, got 20"):
        charts.replay(troubled, start=20, end=20)
    with pytest.raises(ValueError, match="nothing to replay"):
        charts.replay(trace.Trace().frame())
    with pytest.raises(ValueError, match="'ordres'"):
        charts.replay(troubled, only=["ordres"])
