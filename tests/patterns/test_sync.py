"""A call that waits: one exception for what went wrong, retries that end, a budget that holds."""

import contextlib
import time

import boto3
import botocore.retries.standard as sdk
import pytest
from botocore.config import Config
from botocore.retries.quota import RetryQuota
from hypothesis import given
from hypothesis import strategies as st

from helpers import Lab
from helpers.patterns.sync import (
    CallFailed,
    CircuitBreaker,
    RetryBudget,
    call,
    fixed,
    jittered,
    retry,
)


@pytest.fixture
def lab():
    with Lab(seed=5) as lab:
        yield lab


class TestCall:
    def test_gives_the_result(self, lab):
        lab.deploy("double", lambda event, context: 2 * event["n"])
        assert call(boto3.client("lambda"), "double", {"n": 21}) == 42

    def test_a_function_that_raised_is_no_success(self, lab):
        lab.deploy("declines", lambda event, context: {}["card"])
        with pytest.raises(CallFailed, match="declines: 'card'"):
            call(boto3.client("lambda"), "declines", {})

    def test_throttled(self, lab):
        client = boto3.client("lambda")
        lab.deploy("full", lambda event, context: None)
        client.put_function_concurrency(FunctionName="full", ReservedConcurrentExecutions=0)
        with pytest.raises(CallFailed, match="TooManyRequestsException"):
            call(client, "full", {})

    def test_a_caller_that_gave_up_stops_nothing(self, lab):
        def slow(event, context):
            time.sleep(2)
            lab.mark("done")

        lab.deploy("slow", slow)
        once = Config(read_timeout=1, retries={"total_max_attempts": 1})
        seen = []

        def caller():
            try:
                call(boto3.client("lambda", config=once), "slow", {})
            except CallFailed:
                seen.append(lab.now)

        with lab.running(seconds=10):
            lab.start(caller)
        done = lab.trace.query("name == 'done'")["time"]
        assert len(seen) == len(done) == 1
        assert seen[0] < done.item()


class TestRetry:
    @pytest.mark.parametrize("failures", [0, 1, 2, 3, 4])
    def test_stops_at_the_first_success_or_after_the_attempts(self, failures):
        tried = []

        def work():
            tried.append(1)
            if len(tried) <= failures:
                raise CallFailed
            return "done"

        if failures < 3:
            assert retry(work, attempts=3, pause=lambda attempt: 0) == "done"
        else:
            with pytest.raises(CallFailed):
                retry(work, attempts=3, pause=lambda attempt: 0)
        assert len(tried) == min(failures + 1, 3)

    def test_other_errors_are_not_retried(self):
        tried = []

        def work():
            tried.append(1)
            raise KeyError("a mistake in the code")

        with pytest.raises(KeyError):
            retry(work, attempts=3, pause=lambda attempt: 0)
        assert len(tried) == 1

    @given(attempt=st.integers(1, 10))
    def test_jitter_is_never_longer_than_the_fixed_pause(self, attempt):
        assert 0 <= jittered(attempt) <= fixed(attempt)


@given(outcomes=st.lists(st.booleans(), max_size=80), reserve=st.integers(0, 5))
def test_retries_stay_within_the_budget(outcomes, reserve):
    share, retries = 0.25, 0
    budget = RetryBudget(share=share, reserve=reserve)
    for calls, failed in enumerate(outcomes, start=1):
        budget.earn()
        retries += failed and budget.spend()
        assert retries <= reserve + share * calls


class TestCircuitBreaker:
    @pytest.fixture
    def service(self):
        """What is called: it works if `up`, and counts its calls."""

        class Service:
            up, calls = False, 0

            def __call__(self):
                self.calls += 1
                if not self.up:
                    raise CallFailed("down")
                return "done"

        return Service()

    def through(self, breaker, service, times):
        """How many of so many calls succeed."""
        good = 0
        for _ in range(times):
            with contextlib.suppress(CallFailed):
                good += breaker.run(service) == "done"
        return good

    def test_calls_nobody_after_so_many_failures_in_a_row(self, service):
        assert self.through(CircuitBreaker(limit=3, rest=60), service, 10) == 0
        assert service.calls == 3

    def test_a_success_between_two_failures_keeps_it_closed(self, service):
        breaker = CircuitBreaker(limit=2, rest=60)
        for up in (False, True) * 5:
            service.up = up
            assert self.through(breaker, service, 1) == up
        assert service.calls == 10

    def test_one_trial_a_rest_and_a_success_closes_it(self, lab, service):
        breaker, good = CircuitBreaker(limit=1, rest=10), []

        def caller():
            for moment in range(4):  # seconds 0, 11, 22, 33
                service.up = moment == 2
                good.append(self.through(breaker, service, 3))
                time.sleep(11)

        with lab.running(minutes=1):
            lab.start(caller)
        assert good == [0, 0, 3, 0]
        assert service.calls == 1 + 1 + 3 + 1


def test_what_lesson_02_says_of_botocore(lab):
    config = boto3.client("lambda").meta.config
    assert config.read_timeout == 60
    assert config.retries["mode"] == "standard"
    assert sdk.DEFAULT_MAX_ATTEMPTS == 3
    assert sdk.ExponentialBackoff._DEFAULT_BACKOFF_CONFIG == {
        "throttling_base_scale": 1,
        "non_throttling_base_scale": 0.05,
    }
    assert RetryQuota.INITIAL_CAPACITY == 500
    costs = sdk.RetryQuotaChecker._RETRY_COST, sdk.RetryQuotaChecker._THROTTLING_RETRY_COST
    assert costs == (14, 5)
