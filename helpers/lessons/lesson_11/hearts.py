"""Workers that show they are alive: they work, die or hang, and heartbeats may fail."""

from __future__ import annotations

import contextlib
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
from helpers.patterns.callback import (
    TOKEN_AND_ORDER,
    answer,
    heartbeat,
    waiting,
    with_failures_to,
)

HOUR = 3600  # seconds
BEAT = HOUR / 3
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
    """What becomes of a worker, and after how many seconds. One that hangs does so for a day.

    Of a hundred, 65 work for two hours on average, 20 die within four, and 15 hang.
    """
    [drawn] = draws.choices(["works", "dies", "hangs"], [65, 20, 15])
    works = min(draws.expovariate(1 / 2), 7) * HOUR
    return drawn, {"works": works, "dies": draws.uniform(0, 4) * HOUR, "hangs": 24 * HOUR}[drawn]


def checks(
    seed: int,
    number: int = 32,
    *,
    unheard: float = HOUR,
    timeout: float = 8 * HOUR,
    heart: Callable[..., Any] = heartbeat,
    outage: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """Credit checks by workers that work, die or hang; one begins each minute.

    Parameters
    ----------
    unheard, timeout : float
        HeartbeatSeconds and TimeoutSeconds.
    heart : callable
        How a worker shows that it lives, as `heartbeat` does, every 20 minutes.
    outage : tuple of float, optional
        From when until when each heartbeat is answered with a 503, in seconds.

    Returns
    -------
    DataFrame
        `waits.executions` with fate, seconds (after which the fate is met), ended_by ("answered",
        or what `on-failure` was told) and beats (the heartbeats taken, in seconds since the start).
    """
    lab, client, sqs = Lab(seed=seed), boto3.client("stepfunctions"), boto3.client("sqs")
    given_up: dict[str, str] = {}
    lab.deploy("on-failure", lambda e, _: given_up.update({e["order"]["order_id"]: e["why"]}))
    queue = sqs.create_queue(QueueName="checks")["QueueUrl"]
    message = {"QueueUrl": queue, "MessageBody": TOKEN_AND_ORDER}
    limits = {"HeartbeatSeconds": int(unheard), "TimeoutSeconds": int(timeout)}
    flow = with_failures_to("on-failure", waiting("sqs:sendMessage", message, **limits))
    machine = waits.create(flow)
    orders = load.orders(arrivals=[60.0 * n for n in range(number)], seed=seed)
    draws = random.Random(seed)
    fates = {order.order_id: draw_fate(draws) for order in orders}

    def check_credit(order_id: str, token: str) -> None:
        fate, seconds = fates[order_id]
        with heart(client, token, BEAT) as over:
            if over.wait(seconds) or fate == "dies":
                return
        answer(client, token, credit="good")

    with lab.running(hours=12):
        lab.start(waits.start_each, client, machine, orders)
        lab.start(dispatch, sqs, queue, number, check_credit)
        if outage:
            lab.start(no_heartbeats, *outage)
    ends = waits.executions(machine)
    placed = pd.Series({order.order_id: order.placed_at for order in orders})
    ends[["fate", "seconds"]] = [fates[name] for name in ends.index]
    why = pd.Series(given_up, dtype=object).replace("failed", "time-out")
    ends["ended_by"] = why.reindex(ends.index).fillna("answered")
    ends["beats"] = pd.Series(waits.heartbeats(lab.trace, ends, placed))
    lab.close()
    return ends


def no_heartbeats(start: float, end: float) -> None:
    """Answer each heartbeat with a 503, from `start` to `end` seconds."""
    time.sleep(start)
    with faults.error("stepfunctions.SendTaskHeartbeat", status=503):
        time.sleep(end - start)


def cut_off(ends: pd.DataFrame) -> int:
    """How many workers that worked were given up."""
    return int((ends["fate"].eq("works") & ends["ended_by"].ne("answered")).sum())
