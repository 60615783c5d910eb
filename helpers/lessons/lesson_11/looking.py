"""A workflow that looks for the answer, beside one that is called back."""

from __future__ import annotations

import math
import time
from random import Random
from typing import Any

import boto3
import pandas as pd

from helpers import load
from helpers.lab import Lab
from helpers.lessons.lesson_11 import waits
from helpers.patterns.callback import TOKEN_AND_ORDER, answer, waiting

HOUR = 3600  # seconds


def looking(function: str, seconds: float) -> dict[str, Any]:
    """A workflow that looks for an answer every `seconds` seconds, by calling `function`."""
    call = {"FunctionName": function, "Payload": {"order_id.$": "$.order_id"}}
    there = {"Variable": "$.found.Payload", "IsNull": False, "Next": "Done"}
    states = {
        "Wait": {"Type": "Wait", "Seconds": seconds, "Next": "Look"},
        "Look": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": call,
            "ResultPath": "$.found",
            "Next": "Answered",
        },
        "Answered": {"Type": "Choice", "Choices": [there], "Default": "Wait"},
        "Done": {"Type": "Succeed"},
    }
    return {"StartAt": "Wait", "States": states}


def by_callback(seed: int, number: int = 10) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders whose workflows wait for a token; see `by_loop` for the answers and what is returned.

    The function `mail` hands each token to a customer.
    """
    flow = waiting("lambda:invoke", {"FunctionName": "mail", "Payload": TOKEN_AND_ORDER})
    return _answered(flow, seed, number)


def by_loop(seed: int, minutes: int = 60, number: int = 10) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders whose workflows look every `minutes` minutes whether an answer is there.

    Answers take five hours on average, as the seed draws them, and say yes. Every second one is
    followed by a no half an hour later.

    Returns
    -------
    tuple of DataFrame
        The trace, and `waits.executions` with hours (until the answer), states (entered), events
        (in the history), late (minutes from the answer to the end) and second (whether the no won).
    """
    return _answered(looking("look", 60 * minutes), seed, number)


def states_by_formula(ends: pd.DataFrame, minutes: int) -> pd.Series[int]:
    """Three states for each interval that the answer takes, and one for the end."""
    looks: pd.Series[int] = (ends["hours"] * 60 / minutes).map(math.ceil)
    return 3 * looks + 1


def _answered(flow: dict[str, Any], seed: int, number: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    lab, client, draws = Lab(seed=seed), boto3.client("stepfunctions"), Random(seed)
    tokens: dict[str, str] = {}
    said: dict[str, str] = {}
    lab.deploy("mail", lambda event, _: tokens.update({event["order"]["order_id"]: event["token"]}))
    lab.deploy("look", lambda event, _: said.get(event["order_id"]))
    machine = waits.create(flow)
    orders = load.orders(arrivals=[0.0] * number, seed=seed)
    hours = pd.Series({order.order_id: draws.expovariate(1 / 5) for order in orders})

    def customer(order_id: str, words: list[str]) -> None:
        time.sleep(hours[order_id] * HOUR)
        for word in words:
            said[order_id] = word
            if order_id in tokens:
                answer(client, tokens[order_id], word=word)
            time.sleep(HOUR / 2)

    with lab.running(days=3):
        lab.start(waits.start_each, client, machine, orders)
        for n, order in enumerate(orders):
            lab.start(customer, order.order_id, ["yes", "no"][: 1 + n % 2])
    events = lab.trace  # what comes after it is no part of the design
    ends = waits.executions(machine)
    histories = [waits.history(arn, client)["type"] for arn in ends["arn"]]
    ends = ends.assign(
        hours=hours,
        states=[int(each.str.endswith("StateEntered").sum()) for each in histories],
        events=[len(each) for each in histories],
        late=((ends["lasted"] - hours * HOUR) / 60).round(3) + 0.0,  # no -0.0
        second=ends["output"].str.contains('"no"'),
    )
    lab.close()
    return events, ends
