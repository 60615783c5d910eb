"""SQS as AWS describes it: the corrections of moto's, for as long as they are wanted.

`corrections()` replaces moto's queue by `CorrectedQueue` and routes the calls to it.
Request parsing and most responses stay moto's. A queue that was there before stays as it
is. Queues made under the corrections are gone when they end.

What each correction follows stands in the module that holds it: `queues` (making, emptying and
deleting them), `attributes` and `redrive_policy` (their settings), `sending` and `batches` (what is
refused), `store` (cost and time), `stored_queue` (retention), `queue` (receipt handles, dead
letters), `fifo` (groups, deduplication), `receiving` and `receive_attempts` (a receive, and again),
`message` (size), `line` (order on a standard queue), `best_effort` (where it does not hold), `fair`
(message groups on a standard queue), `redrive` (redrive), `metrics` (the past, for `cloudwatch`).

An event source mapping of moto's is not run: it polls from inside SendMessage.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any

from moto.sqs import models, responses
from moto.sqs.models import SQSBackend, sqs_backends
from moto.sqs.responses import SQSResponse

from helpers.emulator.guard import applied
from helpers.emulator.sqs import batches, queues, sending
from helpers.emulator.sqs.message import StoredMessage, new_message_id
from helpers.emulator.sqs.queue import CorrectedQueue
from helpers.emulator.sqs.responses import module_names, response_methods

EXPECTED_SOURCES = {
    "moto.sqs.models:Queue.__init__": "0a4781ed5a21",
    "moto.sqs.models:Queue._set_attributes": "4b7aaf3f4636",
    "moto.sqs.models:Queue.attributes": "40cb990b1216",
    "moto.sqs.models:Queue.add_message": "f27c9231c1f2",
    "moto.sqs.models:Queue.delete_message": "fa6fd5b9bd2c",
    "moto.sqs.models:SQSBackend.create_queue": "a7c0bbae0c42",
    "moto.sqs.models:SQSBackend.send_message": "bf161af09a9e",
    "moto.sqs.models:SQSBackend.send_message_batch": "0707ad219481",
    "moto.sqs.models:SQSBackend.receive_message": "065f3e5e7d21",
    "moto.sqs.models:SQSBackend.delete_message_batch": "53c0bc5d5f51",
    "moto.sqs.models:SQSBackend.change_message_visibility": "f0e9df5f6662",
    "moto.sqs.models:SQSBackend.change_message_visibility_batch": "6194b4570c67",
    "moto.sqs.models:SQSBackend.purge_queue": "443ea1ae7b15",
    "moto.sqs.models:SQSBackend.set_queue_attributes": "ea0bf1a56eef",
    "moto.sqs.models:SQSBackend.get_queue_attributes": "58417223da45",
    "moto.sqs.models:SQSBackend.delete_queue": "4c96ec6f1424",
    "moto.sqs.models:SQSBackend.list_queues": "7e319bd0d0e4",
    "moto.sqs.responses:SQSResponse.receive_message": "0027050ecd12",
    "moto.sqs.responses:SQSResponse.list_queues": "fa0498cc941e",
    "moto.sqs.responses:SQSResponse.list_dead_letter_source_queues": "cb0f14e821bc",
    "moto.sqs.responses:SQSResponse.send_message": "f486fa48de9f",
    "moto.sqs.responses:SQSResponse.send_message_batch": "c68cdac5e2af",
    "moto.sqs.responses:SQSResponse.delete_message_batch": "79dfc09563ea",
    "moto.sqs.responses:SQSResponse.change_message_visibility": "9935ebc46afe",
    "moto.sqs.responses:validate_message_attributes": "ac86c89afe0c",
    "moto.sqs.models:_filter_message_attributes": "2e61eb0503c8",
}


@contextmanager
def corrections() -> Iterator[None]:
    """Correct SQS for as long as the context is open.

    Raises
    ------
    UnexpectedMoto
        If the installed moto is not the one that the corrections were written for.
    RuntimeError
        If the corrections are open already.
    """
    if models.Queue is CorrectedQueue:
        raise RuntimeError("the corrections of SQS are open already")
    try:
        with applied(
            EXPECTED_SOURCES,
            (models, _model_names()),
            (SQSBackend, _backend_methods()),
            (SQSResponse, response_methods()),
            (responses, module_names()),
        ):
            yield
    finally:
        _drop_corrected_queues()


def _drop_corrected_queues() -> None:
    for account in sqs_backends.values():
        for backend in account.values():
            for name, queue in tuple(backend.queues.items()):
                if isinstance(queue, CorrectedQueue):
                    del backend.queues[name]


def _model_names() -> dict[str, Any]:
    # Every look at an attribute of a queue spells all their names anew, letter by letter.
    spelled = cache(models.camelcase_to_underscores)
    return {"Queue": CorrectedQueue, "camelcase_to_underscores": spelled}


def _backend_methods() -> dict[str, Callable[..., Any]]:
    backend = vars(SQSBackend)
    routed: dict[str, Callable[..., Any]] = {
        "send_message": _send_message,
        "send_message_batch": _send_message_batch,
        "receive_message": _receive_message,
        "delete_message_batch": _delete_message_batch,
        "change_message_visibility": _change_message_visibility,
        "change_message_visibility_batch": _change_message_visibility_batch,
        "purge_queue": _purge_queue,
    }
    return {
        "create_queue": queues.create_queue,
        "set_queue_attributes": _for_corrected("set_queue_attributes", queues.set_queue_attributes),
        "get_queue_attributes": _for_corrected("get_queue_attributes", queues.get_queue_attributes),
        "delete_queue": queues.delete_queue,
        "list_queues": queues.list_queues,
        **{name: _routed(backend[name], correction) for name, correction in routed.items()},
    }


def _routed(original: Callable[..., Any], correction: Callable[..., Any]) -> Callable[..., Any]:
    """A backend method that calls the correction for a corrected queue, else the original."""

    @wraps(original)
    def method(self: SQSBackend, queue_name: str, *args: Any, **kwargs: Any) -> Any:
        queue = self.get_queue(queue_name)
        if isinstance(queue, CorrectedQueue):
            return correction(queue, *args, **kwargs)
        return original(self, queue_name, *args, **kwargs)

    return method


def _for_corrected(name: str, correction: Callable[..., Any]) -> Callable[..., Any]:
    """The same, for a correction that asks for the backend."""
    original = vars(SQSBackend)[name]

    @wraps(original)
    def method(self: SQSBackend, queue_name: str, *args: Any, **kwargs: Any) -> Any:
        corrected = isinstance(self.get_queue(queue_name), CorrectedQueue)
        return (correction if corrected else original)(self, queue_name, *args, **kwargs)

    return method


def _send_message(
    queue: CorrectedQueue,
    message_body: str | None,
    message_attributes: Mapping[str, Any] | None = None,
    delay_seconds: int | None = None,
    deduplication_id: str | None = None,
    group_id: str | None = None,
    system_attributes: dict[str, Any] | None = None,
    validate_group_id: bool = True,
) -> StoredMessage:
    delay, size = sending.checked(
        queue,
        message_body,
        attributes=message_attributes,
        system_attributes=system_attributes,
        delay=None if delay_seconds is None else int(delay_seconds),
        group_id=group_id,
        deduplication_id=deduplication_id,
    )
    assert message_body is not None, "`checked` refuses a message without a body"
    message = StoredMessage(new_message_id(), message_body, system_attributes)
    message.message_attributes = dict(message_attributes or {})
    message.group_id = group_id
    message.deduplication_id = deduplication_id
    if deduplication_id is None and queue.content_based_deduplication:
        message.deduplication_id = hashlib.sha256(message_body.encode()).hexdigest()
    queue.send(message, delay, size)
    return message


def _send_message_batch(
    queue: CorrectedQueue, entries: Mapping[str, batches.Entry]
) -> tuple[list[StoredMessage], list[batches.Failure]]:
    batches.check(list(entries.values()), "SendMessageBatchRequestEntry")
    batches.check_messages(queue, list(entries.values()))

    def send(entry: batches.Entry) -> StoredMessage:
        return _send_message(
            queue,
            entry["MessageBody"],
            entry.get("MessageAttributes"),
            entry.get("DelaySeconds"),
            entry.get("MessageDeduplicationId"),
            entry.get("MessageGroupId"),
            entry.get("MessageSystemAttributes"),
        )

    done, failed = batches.one_by_one(list(entries.values()), send)
    for entry, message in done:
        message.user_id = entry["Id"]  # where moto's response looks for it
    return [message for _, message in done], failed


def _receive_message(
    queue: CorrectedQueue,
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> list[StoredMessage]:
    return queue.receive(count, wait_seconds_timeout, visibility_timeout, message_attribute_names)


def _delete_message_batch(
    queue: CorrectedQueue, receipts: Sequence[batches.Entry]
) -> tuple[list[str], list[batches.Failure]]:
    batches.check(receipts, "DeleteMessageBatchRequestEntry")
    done, failed = batches.one_by_one(
        receipts, lambda entry: queue.delete_message(entry["ReceiptHandle"])
    )
    return [entry["Id"] for entry, _ in done], failed


def _change_message_visibility(
    queue: CorrectedQueue, receipt_handle: str, visibility_timeout: int
) -> None:
    queue.change_visibility(receipt_handle, visibility_timeout)


def _change_message_visibility_batch(
    queue: CorrectedQueue, entries: Sequence[batches.Entry]
) -> tuple[list[str], list[batches.Failure]]:
    batches.check(entries, "ChangeMessageVisibilityBatchRequestEntry")
    done, failed = batches.one_by_one(
        entries,
        lambda entry: queue.change_visibility(
            entry["ReceiptHandle"], entry.get("VisibilityTimeout")
        ),
    )
    return [entry["Id"] for entry, _ in done], failed


def _purge_queue(queue: CorrectedQueue) -> None:
    queues.purge(queue)
