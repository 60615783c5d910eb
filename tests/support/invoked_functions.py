"""Invocations for the tests, without botocore's second try."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.config import Config


@pytest.fixture
def aws(lab):
    return once()


def once(read_timeout=60):
    """A client that does not try again."""
    config = Config(retries={"total_max_attempts": 1}, read_timeout=read_timeout)
    return boto3.client("lambda", config=config)


def invoke(aws, name, event=None, **options):
    """Payload and function error of one invocation."""
    payload = {} if event is None else {"Payload": json.dumps(event)}
    reply = aws.invoke(FunctionName=name, **payload, **options)
    text = reply["Payload"].read()
    return (json.loads(text) if text else None), reply.get("FunctionError"), reply["StatusCode"]
