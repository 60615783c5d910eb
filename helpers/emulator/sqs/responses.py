"""Requests and responses of SQS: what moto's own leave out.

ReceiveMessage: `ReceiveRequestAttemptId` (see `receive_attempts`), and the system attribute
`DeadLetterQueueSourceArn`. Three operations of moving messages (see `redrive`).
"""

from collections.abc import Callable
from functools import wraps
from threading import get_ident
from typing import Any

from moto.sqs.responses import SQSResponse

from helpers.emulator.sqs import receive_attempts, redrive
from helpers.emulator.sqs.queue import CorrectedQueue


def response_methods() -> dict[str, Callable[..., Any]]:
    """What to replace in moto's class, and what to add to it."""
    original = SQSResponse.receive_message

    @wraps(original)
    def receive_message(self: SQSResponse) -> Any:
        queue = self.sqs_backend.queues.get(self._get_queue_name())
        if not isinstance(queue, CorrectedQueue):
            return original(self)
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
        "start_message_move_task": redrive.start_message_move_task,
        "list_message_move_tasks": redrive.list_message_move_tasks,
        "cancel_message_move_task": redrive.cancel_message_move_task,
    }
