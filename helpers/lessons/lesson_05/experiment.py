"""Eight shops share a warehouse of forty stations, and one of them has a sale.

`sale` runs it under one of the `DESIGNS` and returns the trace, from which `waits` and `overtaken`
are computed. `watched` is a sale of which CloudWatch's metrics are read, `idle` a warehouse without
any order, and `ahead_of_cycling` the rule of a fair queue with the clock stopped.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import boto3
import pandas as pd

from helpers import load
from helpers.costs import price_of
from helpers.lab import Lab
from helpers.patterns.tenants import (
    pack_from_queue,
    pack_in_turn,
    pack_when_free,
    send_for_shop,
)

SHOPS = [shop.tenant for shop in load.tenants()]  # the largest first
NOISY = "records"
SALE = 60.0  # seconds after which the sale begins
PATIENT = {"VisibilityTimeout": "600"}  # seconds; longer than ten orders can take

Send = Callable[[load.Order], Any]
Pack = Callable[[str], None]


def traffic(
    seed: int, *, rate: float = 2.2, lasts: float = 50, seconds: float = 180, daily: float = 0.6
) -> list[list[load.Order]]:
    """A list of orders per shop, and one of the sale.

    Parameters
    ----------
    rate, lasts : float
        Of the sale: orders per second, and seconds.
    seconds : float
        How long the shops send.
    daily : float
        Orders per second of all shops together on an ordinary day.
    """
    first = 100 * seed
    streams = [
        load.orders(tenant=shop.tenant, rate=daily * shop.share, seconds=seconds, seed=first + n)
        for n, shop in enumerate(load.tenants())
    ]
    times = SALE + load.poisson(rate=rate, seconds=lasts, seed=seed)
    return [*streams, load.orders(tenant=NOISY, arrivals=times, seed=first + 50)]


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


def one_queue(
    lab: Lab, sqs: Any, pack: Pack, stations: int, send: Callable[..., Any] | None = None
) -> Send:
    """All shops send to one standard queue."""
    name = "orders" if send is None else "orders-fair"
    queue = sqs.create_queue(QueueName=name, Attributes=PATIENT)["QueueUrl"]
    lab.start(pack_from_queue, sqs, queue, pack, copies=stations)
    return partial(send or send_plainly, sqs, queue)


def send_plainly(sqs: Any, queue: str, order: load.Order) -> None:
    """Send an order, and nothing else."""
    sqs.send_message(QueueUrl=queue, MessageBody=order.json())


def all_but_records(sqs: Any, queue: str, order: load.Order) -> None:
    """Send with the shop as the group, except in the shop that has the sale."""
    (send_plainly if order.tenant == NOISY else send_for_shop)(sqs, queue, order)


def queue_per_shop(
    lab: Lab, sqs: Any, pack: Pack, stations: int, *, threads: bool = False, pause: float = 20
) -> Send:
    """A queue for each shop; stations ask in turn, or a thread waits at each queue."""
    queues = {
        shop: sqs.create_queue(QueueName=f"orders-{shop}", Attributes=PATIENT)["QueueUrl"]
        for shop in SHOPS
    }
    if threads:
        free = threading.Semaphore(stations)
        for queue in queues.values():
            lab.start(pack_when_free, sqs, queue, pack, free)
    else:
        lab.start(pack_in_turn, sqs, list(queues.values()), pack, pause, copies=stations)
    return lambda order: send_plainly(sqs, queues[order.tenant], order)


def fifo_groups(lab: Lab, sqs: Any, pack: Pack, stations: int, *, at_once: int = 1) -> Send:
    """One FIFO queue, with the shop as the group; up to `at_once` messages in a receive."""
    attributes = PATIENT | {"FifoQueue": "true"}
    queue = sqs.create_queue(QueueName="orders.fifo", Attributes=attributes)["QueueUrl"]
    lab.start(pack_from_queue, sqs, queue, pack, at_once, copies=stations)
    return lambda order: sqs.send_message(
        QueueUrl=queue,
        MessageBody=order.json(),
        MessageGroupId=order.tenant,
        MessageDeduplicationId=order.order_id,
    )


DESIGNS: dict[str, Callable[[Lab, Any, Pack, int], Send]] = {
    "one queue": one_queue,
    "queues in turn": queue_per_shop,
    "a thread per queue": partial(queue_per_shop, threads=True),
    "FIFO groups": fifo_groups,
    "FIFO, ten at once": partial(fifo_groups, at_once=10),
    "fair queue": partial(one_queue, send=send_for_shop),
    "records without a group": partial(one_queue, send=all_but_records),
}


def waits(trace: pd.DataFrame) -> pd.DataFrame:
    """How long each order waited for a station, in the order in which they were placed.

    One with which no station has begun when the run ends has waited until then, at least.

    Returns
    -------
    DataFrame
        Indexed by order_id: shop, time (when it was placed), wait (seconds).
    """
    placed = trace[trace["name"] == "placed"].set_index("order_id")
    begun = trace[trace["name"] == "begun"].groupby("order_id")["time"].min()
    frame = placed[["shop", "time"]].copy()
    frame["wait"] = begun.reindex(frame.index).fillna(trace["end"].max()) - frame["time"]
    return frame.sort_values("time")


def p95(waited: pd.DataFrame, shop: str | None = None, *, before: bool = False) -> float:
    """The 95th percentile of the wait, in seconds; NaN without an order.

    Parameters
    ----------
    waited : DataFrame
        From `waits`.
    shop : str, optional
        By default all but the one that has the sale.
    before : bool
        Of the orders before the sale, and not of those since it began.
    """
    mine = waited["shop"].ne(NOISY) if shop is None else waited["shop"].eq(shop)
    then = waited["time"].lt(SALE) if before else waited["time"].ge(SALE)
    return float(waited.loc[mine & then, "wait"].quantile(0.95))


def by_shop(trace: pd.DataFrame) -> pd.Series[float]:
    """`p95` of each shop since the sale began, the largest shop first."""
    waited = waits(trace)
    return pd.Series({shop: round(p95(waited, shop), 1) for shop in SHOPS})


def by_side(trace: pd.DataFrame) -> dict[str, float]:
    """`p95` of the others and of the shop that has the sale."""
    waited = waits(trace)
    return {"others": p95(waited), NOISY: p95(waited, NOISY)}


def sides(waited: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What `waits` gave: of the shop that has the sale, and of the others."""
    noisy = waited["shop"] == NOISY
    return {NOISY: waited[noisy], "the other seven": waited[~noisy]}


def ahead_of(trace: pd.DataFrame, order_id: str) -> int:
    """How many orders waited for a station when this one was placed."""
    waited = waits(trace)
    sent = waited.loc[order_id, "time"]
    return int(((waited["time"] < sent) & (waited["time"] + waited["wait"] > sent)).sum())


def last_packed(trace: pd.DataFrame) -> float:
    """When the last order was packed, in simulated seconds."""
    return float(trace.loc[trace["name"] == "packed", "time"].max())


def overtaken(trace: pd.DataFrame) -> float:
    """Share of packed orders that a later one of the same shop was packed before."""
    packed = trace[trace["name"] == "packed"].set_index("order_id")["time"]
    placed = waits(trace).loc[packed.index].assign(packed=packed).sort_values("time")
    first_of_the_rest = placed[::-1].groupby("shop")["packed"].cummin()
    return float((placed["packed"] > first_of_the_rest.reindex(placed.index)).mean())


def busy(trace: pd.DataFrame) -> int:
    """How many stations packed at once, at most."""
    names = trace.sort_values("time", kind="stable")["name"]
    return int((names.eq("begun").cumsum() - names.eq("packed").cumsum()).max())


def idle(design: str, *, seed: int = 3, minutes: float = 2) -> float:
    """Receives per minute of a warehouse to which no order comes, after a first minute."""
    trace = sale(design, seed=seed, minutes=minutes + 1, streams=[])
    asked = trace["operation"].eq("ReceiveMessage") & trace["time"].gt(60)
    return float(asked.sum() / minutes)


def nights(*, seed: int = 3) -> dict[str, float]:
    """`idle` of the designs with one queue, queues in turn, and a thread per queue."""
    return {name: idle(name, seed=seed) for name in list(DESIGNS)[:3]}


def polling(runs: dict[str, pd.DataFrame], *, seed: int = 3) -> pd.DataFrame:
    """What the others wait in these sales, and what a month without orders costs, by design.

    A month has 30 days; the price is that of a request to a standard queue in `data/prices.csv`.
    """
    minute = 30 * 24 * 60 * price_of("sqs", "requests").each
    night = nights(seed=seed)
    rows = {
        name: {
            "p95 of the others (s)": round(p95(waits(trace)), 1),
            "receives a minute, idle": round(night[name]),
            "USD for an idle month": round(night[name] * minute, 2),
        }
        for name, trace in runs.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


VISIBLE = "ApproximateNumberOfMessagesVisible"
WATCHED = {
    "ApproximateNumberOfNoisyGroups": "noisy groups",
    VISIBLE: "waiting",
    f"{VISIBLE}InQuietGroups": "waiting in quiet groups",
}
OPENED = datetime(2026, 11, 2, 8, tzinfo=UTC)  # when every lab begins


def watched(*, seed: int = 3, minutes: float = 5) -> pd.DataFrame:
    """What CloudWatch says of the fair queue in a sale: a row per minute, a column per metric."""
    lab = run("fair queue", seed=seed, minutes=minutes)
    end = OPENED + timedelta(minutes=minutes)
    found = read_metrics(boto3.client("cloudwatch"), "orders-fair", list(WATCHED), OPENED, end)
    lab.close()
    frame = pd.DataFrame(found).rename(columns=WATCHED).astype(int)
    return frame.rename(index=lambda moment: f"{moment:%H:%M}")


def read_metrics(
    cloudwatch: Any, queue: str, names: Iterable[str], start: datetime, end: datetime
) -> dict[str, dict[datetime, float]]:
    """The largest value of each metric in each minute."""
    common = {"Namespace": "AWS/SQS", "Dimensions": [{"Name": "QueueName", "Value": queue}]}
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": common | {"MetricName": name},
                "Period": 60,
                "Stat": "Maximum",
            },
        }
        for number, name in enumerate(names)
    ]
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=start, EndTime=end, ScanBy="TimestampAscending"
    )
    return {
        name: dict(zip(result["Timestamps"], result["Values"], strict=True))
        for name, result in zip(names, answer["MetricDataResults"], strict=True)
    }


def ahead_of_cycling(in_flight: int, *, burst: int = 60, seed: int = 3) -> int:
    """How many orders of a burst go out before the order of cycling that was sent after it.

    No time passes, so there is no processing time: the first half of AWS's rule acts alone.

    Parameters
    ----------
    in_flight : int
        Orders that are in flight already, a multiple of ten; each is a tenant of its own.
    """
    with Lab(seed=seed):
        sqs = boto3.client("sqs")
        queue = sqs.create_queue(QueueName="orders-fair", Attributes=PATIENT)["QueueUrl"]
        ten = [{"Id": f"{number}", "MessageBody": NOISY} for number in range(10)]
        for _ in range(in_flight // 10):
            sqs.send_message_batch(QueueUrl=queue, Entries=ten)
            sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        for entry in (ten * (burst // 10 + 1))[:burst]:
            body = entry["MessageBody"]
            sqs.send_message(QueueUrl=queue, MessageBody=body, MessageGroupId=NOISY)
        sqs.send_message(QueueUrl=queue, MessageBody="cycling", MessageGroupId="cycling")
        for place in range(burst + 1):
            [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
            if message["Body"] == "cycling":
                return place
    raise RuntimeError("the order of cycling never came")
