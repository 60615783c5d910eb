"""One checkout by call, by queue, and by queue with a reply, under the same orders and outage."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any

import boto3
import pandas as pd

from helpers import faults, load, trace
from helpers.lab import Lab
from helpers.patterns.queue import answer_requests, ask, charge_from_queue, collect_replies
from helpers.patterns.shop import open_shop

CHARGE = 1.2  # seconds that a charge takes, on average
OUTAGE = (240.0, 420.0)  # seconds: from minute 4 to minute 7

Span = tuple[float, float]


def wire(service: str, seed: int) -> faults.latency:
    """A network on which a request takes 10 ms in the median, 60 ms at the 99th percentile."""
    return faults.latency(service, median=0.010, p99=0.060, seed=seed)


def card_provider(
    lab: Lab, seed: int, *, outage: Span | None = None, limit: float = float("inf")
) -> Callable[[dict[str, Any]], None]:
    """A `charge(order)` that takes its time, and fails while the provider is down or full.

    Parameters
    ----------
    outage : tuple of float, optional
        From when until when the provider is down, in simulated seconds.
    limit : float
        How many charges the provider has at once; it refuses more.
    """
    draws, busy = random.Random(f"charges {seed}"), 0

    def charge(order: dict[str, Any]) -> None:
        nonlocal busy
        if outage and outage[0] <= lab.now < outage[1]:
            raise ConnectionError("the card provider is down")
        if busy >= limit:
            raise ConnectionError(f"the card provider has {busy} charges at once")
        busy += 1
        lab.mark("charging")  # of no order: it is not an effect
        time.sleep(draws.expovariate(1 / CHARGE))
        busy -= 1
        lab.mark("charged", order_id=order["order_id"])

    return charge


def flash_sale(*, seed: int = 3) -> list[load.Order]:
    """Four minutes of orders; in the second minute ten times as many as before and after."""
    rush = load.burst(rate=0.5, peak=5.0, start=60, end=120, minutes=4, seed=seed)
    return load.orders(arrivals=rush, seed=seed)


def by_call(
    orders: list[load.Order],
    *,
    outage: Span | None = None,
    limit: float = float("inf"),
    minutes: float = 12,
    seed: int = 3,
) -> pd.DataFrame:
    """The trace of a checkout that invokes the function charge-card and waits for its answer."""
    lab = Lab(seed=seed)
    charge = card_provider(lab, seed, outage=outage, limit=limit)
    lab.deploy("charge-card", lambda order, context: charge(order), timeout=30)
    client = boto3.client("lambda")

    def checkout(order: load.Order) -> None:
        lab.mark("placed", order_id=order.order_id)
        answer = client.invoke(FunctionName="charge-card", Payload=order.json())
        failed = "FunctionError" in answer
        lab.mark("told an error" if failed else "answered", order_id=order.order_id)

    with wire("lambda", seed), lab.running(minutes=minutes):
        lab.start(open_shop, orders, checkout)
    events = lab.trace
    lab.close()
    return events


def by_queue(
    orders: list[load.Order],
    *,
    outage: Span | None = None,
    limit: float = float("inf"),
    workers: int = 2,
    worker: Callable[..., Any] = charge_from_queue,
    minutes: float = 12,
    seed: int = 3,
) -> pd.DataFrame:
    """The trace of a checkout that sends each order to a queue, from which workers charge."""
    lab = Lab(seed=seed)
    charge = card_provider(lab, seed, outage=outage, limit=limit)
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]

    def checkout(order: load.Order) -> None:
        lab.mark("placed", order_id=order.order_id)
        sqs.send_message(QueueUrl=queue, MessageBody=order.json())
        lab.mark("answered", order_id=order.order_id)

    with wire("sqs", seed), lab.running(minutes=minutes):
        lab.start(open_shop, orders, checkout)
        lab.start(worker, sqs, queue, charge, copies=workers)
    events = lab.trace
    lab.close()
    return events


def with_reply(
    orders: list[load.Order],
    *,
    collector: Callable[..., Any] = collect_replies,
    workers: int = 3,
    patience: float = 60,
    minutes: float = 12,
    seed: int = 3,
) -> pd.DataFrame:
    """The trace of a checkout that sends each order to a queue and waits for the reply.

    Each checkout marks what it was told: `receipt` is the order on the receipt that it got, or None
    if none came. Each message that is sent or received marks a "hop", with its trace id.
    """
    lab = Lab(seed=seed)
    charge = card_provider(lab, seed)
    sqs = boto3.client("sqs")
    requests, replies = (sqs.create_queue(QueueName=n)["QueueUrl"] for n in ("requests", "replies"))
    note_hops(lab, sqs)
    pending: dict[str, Any] = {}

    def work(body: str) -> str:
        order = json.loads(body)
        charge(order)
        return json.dumps({"order_id": order["order_id"], "charged": order["amount"]})

    def checkout(order: load.Order) -> None:
        lab.mark("placed", order_id=order.order_id)
        reply = ask(sqs, requests, replies, order.json(), pending, patience)
        receipt = json.loads(reply)["order_id"] if reply else None
        lab.mark("answered", order_id=order.order_id, receipt=receipt)

    with wire("sqs", seed), lab.running(minutes=minutes):
        lab.start(open_shop, orders, checkout)
        lab.start(answer_requests, sqs, requests, work, copies=workers)
        lab.start(collector, sqs, replies, pending)
    events = lab.trace
    lab.close()
    return events


def first_come(sqs: Any, replies: str, pending: dict[str, Any]) -> None:
    """Give each reply to the checkout that has waited longest, and look at no correlation id."""
    while True:
        answer = sqs.receive_message(QueueUrl=replies, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            for longest_waiting in list(pending)[:1]:
                pending[longest_waiting].put(message["Body"])
            sqs.delete_message(QueueUrl=replies, ReceiptHandle=message["ReceiptHandle"])


def note_hops(lab: Lab, sqs: Any) -> None:
    """Write down each message with its trace id, in boto3's own hooks, as a tracing SDK does."""

    def note(what: str, url: str, body: str, header: str) -> None:
        root = header.removeprefix("Root=")
        order = trace.field(body, "order_id")
        lab.mark("hop", order_id=order, trace_id=root, what=what, queue=url.rpartition("/")[2])

    def sending(params: dict[str, Any], **_: Any) -> None:
        header = params["MessageSystemAttributes"]["AWSTraceHeader"]["StringValue"]
        note("sent", params["QueueUrl"], params["MessageBody"], header)

    def asking(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        params["MessageSystemAttributeNames"] = ["AWSTraceHeader"]
        context["queue"] = params["QueueUrl"]

    def received(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        for message in parsed.get("Messages", []):
            note(
                "received",
                context["queue"],
                message["Body"],
                message["Attributes"]["AWSTraceHeader"],
            )

    events = sqs.meta.events
    events.register("provide-client-params.sqs.SendMessage", sending)
    events.register("provide-client-params.sqs.ReceiveMessage", asking)
    events.register("after-call.sqs.ReceiveMessage", received)


# -- what is read from a trace


def wait(events: pd.DataFrame) -> pd.Series[float]:
    """Seconds from the order to the shop's answer, by order; NaN if the answer was an error."""
    return trace.end_to_end(events, "answered", start="placed")


def done(events: pd.DataFrame) -> pd.Series[float]:
    """Seconds from the order to the charge, by order; NaN if the card was never charged."""
    return trace.end_to_end(events, "charged", start="placed")


def undone(events: pd.DataFrame) -> pd.DataFrame:
    """Orders that are in the queue, waiting or in flight: time (simulated seconds) and orders."""
    steps = trace.backlog(events, "orders")
    return steps.assign(orders=steps["waiting"] + steps["in_flight"])[["time", "orders"]]


def recovery(events: pd.DataFrame, outage: Span = OUTAGE, few: int = 2) -> float:
    """Seconds from the end of the outage until no more than a few orders are in the queue."""
    steps = undone(events)
    worked_off = (steps["time"] > outage[1]) & (steps["orders"] <= few)
    return float(steps.loc[worked_off, "time"].min() - outage[1])


def at_once(events: pd.DataFrame, every: float = 10.0) -> pd.DataFrame:
    """The most charges that the provider has at once in each window of `every` seconds.

    Returns
    -------
    DataFrame
        time (when a window begins, in simulated seconds) and charges.
    """
    change = events["name"].map({"charging": 1, "charged": -1}).dropna()
    window = (events.loc[change.index, "time"] // every).astype(int)
    level = change.cumsum().groupby(window).agg(["max", "last"])
    level = level.reindex(range(int(window.max()) + 1))
    carried = level["last"].ffill().shift(fill_value=0).fillna(0)
    charges = level["max"].fillna(0).combine(carried, max).astype(int)
    return pd.DataFrame({"time": charges.index * every, "charges": charges})


def strangers(events: pd.DataFrame) -> pd.DataFrame:
    """The checkouts that got the receipt of another order: order_id and receipt."""
    told = events[events["name"] == "answered"].dropna(subset="receipt")
    wrong = told[told["receipt"] != told["order_id"]]
    return wrong[["order_id", "receipt"]].reset_index(drop=True)


def hops(events: pd.DataFrame, order: str) -> pd.DataFrame:
    """The way of the trace id that an order was given first, through all queues: a row per hop."""
    hop = events[events["name"] == "hop"]
    trace_id = hop.loc[hop["order_id"] == order, "trace_id"].iloc[0]
    found = hop[hop["trace_id"] == trace_id]
    return found[["time", "caller", "what", "queue", "trace_id"]].reset_index(drop=True)
