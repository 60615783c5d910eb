"""ReceiveRequestAttemptId: ask a FIFO queue again for what its lost reply contained.

From the SQS API model in botocore 1.44.5 (`ReceiveMessageRequest.ReceiveRequestAttemptId`,
November 2026): "it is possible to retry the same action with an identical ReceiveRequestAttemptId
to retrieve the same set of messages, even if their visibility timeout has not yet expired", "for 5
minutes after a ReceiveMessage action", "if none of the messages have been modified (deleted or had
their visibility changes)". The "subsequent calls [...] return the same messages and receipt
handles", and a retry "resets the visibility timeout". "The maximum length [...] is 128 characters",
alphanumeric characters and punctuation.

A retry for which this does not hold is a receive like any other. The model says nothing about the
receive count of a retry; here it stays, as the receipt handle does.
"""

import re
from collections import OrderedDict
from typing import NamedTuple

from moto.sqs.exceptions import InvalidParameterValue

from helpers.emulator.moments import RESOLUTION
from helpers.emulator.sqs.message import StoredMessage
from helpers.emulator.sqs.store import Store

ATTEMPT_SECONDS = 300
_VALID = re.compile(r"[!-~]{1,128}")


class Attempt(NamedTuple):
    """A receive that can be repeated. Moments are epoch seconds."""

    ends: float
    hidden: list[tuple[StoredMessage, str, float]]  # message, receipt handle, until when


class ReceiveAttempts:
    """The receives of the last five minutes that had an id."""

    def __init__(self) -> None:
        self._attempts: OrderedDict[str, Attempt] = OrderedDict()

    def messages(self, attempt_id: str, store: Store, now: float) -> list[StoredMessage]:
        """The messages of an earlier receive with this id; none if it cannot be repeated."""
        while self._attempts and next(iter(self._attempts.values())).ends <= now + RESOLUTION:
            self._attempts.popitem(last=False)
        attempt = self._attempts.get(attempt_id)
        if attempt is None or not all(_is_as_it_was(store, *one) for one in attempt.hidden):
            return []
        return [message for message, _, _ in attempt.hidden]

    def remember(
        self, attempt_id: str, messages: list[StoredMessage], now: float, until: float
    ) -> None:
        """Note what a receive returned. A repetition does not prolong the five minutes."""
        hidden = [(message, message.receipt_handle, until) for message in messages]
        known = self._attempts.get(attempt_id)
        if known is not None and [one[:2] for one in known.hidden] == [one[:2] for one in hidden]:
            self._attempts[attempt_id] = Attempt(known.ends, hidden)
        else:
            self._attempts.pop(attempt_id, None)
            self._attempts[attempt_id] = Attempt(now + ATTEMPT_SECONDS, hidden)


def _is_as_it_was(store: Store, message: StoredMessage, handle: str, until: float) -> bool:
    hidden = message in store.in_flight and message.receipt_handle == handle
    return hidden and store.in_flight.key(message) == until


def check(attempt_id: str) -> None:
    """Refuse an id that AWS would not take."""
    if not _VALID.fullmatch(attempt_id):
        raise InvalidParameterValue(
            f"Value {attempt_id} for parameter ReceiveRequestAttemptId is invalid. Reason: "
            "ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. "
            "1 to 128 in length."
        )
