"""The exercises of lesson 11: did my answer count; a heart that stops; a second chance."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import boto3

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.exercise import Exercise, Failed, often
from helpers.lessons.lesson_11.work import CLERKS, Asking, Clerks, LongWork, heartbeats_that_fail
from helpers.patterns.callback import TOKEN_AND_ORDER, answer, heartbeat

SEEDS = (1111, 1112, 1113)
HOUR = 3600  # seconds


# -- 1


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
        _check_clerks(clerks, order.order_id)


def _check_clerks(clerks: Clerks, name: str) -> None:
    """The first answer of the first 24 hours counts, and each clerk is told whether it did."""
    end, hours = clerks.ask.end(name), {who: clerks.hours[name, who] for who in CLERKS}
    by = json.loads(end.get("output", "{}")).get("by")
    if end["status"] == "SUCCEEDED" and by not in CLERKS:
        raise Failed(f"Order {name} was answered with {end['output']}: by whom?")
    first = min(CLERKS, key=lambda who: hours[who])
    if by is None and hours[first] < 24:
        raise Failed(
            f"For order {name}, {first} said yes after {hours[first]:.1f} h, and "
            "it ended without an answer after 24 h."
        )
    for who in CLERKS:
        said = clerks.told.get((name, who))
        if not isinstance(said, bool):
            raise Failed(f"For order {name}, {who} was told {said!r} and not True or False.")
        if said != (by == who):
            fact = f"by the answer of {by}" if by else f"without an answer: {end['status']}"
            raise Failed(f"Order {name} ended {fact}, and {who} was told {said}.")


# -- 2


def heart_that_stops(lab: Lab, worker: Callable[..., Any], seed: int) -> None:
    """Work of up to eight hours is answered, though a heartbeat may fail; nobody works in vain."""
    orders = load.orders(arrivals=[float(n) for n in range(10)], seed=seed)
    work = LongWork(lab, worker, orders, seed)
    starts: dict[str, float] = {}
    with lab.running(hours=16):
        lab.start(heartbeats_that_fail)
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
        processed[event.get("order", event)["order_id"]] += 1

    lab.deploy("begin", begin)
    lab.deploy("on-failure", on_failure)
    definition = flow({"FunctionName": "begin", "Payload": TOKEN_AND_ORDER}, "on-failure")
    try:
        ask = Asking(client, definition)
    except (TypeError, client.exceptions.InvalidDefinition) as error:
        reason = re.search(r"Definition: '(.*)'", str(error), re.DOTALL)
        refused = reason[1] if reason else str(error)
        raise Failed(f"This definition is refused: «{refused.strip()}».") from None
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
