"""Eight shops share a warehouse of forty stations, and one of them has a sale.

`sale` runs it under one of the `DESIGNS` and returns the trace. `measured` computes from that how
long orders wait.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable
from typing import Any

import boto3
import pandas as pd

from helpers import load
from helpers.lab import Lab
from helpers.lessons.lesson_05.designs import DESIGNS, Send
from helpers.lessons.lesson_05.shops import traffic


def sale(design: str, *, seed: int = 3, **options: Any) -> pd.DataFrame:
    """The trace of a sale under one of the `DESIGNS`; `options` as in `run`."""
    lab = run(design, seed=seed, **options)
    trace = lab.trace
    lab.close()
    return trace


def run(
    design: str,
    *,
    seed: int,
    stations: int = 40,
    minutes: float = 5,
    streams: Iterable[list[load.Order]] | None = None,
) -> Lab:
    """Let the shops send and the stations pack. The lab is left open.

    Parameters
    ----------
    seed : int
        Of the orders, and of the time that each takes to pack (15 to 45 s).
    streams : iterable of lists of orders, optional
        What each sender sends; `traffic` of the seed by default.
    """
    lab, draws, sqs = Lab(seed=seed), random.Random(seed), boto3.client("sqs")

    def pack(body: str) -> None:
        order_id = json.loads(body)["order_id"]
        lab.mark("begun", order_id=order_id)
        time.sleep(draws.uniform(15, 45))
        lab.mark("packed", order_id=order_id)

    def place(orders: Iterable[load.Order], send: Send) -> None:
        for order in orders:
            time.sleep(order.gap)
            lab.mark("placed", order_id=order.order_id, shop=order.tenant)
            send(order)

    with lab.running(minutes=minutes):
        send = DESIGNS[design](lab, sqs, pack, stations)
        for orders in traffic(seed) if streams is None else streams:
            lab.start(place, orders, send)
    return lab
