"""Executions that wait for a task token: made, started, and read as a table.

Nothing here is the lesson's subject; it is plain boto3 that several of its runs need.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pandas as pd

from helpers import load
from helpers.lessons.arns import ROLE
from helpers.patterns import workflow


def create(flow: Mapping[str, Any], name: str = "ask") -> str:
    """Create a state machine from its definition, a dictionary. Returns its ARN."""
    arn: str = workflow.create(boto3.client("stepfunctions"), name, flow, ROLE)
    return arn


def start_each(client: Any, machine: str, orders: list[load.Order]) -> None:
    """Start an execution for each order when it is placed; its name is the order's id."""
    opened = time.time()
    for order in orders:
        time.sleep(max(0, opened + order.placed_at - time.time()))
        client.start_execution(stateMachineArn=machine, name=order.order_id, input=order.json())


def executions(machine: str) -> pd.DataFrame:
    """One row per execution of a state machine, indexed and sorted by its name.

    Columns: `status`, `lasted` (seconds, 0 while it runs), `output` and `error` (None if there is
    none), `arn`. On AWS both reads are eventually consistent: ask when all is long over.
    """
    client = boto3.client("stepfunctions")
    rows: dict[str, dict[str, Any]] = {}
    for page in client.get_paginator("list_executions").paginate(stateMachineArn=machine):
        for each in page["executions"]:
            seen = client.describe_execution(executionArn=each["executionArn"])
            lasted = seen.get("stopDate", seen["startDate"]) - seen["startDate"]
            rows[seen["name"]] = {
                "status": seen["status"],
                "lasted": lasted.total_seconds(),
                "output": seen.get("output"),
                "error": seen.get("error"),
                "arn": seen["executionArn"],
            }
    frame = pd.DataFrame.from_dict(rows, orient="index", dtype=object).sort_index()
    return frame.astype({"lasted": float})


def history(arn: str, client: Any = None) -> pd.DataFrame:
    """The history of an execution: one row per event, `seconds` since the first, and its `type`."""
    client = client or boto3.client("stepfunctions")
    pages = client.get_paginator("get_execution_history")
    events = [event for page in pages.paginate(executionArn=arn) for event in page["events"]]
    began = events[0]["timestamp"]
    return pd.DataFrame(
        {
            "seconds": [(event["timestamp"] - began).total_seconds() for event in events],
            "type": [event["type"] for event in events],
        }
    )


def heartbeats(
    trace: pd.DataFrame, ends: pd.DataFrame, placed: pd.Series[float]
) -> dict[str, list[float]]:
    """The heartbeats that were taken, as seconds since the order was placed: a list per execution.

    The name of a heartbeat's thread is "heart of" and the name of the execution.

    placed : Series of seconds, indexed like `ends`.
    """
    taken = trace.query("operation == 'SendTaskHeartbeat' and outcome == 'ok'")
    name = taken["caller"].str.removeprefix("heart of ")
    since = (taken["time"] - name.map(placed)).groupby(name).apply(list)
    return {name: since.get(name, []) for name in ends.index}


def old_reads(client: Any, lag: Callable[[], float]) -> None:
    """Let DescribeExecution of this client say RUNNING until `lag()` seconds after the end.

    "This operation is eventually consistent. The results are best effort and may not reflect very
    recent updates and changes." [API model of DescribeExecution, botocore 1.44.5, November 2026.]
    How old a read may be, AWS does not say; the lag is drawn once for each execution.
    """
    lags: dict[str, float] = {}

    def hold_back(parsed: dict[str, Any], **_: Any) -> None:
        if "stopDate" not in parsed:
            return
        ended = time.time() - parsed["stopDate"].timestamp()
        if ended < lags.setdefault(parsed["executionArn"], lag()):
            for name in ("stopDate", "output", "outputDetails", "error", "cause"):
                parsed.pop(name, None)
            parsed["status"] = "RUNNING"

    client.meta.events.register("after-call.stepfunctions.DescribeExecution", hold_back)
