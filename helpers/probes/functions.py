"""Lambda."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import ClientError

from helpers.probes.parts import kind


def function(lab: Any) -> str:
    """A Python function is invoked."""
    answer = boto3.client("lambda").invoke(FunctionName="work", Payload=b'"order"')
    return "runs" if answer["Payload"].read() == b'"done"' else "does not run"


def concurrency(lab: Any) -> str:
    """A function whose reserved concurrency is zero is invoked."""
    client = boto3.client("lambda")
    client.put_function_concurrency(FunctionName="work", ReservedConcurrentExecutions=0)
    try:
        client.invoke(FunctionName="work", Payload=b"{}")
    except ClientError as error:
        return kind(error)
    return "accepted"
