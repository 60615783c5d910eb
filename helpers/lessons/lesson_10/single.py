"""Two workflows of one state: one that tries again, and a rush of twenty-four."""

from __future__ import annotations

import json
import time
from typing import Any

import boto3
import pandas as pd

from helpers import load
from helpers.lab import Lab
from helpers.lessons.arns import ROLE
from helpers.lessons.lesson_10.experiment import Definition
from helpers.lessons.lesson_10.fulfilment import Fulfilment
from helpers.lessons.lesson_10.histories import history, steps
from helpers.patterns.workflow import create, start, task

CHARGE = """
{
  "Type": "Task",
  "Resource": "arn:aws:states:::lambda:invoke",
  "Arguments": {"FunctionName": "charge", "Payload": "{% $states.input %}"},
  "Retry": [{"ErrorEquals": ["ConnectionError"],
             "IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 6}],
  "End": true
}"""


def one_state(state: str, *, down: float = 10, seed: int = 10) -> pd.DataFrame:
    """The attempts of a workflow that has one state, which invokes the function charge.

    Parameters
    ----------
    state : str
        The state as JSON, in Amazon States Language.
    down : float
        Seconds for which the card provider does not answer.
    """
    lab, workflows = Lab(seed=seed), boto3.client("stepfunctions")

    def charge(order: Any, _: Any) -> None:
        time.sleep(0.5)
        if lab.now < down:
            raise ConnectionError("the card provider does not answer")
        lab.mark("charged", order_id=order["order_id"])

    lab.deploy("charge", charge, timeout=10)
    definition = {"StartAt": "Charge", "States": {"Charge": json.loads(state)}}
    machine = create(workflows, "charge", {"QueryLanguage": "JSONata", **definition}, ROLE)
    order = json.loads(load.orders(arrivals=[0.0], seed=seed)[0].json())
    with lab.running(minutes=5):
        lab.start(start, workflows, machine, order)
    attempts = steps(history(workflows, machine, order["order_id"]))
    lab.close()
    return attempts


def rush(retry: Definition, *, seed: int = 10) -> tuple[pd.DataFrame, int]:
    """Twenty-four executions want to charge at once, and three can at a time.

    Returns
    -------
    DataFrame and int
        time and charged (how many orders so far), and how often charge was invoked.
    """
    lab, orders = Lab(seed=seed), load.orders(arrivals=[0.0] * 24, seed=seed)
    shop = Fulfilment(lab, orders, seconds=0.9, declined=0)
    few = {"FunctionName": "charge", "ReservedConcurrentExecutions": 3}
    shop.functions.put_function_concurrency(**few)
    called = {"FunctionName": "charge", "Payload": "{% $states.input %}"}
    only = {"Charge": task("lambda:invoke", called, None, Retry=[retry])}
    begin = shop.workflow(
        "charge", {"QueryLanguage": "JSONata", "StartAt": "Charge", "States": only}
    )
    with lab.running(minutes=1):
        lab.start(shop.open, orders, begin)
    events = lab.trace
    lab.close()
    done = events[events["name"] == "charged"]["time"].tolist()
    frame = pd.DataFrame({"time": [0.0, *done], "charged": range(len(done) + 1)})
    return frame, int((events["operation"] == "Invoke").sum())
