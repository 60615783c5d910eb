"""What a run costs at most, said before it."""

from __future__ import annotations

import json
import re
import time

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import Lab
from helpers.costs import billed, estimate, price_of
from helpers.costs.requests import processed


def test_no_price_of_a_request_is_above_what_a_call_is_counted_as():
    first = estimate(calls=1_000, minutes=1, items=1, kilobytes=1).parts[0]
    for service, what in [
        ("sqs", "requests"), ("sns", "publishes"), ("events", "custom events"),
        ("stepfunctions", "state transitions"), ("dynamodb", "write request units"),
        ("cloudwatch", "PutMetricData requests"), ("s3", "PUT, COPY, POST and LIST requests"),
    ]:  # fmt: skip
        assert first.dollars >= 1_000 * price_of(service, what).each


@given(
    calls=st.integers(1, 100_000),
    minutes=st.floats(0.1, 600),
    more=st.sampled_from(["calls", "minutes", "fan_out", "kilobytes", "items", "at_once", "memory",
                          "mappings"]),
)  # fmt: skip
def test_more_of_anything_never_costs_less(calls, minutes, more):
    few = {"calls": calls, "minutes": minutes, "fan_out": 3, "kilobytes": 4, "items": 10,
           "at_once": 2, "memory": 128, "mappings": 1}  # fmt: skip
    many = few | {more: few[more] * 2}
    assert estimate(**many).dollars >= estimate(**few).dollars


def test_a_real_run_stays_below_it():
    with Lab(seed=3) as lab:
        sqs, functions, events = (boto3.client(name) for name in ("sqs", "lambda", "events"))
        queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
        lab.deploy("charge", lambda event, context: time.sleep(1))
        event = {"Source": "shop", "DetailType": "placed", "Detail": "{}"}

        def work():
            for number in range(100):
                sqs.send_message(QueueUrl=queue, MessageBody="x" * 4096)
                functions.invoke(FunctionName="charge", Payload=json.dumps({"order_id": number}))
                events.put_events(Entries=[event] * 10)
                time.sleep(1)

        with lab.running(minutes=5):
            lab.start(work)
        calls = sum(not request.by_aws for request in processed(lab.trace))
        cost = billed(lab.trace, orders=100)["dollars"].sum()
    assert cost > 0
    assert cost <= estimate(calls=calls, minutes=5).dollars


def test_the_sum_is_that_of_its_parts_and_its_text_is_rounded_up():
    bound = estimate(calls=500, minutes=7)
    assert bound.dollars == pytest.approx(sum(part.dollars for part in bound.parts))
    said = float(re.search(r"\$([\d,.]+\d)", bound.text)[1].replace(",", ""))
    assert bound.dollars <= said < bound.dollars + 0.01


def test_the_text_says_the_date_the_bounds_and_what_is_left_out():
    text = str(estimate(calls=12_345, minutes=7.5))
    assert "12,345 calls" in text
    assert "7.5 minutes" in text
    assert f"read in {price_of('sqs', 'requests').read}" in text
    for left_out in ("storage", "logs", "taxes", "free tier", "us-east-1"):
        assert left_out in text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"calls": 0}, "calls is a whole number from 1, got 0"),
        ({"calls": True}, "got True"),
        ({"calls": 1.5}, "got 1.5"),
        ({"minutes": 0}, "minutes are a finite number above 0, got 0"),
        ({"minutes": float("inf")}, "got inf"),
        ({"minutes": "5"}, "got '5'"),
        ({"memory": 64}, "memory is 128 to 10,240 MB, got 64"),
        ({"fan_out": -1}, "fan_out is a whole number from 0, got -1"),
    ],
)
def test_what_is_out_of_range_is_refused_with_its_value(wrong, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        estimate(**({"calls": 1, "minutes": 1} | wrong))
