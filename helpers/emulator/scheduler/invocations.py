"""One firing: the target is invoked, again if that fails, and given up to a dead-letter queue.

Statements followed, as of November 2026:

- "Retry attempts with exponential backoff continue until either the maximum number of attempts is
  made or until the duration of the MaximumEventAgeInSeconds is reached." (API model in botocore
  1.44.5: RetryPolicy) AWS names no error that is not tried again, and does not document the waits:
  here they are those of EventBridge's rules, from about one second to about eight minutes.
- Context attributes in the input, such as ``<aws.scheduler.attempt-number>``; the execution id is
  "the unique ID that EventBridge Scheduler assigns for each attempted invocation of a target" (User
  Guide, "Adding context attributes in EventBridge Scheduler").
- "If you do not specify anything for this field, EventBridge Scheduler delivers a default
  notification to the target." (API model: Target, Input) Its form is that of an event that a reader
  of Scheduler has published, from June 2024; `detail` is a text there.
- A dead letter has the attributes ERROR_CODE to TARGET_ARN (User Guide, "Configuring a schedule's
  dead-letter queue in EventBridge Scheduler"). Its body is here the input as it was sent.
"""

from __future__ import annotations

import json
import random
import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.moto_api._internal import mock_random
from moto.scheduler.models import Schedule

from helpers.emulator import clients
from helpers.emulator.delivery import Undelivered, deliver
from helpers.emulator.scheduler.targets import invoke, queue_url

RETRIES, AGE = 185, 86_400  # by default; the age is in seconds
FIRST_WAIT, LONGEST_WAIT = 1.0, 480.0  # seconds, before the jitter
JITTER = (0.5, 1.5)
EXHAUSTED = {"attempts": "MaximumRetryAttempts", "age": "MaximumEventAgeInSeconds"}
KEYWORD = re.compile(r"<aws\.scheduler\.(schedule-arn|scheduled-time|execution-id|attempt-number)>")


class Firing:
    """One firing of a schedule, with its attempts.

    Parameters
    ----------
    moment : float
        Epoch seconds at which the schedule was due.
    """

    def __init__(self, schedule: Schedule, moment: float) -> None:
        self._schedule, self._target = schedule, schedule.target
        self._region, self._account = schedule.arn.split(":")[3:5]
        self._scheduled = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._attempts = 0
        self._execution = ""
        self._text = ""

    def carry_out(self) -> None:
        """Invoke the target until that succeeds, or the retry policy ends it."""
        policy = self._target.get("RetryPolicy") or {}
        undelivered = deliver(
            self._attempt,
            attempts=1 + policy.get("MaximumRetryAttempts", RETRIES),
            age=policy.get("MaximumEventAgeInSeconds", AGE),
            wait=wait_after,
            is_final=lambda code: False,
        )
        if undelivered is not None:
            self._bury(undelivered)

    def _attempt(self) -> None:
        self._attempts += 1
        self._execution = f"{mock_random.getrandbits(64):016x}"
        given = self._target.get("Input")
        self._text = self._notification() if given is None else self._filled(given)
        invoke(self._target, self._text, self._region)

    def _filled(self, text: str) -> str:
        values = {
            "schedule-arn": self._schedule.arn,
            "scheduled-time": self._scheduled,
            "execution-id": self._execution,
            "attempt-number": str(self._attempts),
        }
        return KEYWORD.sub(lambda found: values[found[1]], text)

    def _notification(self) -> str:
        event = {
            "version": "0",
            "id": str(mock_random.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": self._account,
            "time": self._scheduled,
            "region": self._region,
            "resources": [self._schedule.arn],
            "detail": "{}",
        }
        return json.dumps(event, separators=(",", ":"))

    def _bury(self, undelivered: Undelivered) -> None:
        arn = (self._target.get("DeadLetterConfig") or {}).get("Arn")
        if not arn:
            return
        told = {
            "ERROR_CODE": undelivered.code,
            "ERROR_MESSAGE": undelivered.message,
            "EXECUTION_ID": self._execution,
            "EXHAUSTED_RETRY_CONDITION": EXHAUSTED.get(undelivered.exhausted or ""),
            "IS_PAYLOAD_TRUNCATED": "false",
            "RETRY_ATTEMPTS": str(undelivered.attempts - 1),
            "SCHEDULED_TIME": self._scheduled,
            "SCHEDULE_ARN": self._schedule.arn,
            "TARGET_ARN": self._target["Arn"],
        }
        with suppress(ClientError, BotoCoreError):  # it stands in the trace
            clients.client("sqs", arn.split(":")[3]).send_message(
                QueueUrl=queue_url(arn),
                MessageBody=self._text,
                MessageAttributes={name: _string(text) for name, text in told.items() if text},
            )


def wait_after(attempt: int) -> float:
    """Seconds to wait after the attempt with this number, from 1."""
    doublings = min(attempt - 1, 20)
    return min(FIRST_WAIT * 2.0**doublings, LONGEST_WAIT) * random.uniform(*JITTER)


def _string(text: str) -> dict[str, Any]:
    return {"DataType": "String", "StringValue": text}
