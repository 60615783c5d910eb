"""SQS: queues, all of it."""

from __future__ import annotations

from helpers.emulator.modelled.verdict import KEPT, Verdict, acts, moto

ROWS: dict[str, Verdict] = {
    "AddPermission": KEPT,
    "CancelMessageMoveTask": acts(),
    "ChangeMessageVisibility": acts(),
    "ChangeMessageVisibilityBatch": acts(),
    "CreateQueue": acts(),
    "DeleteMessage": acts(),
    "DeleteMessageBatch": acts(),
    "DeleteQueue": acts(),
    "GetQueueAttributes": acts(),
    "GetQueueUrl": moto(),
    "ListDeadLetterSourceQueues": acts(),
    "ListMessageMoveTasks": acts(),
    "ListQueueTags": moto(),
    "ListQueues": acts(),
    "PurgeQueue": acts(),
    "ReceiveMessage": acts(),
    "RemovePermission": KEPT,
    "SendMessage": acts(),
    "SendMessageBatch": acts(),
    "SetQueueAttributes": acts(),
    "StartMessageMoveTask": acts(),
    "TagQueue": moto(),
    "UntagQueue": moto(),
}
