"""HTTP and HTTPS subscriptions: when a post is tried again, and which policies say so."""

import json
import time
from itertools import pairwise

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from web_endpoint import HOOK, Endpoint, states, subscribed

from helpers.emulator.sns import web_retries


def test_by_default_three_retries_twenty_seconds_apart(lab, shop):
    endpoint = subscribed(shop)
    endpoint.statuses = [500] * 10
    shop.publish("order")
    shop.let_pass(3600)
    assert [later - earlier for earlier, later in pairwise(endpoint.times)] == [20, 20, 20]
    rows = lab.trace[(lab.trace.service == "http") & (lab.trace.time >= endpoint.times[0])]
    assert list(rows.outcome[-4:]) == ["500"] * 4
    assert set(rows.resource) == {HOOK}


@pytest.mark.parametrize(("status", "tries"), [(200, 1), (204, 1), (301, 1), (400, 1), (404, 1),
                                               (429, 4), (500, 4), (503, 4)])  # fmt: skip
def test_which_answers_are_tried_again(shop, status, tries):
    endpoint = subscribed(shop)
    endpoint.statuses = [status] * 10
    shop.publish("order")
    shop.let_pass(3600)
    assert len(endpoint.times) == tries


def test_a_slow_endpoint_is_given_fifteen_seconds(lab, shop):
    seen = []

    def slow(headers, body):
        seen.append(lab.now)
        time.sleep(16)

    subscribed(shop)
    lab.serve(HOOK, slow)
    shop.publish("order")
    shop.let_pass(300)
    assert [later - earlier for earlier, later in pairwise(seen)] == [35, 35, 35]
    assert (lab.trace.outcome == "ReadTimeoutError").sum() == 4


def test_an_exception_of_the_function_is_a_500(lab, shop):
    subscribed(shop)

    def broken(headers, body):
        raise KeyError("total")

    lab.serve(HOOK, broken)
    shop.publish("order")
    shop.let_pass(300)
    assert list(lab.trace[lab.trace.service == "http"].outcome[1:]) == ["KeyError"] * 4


def test_a_policy_of_ones_own(shop):
    policy = {
        "healthyRetryPolicy": {
            "numRetries": 7, "numNoDelayRetries": 2, "numMinDelayRetries": 2,
            "numMaxDelayRetries": 1, "minDelayTarget": 5, "maxDelayTarget": 50,
            "backoffFunction": "exponential",
        }
    }  # fmt: skip
    endpoint = subscribed(shop, DeliveryPolicy=policy)
    endpoint.statuses = [503] * 20
    shop.publish("order")
    shop.let_pass(3600)
    waits = [later - earlier for earlier, later in pairwise(endpoint.times)]
    assert waits[:5] == [0, 0, 5, 5, 5]
    assert 25 <= waits[5] <= 50
    assert 25 <= waits[6] <= 50
    assert len(waits) == 7


def test_what_is_given_up_goes_to_the_dead_letter_queue(shop):
    dead, arn = shop.queue("dead")
    endpoint = subscribed(shop, RedrivePolicy={"deadLetterTargetArn": arn})
    endpoint.statuses = [500] * 4
    shop.publish("order")
    shop.let_pass(300)
    shop.publish("next")
    shop.let_pass(300)
    assert [json.loads(body)["Message"] for body in shop.bodies(dead)] == ["order"]
    assert len(endpoint.times) == 5


def test_the_publisher_does_not_wait(lab, shop):
    subscribed(shop)
    lab.serve(HOOK, lambda headers, body: time.sleep(10))
    took = []

    def publisher():
        begun = lab.now
        shop.publish("order")
        took.append(lab.now - begun)

    with lab.running(seconds=60):
        lab.start(publisher)
    assert took == [0]


policies = st.fixed_dictionaries(
    {
        "minDelayTarget": st.integers(1, 20),
        "maxDelayTarget": st.integers(20, 30),
        "numNoDelayRetries": st.integers(0, 5),
        "numMinDelayRetries": st.integers(0, 5),
        "numMaxDelayRetries": st.integers(0, 5),
        "numRetries": st.integers(15, 60),
        "backoffFunction": st.sampled_from(sorted(web_retries.FUNCTIONS)),
    }
)


@given(policy=policies)
def test_any_policy_has_as_many_waits_as_retries_and_they_rise(policy):
    planned = web_retries.waits(policy)
    assert len(planned) == policy["numRetries"]
    assert planned == sorted(planned)
    assert planned.count(0) == policy["numNoDelayRetries"]
    assert all(policy["minDelayTarget"] <= w <= policy["maxDelayTarget"] + 1e-9
               for w in planned if w)  # fmt: skip
    for attempt, longest in enumerate(planned, start=1):
        assert web_retries.wait(policy, attempt) <= longest


@pytest.mark.parametrize("policy", [
    "no JSON", "[]", {"healthyRetryPolicy": {"numRetries": 101}},
    {"healthyRetryPolicy": {"numRetries": "3"}}, {"healthyRetryPolicy": {"minDelayTarget": 0}},
    {"healthyRetryPolicy": {"minDelayTarget": 30}},  # above the longest, 20
    {"healthyRetryPolicy": {"numRetries": 2, "numNoDelayRetries": 3}},
    {"healthyRetryPolicy": {"numRetries": 100, "maxDelayTarget": 60, "minDelayTarget": 60}},
    {"healthyRetryPolicy": {"backoffFunction": "cubic"}}, {"healthyRetryPolicy": {"other": 1}},
])  # fmt: skip
def test_policies_that_sns_would_refuse(shop, policy):
    Endpoint(shop)
    with pytest.raises(ClientError, match="DeliveryPolicy"):
        shop.subscribe(HOOK, "https", DeliveryPolicy=policy)
    assert states(shop) == []
