"""The designs: how the eight shops send to the warehouse, and how its stations receive."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from helpers import load
from helpers.lab import Lab
from helpers.lessons.lesson_05.shops import NOISY, SHOPS
from helpers.patterns.tenants import (
    pack_from_queue,
    pack_in_turn,
    pack_when_free,
    send_for_shop,
)

PATIENT = {"VisibilityTimeout": "600"}  # seconds; longer than ten orders can take

Send = Callable[[load.Order], Any]
Pack = Callable[[str], None]


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
