"""An hour at noon: one queue, one worker, and, if asked for, replies that are lost."""

from __future__ import annotations

import random
import time
from contextlib import nullcontext

import boto3
import pandas as pd
from botocore.exceptions import BotoCoreError

from helpers import faults, load
from helpers.lab import Lab
from helpers.patterns.shop import open_shop
from helpers.patterns.worker import charge_cards


def noon(*, lost: float = 0.0, seed: int = 3) -> pd.DataFrame:
    """The trace of an hour of a small platform's orders, from noon on.

    Parameters
    ----------
    lost : float
        Share of the replies to SendMessage that are lost on their way.
    seed : int
        Of the customers, of the time that each charge takes (3 to 9 s), and of what is lost.
    """
    orders = load.day(from_hour=12, to_hour=13, scale=0.2, seed=seed)
    lab, draws = Lab(seed=seed), random.Random(seed)
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]

    def checkout(order: load.Order) -> None:
        try:
            sqs.send_message(QueueUrl=queue, MessageBody=order.json())
        except BotoCoreError:  # three replies lost in a row
            lab.mark("told an error", order_id=order.order_id)

    def charge(order: dict[str, object]) -> None:
        time.sleep(draws.uniform(3, 9))
        lab.mark("charged", order_id=order["order_id"])

    losing = faults.lost_reply("sqs.SendMessage", rate=lost, seed=seed) if lost else nullcontext()
    with losing, lab.running(minutes=65):
        lab.start(open_shop, orders, checkout)
        lab.start(charge_cards, sqs, queue, charge)
    trace = lab.trace
    lab.close()
    return trace
