"""Requests and responses of SQS: what moto's own leave out, or refuse for reasons of their own.

ReceiveMessage: its ranges (see `receiving`), `ReceiveRequestAttemptId` (see `receive_attempts`),
and the system attribute `DeadLetterQueueSourceArn`. Three operations of moving messages (see
`redrive`). What a message or a batch may be is asked where it is stored (`sending`, `batches`).
"""

from collections.abc import Callable, Mapping
from functools import wraps
from threading import get_ident
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sqs.responses import SQSResponse

from helpers.emulator.sqs import receive_attempts, receiving, redrive
from helpers.emulator.sqs.queue import CorrectedQueue


def response_methods() -> dict[str, Callable[..., Any]]:
    """What to replace in moto's class, and what to add to it."""
    original = SQSResponse.receive_message

    @wraps(original)
    def receive_message(self: SQSResponse) -> Any:
        queue = self.sqs_backend.queues.get(self._get_queue_name())
        if not isinstance(queue, CorrectedQueue):
            return original(self)
        receiving.check(self._get_params())
        attempt_id = self._get_param("ReceiveRequestAttemptId")
        if attempt_id is not None and queue.fifo_queue:
            receive_attempts.check(attempt_id)
            queue.attempt_ids[get_ident()] = attempt_id
        try:
            answer = original(self)
        finally:
            queue.attempt_ids.pop(get_ident(), None)
        names = {
            *self._get_param("AttributeNames", []),
            *self._get_param("MessageSystemAttributeNames", []),
        }
        if names & {"All", "DeadLetterQueueSourceArn"}:
            for message in answer.result.get("Messages", []):
                source = queue.dead_letter_source(message["ReceiptHandle"])
                if source is not None:
                    message.setdefault("Attributes", {})["DeadLetterQueueSourceArn"] = source
        return answer

    return {
        "receive_message": receive_message,
        "list_queues": _listing(SQSResponse.list_queues),
        "list_dead_letter_source_queues": _listing(SQSResponse.list_dead_letter_source_queues),
        "delete_message_batch": delete_message_batch,
        "change_message_visibility": change_message_visibility,
        "start_message_move_task": redrive.start_message_move_task,
        "list_message_move_tasks": redrive.list_message_move_tasks,
        "cancel_message_move_task": redrive.cancel_message_move_task,
    }


def _listing(original: Callable[[SQSResponse], Any]) -> Callable[[SQSResponse], Any]:
    """Look at how many are asked for."""

    @wraps(original)
    def method(self: SQSResponse) -> Any:
        receiving.check_listing(self._get_params())
        return original(self)

    return method


def module_names() -> dict[str, Any]:
    """What to replace beside the class: moto's look at message attributes, before there are any."""

    def looked_at_later(_attributes: Mapping[str, Any] | None) -> None:
        """See `sending`."""

    return {"validate_message_attributes": looked_at_later}


def delete_message_batch(self: SQSResponse) -> ActionResult:
    """Replaces moto's, which refuses a receipt handle that is there twice, and not an Id."""
    entries = self._get_param("Entries", [])
    done, failed = self.sqs_backend.delete_message_batch(self._get_queue_name(), entries)
    return ActionResult({"Successful": [{"Id": entry_id} for entry_id in done], "Failed": failed})


def change_message_visibility(self: SQSResponse) -> EmptyResult:
    """Replaces moto's, whose look at the range has words of its own."""
    self.sqs_backend.change_message_visibility(
        self._get_queue_name(),
        self._get_param("ReceiptHandle"),
        self._get_param("VisibilityTimeout"),
    )
    return EmptyResult()
