"""What got where, how long it took, and what each route changed in the sender."""

from __future__ import annotations

import ast
import difflib
import inspect
import itertools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from helpers import load, trace
from helpers.lessons.lesson_07.experiment import OUTAGE, ROUTES
from helpers.patterns.router import recipients


def waits(events: pd.DataFrame) -> pd.Series[float]:
    """Milliseconds that each checkout waited."""
    return events.query("name == 'answered'")["waited"].astype(float) * 1000


def told_yes(events: pd.DataFrame) -> pd.Series[bool]:
    """Whether the checkout of each order was told that all went well."""
    return events.query("name == 'answered'")["ok"].astype(bool)


def due(orders: Sequence[load.Order]) -> list[tuple[str, str]]:
    """Each queue and order that it concerns."""
    bodies = [json.loads(order.json()) for order in orders]
    return [(name, body["order_id"]) for body in bodies for name in recipients(body)]


def placed_in(orders: Sequence[load.Order], span: tuple[float, float] = OUTAGE) -> list[load.Order]:
    """The orders that were placed in a span of seconds."""
    return [order for order in orders if span[0] <= order.placed_at < span[1]]


def messages(events: pd.DataFrame, orders: Sequence[load.Order]) -> pd.Series[float]:
    """How many messages of each order got into each queue that it concerns. One is right."""
    there = trace.deliveries(events).set_index(["queue", "order_id"])["messages"]
    wanted = pd.MultiIndex.from_tuples(due(orders), names=there.index.names)
    return there.reindex(wanted).fillna(0).astype(float)


def per_receiver(events: pd.DataFrame, orders: Sequence[load.Order]) -> pd.Series[float]:
    """Messages per order and receiver, of the orders placed in the outage."""
    means = messages(events, placed_in(orders)).groupby("queue").mean()
    return means.reindex(list(ROUTES))


def strays(events: pd.DataFrame, orders: Sequence[load.Order]) -> int:
    """How many orders got into a queue that they do not concern, or are missing where they do."""
    there = trace.deliveries(events)
    there = there[there["queue"].isin(ROUTES)]
    return len(set(zip(there["queue"], there["order_id"], strict=True)) ^ set(due(orders)))


def places_lost(events: pd.DataFrame) -> float:
    """How many places the most delayed order has fallen behind at shipping."""
    at_shipping = trace.messages(events).query("what == 'sent' and queue == 'shipping'")
    bodies = at_shipping["body"].reset_index(drop=True)
    order = bodies.map(lambda body: trace.field(body, "order_id"))
    return float((order.index + 1 - order.rank(method="dense")).max())


def last_queue(events: pd.DataFrame) -> pd.Series[float]:
    """Milliseconds from the placing of each order to its arrival in its last queue."""
    told = events.query("name == 'answered'").set_index("order_id")
    began = told["time"] - told["waited"].astype(float)
    sent = trace.messages(events).query("what == 'sent' and queue in @ROUTES")
    order = sent["body"].map(lambda body: trace.field(body, "order_id"))
    return (sent.groupby(order)["time"].max() - began).dropna() * 1000


def created(events: pd.DataFrame) -> int:
    """How many queues, topics and subscriptions were made."""
    return int(events["operation"].isin(["CreateQueue", "CreateTopic", "Subscribe"]).sum())


# -- the sender's code


def growth(versions: Mapping[int, Callable[..., Any]]) -> pd.DataFrame:
    """Size of a sender after each route: lines, branches, and lines changed by the route.

    Returns
    -------
    DataFrame
        Index: number of routes. Columns: lines, branches (conditions), changed.
    """
    sources = {
        number: re.sub(r"\Adef \w+", "def sender", inspect.getsource(version))
        for number, version in versions.items()
    }
    pairs = itertools.pairwise(source.splitlines() for source in ["", *sources.values()])
    changed = [sum(line[0] in "+-" for line in difflib.ndiff(*pair)) for pair in pairs]
    rows = {
        number: (len(source.splitlines()), branches(source)) for number, source in sources.items()
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["lines", "branches"])
    return frame.assign(changed=changed).rename_axis("routes")


def branches(source: str) -> int:
    """How many conditions a function has."""
    return sum(isinstance(node, ast.If) for node in ast.walk(ast.parse(source)))
