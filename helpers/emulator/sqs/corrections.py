"""SQS as AWS describes it: the corrections of moto's, for as long as they are wanted.

`corrections()` replaces moto's queue by `CorrectedQueue` and routes the calls to it.
Request parsing, validation and responses stay moto's. A queue that was there before stays as it
is. Queues made under the corrections are gone when they end.

What each correction follows stands in the module that holds it: `store` (cost and time),
`stored_queue` (retention), `queue` (receipt handles, dead letters), `fifo` (groups,
deduplication), `receive_attempts` (a receive again), `message` (size), `line` (order on a
standard queue), `best_effort` (where it does not hold), `fair` (message groups on a
standard queue), `redrive` (redrive), `metrics` (the past, for `metrics`).

An event source mapping of moto's is not run: it polls from inside SendMessage.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any

from moto.sqs import models
from moto.sqs.constants import MAXIMUM_MESSAGE_LENGTH
from moto.sqs.exceptions import BatchRequestTooLong, InvalidParameterValue, SQSException
from moto.sqs.models import MAXIMUM_MESSAGE_DELAY, SQSBackend, sqs_backends
from moto.sqs.responses import SQSResponse

from helpers.emulator.guard import applied
from helpers.emulator.sqs.message import (
    ReceiptHandleExpired,
    StoredMessage,
    new_message_id,
    size_in_bytes,
)
from helpers.emulator.sqs.queue import CorrectedQueue
from helpers.emulator.sqs.responses import response_methods

EXPECTED_SOURCES = {
    "moto.sqs.models:Queue.__init__": "0a4781ed5a21",
    "moto.sqs.models:Queue._set_attributes": "4b7aaf3f4636",
    "moto.sqs.models:Queue.attributes": "40cb990b1216",
    "moto.sqs.models:Queue.add_message": "f27c9231c1f2",
    "moto.sqs.models:Queue.delete_message": "fa6fd5b9bd2c",
    "moto.sqs.models:SQSBackend.create_queue": "a7c0bbae0c42",
    "moto.sqs.models:SQSBackend._validate_message": "39cb57c19e59",
    "moto.sqs.models:SQSBackend.send_message": "bf161af09a9e",
    "moto.sqs.models:SQSBackend.send_message_batch": "0707ad219481",
    "moto.sqs.models:SQSBackend.receive_message": "065f3e5e7d21",
    "moto.sqs.models:SQSBackend.delete_message_batch": "53c0bc5d5f51",
    "moto.sqs.models:SQSBackend.change_message_visibility": "f0e9df5f6662",
    "moto.sqs.models:SQSBackend.change_message_visibility_batch": "6194b4570c67",
    "moto.sqs.models:SQSBackend.purge_queue": "443ea1ae7b15",
    "moto.sqs.responses:SQSResponse.receive_message": "0027050ecd12",
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
    by_entry = ("delete_message_batch", "change_message_visibility_batch")
    return {
        "send_message": _routed(backend["send_message"], _send_message),
        "send_message_batch": _routed(backend["send_message_batch"], _limit_batch),
        "receive_message": _routed(backend["receive_message"], _receive_message),
        "change_message_visibility": _routed(
            backend["change_message_visibility"], _change_message_visibility
        ),
        "purge_queue": _routed(backend["purge_queue"], _purge_queue),
        **{name: _routed(backend[name], _entry_by_entry) for name in by_entry},
    }


def _routed(original: Callable[..., Any], correction: Callable[..., Any]) -> Callable[..., Any]:
    """A backend method that calls the correction for a corrected queue, else the original."""

    @wraps(original)
    def method(self: SQSBackend, queue_name: str, *args: Any, **kwargs: Any) -> Any:
        queue = self.get_queue(queue_name)
        if isinstance(queue, CorrectedQueue):
            return correction(self, queue, original, *args, **kwargs)
        return original(self, queue_name, *args, **kwargs)

    return method


def _send_message(
    backend: SQSBackend,
    queue: CorrectedQueue,
    _original: Callable[..., Any],
    message_body: str,
    message_attributes: Mapping[str, Any] | None = None,
    delay_seconds: int | None = None,
    deduplication_id: str | None = None,
    group_id: str | None = None,
    system_attributes: dict[str, Any] | None = None,
    validate_group_id: bool = True,
) -> StoredMessage:
    delay = int(queue.delay_seconds if delay_seconds is None else delay_seconds)
    backend._validate_message(
        queue, message_body, int(delay_seconds or 0), deduplication_id, group_id, validate_group_id
    )
    size = size_in_bytes(message_body, message_attributes)
    if size > queue.maximum_message_size:
        raise InvalidParameterValue(
            "One or more parameters are invalid. Reason: Message must be shorter than "
            f"{queue.maximum_message_size} bytes."
        )
    if delay > MAXIMUM_MESSAGE_DELAY:
        raise InvalidParameterValue(
            f"Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be "
            f">= 0 and <= {MAXIMUM_MESSAGE_DELAY}."
        )
    message = StoredMessage(new_message_id(), message_body, system_attributes)
    message.message_attributes = dict(message_attributes or {})
    message.group_id = group_id
    message.deduplication_id = deduplication_id
    if deduplication_id is None and queue.content_based_deduplication:
        message.deduplication_id = hashlib.sha256(message_body.encode()).hexdigest()
    queue.send(message, delay, size)
    return message


def _limit_batch(
    backend: SQSBackend,
    queue: CorrectedQueue,
    original: Callable[..., Any],
    entries: dict[str, dict[str, Any]],
) -> Any:
    """ "The maximum total payload size" of a batch is 1,048,576 bytes (SendMessageBatch)."""
    size = sum(
        size_in_bytes(entry["MessageBody"], entry["MessageAttributes"])
        for entry in entries.values()
    )
    if size > MAXIMUM_MESSAGE_LENGTH:
        raise BatchRequestTooLong(size)
    return original(backend, queue.name, entries)


def _receive_message(
    _backend: SQSBackend,
    queue: CorrectedQueue,
    _original: Callable[..., Any],
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> list[StoredMessage]:
    return queue.receive(count, wait_seconds_timeout, visibility_timeout, message_attribute_names)


def _change_message_visibility(
    _backend: SQSBackend,
    queue: CorrectedQueue,
    _original: Callable[..., Any],
    receipt_handle: str,
    visibility_timeout: int,
) -> None:
    queue.change_visibility(receipt_handle, visibility_timeout)


def _purge_queue(backend: SQSBackend, queue: CorrectedQueue, original: Callable[..., Any]) -> None:
    original(backend, queue.name)
    queue.purge()


def _entry_by_entry(
    backend: SQSBackend,
    queue: CorrectedQueue,
    original: Callable[..., Any],
    entries: list[dict[str, Any]],
) -> tuple[list[str], list[dict[str, Any]]]:
    """Report an error of one entry as its own, whatever the error. moto fails the whole batch."""
    successful: list[str] = []
    failed: list[dict[str, Any]] = []
    for entry in entries:
        try:
            done, refused = original(backend, queue.name, [entry])
        except SQSException as error:
            expired = isinstance(error, ReceiptHandleExpired)
            code = "ReceiptHandleIsInvalid" if expired else error.code
            done, refused = [], [_failure(entry["Id"], code, error.message)]
        successful += done
        failed += refused
    return successful, failed


def _failure(entry_id: str, code: str, message: str) -> dict[str, Any]:
    return {"Id": entry_id, "SenderFault": True, "Code": code, "Message": message}
