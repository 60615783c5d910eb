"""Six versions 2 of an event, and all who look at it: schemas, old consumers, a new consumer."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import boto3
import pandas as pd

from helpers import load, trace
from helpers.lab import Lab
from helpers.lessons.lesson_09.experiment import PLACED
from helpers.lessons.lesson_09.schemas import validator
from helpers.lessons.lesson_09.source import Json, as_placed
from helpers.patterns.bus import publish, subscribe
from helpers.patterns.events import fact

LARGE = PLACED | {"detail": {"amount": [{"numeric": [">", 5000]}]}}  # over 50 euros
EACH = 20  # orders for each change
GOOD = "✓"

Look = Callable[[Json], Any]


def cents(text: Any) -> int:
    """Euros as text, in cents."""
    return int(Decimal(text) * 100)


NOTE = "Happy birthday"
CHANGES: dict[str, Look] = {
    "added": lambda d: d | {"gift_note": NOTE},
    "added, required": lambda d: d | {"gift_note": NOTE},
    "removed": lambda d: {key: value for key, value in d.items() if key != "items"},
    "renamed": lambda d: {"total" if key == "amount" else key: d[key] for key in d},
    "retyped": lambda d: d | {"amount": f"{d['amount'] / 100:.2f}"},
    "meaning": lambda d: d | {"amount": round(d["amount"] / 1.19)},  # assumption: 19 % tax
}
SCHEMAS = {change: validator(f"v2-{change}") for change in CHANGES if "," not in change}
SCHEMAS["added, required"] = validator("v2-added", required=["gift_note"])
OLD: dict[str, Look] = {  # version 1's consumers
    "charging": lambda detail: detail["amount"] / 100,  # euros
    "labels": lambda detail: detail["address"]["street"],
    "loyalty": lambda detail: sum(item["quantity"] for item in detail["items"]),
}
NEW: dict[str, Look] = {  # a consumer written for version 2, who knows no other
    "added": lambda detail: detail.get("gift_note"),
    "added, required": lambda detail: detail["gift_note"].upper(),
    "removed": lambda detail: detail["order_id"],
    "renamed": lambda detail: detail["total"],
    "retyped": lambda detail: cents(detail["amount"]),
    "meaning": lambda detail: round(detail["amount"] * 1.19),
}
RIGHT: dict[str, Look] = {  # what it should make of an order of version 1
    "added": lambda order: None,
    "added, required": lambda order: None,
    "removed": lambda order: order["order_id"],
    "renamed": lambda order: order["amount"],
    "retyped": lambda order: order["amount"],
    "meaning": lambda order: order["amount"],
}


def survey(seed: int) -> pd.DataFrame:
    """What each says of each change: a row for each order, "✓", "refuses", "raises" or "wrong".

    Every order comes over the bus twice: with its change, and as version 1, from an archive or
    from a queue that still holds it. Behind the bus are a queue and a rule for large amounts.
    """
    lab, events, sqs = Lab(seed=seed), boto3.client("events"), boto3.client("sqs")
    events.create_event_bus(Name="shop")
    for queue, pattern in {"desks": PLACED, "fraud-check": LARGE}.items():
        subscribe(events, sqs, "shop", queue, pattern)
    orders = list(map(as_placed, load.orders(arrivals=[0.0] * EACH * len(CHANGES), seed=seed)))
    told = list(zip(orders, EACH * list(CHANGES), strict=True))
    entries = [fact("OrderPlaced", CHANGES[change](order) | {"v": 2}) for order, change in told]
    entries += [fact("OrderPlaced", order | {"v": 1}) for order in orders]
    for start in range(0, len(entries), 10):
        publish(events, entries[start : start + 10])
    with lab.running(seconds=10):
        pass
    got = _received(lab.trace)
    lab.close()
    return pd.DataFrame([_row(order, change, got) for order, change in told])


def _received(events: pd.DataFrame) -> dict[tuple[str, int], dict[str, Json]]:
    """The details in each queue, by queue and version, and by order."""
    got: dict[tuple[str, int], dict[str, Json]] = {}
    for _, sent in trace.messages(events).query("what == 'sent'").iterrows():
        detail = json.loads(sent["body"])["detail"]
        version = detail.pop("v")
        got.setdefault((sent["queue"], version), {})[detail["order_id"]] = detail
    return got


def _row(order: Json, change: str, got: dict[tuple[str, int], dict[str, Json]]) -> dict[str, Any]:
    name = order["order_id"]
    new, old = got["desks", 2][name], got["desks", 1][name]
    row = {
        "change": change,
        "own schema": _valid(SCHEMAS[change], new),
        "v2 under v1": _valid(validator("v1"), new),
        "… v1 closed": _valid(validator("v1", closed=True), new),
        "v1 under v2": _valid(SCHEMAS[change], old),
    }
    row |= {who: _says(look, new, look(order)) for who, look in OLD.items()}
    if order["amount"] > 5000:
        there = name in got.get(("fraud-check", 2), {})
        row["fraud-check"] = GOOD if there else "left out"
    return row | {"new consumer, old event": _says(NEW[change], old, RIGHT[change](order))}


def _valid(schema: Any, detail: Json) -> str:
    return GOOD if schema.is_valid(detail) else "refuses"


def _says(look: Look, detail: Json, right: Any) -> str:
    try:
        told = look(detail)
    except (KeyError, TypeError):
        return "raises"
    return GOOD if told == right else "wrong"


def share(seen: pd.DataFrame) -> pd.DataFrame:
    """Of 100 orders, how many each finds fault with: a row for each change."""
    by_change = seen.groupby("change", sort=False)
    return by_change.agg(lambda told: 100 * (told.dropna() != GOOD).mean())


def said(seen: pd.DataFrame) -> pd.DataFrame:
    """The first fault that each finds, or "✓"."""
    by_change = seen.groupby("change", sort=False)
    return by_change.agg(lambda told: next((each for each in told.dropna() if each != GOOD), GOOD))


def costs_unseen(shares: pd.DataFrame) -> str:
    """The change that no schema refuses, open or in the other direction, and charging gets wrong.

    Takes the table of `share`.
    """
    schemas = shares[["own schema", "v2 under v1", "v1 under v2"]]
    return ", ".join(shares.index[(schemas == 0).all(axis=1) & (shares["charging"] > 0)])
