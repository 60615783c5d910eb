"""What a standard queue may do, and does when it is asked to: deliver again, and out of order.

Statements followed (November 2026):

- "Amazon SQS stores copies of your messages on multiple servers [...]. On rare occasions, one of
  the servers that stores a copy of a message might be unavailable when you receive or delete a
  message. If this occurs, the copy of the message isn't deleted on the server that is unavailable,
  and you might get that message copy again when you receive messages." (SQS Developer Guide,
  "Amazon SQS at-least-once delivery".)
- "A weighted random set of machines is sampled on a ReceiveMessage call. Therefore, only the
  messages on the sampled machines are returned." (SQS API model in botocore 1.44.5,
  `ReceiveMessage`.) "Standard queues provide best-effort ordering which ensures that messages are
  generally delivered in the same order as they're sent." (Developer Guide, "Standard queues".)

Whether a server is missing is not decided here: a queue asks (`MissingServer`). A server that
misses a delete still knows of the receive before it, so its copy comes back when the visibility
timeout ends, with its receive count, and is no longer counted until then. A server that is missing
at a receive has the first message in line, which the next receive may find.
"""

from collections.abc import Callable

from helpers.emulator.sqs.message import StoredMessage
from helpers.emulator.sqs.store import Store

MissingServer = Callable[[str, str], bool]
"""Whether a server is missing: operation as the API names it, name of the queue."""


def pass_over(store: Store, queue: str, missing: MissingServer, now: float) -> StoredMessage | None:
    """Take aside the first message in line, if a receive misses it and may find another one."""
    if store.visible_count > 1 and missing("ReceiveMessage", queue):
        [message] = store.take(1, now)
        return message
    return None


def delete(
    store: Store, message: StoredMessage, queue: str, missing: MissingServer, now: float
) -> None:
    """Delete a message, or all copies of it but one."""
    if missing("DeleteMessage", queue):
        store.remove_all_but_a_copy(message, now)
    else:
        store.remove(message, now)
