"""The exercises of lesson 11: did my answer count; a heart that stops; a second chance."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import boto3
from botocore.config import Config

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.arns import ROLE, execution_arn
from helpers.lessons.exercise import Exercise, Failed, often
from helpers.patterns.callback import TOKEN_AND_ORDER, answer, heartbeat, waiting
from helpers.patterns.workflow import create

SEEDS = (1111, 1112, 1113)
HOUR = 3600  # seconds
CLERKS = ("ines", "jan")


class Asking:
    """A workflow that asks; each order has an execution, named after it."""

    def __init__(self, client: Any, flow: Any) -> None:
        self.client, self.machine = client, create(client, "ask", flow, ROLE)

    def arn(self, name: str) -> str:
        """Of the execution for an order."""
        return execution_arn(self.machine, name)

    def start(self, order: load.Order) -> None:
        name = order.order_id
        self.client.start_execution(stateMachineArn=self.machine, name=name, input=order.json())

    def end(self, name: str) -> dict[str, Any]:
        """How the execution for an order stands."""
        told = self.client.describe_execution(executionArn=self.arn(name))
        lasted = told.get("stopDate", told["startDate"]) - told["startDate"]
        return told | {"lasted": lasted.total_seconds()}


# -- 1


class Clerks:
    """Two clerks get each mail, and each answers it some hours later."""

    def __init__(self, lab: Lab, my_answer: Callable[..., Any], seed: int) -> None:
        patient = Config(retries={"mode": "standard", "total_max_attempts": 12})
        self._client = boto3.client("stepfunctions", config=patient)
        self._my_answer, self._draws = my_answer, Random(f"clerks {seed}")
        self._hours: dict[tuple[str, str], float] = {}  # until an answer, by order and clerk
        self._told: dict[tuple[str, str], Any] = {}
        self.raised: list[Exception] = []
        lab.deploy("mail", self._mail)
        to = {"FunctionName": "mail", "Payload": TOKEN_AND_ORDER}
        flow = waiting("lambda:invoke", to, TimeoutSeconds=24 * HOUR)
        self.ask = Asking(self._client, flow)

    def judge(self, name: str) -> None:
        """The first answer of the first 24 hours counts, and each clerk is told whether it did."""
        end = self.ask.end(name)
        by = json.loads(end.get("output", "{}")).get("by")
        if end["status"] == "SUCCEEDED" and by not in CLERKS:
            raise Failed(f"Order {name} was answered with {end['output']}: by whom?")
        first = min(CLERKS, key=lambda who: self._hours[name, who])
        if by is None and self._hours[name, first] < 24:
            raise Failed(
                f"For order {name}, {first} said yes after {self._hours[name, first]:.1f} h, and "
                "it ended without an answer after 24 h."
            )
        for who in CLERKS:
            said = self._told.get((name, who))
            if not isinstance(said, bool):
                raise Failed(f"For order {name}, {who} was told {said!r} and not True or False.")
            if said != (by == who):
                fact = f"by the answer of {by}" if by else f"without an answer: {end['status']}"
                raise Failed(f"Order {name} ended {fact}, and {who} was told {said}.")

    def _mail(self, event: Any, context: Any) -> None:
        for who in CLERKS:
            mine = (event["order"]["order_id"], event["token"], who, self._draws.uniform(0.5, 30))
            threading.Thread(target=self._clerk, args=mine, name=who).start()

    def _clerk(self, order: str, token: str, who: str, hours: float) -> None:
        self._hours[order, who] = hours
        time.sleep(hours * HOUR)
        try:
            self._told[order, who] = self._my_answer(self._client, self.ask.arn(order), token, who)
        except Exception as error:
            self.raised.append(error)


def did_it_count(lab: Lab, my_answer: Callable[..., Any], seed: int) -> None:
    """Of two clerks, the one whose answer counted is told so, and nobody else."""
    clerks = Clerks(lab, my_answer, seed)
    orders = load.orders(arrivals=[float(n) for n in range(12)], seed=seed)
    with faults.lost_reply("stepfunctions.SendTaskSuccess", rate=0.3, seed=seed):
        with lab.running(hours=31):
            for order in orders:
                clerks.ask.start(order)
    if clerks.raised:
        raise clerks.raised[0]
    for order in orders:
        clerks.judge(order.order_id)


# -- 2


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
        try:
            self._worker(self._client, token, self._steps(name))
        except (ValueError, self._client.exceptions.TaskTimedOut):
            pass  # a worker may die of its work, or of learning that it is over
        except Exception as error:
            self.unexpected.append(error)

    def _steps(self, name: str) -> Iterator[dict[str, Any]]:
        kind, left = self.kinds[name], self._draws.uniform(4, 7) * HOUR
        left = {"short": 1200.0, "endless": 14.0 * HOUR}.get(kind, left)
        while left > 0:
            self.began[name].append(self._lab.now)
            took = min(self._draws.uniform(1200, 3000), left)
            time.sleep(took)
            left -= took
            if kind == "raises" and left < 3 * HOUR:
                self.raised[name] = self._lab.now
                raise ValueError("this customer is not in the register")
            yield {"order_id": name, "left": round(left)}


def heart_that_stops(lab: Lab, worker: Callable[..., Any], seed: int) -> None:
    """Work of up to eight hours is answered, errors are reported, nobody works for nothing."""
    orders = load.orders(arrivals=[float(n) for n in range(10)], seed=seed)
    work = LongWork(lab, worker, orders, seed)
    starts: dict[str, float] = {}
    with lab.running(hours=16):
        for order in orders:
            starts[order.order_id] = lab.now
            work.ask.start(order)
    if work.unexpected:
        raise work.unexpected[0]
    for name, kind in work.kinds.items():
        end = work.ask.end(name)
        _check_work(name, kind, end, starts[name], work.began[name], work.raised.get(name))


def _check_work(
    name: str,
    kind: str,
    end: dict[str, Any],
    start: float,
    began: list[float],
    raised: float | None,
) -> None:
    hours = end["lasted"] / HOUR
    if kind in ("short", "long"):
        if end["status"] != "SUCCEEDED":
            raise Failed(
                f"Order {name} was {'' if began else 'not '}worked on, and its wait ended after "
                f"{hours:.1f} h without an answer: {end.get('error', end['status'])}."
            )
        if json.loads(end["output"]) != {"order_id": name, "left": 0}:
            raise Failed(f"Order {name} was answered with {end['output']}, not its last result.")
    elif kind == "raises":
        late = start + end["lasted"] - (raised or 0)
        if raised is None or end["status"] != "FAILED" or abs(late) > 60:
            raise Failed(
                f"A step of order {name} raised, and its wait ended {abs(late) / 60:.0f} min "
                f"{'later' if late > 0 else 'before'}: {end.get('error', end['status'])}."
            )
    else:
        over = start + end["lasted"]
        if end["status"] == "SUCCEEDED" or hours < 7.9:
            raise Failed(f"Order {name} has 14 h of work, and its wait ended after {hours:.1f} h.")
        if vain := [moment for moment in began if moment > over]:
            raise Failed(f"Nobody waited for order {name} any more, and {len(vain)} steps began.")


# -- 3


def second_chance(lab: Lab, flow: Callable[..., Any], seed: int) -> None:
    """A worker not heard of is replaced once; everything else that fails is processed, once."""
    client, draws = boto3.client("stepfunctions"), Random(f"chances {seed}")
    orders = load.orders(arrivals=[float(n) for n in range(15)], seed=seed)
    names = [order.order_id for order in orders]
    drawn = ["works", "dies once", "dies always", "hangs", "refuses"] * 3
    draws.shuffle(drawn)
    kinds = dict(zip(names, drawn, strict=True))
    asked, processed = Counter[str](), Counter[str]()

    def work(name: str, token: str) -> None:
        kind = kinds[name]
        if kind == "dies always" or (kind == "dies once" and asked[name] == 1):
            return
        hours = None if kind == "hangs" else draws.uniform(1.5, 6)
        with heartbeat(client, token, HOUR / 3) as over:
            if over.wait(hours and hours * HOUR):
                return
        answer(client, token, "Refused" if kind == "refuses" else None, credit="good")

    def begin(event: Any, context: Any) -> None:
        name = event["order"]["order_id"]
        asked[name] += 1
        threading.Thread(target=work, args=(name, event["token"]), name=name).start()

    def on_failure(event: Any, context: Any) -> None:
        processed[event["order"]["order_id"]] += 1

    lab.deploy("begin", begin)
    lab.deploy("on-failure", on_failure)
    definition = flow({"FunctionName": "begin", "Payload": TOKEN_AND_ORDER}, "on-failure")
    try:
        ask = Asking(client, definition)
    except (TypeError, client.exceptions.InvalidDefinition) as error:
        raise Failed(f"This definition is refused: {error}") from None
    with lab.running(hours=24):
        for order in orders:
            ask.start(order)
    for name, kind in kinds.items():
        _check_chance(name, kind, ask.end(name), asked[name], processed[name])


def _check_chance(name: str, kind: str, end: dict[str, Any], asked: int, processed: int) -> None:
    story = {
        "works": "Order {}: its worker works",
        "dies once": "Order {}: its first worker dies",
        "dies always": "Order {}: every worker dies",
        "hangs": "Order {}: its worker hangs, and its heart beats",
        "refuses": "Order {}: its worker answers with the error Refused",
    }[kind].format(name)
    hours = end["lasted"] / HOUR
    if end["status"] == "RUNNING":
        raise Failed(f"{story}. It still waits after 24 h.")
    if asked != (expected := 2 if kind.startswith("dies") else 1):
        raise Failed(f"{story}. Workers were asked {often(asked)}, and not {often(expected)}.")
    if processed != (expected := 0 if kind in ("works", "dies once") else 1):
        raise Failed(
            f"{story}. The function on-failure was called {often(processed)}, "
            f"and not {often(expected)}."
        )
    if end["status"] != "SUCCEEDED":
        raise Failed(f"{story}. Its execution ended as {end['status']}: {end.get('error')}.")
    if (kind == "hangs" and abs(hours - 8) > 0.1) or (kind == "dies always" and hours > 2.1):
        raise Failed(f"{story}. That was noticed after {hours:.1f} h.")


EXERCISES = {
    "1": Exercise(did_it_count, SEEDS, "Each clerk was told the truth."),
    "2": Exercise(heart_that_stops, SEEDS, "Work was answered, and nobody worked for nothing."),
    "3": Exercise(second_chance, SEEDS, "The dead were replaced once, and everyone was answered."),
}
