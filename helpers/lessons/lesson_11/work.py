"""What the exercises of lesson 11 put before the reader's functions: clerks, and work in steps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

import boto3
from botocore.config import Config

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.arns import execution_arn
from helpers.lessons.lesson_11 import waits
from helpers.patterns.callback import TOKEN_AND_ORDER, waiting

HOUR = 3600  # seconds
CLERKS = ("ines", "jan")
OUTAGES = [hour * HOUR for hour in range(1, 8)]  # when heartbeats begin to fail, for 8 minutes


class Asking:
    """A workflow that asks; each order has an execution, named after it."""

    def __init__(self, client: Any, flow: Mapping[str, Any]) -> None:
        self.client, self.machine = client, waits.create(flow)
        self._looks = boto3.client("stepfunctions")  # what it reads is not old

    def arn(self, name: str) -> str:
        """Of the execution for an order."""
        return execution_arn(self.machine, name)

    def start(self, order: load.Order) -> None:
        name = order.order_id
        self.client.start_execution(stateMachineArn=self.machine, name=name, input=order.json())

    def end(self, name: str) -> dict[str, Any]:
        """How the execution for an order stands, read long after all is over."""
        seen = self._looks.describe_execution(executionArn=self.arn(name))
        lasted = seen.get("stopDate", seen["startDate"]) - seen["startDate"]
        return seen | {"lasted": lasted.total_seconds()}


class Clerks:
    """Two clerks get each mail and answer it some hours later, often both within seconds.

    What their client reads of an execution is up to two minutes old.
    """

    def __init__(self, lab: Lab, my_answer: Callable[..., Any], seed: int) -> None:
        patient = Config(retries={"mode": "standard", "total_max_attempts": 12})
        self._client = boto3.client("stepfunctions", config=patient)
        self._my_answer, self._draws = my_answer, Random(f"clerks {seed}")
        lags = Random(f"lags {seed}")
        waits.old_reads(self._client, lambda: lags.uniform(8, 120))
        self.hours: dict[tuple[str, str], float] = {}  # until an answer, by order and clerk
        self.told: dict[tuple[str, str], Any] = {}
        self.raised: list[Exception] = []
        lab.deploy("mail", self._mail)
        to = {"FunctionName": "mail", "Payload": TOKEN_AND_ORDER}
        self.ask = Asking(self._client, waiting("lambda:invoke", to, TimeoutSeconds=24 * HOUR))

    def _mail(self, event: Any, context: Any) -> None:
        name = event["order"]["order_id"]
        first, second = self._draws.sample(CLERKS, 2)
        self.hours[name, first] = hours = self._draws.uniform(0.5, 30)
        together = self._draws.random() < 0.5
        self.hours[name, second] = (
            hours + self._draws.uniform(1, 6) / HOUR if together else self._draws.uniform(0.5, 30)
        )
        for who in (first, second):
            mine = (name, event["token"], who)
            threading.Thread(target=self._clerk, args=mine, name=who).start()

    def _clerk(self, name: str, token: str, who: str) -> None:
        time.sleep(self.hours[name, who] * HOUR)
        try:
            self.told[name, who] = self._my_answer(self._client, self.ask.arn(name), token, who)
        except Exception as error:
            self.raised.append(error)


class LongWork:
    """Work in steps for the reader's worker: short, long, with an error in it, or endless."""

    def __init__(
        self, lab: Lab, worker: Callable[..., Any], orders: list[load.Order], seed: int
    ) -> None:
        self._lab, self._worker, self._draws = lab, worker, Random(f"steps {seed}")
        self._client = boto3.client("stepfunctions")
        cycle = ("short", "long", "raises", "endless", "long")
        self.kinds = {order.order_id: cycle[n % 5] for n, order in enumerate(orders)}
        self.began: dict[str, list[float]] = {}  # of each step, by order
        self.raised: dict[str, float] = {}
        self.unexpected: list[Exception] = []
        lab.deploy("begin", self._begin)
        to = {"FunctionName": "begin", "Payload": TOKEN_AND_ORDER}
        limits = {"HeartbeatSeconds": HOUR, "TimeoutSeconds": 8 * HOUR}
        self.ask = Asking(self._client, waiting("lambda:invoke", to, **limits))

    def _begin(self, event: Any, context: Any) -> None:
        name = event["order"]["order_id"]
        self.began[name] = []
        threading.Thread(target=self._work, args=(event["token"], name), name=name).start()

    def _work(self, token: str, name: str) -> None:
        known = self._client.exceptions.TaskTimedOut
        try:
            self._worker(self._client, token, self._steps(name))
        except (ValueError, known):
            pass  # a worker may die of its work, or of learning that it is over
        except Exception as error:
            self.unexpected.append(error)

    def _steps(self, name: str) -> Iterator[dict[str, Any]]:
        kind, left = self.kinds[name], self._draws.uniform(4, 7) * HOUR
        left = {"short": 600.0, "endless": 14.0 * HOUR}.get(kind, left)
        while left > 0:
            self.began[name].append(self._lab.now)
            took = min(self._draws.uniform(600, 1500), left)
            time.sleep(took)
            left -= took
            if kind == "raises" and left < 3 * HOUR:
                self.raised[name] = self._lab.now
                raise ValueError("this customer is not in the register")
            yield {"order_id": name, "left": round(left)}


def heartbeats_that_fail() -> None:
    """At each full hour, heartbeats are answered with a 503 for eight minutes."""
    begun = time.time()
    for start in OUTAGES:
        time.sleep(begun + start - time.time())
        with faults.error("stepfunctions.SendTaskHeartbeat", status=503):
            time.sleep(480)
