"""Deliver, and try again: what topics of SNS and the destinations of Lambda have in common.

How often, how long and with which waits is the service's own rule: `sns.retries`, and
`lambda_.destinations`. A bus has a loop of its own (`events.delivery`), and so do asynchronous
invocations (`lambda_.asynchronous`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from botocore.exceptions import BotoCoreError, ClientError


@dataclass(frozen=True)
class Undelivered:
    """Why a delivery was given up."""

    code: str  # AWS's error code, or the name of botocore's error
    message: str
    attempts: int
    exhausted: str | None  # "attempts", "age", or None: the error was final


def deliver(
    send: Callable[[], object],
    *,
    attempts: int,
    age: float,
    wait: Callable[[int], float],
    is_final: Callable[[str], bool],
) -> Undelivered | None:
    """Call `send` until it succeeds. Returns None, or why it was given up.

    Parameters
    ----------
    send : callable
        One attempt, by plain boto3 calls.
    attempts : int
        How often it is called at most, the first time included.
    age : float
        Seconds after which it is not called any more.
    wait : callable
        Seconds to wait after the attempt with the given number, from 1.
    is_final : callable
        Whether an AWS error code is one that trying again does not mend.
    """
    give_up = time.time() + age
    for attempt in count(1):
        try:
            send()
            return None
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
            if is_final(code):
                return Undelivered(code, message, attempt, None)
        except BotoCoreError as error:  # nobody answered
            code, message = type(error).__name__, str(error)
        pause = wait(attempt)
        if attempt >= attempts:
            return Undelivered(code, message, attempt, "attempts")
        if time.time() + pause > give_up:
            return Undelivered(code, message, attempt, "age")
        time.sleep(pause)
    raise AssertionError("count() does not end")
