"""Deliveries of a bucket's events: in the background, at least once, each by itself.

"Amazon S3 event notifications are designed to be delivered at least once" and "not guaranteed to
arrive in the same order" (S3 User Guide, "Amazon S3 Event Notifications", November 2026). A
function is invoked asynchronously (Lambda Developer Guide, "Process Amazon S3 event notifications
with Lambda"). AWS does not publish how often and how long S3 tries again: here after 1, 2, 4, …
seconds, 60 at most, for a day; a destination that is gone is not tried again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from helpers.emulator import clients, service_events
from helpers.emulator.delivery import deliver
from helpers.emulator.s3.events import Happening

AGE = 86_400.0  # seconds
LONGEST = 60.0  # seconds between two attempts
SUBJECT = "Amazon S3 Notification"  # of a message to a topic


def tell(configuration: Any, happening: Happening) -> None:
    """Let everybody know whom a bucket's configuration names for this event."""
    for notification in (*configuration.queue, *configuration.topic, *configuration.cloud_function):
        if notification.matches(happening.event, happening.key):
            message = json.dumps(happening.message(notification.id), separators=(",", ":"))
            _start(happening, partial(send, notification.arn, message))
    if configuration.event_bridge is not None and happening.detail() is not None:
        _start(happening, lambda: _to_bus(happening))


def send(arn: str, text: str) -> None:
    """One attempt to send a text to a queue, a topic or a function."""
    service, region, account, name = arn.split(":")[2:6]
    if service == "sqs":
        url = f"https://sqs.{region}.amazonaws.com/{account}/{name}"
        clients.client("sqs", region).send_message(QueueUrl=url, MessageBody=text)
    elif service == "sns":
        clients.client("sns", region).publish(TopicArn=arn, Message=text, Subject=SUBJECT)
    else:
        clients.client("lambda", region).invoke(
            FunctionName=arn, InvocationType="Event", Payload=text.encode()
        )


def _to_bus(happening: Happening) -> None:
    service_events.send(
        "aws.s3",
        happening.detail_type,
        happening.detail() or {},
        account=happening.account,
        region=happening.region,
        resources=[happening.bucket_arn],
    )


def _start(happening: Happening, attempt: Callable[[], None]) -> None:
    threading.Thread(target=_deliver, args=(attempt,), name=f"s3:{happening.bucket}").start()


def _deliver(attempt: Callable[[], None]) -> None:
    gone = False

    def once() -> None:
        nonlocal gone
        try:
            attempt()
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            code = error.response["Error"]["Code"]
            gone = 400 <= status < 500 and status != 429 and "Throttl" not in code
            raise

    deliver(
        once,
        attempts=10**6,
        age=AGE,
        wait=lambda attempt: min(2.0 ** min(attempt - 1, 10), LONGEST),
        is_final=lambda code: gone,
    )
