"""Workers that show they are alive: they work, die or hang, and heartbeats may fail."""

from __future__ import annotations

import contextlib
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pandas as pd
from botocore.exceptions import BotoCoreError, ClientError

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.lesson_11 import waits
from helpers.lessons.lesson_11.crew import dispatch
from helpers.lessons.lesson_11.on_failure import on_failure
from helpers.patterns.callback import (
    TOKEN_AND_ORDER,
    answer,
    heartbeat,
    waiting,
    with_failures_to,
)

HOUR = 3600  # seconds
OUTAGE = (1.0 * HOUR, 1.25 * HOUR)  # when each heartbeat is answered with a 503


@contextlib.contextmanager
def frail(client: Any, token: str, seconds: float) -> Iterator[threading.Event]:
    """A heart as `heartbeat`, except that the first error ends it."""
    over, name = threading.Event(), f"heart of {threading.current_thread().name}"

    def beat() -> None:
        while not over.wait(seconds):
            try:
                client.send_task_heartbeat(taskToken=token)
            except client.exceptions.TaskTimedOut:
                over.set()
            except (BotoCoreError, ClientError):
                return

    threading.Thread(target=beat, name=name, daemon=True).start()
    try:
        yield over
    finally:
        over.set()


def draw_fate(draws: random.Random) -> tuple[str, float]:
    """What becomes of a worker, and after how many hours. One that hangs does so for a day.

    Of a hundred, 65 work for two hours on average, 20 die within four, and 15 hang.
    """
    [drawn] = draws.choices(["works", "dies", "hangs"], [65, 20, 15])
    works = min(draws.expovariate(1 / 2), 7)
    return drawn, {"works": works, "dies": draws.uniform(0, 4), "hangs": 24.0}[drawn]


def checks(
    seed: int,
    number: int = 32,
    *,
    unheard: float | None = None,
    timeout: float | None = None,
    heart: Callable[..., Any] = heartbeat,
    outage: tuple[float, float] | None = None,
    hour: float = HOUR,
) -> pd.DataFrame:
    """Credit checks by workers that work, die or hang; one begins each minute.

    Parameters
    ----------
    unheard, timeout : float, optional
        HeartbeatSeconds and TimeoutSeconds. By default an hour and eight.
    heart : callable
        How a worker shows that it lives, as `heartbeat` does, every 20 minutes.
    outage : tuple of float, optional
        From when until when each heartbeat is answered with a 503, in seconds.
    hour : float
        Seconds of an hour. On an endpoint, where time is real, six are enough.

    Returns
    -------
    DataFrame
        `waits.executions` with fate, seconds (after which the fate is met), ended_by ("answered",
        or what `on-failure` was told) and beats (the heartbeats taken, in seconds since the start).
    """
    lab, client, sqs = Lab(seed=seed), boto3.client("stepfunctions"), boto3.client("sqs")
    lab.deploy("on-failure", on_failure)
    queue = sqs.create_queue(QueueName="checks")["QueueUrl"]
    message = {"QueueUrl": queue, "MessageBody": TOKEN_AND_ORDER}
    limits = {
        "HeartbeatSeconds": int(hour if unheard is None else unheard),
        "TimeoutSeconds": int(8 * hour if timeout is None else timeout),
    }
    flow = with_failures_to("on-failure", waiting("sqs:sendMessage", message, **limits))
    machine = waits.create(flow)
    orders = load.orders(arrivals=[hour / 60 * n for n in range(number)], seed=seed)
    draws = random.Random(seed)
    fates = {order.order_id: draw_fate(draws) for order in orders}

    def check_credit(order_id: str, token: str) -> None:
        fate, hours = fates[order_id]
        with heart(client, token, hour / 3) as over:
            if over.wait(hours * hour) or fate == "dies":
                return
        answer(client, token, credit="good")

    with lab.running(seconds=12 * hour):
        lab.start(waits.start_each, client, machine, orders)
        lab.start(dispatch, sqs, queue, number, check_credit)
        if outage:
            lab.start(no_heartbeats, *outage)
    ends = waits.executions(machine)
    placed = pd.Series({order.order_id: order.placed_at for order in orders})
    ends["fate"] = [fates[name][0] for name in ends.index]
    ends["seconds"] = [fates[name][1] * hour for name in ends.index]
    ends["ended_by"] = ends["output"].map(ended_by)
    ends["beats"] = pd.Series(waits.heartbeats(lab.trace, ends, placed))
    lab.close()
    return ends


def ended_by(output: str | None) -> str:
    """What ended a wait: an answer, or what the function for failures was told."""
    told = json.loads(output or "{}").get("Payload")
    if told is None:
        return "answered"
    return "time-out" if told["why"] == "failed" else str(told["why"])


def no_heartbeats(start: float, end: float) -> None:
    """Answer each heartbeat with a 503, from `start` to `end` seconds."""
    time.sleep(start)
    with faults.error("stepfunctions.SendTaskHeartbeat", status=503):
        time.sleep(end - start)


def cut_off(ends: pd.DataFrame) -> int:
    """How many workers that worked were given up."""
    return int((ends["fate"].eq("works") & ends["ended_by"].ne("answered")).sum())
