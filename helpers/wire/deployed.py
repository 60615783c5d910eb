"""A function of the notebook's as a real one, from a deployment package."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import Any

import boto3


def deploy(
    name: str,
    handler: Callable[..., Any],
    *,
    role: Callable[[str], str],
    timeout: int,
    memory: int,
) -> str:
    """Make it, or make it anew, and wait until it can be called. Returns its ARN.

    Parameters
    ----------
    role : callable
        Gives the ARN of a role that a service such as "lambda" can take.
    timeout : int
        Seconds.
    memory : int
        Mebibytes.
    """
    from helpers.account.zipped import zip_of  # what it needs is imported where it is used

    package, entry = zip_of(handler)
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    functions = boto3.client("lambda")
    with contextlib.suppress(functions.exceptions.ResourceNotFoundException):
        functions.delete_function(FunctionName=name)  # again with the same name: it is replaced
    settings = {
        "FunctionName": name,
        "Runtime": runtime,
        "Handler": entry,
        "Code": {"ZipFile": package},
        "Role": role("lambda"),
        "Timeout": timeout,
        "MemorySize": memory,
    }
    arn = str(functions.create_function(**settings)["FunctionArn"])
    waiter = functions.get_waiter("function_active_v2")
    waiter.wait(FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return arn
