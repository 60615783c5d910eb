"""What AWS says of each run: a sentence of the API model in botocore, or of a guide.

A test looks the model's sentences up in the botocore that is installed. The guides were read in
November 2026.
"""

from __future__ import annotations

from typing import NamedTuple


class Says(NamedTuple):
    """A sentence of AWS's.

    Attributes
    ----------
    text : str
        As it stands there.
    source : str
        "sqs ReceiveMessage" for a service and an operation of the API model, else a guide's name.
    """

    text: str
    source: str


SAYS: dict[str, Says] = {
    "competing workers": Says(
        "The duration (in seconds) that the received messages are hidden from subsequent retrieve "
        "requests after being retrieved by a ReceiveMessage request.",
        "sqs ReceiveMessage",
    ),
    "lost replies": Says(
        "Standard queues support at-least-once message delivery.",
        "SQS Developer Guide, Standard queues",
    ),
    "request and reply": Says(
        "Each message attribute consists of a Name , Type , and Value .", "sqs SendMessage"
    ),
    "dead letters": Says(
        "When the ReceiveCount for a message exceeds the maxReceiveCount for a queue, Amazon SQS "
        "moves the message to the dead-letter-queue.",
        "sqs CreateQueue",
    ),
    "long work kept hidden": Says(
        "If the message is not deleted or its visibility timeout is not extended before the "
        "timeout expires, it becomes visible again and can be retrieved by other consumers.",
        "sqs ReceiveMessage",
    ),
    "order within a group": Says(
        "Messages that belong to the same message group are processed in a FIFO manner",
        "sqs SendMessage",
    ),
    "too late": Says(
        "Returns the time the message was sent to the queue ( epoch time in milliseconds).",
        "sqs ReceiveMessage",
    ),
    "a topic with filters": Says(
        "This attribute lets you choose the filtering scope by using one of the following string "
        "value types",
        "sns Subscribe",
    ),
    "a bus with rules": Says(
        "Rules with EventPatterns are triggered when a matching event is observed.",
        "events PutRule",
    ),
    "what the bus gives up": Says(
        "Configuration details of the Amazon SQS queue for EventBridge to use as a dead-letter "
        "queue (DLQ).",
        "events PutTargets",
    ),
    "five ways to hand over": Says(
        "Lambda reads items from the event source and invokes the function.",
        "lambda CreateEventSourceMapping",
    ),
    "calls": Says(
        "If present, indicates that an error occurred during function execution.", "lambda Invoke"
    ),
    "sparse events": Says("The response from the function, or an error object.", "lambda Invoke"),
    "callbacks": Says(
        "The task token has either expired or the task associated with the token has already been "
        "closed.",
        "stepfunctions SendTaskSuccess",
    ),
    "the order process": Says(
        "A state machine consists of a collection of states that can do work ( Task states), "
        "determine to which states to transition next ( Choice states), stop an execution with an "
        "error ( Fail states), and so on.",
        "stepfunctions CreateStateMachine",
    ),
    "services that react": Says(
        "Sends custom events to Amazon EventBridge so that they can be matched to rules.",
        "events PutEvents",
    ),
    "started once": Says(
        "For a STANDARD workflow, if you call StartExecution with the same name and input as a "
        "running execution, the call succeeds and return the same response as the original "
        "request.",
        "stepfunctions StartExecution",
    ),
    "records": Says(
        "A condition that must be satisfied in order for a conditional PutItem operation to "
        "succeed.",
        "dynamodb PutItem",
    ),
    "one write": Says(
        "The actions are completed atomically so that either all of them succeed, or all of them "
        "fail.",
        "dynamodb TransactWriteItems",
    ),
    "the outbox": Says(
        "The entire item, as it appears after it was modified, is written to the stream.",
        "dynamodb CreateTable",
    ),
    "Black Friday's shop": Says(
        "Standard queues support at-least-once message delivery.",
        "SQS Developer Guide, Standard queues",
    ),
}
