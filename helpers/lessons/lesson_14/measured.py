"""The runs behind the findings of lesson 14, each a function of the seed."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from helpers.findings import Numbers
from helpers.lessons.lesson_14 import scorecard
from helpers.lessons.lesson_14.day import Held, hold
from helpers.patterns.black_friday import (
    charge_by_token,
    charge_once,
    open_plain_queue,
    open_queue,
    take_order,
    take_order_of,
)
from helpers.patterns.redelivery import queue_with_dead_letters
from helpers.patterns.worker import charge_cards


def of(held: Held) -> dict[str, float]:
    """The scorecard by short names, and the grade."""
    values = scorecard.score(held)
    found = {measure.key: values[measure.name] for measure in scorecard.MEASURES}
    return {"orders": len(held.plan.orders), "grade": scorecard.grade(values)} | found


def one_queue(session: Any) -> str:
    """A queue, and nothing else."""
    url: str = session.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    return url


def send(session: Any, shop: str, order: Any) -> None:
    """A message, sent as boto3 sends it if nobody says otherwise."""
    session.client("sqs").send_message(QueueUrl=shop, MessageBody=order.json())


def charge_each(session: Any, shop: str, charge: Any) -> None:
    """Lesson 00's worker: a charge for each delivery."""
    charge_cards(session.client("sqs"), shop, charge)


def first_try(seed: int) -> Numbers:
    """The shop with which the lesson begins."""
    return of(hold(one_queue, send, charge_each, seed=seed))


def first_grade(seed: int) -> Numbers:
    """Dead letters, and a key for each order."""
    return of(hold(open_queue, take_order, charge_once, seed=seed))


def second_grade(seed: int) -> Numbers:
    """And a fair queue, and time-outs."""
    return of(hold(open_queue, take_order_of, charge_once, seed=seed))


def third_grade(seed: int) -> Numbers:
    """And no table."""
    return of(hold(open_plain_queue, take_order_of, charge_by_token, seed=seed))


def three_tries(seed: int) -> Numbers:
    """The first grade's shop, which gives an order up after three deliveries."""

    def impatient(session: Any) -> str:
        shop: str = queue_with_dead_letters(session.client("sqs"), "orders", tries=3)[0]
        return shop

    return of(hold(impatient, take_order, charge_by_token, seed=seed))


def by_message(seed: int) -> Numbers:
    """The third grade's shop, whose token is the id of the message."""

    def work(session: Any, shop: str, charge: Any) -> None:
        sqs = session.client("sqs")
        while True:
            answer = sqs.receive_message(QueueUrl=shop, WaitTimeSeconds=20)
            for message in answer.get("Messages", []):
                with contextlib.suppress(Exception):
                    charge(json.loads(message["Body"]), token=message["MessageId"])
                    sqs.delete_message(QueueUrl=shop, ReceiptHandle=message["ReceiptHandle"])

    return of(hold(open_plain_queue, take_order_of, work, seed=seed))
