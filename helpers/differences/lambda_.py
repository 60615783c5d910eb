"""Lambda."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import boto3
from botocore.exceptions import ClientError

from helpers.differences.probe import MODEL, ROLE, Queue, difference, kind, let_pass


@difference(
    "Lambda: a Python function is invoked", aws="runs", source="Developer Guide, Python handler"
)
def function(lab: Any) -> str:
    """A Python function is invoked."""
    answer = boto3.client("lambda").invoke(FunctionName="work", Payload=b'"order"')
    return "runs" if answer["Payload"].read() == b'"done"' else "does not run"


@difference(
    "Lambda: reserved concurrency is zero",
    aws="TooManyRequestsException",
    source="Developer Guide, reserved concurrency",
)
def concurrency(lab: Any) -> str:
    """A function whose reserved concurrency is zero is invoked."""
    client = boto3.client("lambda")
    client.put_function_concurrency(FunctionName="work", ReservedConcurrentExecutions=0)
    try:
        client.invoke(FunctionName="work", Payload=b"{}")
    except ClientError as error:
        return kind(error)
    return "accepted"


@difference(
    "Lambda: an asynchronous event fails",
    aws="a record of 3 tries",
    source="Developer Guide, asynchronous invocation",
)
def record_of_failure(lab: Any) -> str:
    """A function that fails is invoked asynchronously, with a queue for failures."""
    queue, client = Queue("failures"), boto3.client("lambda")
    lab.deploy("declines", _declines)
    destination = {"OnFailure": {"Destination": queue.arn}}
    client.put_function_event_invoke_config(FunctionName="declines", DestinationConfig=destination)
    client.invoke(FunctionName="declines", InvocationType="Event", Payload=b"{}")
    let_pass(lab, 200)
    records = [json.loads(message["Body"]) for message in queue.receive()]
    tries = [record["requestContext"]["approximateInvokeCount"] for record in records]
    return f"a record of {tries[0]} tries" if tries else "no record"


@difference(
    "Lambda: PutFunctionEventInvokeConfig, twice",
    aws="the second counts",
    source=f"{MODEL}, PutFunctionEventInvokeConfig",
)
def configured_twice(lab: Any) -> str:
    """The configuration of asynchronous invocations is put twice, and read."""
    client = boto3.client("lambda")
    for retries in (1, 0):
        client.put_function_event_invoke_config(FunctionName="work", MaximumRetryAttempts=retries)
    found = client.get_function_event_invoke_config(FunctionName="work")
    return "the second counts" if found["MaximumRetryAttempts"] == 0 else "the first counts"


@difference(
    "Lambda: DeadLetterConfig is set", aws="kept", source=f"{MODEL}, UpdateFunctionConfiguration"
)
def dead_letters(lab: Any) -> str:
    """A dead-letter queue of a function is set, and read."""
    client, target = boto3.client("lambda"), {"TargetArn": Queue("dead-events").arn}
    client.update_function_configuration(FunctionName="work", DeadLetterConfig=target)
    found = client.get_function_configuration(FunctionName="work")
    return "kept" if found.get("DeadLetterConfig") == target else "dropped"


@difference(
    "Lambda: mapped to a queue of 30 messages",
    aws="batches of 10 at most",
    choice="3 batches of 10",
    source="Developer Guide, Lambda with SQS",
)
def batches(lab: Any) -> str:
    """30 messages wait in a queue when a function is mapped to it."""
    queue, sizes = Queue("batched"), []
    for number in range(30):
        queue.send(str(number))
    lab.deploy("batches", lambda event, context: sizes.append(len(event["Records"])))
    _map("batches", queue)
    let_pass(lab, 1)
    return f"{len(sizes)} batches of {sizes[0]}" if sizes else "nothing is processed"


@difference(
    "Lambda: one of three messages reported failed",
    aws="1 of 3 stays in the queue",
    source="Developer Guide, partial batch responses",
)
def partial_failure(lab: Any) -> str:
    """A function reports the middle one of three messages as failed."""
    queue = Queue("partial")
    lab.deploy("reports", _reports)
    _map("reports", queue, FunctionResponseTypes=["ReportBatchItemFailures"])
    for number in range(3):
        queue.send(str(number))
    let_pass(lab, 1)
    return f"{_left(queue)} of 3 stays in the queue"


@difference(
    "Lambda: a batch of a queue fails",
    aws="hidden until the timeout",
    source="Developer Guide, Lambda with SQS",
)
def failed_batch(lab: Any) -> str:
    """A function fails at a message of a queue that it is mapped to."""
    queue = Queue("failed-batch", VisibilityTimeout="600")
    lab.deploy("fails", _declines)
    _map("fails", queue)
    queue.send("order")
    let_pass(lab, 1)
    if _left(queue, ""):
        return "visible at once"
    return "hidden until the timeout" if _left(queue, "NotVisible") else "gone"


@difference(
    "Lambda: visibility shorter than the function's",
    aws="InvalidParameterValueException",
    source="answer of the service in wing issue 1507",
)
def short_visibility(lab: Any) -> str:
    """A function of 60 s is mapped to a queue with a visibility timeout of 30 s."""
    queue = Queue("short", VisibilityTimeout="30")
    lab.deploy("long", lambda event, context: None, timeout=60)
    try:
        _map("long", queue)
    except ClientError as error:
        return kind(error)
    return "accepted"


@difference(
    "Lambda: code from a zip file is invoked", aws="runs", source="Developer Guide, Python handler"
)
def zip_file(lab: Any) -> str:
    """A function is made from a zip file with Python code, and invoked."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): return context.function_name")
    client = boto3.client("lambda")
    client.create_function(
        FunctionName="zipped",
        Role=ROLE,
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": content.getvalue()},
    )
    answer = client.invoke(FunctionName="zipped")["Payload"].read()
    return "runs" if answer == b'"zipped"' else "does not run"


@difference(
    "Lambda: invoked with an unknown qualifier",
    aws="ResourceNotFoundException",
    source=f"{MODEL}, Invoke",
)
def unknown_qualifier(lab: Any) -> str:
    """A version that does not exist is invoked."""
    lab.deploy("unversioned", lambda event, context: None)
    try:
        boto3.client("lambda").invoke(FunctionName="unversioned", Qualifier="7")
    except ClientError as error:
        return kind(error)
    return "accepted"


@difference(
    "Lambda: reserve 901 of 1,000",
    aws="InvalidParameterValueException",
    source=f"{MODEL}, PutFunctionConcurrency",
)
def last_hundred(lab: Any) -> str:
    """The account's last unreserved hundred are touched."""
    lab.deploy("greedy", lambda event, context: None)
    client = boto3.client("lambda")
    try:
        client.put_function_concurrency(FunctionName="greedy", ReservedConcurrentExecutions=901)
    except ClientError as error:
        return kind(error)
    client.delete_function_concurrency(FunctionName="greedy")
    return "accepted"


@difference(
    "Lambda: an event of 1 MB and a byte",
    aws="RequestEntityTooLargeException",
    source="API model, Invoke; ASFHyp3 issue 2241",
)
def large_event(lab: Any) -> str:
    """A function is invoked asynchronously with more than it may be given."""
    lab.deploy("large", lambda event, context: None)
    payload = b'"' + b"x" * (1024 * 1024 - 1) + b'"'
    try:
        boto3.client("lambda").invoke(FunctionName="large", InvocationType="Event", Payload=payload)
    except ClientError as error:
        return kind(error)
    return "accepted"


def _map(name: str, queue: Queue, **settings: Any) -> None:
    client = boto3.client("lambda")
    client.create_event_source_mapping(FunctionName=name, EventSourceArn=queue.arn, **settings)


def _left(queue: Queue, *states: str) -> int:
    names = [f"ApproximateNumberOfMessages{state}" for state in states or ("", "NotVisible")]
    found = queue.sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


def _declines(event: Any, context: Any) -> None:
    raise ValueError("card declined")


def _reports(event: Any, context: Any) -> dict[str, Any]:
    failed = [record["messageId"] for record in event["Records"] if record["body"] == "1"]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}
