"""A call that waits: its time-out, its retries, and a limit to the retries.

Lesson 02 writes these functions out. They run unchanged on an AWS account.
"""

import json
import random
import time

from botocore.exceptions import BotoCoreError, ClientError


class CallFailed(Exception):
    """The call brought no result. What it did at the other end is not known."""


def call(client, function, event):
    """Invoke a Lambda function and wait for its result."""
    try:
        answer = client.invoke(FunctionName=function, Payload=json.dumps(event))
    except (BotoCoreError, ClientError) as error:  # timed out, throttled, out of reach
        raise CallFailed(f"{function}: {error}") from error
    result = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:  # it ran, and it raised
        raise CallFailed(f"{function}: {result['errorMessage']}")
    return result


def retry(work, attempts, pause, budget=None):
    """Try `work()` up to `attempts` times, with `pause(1)`, `pause(2)` … seconds between."""
    if budget:
        budget.earn()
    for attempt in range(1, attempts + 1):
        try:
            return work()
        except CallFailed:
            if attempt == attempts or (budget and not budget.spend()):
                raise
            time.sleep(pause(attempt))


def fixed(attempt):
    """Back off 1, 2, 4 … seconds."""
    return 2.0 ** (attempt - 1)


def jittered(attempt):
    """Back off a random time, up to 1, 2, 4 … seconds."""
    return random.random() * 2.0 ** (attempt - 1)


class RetryBudget:
    """Allow `share` of a retry for each call, and save up no more than `reserve`."""

    def __init__(self, share, reserve):
        self.share, self.reserve, self.saved = share, reserve, reserve

    def earn(self):
        self.saved = min(self.reserve, self.saved + self.share)

    def spend(self):
        if self.saved < 1:
            return False
        self.saved -= 1
        return True


class CircuitBreaker:
    """After `limit` failures in a row call nobody, but for one trial every `rest` seconds."""

    def __init__(self, limit, rest):
        self.limit, self.rest, self.failures, self.next_trial = limit, rest, 0, 0.0

    def run(self, work):
        if self.failures >= self.limit:
            if time.time() < self.next_trial:
                raise CallFailed("not called: the circuit is open")
            self.next_trial = time.time() + self.rest
        try:
            result = work()
        except CallFailed:
            self.failures += 1
            self.next_trial = time.time() + self.rest
            raise
        self.failures = 0
        return result
