"""One firing: the target is invoked, again if that fails, and given up to a dead-letter queue.

Statements followed, as of November 2026:

- "Retry attempts with exponential backoff continue until either the maximum number of attempts is
  made or until the duration of the MaximumEventAgeInSeconds is reached." (API model in botocore
  1.44.5: RetryPolicy) AWS does not document the waits: here they are those of EventBridge's rules,
  from about one second to about eight minutes.
- Context attributes in the input, such as ``<aws.scheduler.attempt-number>``; the execution id is
  "the unique ID that EventBridge Scheduler assigns for each attempted invocation of a target" (User
  Guide, "Adding context attributes in EventBridge Scheduler").
- "If you do not specify anything for this field, EventBridge Scheduler delivers a default
  notification to the target." (API model: Target, Input) Its form is that of an event that a reader
  of Scheduler has published, from June 2024; `detail` is a text there.
- A dead letter's body is the request to the target's API, and its attributes are ERROR_CODE to
  TARGET_ARN, the latter "in the following service ARN format: arn:aws:scheduler:::aws-sdk:service:
  apiAction", also of a templated target. EXHAUSTED_RETRY_CONDITION is there "if the error from the
  target API is a retryable error, and not a permanent error" (User Guide, "Configuring a schedule's
  dead-letter queue in EventBridge Scheduler"). AWS does not say which errors are permanent; in its
  example a queue that does not exist is not. Here they are those of the client, status 4xx, but for
  throttling and for what does not exist, which may come to be.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from threading import Thread
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.retries.standard import ThrottledRetryableChecker
from moto.moto_api._internal import mock_random
from moto.scheduler.models import Schedule

from helpers.emulator import clients
from helpers.emulator.moments import RESOLUTION
from helpers.emulator.scheduler import universal
from helpers.emulator.scheduler.targets import Request, queue_url, request
from helpers.emulator.timekeeper import Timekeeper
from helpers.trace.callers import at_work

RETRIES, AGE = 185, 86_400  # by default; the age is in seconds
FIRST_WAIT, LONGEST_WAIT = 1.0, 480.0  # seconds, before the jitter
JITTER = (0.5, 1.5)
UNIVERSAL = "arn:aws:scheduler:::aws-sdk:"
ABSENT = ("NonExistent", "NotFound", "DoesNotExist")  # parts of the codes for it
THROTTLING = frozenset(ThrottledRetryableChecker._THROTTLED_ERROR_CODES)
KEYWORD = re.compile(r"<aws\.scheduler\.(schedule-arn|scheduled-time|execution-id|attempt-number)>")


class Firing:
    """One firing of a schedule, with its attempts. Between two of them, no thread waits for it.

    Parameters
    ----------
    moment : float
        Epoch seconds at which the schedule was due.
    keeper : Timekeeper
        Waits for the moment of the next attempt.
    done : callable
        Is called when nothing is left to be done.
    """

    def __init__(
        self,
        schedule: Schedule,
        moment: float,
        keeper: Timekeeper,
        done: Callable[[], None],
    ) -> None:
        self._schedule, self._target = schedule, schedule.target
        self._keeper, self._done = keeper, done
        self._region, self._account = schedule.arn.split(":")[3:5]
        self._scheduled = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        policy = self._target.get("RetryPolicy") or {}
        self._retries = policy.get("MaximumRetryAttempts", RETRIES)
        self._deadline = time.time() + policy.get("MaximumEventAgeInSeconds", AGE)
        self._attempts = 0
        self._execution = ""
        self._request = Request("", {})
        self._error = ("", "")  # code and message of the last attempt

    def start(self) -> None:
        """Make an attempt, in a thread of its own."""
        Thread(target=self._attempt, name=at_work("scheduler", self._schedule.name)).start()

    def _attempt(self) -> None:
        if self._attempts and time.time() >= self._deadline - RESOLUTION:
            self._give_up("MaximumEventAgeInSeconds")
            return
        self._attempts += 1
        self._execution = f"{mock_random.getrandbits(64):016x}"
        given = self._target.get("Input")
        text = self._notification() if given is None else self._filled(given)
        self._request = request(self._target, text)
        region = self._target["Arn"].split(":")[3] or self._region
        try:
            universal.call(self._request.action, self._request.parameters, region)
        except ClientError as error:
            told = error.response["Error"]
            self._failed(told["Code"], told["Message"], is_final=_is_permanent(error))
        except ParamValidationError as error:
            self._failed("ValidationException", str(error), is_final=True)
        except BotoCoreError as error:  # nobody answered
            self._failed(type(error).__name__, str(error), is_final=False)
        else:
            self._done()

    def _failed(self, code: str, message: str, *, is_final: bool) -> None:
        self._error = (code, message)
        if is_final:
            self._give_up(None)
            return
        if self._attempts > self._retries:
            self._give_up("MaximumRetryAttempts")
            return
        due = min(time.time() + wait_after(self._attempts), self._deadline)
        self._keeper.call(self.start, at=due)

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

    def _give_up(self, exhausted: str | None) -> None:
        """Send what could not be delivered to the dead-letter queue, if there is one."""
        arn = (self._target.get("DeadLetterConfig") or {}).get("Arn")
        if arn:
            told = {
                "ERROR_CODE": self._error[0],
                "ERROR_MESSAGE": self._error[1],
                "EXECUTION_ID": self._execution,
                "EXHAUSTED_RETRY_CONDITION": exhausted,
                "IS_PAYLOAD_TRUNCATED": "false",
                "RETRY_ATTEMPTS": str(self._attempts - 1),
                "SCHEDULED_TIME": self._scheduled,
                "SCHEDULE_ARN": self._schedule.arn,
                "TARGET_ARN": f"{UNIVERSAL}{self._request.action}",
            }
            with suppress(ClientError, BotoCoreError):  # it stands in the trace
                clients.client("sqs", arn.split(":")[3]).send_message(
                    QueueUrl=queue_url(arn),
                    MessageBody=json.dumps(self._request.parameters, separators=(",", ":")),
                    MessageAttributes={name: _string(text) for name, text in told.items() if text},
                )
        self._done()


def wait_after(attempt: int) -> float:
    """Seconds to wait after the attempt with this number, from 1."""
    doublings = min(attempt - 1, 20)
    return min(FIRST_WAIT * 2.0**doublings, LONGEST_WAIT) * random.uniform(*JITTER)


def _is_permanent(error: ClientError) -> bool:
    code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]
    if code in THROTTLING or any(part in code for part in ABSENT):
        return False
    return 400 <= status["HTTPStatusCode"] < 500 and status["HTTPStatusCode"] != 429


def _string(text: str) -> dict[str, Any]:
    return {"DataType": "String", "StringValue": text}
