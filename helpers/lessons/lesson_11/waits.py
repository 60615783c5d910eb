"""Executions that wait for a task token: made, and read as a table.

Nothing here is the lesson's subject; it is plain boto3 that several of its cells need.
"""

import boto3
import pandas as pd

from helpers.lessons.arns import ROLE
from helpers.patterns import workflow


def create(flow, name="ask"):
    """Create a state machine from its definition, a dictionary. Returns its ARN."""
    return workflow.create(boto3.client("stepfunctions"), name, flow, ROLE)


def executions(machine):
    """One row per execution of a state machine, indexed and sorted by its name.

    Columns: `status`, `lasted` (seconds, 0 while it runs), `output` and `error` (None if there is
    none), `arn`.
    """
    client, rows = boto3.client("stepfunctions"), {}
    for page in client.get_paginator("list_executions").paginate(stateMachineArn=machine):
        for each in page["executions"]:
            told = client.describe_execution(executionArn=each["executionArn"])
            lasted = told.get("stopDate", told["startDate"]) - told["startDate"]
            rows[told["name"]] = {
                "status": told["status"],
                "lasted": lasted.total_seconds(),
                "output": told.get("output"),
                "error": told.get("error"),
                "arn": told["executionArn"],
            }
    frame = pd.DataFrame.from_dict(rows, orient="index", dtype=object).sort_index()
    return frame.astype({"lasted": float})


def history(arn):
    """The history of an execution: one row per event, `seconds` since the first, and its `type`."""
    pages = boto3.client("stepfunctions").get_paginator("get_execution_history")
    events = [event for page in pages.paginate(executionArn=arn) for event in page["events"]]
    began = events[0]["timestamp"]
    return pd.DataFrame(
        {
            "seconds": [(event["timestamp"] - began).total_seconds() for event in events],
            "type": [event["type"] for event in events],
        }
    )


def heartbeats(trace, ends, placed):
    """The heartbeats that were taken, as seconds since the order was placed: a list per execution.

    The name of a heartbeat's thread is "heart of" and the name of the execution.

    placed : Series of seconds, indexed like `ends`.
    """
    taken = trace.query("operation == 'SendTaskHeartbeat' and outcome == 'ok'")
    name = taken["caller"].str.removeprefix("heart of ")
    since = (taken["time"] - name.map(placed)).groupby(name).apply(list)
    return {name: since.get(name, []) for name in ends.index}
