"""Workers whose machines die where a plan says so, and start again with an empty memory.

What comes of it is in the trace: the mark "crashed" has order_id and point.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

from helpers.lessons.machines import Crash

OrderBody = dict[str, Any]  # an order, as a message or an event carries it
Message = dict[str, Any]


def order_in(message: Message) -> OrderBody:
    """The order in a message, which an event of the bus carries in its detail."""
    body: OrderBody = json.loads(message["Body"])
    detail: OrderBody = body.get("detail", body)
    return detail


def work_through(sqs: Any, queue: str, handle: Callable[[Message], Any], crash: Any) -> None:
    """Take messages for ever; delete last. `crash` is called where the machine may die."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            with contextlib.suppress(Exception):  # not deleted: it comes again
                handle(message)
                crash("before the delete", order_in(message))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                crash("after the delete", order_in(message))


def machine(sqs: Any, queue: str, handle: Callable[[Message], Any], crash: Any) -> None:
    """A worker that starts again five seconds after each crash."""
    while True:
        with contextlib.suppress(Crash):
            work_through(sqs, queue, handle, crash)
        time.sleep(5)


def crashes(lab: Any, plan: dict[str, str]) -> Callable[[str, OrderBody], None]:
    """A function that ends the machine at the point that the plan has for an order, once."""
    plan = dict(plan)

    def crash(point: str, order: OrderBody) -> None:
        if plan.get(order["order_id"]) == point:
            del plan[order["order_id"]]
            lab.mark("crashed", order_id=order["order_id"], point=point)
            raise Crash

    return crash
