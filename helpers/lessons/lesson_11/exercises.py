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
from helpers.lessons.exercise import Exercise, Failed
from helpers.patterns.callback import TOKEN_AND_ORDER, answer, heartbeat, waiting
from helpers.patterns.workflow import create

SEEDS = (1111, 1112, 1113)
HOUR = 3600  # seconds


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


def did_it_count(lab: Lab, my_answer: Callable[..., Any], seed: int) -> None:
    """Of two clerks, the one whose answer counted is told so, and nobody else."""
    patient = Config(retries={"mode": "standard", "total_max_attempts": 12})
    client = boto3.client("stepfunctions", config=patient)
    draws, told, came, raised = Random(f"clerks {seed}"), {}, {}, []
    orders = load.orders(arrivals=[float(n) for n in range(12)], seed=seed)

    def clerk(order: str, token: str, who: str, hours: float) -> None:
        came[order, who] = hours
        time.sleep(hours * HOUR)
        try:
            told[order, who] = my_answer(client, ask.arn(order), token, who)
        except Exception as error:
            raised.append(error)

    def mail(event: Any, context: Any) -> None:
        for who in ("ines", "jan"):
            mine = (event["order"]["order_id"], event["token"], who, draws.uniform(0.5, 30))
            threading.Thread(target=clerk, args=mine, name=who).start()

    lab.deploy("mail", mail)
    to = {"FunctionName": "mail", "Payload": TOKEN_AND_ORDER}
    ask = Asking(client, waiting("lambda:invoke", to, TimeoutSeconds=24 * HOUR))
    with faults.lost_reply("stepfunctions.SendTaskSuccess", rate=0.3, seed=seed):
        with lab.running(hours=31):
            for order in orders:
                ask.start(order)
    if raised:
        raise raised[0]
    for order in orders:
        name, end = order.order_id, ask.end(order.order_id)
        by = json.loads(end.get("output", "{}")).get("by")
        if end["status"] == "SUCCEEDED" and by not in ("ines", "jan"):
            raise Failed(f"Order {name} was answered with {end['output']}: by whom?")
        first = min(("ines", "jan"), key=lambda who: came[name, who])
        if by is None and came[name, first] < 24:
            raise Failed(
                f"For order {name}, {first} said yes after {came[name, first]:.1f} h, and it ended "
                "without an answer after 24 h."
            )
        for who in ("ines", "jan"):
            said = told.get((name, who))
            if not isinstance(said, bool):
                raise Failed(f"For order {name}, {who} was told {said!r} and not True or False.")
            if said != (by == who):
                fact = f"by the answer of {by}" if by else f"without an answer: {end['status']}"
                raise Failed(f"Order {name} ended {fact}, and {who} was told {said}.")


def heart_that_stops(lab: Lab, worker: Callable[..., Any], seed: int) -> None:
    """Work of up to eight hours is answered, errors are reported, nobody works for nothing."""
    client, draws = boto3.client("stepfunctions"), Random(f"steps {seed}")
    began: dict[str, list[float]] = {}
    raised: dict[str, float] = {}
    unexpected: list[Exception] = []
    orders = load.orders(arrivals=[float(n) for n in range(10)], seed=seed)
    kinds = {o.order_id: ("short", "long", "raises", "endless", "long")[n % 5]
             for n, o in enumerate(orders)}  # fmt: skip

    def steps(name: str) -> Iterator[dict[str, Any]]:
        kind, left = kinds[name], draws.uniform(4, 7) * HOUR
        left = {"short": 1200.0, "endless": 14.0 * HOUR}.get(kind, left)
        while left > 0:
            began[name].append(lab.now)
            took = min(draws.uniform(1200, 3000), left)
            time.sleep(took)
            left -= took
            if kind == "raises" and left < 3 * HOUR:
                raised[name] = lab.now
                raise ValueError("this customer is not in the register")
            yield {"order_id": name, "left": round(left)}

    def begin(event: Any, context: Any) -> None:
        name = event["order"]["order_id"]
        began[name] = []
        threading.Thread(target=work, args=(event["token"], name), name=name).start()

    def work(token: str, name: str) -> None:
        try:
            worker(client, token, steps(name))
        except (ValueError, client.exceptions.TaskTimedOut):
            pass  # a worker may die of its work, or of learning that it is over
        except Exception as error:
            unexpected.append(error)

    lab.deploy("begin", begin)
    to = {"FunctionName": "begin", "Payload": TOKEN_AND_ORDER}
    limits = {"HeartbeatSeconds": HOUR, "TimeoutSeconds": 8 * HOUR}
    ask = Asking(client, waiting("lambda:invoke", to, **limits))
    starts: dict[str, float] = {}
    with lab.running(hours=16):
        for order in orders:
            starts[order.order_id] = lab.now
            ask.start(order)
    if unexpected:
        raise unexpected[0]
    for name, kind in kinds.items():
        end = ask.end(name)
        _check_work(name, kind, end, starts[name], began[name], raised.get(name))


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
        raise Failed(f"{story}. Workers were asked {asked} times, and not {expected}.")
    if processed != (expected := 0 if kind in ("works", "dies once") else 1):
        raise Failed(f"{story}. The function on-failure was called {processed} times.")
    if end["status"] != "SUCCEEDED":
        raise Failed(f"{story}. Its execution ended as {end['status']}: {end.get('error')}.")
    if (kind == "hangs" and abs(hours - 8) > 0.1) or (kind == "dies always" and hours > 2.1):
        raise Failed(f"{story}. That was noticed after {hours:.1f} h.")


EXERCISES = {
    "1": Exercise(did_it_count, SEEDS, "Each clerk was told the truth."),
    "2": Exercise(heart_that_stops, SEEDS, "Work was answered, and nobody worked for nothing."),
    "3": Exercise(second_chance, SEEDS, "The dead were replaced once, and everyone was answered."),
}
