"""One token for all attempts: at a card provider, and at DynamoDB."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import boto3
import pandas as pd
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from helpers import faults, load, trace
from helpers.lab import Lab
from helpers.patterns.idempotency import table_of_records
from helpers.patterns.shop import open_shop
from helpers.patterns.sync import call, fixed, retry

ONCE, DOGGED = {"total_max_attempts": 1}, {"total_max_attempts": 10}


def paying(seed: int, made: str) -> dict[str, int]:
    """A checkout pays at a provider whose replies get lost, one in five, and tries again.

    Parameters
    ----------
    made : str
        When the token is made: "for each attempt" or "before the first".

    Returns
    -------
    dict
        How many orders, lost replies and charges there were.
    """
    lab, known = Lab(seed=seed), set()
    client = boto3.client("lambda", config=Config(read_timeout=2, retries=ONCE))

    def provider(event: Any, context: Any) -> None:
        if event["token"] not in known:
            lab.mark("charged", order_id=event["order_id"])
        known.add(event["token"])

    def checkout(order: load.Order) -> None:
        mine = str(uuid.uuid4())  # before the first attempt

        def attempt() -> Any:
            token = str(uuid.uuid4()) if made == "for each attempt" else mine
            return call(client, "provider", {"order_id": order.order_id, "token": token})

        retry(attempt, attempts=8, pause=fixed)

    lab.deploy("provider", provider)
    with faults.lost_reply("lambda.Invoke", rate=0.2, seed=seed) as lost, lab.running():
        lab.start(open_shop, load.orders(rate=1, seconds=40, seed=seed), checkout)
    charges = trace.effects(lab.trace, "charged")
    lab.close()
    found = {"orders": len(charges), "replies lost": lost.hits, "charges": int(charges.sum())}
    return found | {"too many": found["charges"] - found["orders"]}


@dataclass(frozen=True)
class Way:
    """A way to give points by DynamoDB, and what happens when the reply gets lost.

    transaction : by TransactWriteItems, and not by UpdateItem.
    own_token : with a ClientRequestToken of the caller's own.
    sdk_retries : the SDK tries again; else the caller does.
    again_after : seconds after which the same points are given once more.
    """

    name: str
    transaction: bool = True
    own_token: bool = False
    sdk_retries: bool = True
    again_after: float | None = None


WAYS = (
    Way("UpdateItem", transaction=False),
    Way("transaction"),
    Way("transaction, we call again", sdk_retries=False),
    Way("own token, we call again", own_token=True, sdk_retries=False),
    Way("own token, once more after 11 min", own_token=True, again_after=660),
)


def give(client: Any, way: Way, order_id: str) -> Any:
    """Ten points for an order. Without an answer of the SDK we call again."""
    add = {
        "TableName": "points",
        "Key": {"id": {"S": f"{way.name} {order_id}"}},
        "UpdateExpression": "ADD points :p",
        "ExpressionAttributeValues": {":p": {"N": "10"}},
    }
    own = f"{order_id} {way.again_after}"  # a token has at most 36 characters
    token = {"ClientRequestToken": own} if way.own_token else {}
    while True:
        with contextlib.suppress(ReadTimeoutError):  # the SDK has given up
            if not way.transaction:
                return client.update_item(**add)
            return client.transact_write_items(TransactItems=[{"Update": add}], **token)


def points(seed: int, ways: Sequence[Way] = WAYS, give: Any = give) -> pd.Series[float]:
    """Customers should have ten points, while three replies in ten get lost.

    Returns
    -------
    Series
        How many they have on average, for each way.
    """
    lab = Lab(seed=seed)
    patient = boto3.client("dynamodb", config=Config(read_timeout=2, retries=DOGGED))
    impatient = boto3.client("dynamodb", config=Config(read_timeout=2, retries=ONCE))
    table_of_records(patient, "points")

    def customer(order: load.Order) -> None:
        for way in ways:
            give(patient if way.sdk_retries else impatient, way, order.order_id)
        for way in ways:
            if way.again_after is not None:
                time.sleep(way.again_after)
                give(patient, way, order.order_id)

    with faults.lost_reply("dynamodb", rate=0.3, seed=seed), lab.running():
        lab.start(open_shop, load.orders(rate=1, seconds=12, seed=seed), customer)
    items = patient.scan(TableName="points")["Items"]
    lab.close()
    given = {item["id"]["S"]: int(item["points"]["N"]) for item in items}
    averages = pd.Series(given).groupby(lambda name: name.partition(" o-")[0]).mean()
    return averages[[way.name for way in ways]]
