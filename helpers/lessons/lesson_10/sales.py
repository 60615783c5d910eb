"""A sale, which starts the order process and has an invoice written; and which calls there are.

`sold` runs sales, each of which starts the process in one of `WAYS`. `accepted` asks
CreateStateMachine about calls and their suffixes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

import boto3
import pandas as pd

from helpers import load, trace
from helpers.lab import Lab
from helpers.lessons.arns import ROLE
from helpers.lessons.lesson_10.fulfilment import Fulfilment, paid_and_shipped
from helpers.patterns.workflow import caught, create, order_process, task

Definition = dict[str, Any]
INVOICE = {"MessageBody": "{% $states.input %}"}


def sale(resource: str, process: str, invoices: str) -> Definition:
    """A sale whose first state starts the order process by this resource."""
    asked = {"StateMachineArn": process, "Name": "{% $states.input.order_id %}"}
    return _sale(
        invoices,
        Process=task(
            resource,
            asked | {"Input": "{% $states.input %}"},
            "Write the invoice",
            TimeoutSeconds=600,
            Retry=[],
            Catch=[caught("States.TaskFailed", "No invoice")],
        ),
    )


def polling_sale(process: str, invoices: str) -> Definition:
    """A sale that starts the process by an SDK integration, and asks until it has ended."""
    asked = {
        "StateMachineArn": process,
        "Name": "{% $states.input.order_id %}",
        "Input": "{% $string($states.input) %}",
    }
    look = {"ExecutionArn": "{% $execution %}"}
    return _sale(
        invoices,
        Process=task(
            "aws-sdk:sfn:startExecution",
            asked,
            "Wait",
            Assign={"execution": "{% $states.result.ExecutionArn %}"},
        ),
        Wait={"Type": "Wait", "Seconds": 5, "Next": "Look"},
        Look=task(
            "aws-sdk:sfn:describeExecution",
            look,
            "Ended?",
            Assign={"status": "{% $states.result.Status %}"},
        ),
        **{
            "Ended?": {
                "Type": "Choice",
                "Choices": [
                    {"Condition": "{% $status = 'RUNNING' %}", "Next": "Wait"},
                    {"Condition": "{% $status = 'SUCCEEDED' %}", "Next": "Write the invoice"},
                ],
                "Default": "No invoice",
            }
        },
    )


def _sale(invoices: str, **states: Definition) -> Definition:
    last = {
        "Write the invoice": task("sqs:sendMessage", INVOICE | {"QueueUrl": invoices}, None),
        "No invoice": {"Type": "Succeed"},
    }
    return {"QueryLanguage": "JSONata", "StartAt": "Process", "States": states | last}


WAYS: dict[str, Callable[[str, str], Definition]] = {
    "startExecution": lambda *given: sale("states:startExecution", *given),
    "startExecution.sync:2": lambda *given: sale("states:startExecution.sync:2", *given),
    "SDK, and ask again": polling_sale,
}


def sold(way: str, *, seed: int = 10) -> pd.DataFrame:
    """Twelve sales, each of which starts the order process in one of `WAYS`.

    Returns
    -------
    DataFrame
        By order: fate, and invoice, the seconds from the order to its invoice (NaN if it has none).
    """
    orders = load.orders(arrivals=[2.0 * number for number in range(12)], seed=seed)
    shop = Fulfilment(Lab(seed=seed), orders, seconds=5, declined=0.3)
    invoices = shop.sqs.create_queue(QueueName="invoices")["QueueUrl"]
    process = create(shop.workflows, "order", order_process(shop.shipping), ROLE)
    begin = shop.workflow("sale", WAYS[way](process, invoices))
    with shop.lab.running(minutes=2):
        shop.lab.start(shop.open, orders, begin)
    sent = trace.messages(shop.lab.trace).query("what == 'sent' and queue == 'invoices'")
    ids = [trace.field(body, "order_id") for body in sent["body"]]
    got, written = paid_and_shipped(shop.lab, orders), pd.Series(sent["time"].tolist(), index=ids)
    shop.lab.close()
    return got.assign(invoice=written - got["placed"])[["fate", "invoice"]]


def invoices(sales: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A row for each way to wait and each fate: orders, invoices, and their median seconds."""
    every = pd.concat(sales, names=["way"]).groupby(["way", "fate"], sort=False)["invoice"]
    return every.agg(orders="size", invoices="count", seconds="median")


def accepted(calls: Collection[str]) -> pd.DataFrame:
    """Whether CreateStateMachine takes these calls: a row for each, a column for each suffix."""
    lab, workflows = Lab(seed=10), boto3.client("stepfunctions")
    rows: dict[str, dict[str, str]] = {}
    for kind, suffixes in (("STANDARD", ("", ".sync", ".waitForTaskToken")), ("EXPRESS", ("",))):
        for number, call in enumerate(calls):
            for suffix in suffixes:
                name = f"{kind}-{number}{suffix.replace('.', '-')}"
                column = "express" if kind == "EXPRESS" else suffix or "no suffix"
                taken = _is_taken(workflows, name, f"{call}{suffix}", kind)
                rows.setdefault(call, {})[column] = "yes" if taken else "no"
    lab.close()
    return pd.DataFrame.from_dict(rows, orient="index")


def _is_taken(workflows: Any, name: str, resource: str, kind: str) -> bool:
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "End": True}
    definition = json.dumps({"StartAt": "Only", "States": {"Only": state}})
    try:
        workflows.create_state_machine(name=name, definition=definition, roleArn=ROLE, type=kind)
    except workflows.exceptions.InvalidDefinition:
        return False
    return True
