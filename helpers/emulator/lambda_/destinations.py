"""What is said of an asynchronous invocation when it has ended, and to whom.

- The invocation record goes to the destination: as the message to a queue or a topic, as the
  payload to a function, as the detail to an event bus, with the source "lambda" [Lambda Developer
  Guide, "Capturing records of Lambda asynchronous invocations", November 2026].
- A dead-letter queue or topic gets the event as it was, with the attributes RequestID, ErrorCode
  (the HTTP status) and ErrorMessage (its first 1 KB) [same].
- If the record cannot be sent, only a metric says so [same]. AWS does not publish how often it
  tries; here three times, after 1 s and 2 s.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from helpers.emulator.clients import client
from helpers.emulator.delivery import Undelivered, deliver
from helpers.emulator.lambda_.execution import Invocation, Outcome

ATTEMPTS = 3
ERROR_MESSAGE = 1024  # bytes of it in a dead letter
DESTINATIONS = ("sqs", "sns", "lambda", "events")
DEAD_LETTERS = ("sqs", "sns")


@dataclass(frozen=True)
class Ended:
    """How the life of an asynchronous event ended."""

    function: Any  # moto's, of the version that was invoked
    invocation: Invocation
    condition: str  # "Success", or why it was given up
    invocations: int
    status: int | None  # HTTP status of the last attempt; None if there was none
    outcome: Outcome | None  # None if the last attempt was turned away

    @property
    def succeeded(self) -> bool:
        return self.condition == "Success"

    @property
    def qualified_arn(self) -> str:
        arn = self.invocation.arn
        return arn if arn.count(":") == 7 else f"{arn}:$LATEST"

    def answer(self) -> Any:
        """The payload, as JSON or, from a handler that returned bytes, as text."""
        text = self.outcome.payload.decode(errors="replace") if self.outcome else "{}"
        try:
            return json.loads(text)
        except ValueError:
            return text


def send_record(ended: Ended, arn: str) -> Undelivered | None:
    """Send the invocation record to a queue, a topic, a function or an event bus."""
    service, region = arn.split(":")[2:4]
    target, text = client(service, region), json.dumps(_record(ended))

    if service in DEAD_LETTERS:
        return send_text(target, arn, text)

    def send() -> None:
        if service == "lambda":
            target.invoke(FunctionName=arn, InvocationType="Event", Payload=text)
        else:
            target.put_events(Entries=[_entry(ended, arn, text)])

    return _deliver(send)


def send_text(target: Any, arn: str, text: str) -> Undelivered | None:
    """Send a record to a queue or a topic, with a client of its service."""

    def send() -> None:
        if arn.split(":")[2] == "sqs":
            target.send_message(QueueUrl=_url(target, arn), MessageBody=text)
        else:
            target.publish(TopicArn=arn, Message=text)

    return _deliver(send)


def send_dead_letter(ended: Ended, arn: str) -> Undelivered | None:
    """Send the event itself to a queue or a topic."""
    service, region = arn.split(":")[2:4]
    target, body, attributes = (
        client(service, region),
        json.dumps(ended.invocation.event),
        _attributes(ended),
    )

    def send() -> None:
        if service == "sqs":
            url = _url(target, arn)
            target.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)
        else:
            target.publish(TopicArn=arn, Message=body, MessageAttributes=attributes)

    return _deliver(send)


def _record(ended: Ended) -> dict[str, Any]:
    moment = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": moment.replace("+00:00", "Z"),
        "requestContext": {
            "requestId": ended.invocation.request_id,
            "functionArn": ended.qualified_arn,
            "condition": ended.condition,
            "approximateInvokeCount": ended.invocations,
        },
        "requestPayload": ended.invocation.event,
    }
    if ended.status is not None:
        record["responseContext"] = {"statusCode": ended.status}
    if ended.outcome is not None:
        record["responseContext"]["executedVersion"] = str(ended.function.version)
        if ended.outcome.failed:
            record["responseContext"]["functionError"] = "Unhandled"
        record["responsePayload"] = ended.answer()
    return record


def _entry(ended: Ended, bus: str, detail: str) -> dict[str, Any]:
    result = "Success" if ended.succeeded else "Failure"
    return {
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {result}",
        "Resources": [ended.qualified_arn, bus],
        "Detail": detail,
        "EventBusName": bus,
    }


def _attributes(ended: Ended) -> dict[str, dict[str, str]]:
    answer = ended.answer()
    message = str(answer.get("errorMessage", "Rate Exceeded."))
    values = {
        "RequestID": ("String", ended.invocation.request_id),
        "ErrorCode": ("Number", str(ended.status or 429)),
        "ErrorMessage": ("String", message.encode()[:ERROR_MESSAGE].decode(errors="ignore")),
    }
    return {
        name: {"DataType": kind, "StringValue": value}
        for name, (kind, value) in values.items()
        if value  # SQS takes no empty attribute
    }


def _deliver(send: Any) -> Undelivered | None:
    return deliver(
        send,
        attempts=ATTEMPTS,
        age=3600,
        wait=float,
        is_final=lambda code: False,
    )


def _url(sqs: Any, arn: str) -> str:
    return str(sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"])
