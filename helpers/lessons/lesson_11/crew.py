"""Workers behind a queue that hand the token on: at once, or by a delivery too many."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from random import Random
from typing import Any

import boto3
import pandas as pd

from helpers import load, trace
from helpers.lab import Lab
from helpers.lessons.lesson_11 import waits
from helpers.patterns.callback import TOKEN_AND_ORDER, answer, answer_for_the_dead, waiting
from helpers.patterns.redelivery import arn_of, queue_with_dead_letters, work_off

HOUR = 3600  # seconds


def dispatch(sqs: Any, queue: str, number: int, work: Callable[[str, str], None]) -> None:
    """Take `number` messages; start `work(order_id, token)` for each in a thread, and delete it."""
    while number:
        polled = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in polled.get("Messages", []):
            body = json.loads(message["Body"])
            name = body["order"]["order_id"]
            threading.Thread(target=work, args=(name, body["token"]), name=name).start()
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            number -= 1


def crew(
    seed: int, number: int = 20, function: Callable[..., Any] = answer_for_the_dead
) -> pd.DataFrame:
    """Workers that delete last, and `function` behind the dead-letter queue, until all is over.

    Most checks take 20 s. One in ten is "slow": 400 s, longer than its message is hidden. One in
    five is "deadly" to every worker. A message is hidden for 300 s and delivered three times.

    Returns
    -------
    DataFrame
        `waits.executions` with `kind`, and how often an order was delivered, worked (checked to
        the end) and its answer counted.
    """
    lab, client, sqs = Lab(seed=seed), boto3.client("stepfunctions"), boto3.client("sqs")
    queue, dead = queue_with_dead_letters(sqs, "checks", tries=3, timeout=300)
    lab.deploy("answer-for-the-dead", function, timeout=30)
    source = {"EventSourceArn": arn_of(sqs, dead), "FunctionName": "answer-for-the-dead"}
    boto3.client("lambda").create_event_source_mapping(**source)
    message = {"QueueUrl": queue, "MessageBody": TOKEN_AND_ORDER}
    machine = waits.create(waiting("sqs:sendMessage", message, TimeoutSeconds=8 * HOUR))
    orders = load.orders(arrivals=[45.0 * n for n in range(number)], seed=seed)
    drawn = [("slow", "deadly", "deadly", *["quick"] * 7)[n % 10] for n in range(number)]
    Random(seed).shuffle(drawn)
    kinds = {order.order_id: kind for order, kind in zip(orders, drawn, strict=True)}

    def check(body: dict[str, Any]) -> None:
        name = body["order"]["order_id"]
        lab.mark("delivered", order_id=name)
        if kinds[name] == "deadly":
            raise MemoryError("the worker is dead; a new one takes its place")
        time.sleep(20 if kinds[name] == "quick" else 400)
        counted = answer(client, body["token"], credit="good")
        lab.mark("worked", order_id=name)
        if counted:
            lab.mark("counted", order_id=name)

    with lab.running(seconds=45 * number + 1300):
        lab.start(waits.start_each, client, machine, orders)
        lab.start(work_off, sqs, queue, check, copies=6)
    ends = waits.executions(machine).assign(kind=pd.Series(kinds))
    for name in ("delivered", "worked", "counted"):
        ends[name] = trace.effects(lab.trace, name).reindex(ends.index, fill_value=0)
    lab.close()
    return ends
