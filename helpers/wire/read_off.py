"""What a call did to messages, read off its answer: for an endpoint, where nobody else can tell.

An emulator in this process tells what it does with each message. On an endpoint only what was asked
and answered is seen, so some of it shows late or not at all: a message that has come to a
dead-letter queue is "moved" at the moment at which it is received there, and one that nobody
receives is not seen to expire. Deliveries are counted as SQS says (`ApproximateReceiveCount`).

To know what a service has put in a queue, and when, each ReceiveMessage asks for two system
attributes more (`asking`), which are taken out of the answer again if the reader has not asked for
them.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

from helpers.emulator.serving import Answer
from helpers.trace import Handling

ATTRIBUTES = ("ApproximateReceiveCount", "SentTimestamp")
HAIR = 1e-6  # seconds by which a cause stands before its effect
HIDDEN = 30  # seconds [API model: VisibilityTimeout, "Default: 30"]


class Other(NamedTuple):
    """What stands in a row of its own: when (seconds since the lab opened), where, and what."""

    moment: float
    queue: str
    handling: Handling


class Seen(NamedTuple):
    """What a call did: in its own row, in others, and when the service did it."""

    own: list[Handling]
    others: list[Other]
    done: float


class _Call:
    """One answered call, while it is read."""

    def __init__(
        self, queue: str, params: dict[str, Any], told: dict[str, Any], now: float
    ) -> None:
        self.queue, self.params, self.told, self.now = queue, params, told, now
        self.others: list[Other] = []
        self.done = now


class ReadOff:
    """The messages of one lab, as far as calls have shown them.

    Parameters
    ----------
    epoch : float
        Seconds since 1970 at which the lab's time began.
    """

    def __init__(self, epoch: float) -> None:
        self._epoch = epoch
        self._turns, self._turn = itertools.count(1), threading.Lock()
        self._hidden: dict[str, float] = {}  # seconds, by queue
        self._delays: dict[str, float] = {}  # the same
        self._known: set[str] = set()  # ids of messages that a call has sent
        self._home: dict[str, str] = {}  # queue of each message, by id
        self._ids: dict[str, str] = {}  # of messages, by receipt
        self._unclaimed: dict[str, Other] = {}  # received, and nobody is known to have sent it

    def handled(
        self,
        operation: str,
        queue: str | None,
        params: dict[str, Any],
        answer: Answer,
        begun: float,
        now: float,
    ) -> Seen:
        """What one answered call of SQS did.

        Parameters
        ----------
        begun, now : float
            Seconds since the lab opened: when the request was sent, and when the answer came.
        """
        read = getattr(self, f"_{operation}", None)
        if read is None or queue is None or answer[0] >= 400:
            return Seen([], [], now)
        try:
            told = json.loads(answer[2] or b"{}")
        except ValueError:  # of a protocol that is not JSON: the call stands in the trace without
            return Seen([], [], now)
        with self._turn:
            call = _Call(queue, params, told, now)
            own = list(read(call))
        return Seen(own, call.others, max(begun, min(call.done, now)))

    def unclaimed(self) -> list[Other]:
        """What was received and no call of this lab has sent: a service has put it there."""
        with self._turn:
            found = list(self._unclaimed.values())
            self._unclaimed.clear()
        return found

    def _of(self, what: str, ident: str | None, **fields: Any) -> Handling:
        return Handling(what, ident, turn=next(self._turns), **fields)

    def _CreateQueue(self, call: _Call) -> Iterator[Handling]:
        given = call.params.get("Attributes", {})
        for name, known in (("VisibilityTimeout", self._hidden), ("DelaySeconds", self._delays)):
            if given.get(name) is not None:
                known[call.queue] = float(given[name])
        return iter(())

    _SetQueueAttributes = _CreateQueue

    def _SendMessage(self, call: _Call) -> Iterator[Handling]:
        yield from self._sent(call, call.told.get("MessageId"), call.params)

    def _SendMessageBatch(self, call: _Call) -> Iterator[Handling]:
        asked = {entry["Id"]: entry for entry in call.params.get("Entries", [])}
        for one in call.told.get("Successful", []):
            yield from self._sent(call, one["MessageId"], asked[one["Id"]])

    def _sent(self, call: _Call, ident: str | None, params: Any) -> Iterator[Handling]:
        if ident in self._known:  # a FIFO queue has taken it for one that it had
            return
        if ident is not None:
            self._known.add(ident)
            self._home.setdefault(ident, call.queue)
            # Another worker may have had it before this answer was read.
            if (early := self._unclaimed.pop(ident, None)) is not None:
                call.done = min(call.done, early.moment)
        delay = params.get("DelaySeconds")
        visible_at = call.done + (self._delays.get(call.queue, 0) if delay is None else delay)
        yield self._of("sent", ident, body=params.get("MessageBody"), visible_at=visible_at)

    def _ReceiveMessage(self, call: _Call) -> Iterator[Handling]:
        hidden = call.params.get("VisibilityTimeout", self._hidden.get(call.queue, HIDDEN))
        for message in call.told.get("Messages", []):
            ident, body = message["MessageId"], message.get("Body")
            self._ids[message["ReceiptHandle"]] = ident
            attributes = message.get("Attributes", {})
            home = self._home.get(ident)
            if home is None:  # of a service, or of a call whose answer has not been read yet
                sent = int(attributes.get("SentTimestamp", 0)) / 1000 - self._epoch
                sent = min(call.now - HAIR, max(0.0, sent))
                by_itself = self._of("sent", ident, body=body, visible_at=sent)
                self._unclaimed[ident] = Other(sent, call.queue, by_itself)
            elif home != call.queue:
                moved = self._of("moved", ident, body=body, queue=call.queue)
                call.others.append(Other(call.now - HAIR, home, moved))
            self._home[ident] = call.queue
            count = attributes.get("ApproximateReceiveCount")
            yield self._of(
                "received",
                ident,
                body=body,
                receipt=message["ReceiptHandle"],
                receive_count=None if count is None else int(count),
                visible_at=call.now + hidden,
            )

    def _DeleteMessage(self, call: _Call) -> Iterator[Handling]:
        yield self._deleted(call.params)

    def _DeleteMessageBatch(self, call: _Call) -> Iterator[Handling]:
        return map(self._deleted, _done(call))

    def _deleted(self, params: Any) -> Handling:
        return self._of("deleted", self._id(params), receipt=params.get("ReceiptHandle"))

    def _ChangeMessageVisibility(self, call: _Call) -> Iterator[Handling]:
        yield self._changed(call.now, call.params)

    def _ChangeMessageVisibilityBatch(self, call: _Call) -> Iterator[Handling]:
        for entry in _done(call):
            yield self._changed(call.now, entry)

    def _changed(self, now: float, params: Any) -> Handling:
        ident, receipt = self._id(params), params.get("ReceiptHandle")
        visible_at = now + params.get("VisibilityTimeout", 0)
        return self._of("visibility", ident, receipt=receipt, visible_at=visible_at)

    def _id(self, params: Any) -> str | None:
        return self._ids.get(params.get("ReceiptHandle", ""))


def _done(call: _Call) -> Iterator[Any]:
    """The entries of a batch that the service has carried out."""
    done = {one["Id"] for one in call.told.get("Successful", [])}
    return (entry for entry in call.params.get("Entries", []) if entry["Id"] in done)


def asking(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a ReceiveMessage that asks for `ATTRIBUTES` too."""
    asked = list(params.get("MessageSystemAttributeNames") or ())
    if "All" in asked or "All" in (params.get("AttributeNames") or ()):
        return params
    return {**params, "MessageSystemAttributeNames": list(dict.fromkeys([*asked, *ATTRIBUTES]))}


def as_asked(params: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """The answer to it, without what the reader has not asked for."""
    asked = {
        *(params.get("MessageSystemAttributeNames") or ()),
        *(params.get("AttributeNames") or ()),
    }
    if "All" not in asked:
        for message in told.get("Messages", []):
            attributes = message.get("Attributes", {})
            for name in ATTRIBUTES:
                if name not in asked:
                    attributes.pop(name, None)
            if not attributes:
                message.pop("Attributes", None)
    return told
