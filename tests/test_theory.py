"""A queue run through boto3 and SQS agrees with queueing theory."""

from __future__ import annotations

import heapq
import random
import time

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import Lab, theory

SERVICE_RATE = 1.0
SEEDS = range(1, 7)
WARM_UP, MEASURED = 50, 150  # messages


def drawn(seed, arrival_rate):
    """Gaps between messages and service times, in seconds."""
    gaps, services = random.Random(f"gaps {seed}"), random.Random(f"services {seed}")
    count = range(WARM_UP + MEASURED)
    return (
        [gaps.expovariate(arrival_rate) for _ in count],
        [services.expovariate(SERVICE_RATE) for _ in count],
    )


def run(seed, arrival_rate, workers):
    """Times of all arrivals, and of all beginnings of service, each in order."""
    gaps, services = drawn(seed, arrival_rate)
    arrivals, starts = [], []
    with Lab(seed=seed) as lab:
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="work", Attributes={"VisibilityTimeout": "43200"})
        url = url["QueueUrl"]

        def produce():
            for gap in gaps:
                time.sleep(gap)
                sqs.send_message(QueueUrl=url, MessageBody="work")
                arrivals.append(lab.now)

        def work():
            while len(starts) < len(services):
                reply = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, WaitTimeSeconds=20)
                for _ in reply.get("Messages", []):
                    starts.append(lab.now)
                    time.sleep(services[len(starts) - 1])

        with lab.running():
            lab.start(produce)
            lab.start(work, copies=workers)
    return arrivals, starts


def by_recursion(seed, arrival_rate, workers):
    """The beginnings of service as they must be: each takes the worker that is free first."""
    gaps, services = drawn(seed, arrival_rate)
    free, now, starts = [0.0] * workers, 0.0, []
    for gap, service in zip(gaps, services, strict=True):
        now += gap
        start = max(now, heapq.heappop(free))
        heapq.heappush(free, start + service)
        starts.append(start)
    return starts


def mean_wait(arrivals, starts):
    """Mean over the messages after the warm-up. The order of service does not change it."""
    later = zip(arrivals[WARM_UP:], starts[WARM_UP:], strict=True)
    return sum(start - arrival for arrival, start in later) / MEASURED


@pytest.fixture(scope="module")
def runs():
    settings = [(workers, load * workers) for workers in (1, 2) for load in (0.5, 0.7)]
    return {
        (workers, rate): {seed: run(seed, rate, workers) for seed in SEEDS}
        for workers, rate in settings
    }


def test_every_message_begins_when_a_worker_is_free_and_not_later(runs):
    for (workers, rate), seeds in runs.items():
        for seed, (_, starts) in seeds.items():
            assert starts == pytest.approx(by_recursion(seed, rate, workers), abs=1e-5)


def test_mean_waiting_times_agree_with_theory(runs):
    means = {
        setting: [mean_wait(*run) for run in seeds.values()] for setting, seeds in runs.items()
    }
    table = theory.table(means, service_rate=SERVICE_RATE)
    print(table.round(3).to_string(index=False))
    assert list(table.theory.round(4)) == [1.0, 2.3333, 0.3333, 0.9608]
    assert table.agrees.all(), table.to_string()


def test_the_comparison_can_fail(runs):
    """Against the theory of another service rate, the same measurement disagrees."""
    means = {
        setting: [mean_wait(*run) for run in seeds.values()] for setting, seeds in runs.items()
    }
    assert not theory.table(means, service_rate=2.0).agrees.any()


loads = st.floats(0.01, 0.99)


@given(loads)
def test_one_worker_is_the_case_of_erlang_c_with_one(load):
    given_rates = {"arrival_rate": load, "service_rate": 1.0}
    assert theory.erlang_c(**given_rates, workers=1) == pytest.approx(load)
    assert theory.mmc(**given_rates, workers=1) == pytest.approx(theory.mm1(**given_rates))


@given(loads, st.integers(1, 60))
def test_erlang_c_is_a_probability_that_falls_with_workers(load, workers):
    def waits(count):
        return theory.erlang_c(arrival_rate=load * count, service_rate=1.0, workers=count)

    assert 0 <= waits(workers + 1) <= waits(workers) <= 1


def test_erlang_c_with_two_workers_in_closed_form():
    for load in (0.1, 0.5, 0.9):
        found = theory.erlang_c(arrival_rate=2 * load, service_rate=1.0, workers=2)
        assert found == pytest.approx(2 * load**2 / (1 + load))


def test_the_interval_is_students():
    assert theory.confidence_interval([1.0, 2.0, 3.0]) == pytest.approx((-0.4843, 4.4843), abs=1e-3)
    with pytest.raises(ValueError, match="got 1"):
        theory.confidence_interval([1.0])


@pytest.mark.parametrize(
    ("given_values", "told"),
    [
        ({"arrival_rate": 0, "service_rate": 1}, "arrival_rate must be positive, got 0"),
        ({"arrival_rate": 1, "service_rate": -1}, "service_rate must be positive, got -1"),
        ({"arrival_rate": 1, "service_rate": 1}, "without end at a utilisation of 1"),
        ({"arrival_rate": 1, "service_rate": 2, "workers": 0}, "got 0"),
    ],
)
def test_bad_values_are_refused_by_value(given_values, told):
    with pytest.raises(ValueError, match=told):
        theory.utilisation(**given_values)
