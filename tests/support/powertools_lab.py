"""What the tests of Powertools share: a table for its records, an invocation, its effects."""

from __future__ import annotations

import json

import boto3
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer
from botocore.config import Config


def store(**boto):
    """A table for the records, as the documentation makes it, and the layer over it."""
    db = boto3.client("dynamodb")
    db.create_table(
        TableName="idempotency",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    setting = {"Enabled": True, "AttributeName": "expiration"}
    db.update_time_to_live(TableName="idempotency", TimeToLiveSpecification=setting)
    return DynamoDBPersistenceLayer(table_name="idempotency", boto_config=Config(**boto))


def records():
    return boto3.client("dynamodb").scan(TableName="idempotency")["Items"]


def invoke(event, name="charge", aws=None):
    """Payload of one invocation, or the type of its error."""
    reply = (aws or boto3.client("lambda")).invoke(FunctionName=name, Payload=json.dumps(event))
    payload = json.loads(reply["Payload"].read())
    return payload["errorType"] if "FunctionError" in reply else payload


def let_pass(lab, **duration):
    with lab.running(**duration):
        pass


def effects(lab):
    """Orders charged, in the order of the charges."""
    trace = lab.trace
    return list(trace[trace.name == "charged"].order) if "order" in trace else []
