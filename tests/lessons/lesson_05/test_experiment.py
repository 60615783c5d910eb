"""The rig of lesson 05 counts what it says, and reads the metrics that it names."""

import time
from datetime import timedelta

import boto3
import pandas as pd
import pytest

from helpers import Lab
from helpers.lessons.lesson_05 import designs, experiment, fairness, measured


def test_metrics_are_read_by_name_and_minute():
    with Lab(seed=3) as lab:
        sqs, cloudwatch = boto3.client("sqs"), boto3.client("cloudwatch")
        queue = sqs.create_queue(QueueName="orders")["QueueUrl"]

        def flood():
            time.sleep(90)
            for number in range(60):
                sqs.send_message(QueueUrl=queue, MessageBody=f"{number}", MessageGroupId="records")
            for _ in range(40):
                sqs.receive_message(QueueUrl=queue, VisibilityTimeout=100)

        with lab.running(minutes=5):
            lab.start(flood)
        names = ["NumberOfMessagesSent", "ApproximateNumberOfNoisyGroups"]
        start, end = fairness.OPENED, fairness.OPENED + timedelta(minutes=5)
        found = fairness.read_metrics(cloudwatch, "orders", names, start, end)
    assert list(found) == names
    sent = found["NumberOfMessagesSent"]
    assert {f"{moment:%M}": value for moment, value in sent.items() if value} == {"01": 60}
    assert max(found["ApproximateNumberOfNoisyGroups"].values()) == 1


def marks(*rows):
    """A trace of marks: (time, name, order, shop)."""
    frame = pd.DataFrame(rows, columns=["time", "name", "order_id", "shop"])
    return frame.assign(end=frame["time"])


SHORT = marks(
    (0, "placed", "a", "books"),
    (1, "begun", "a", None),
    (2, "placed", "b", "books"),
    (3, "placed", "c", "books"),
    (4, "begun", "c", None),
    (5, "packed", "a", None),
    (6, "packed", "c", None),
    (70, "placed", "d", "records"),
    (75, "begun", "b", None),
    (90, "packed", "b", None),
)


def test_waits_run_until_a_station_begins_or_the_run_ends():
    assert measured.waits(SHORT)["wait"].to_dict() == {"a": 1, "b": 73, "c": 1, "d": 20}


def test_overtaken_are_those_that_a_later_one_of_the_shop_was_packed_before():
    assert measured.overtaken(SHORT) == pytest.approx(1 / 3)


def test_busy_is_the_most_at_once():
    assert measured.busy(SHORT) == 2


def test_ahead_are_those_placed_before_that_wait_still():
    assert measured.ahead_of(SHORT, "c") == 1
    assert measured.ahead_of(SHORT, "d") == 1
    assert measured.ahead_of(SHORT, "b") == 0


def test_percentiles_are_of_the_others_unless_a_shop_is_named():
    waited = measured.waits(SHORT)
    assert measured.p95(waited, "records") == 20
    assert measured.p95(waited, "books", before=True) == measured.p95(waited, before=True) > 60
    assert pd.isna(measured.p95(waited, "toys"))


def test_a_burst_below_thirty_goes_first_and_none_is_left_out():
    assert fairness.ahead_of_cycling(0, burst=29) == 29
    assert fairness.ahead_of_cycling(0, burst=31) == 30


@pytest.mark.parametrize("design", designs.DESIGNS)
def test_every_order_that_is_begun_is_packed_once(design):
    trace = experiment.sale(design, seed=7, minutes=6.5)
    packed = trace[trace["name"] == "packed"]["order_id"]
    assert packed.is_unique
    assert set(packed) <= set(trace[trace["name"] == "placed"]["order_id"])
    if "FIFO" not in design:
        assert len(packed) == trace["name"].eq("placed").sum()
