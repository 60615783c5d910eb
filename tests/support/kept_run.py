"""A keeper in a lab: what a cell calls goes through it, and moto stands where AWS would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import boto3
from botocore import xform_name

from helpers.account.keeping import Keeper
from helpers.account.register import Register

ACCOUNT, REGION, PREFIX = "123456789012", "eu-west-1", "eda-7f3a-"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/lab"  # as the lessons name it


def keeper(folder, *, prefix=PREFIX, client=boto3.client, hours=1):
    """A keeper with its register in a folder."""
    return Keeper(
        account=ACCOUNT,
        region=REGION,
        prefix=prefix,
        owner="test",
        expires=datetime.now(UTC) + timedelta(hours=hours),
        register=Register(folder),
        client=client,
    )


def send(client, operation, params):
    """Send a call as it is."""
    return getattr(client, xform_name(operation))(**params)


class Cell:
    """What a cell calls: ``cell.sqs("CreateQueue", QueueName="orders")``."""

    def __init__(self, keeper, make=send):
        self._keeper, self._make = keeper, make

    def __getattr__(self, service):
        client = boto3.client(service.rstrip("_"))
        return lambda operation, **params: self._keeper.call(self._make, client, operation, params)
