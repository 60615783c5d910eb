"""SQS."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.exceptions import ClientError

from helpers import faults
from helpers.differences.probe import MODEL, Queue, difference, kind, let_pass

FIFO = {"FifoQueue": "true"}
START = datetime(2026, 11, 2, tzinfo=UTC)  # about when every lab begins


@difference(
    "SQS: delete with an old receipt handle",
    aws="maybe the message stays",
    choice="the message stays",
    source=f"{MODEL}, DeleteMessage",
)
def old_handle(lab: Any) -> str:
    """A consumer is late: its message has been received again. It deletes anyway."""
    queue = Queue("late")
    queue.send("order")
    [first] = queue.receive(VisibilityTimeout=10)
    let_pass(lab, 11)
    queue.receive(VisibilityTimeout=10)
    queue.delete(first)
    let_pass(lab, 11)
    return "the message stays" if queue.receive() else "the message is gone"


@difference(
    "SQS FIFO: sent again after the delete", aws="not delivered", source=f"{MODEL}, SendMessage"
)
def repeat_after_delete(lab: Any) -> str:
    """A message is sent, received and deleted, and a minute later sent again."""
    queue = Queue("again.fifo", **FIFO)
    for _ in range(2):
        queue.send("order", MessageGroupId="g", MessageDeduplicationId="d")
        received = queue.receive()
        for message in received:
            queue.delete(message)
        let_pass(lab, 60)
    return "delivered again" if received else "not delivered"


@difference(
    "SQS FIFO: DeduplicationScope messageGroup", aws="2 delivered", source=f"{MODEL}, CreateQueue"
)
def repeat_in_groups(lab: Any) -> str:
    """One deduplication id in two message groups, where each group counts for itself."""
    queue = Queue("groups.fifo", DeduplicationScope="messageGroup", **FIFO)
    for group in "ab":
        queue.send("order", MessageGroupId=group, MessageDeduplicationId="d")
    return f"{len(queue.receive(MaxNumberOfMessages=10))} delivered"


@difference(
    "SQS FIFO: a batch of three comes back",
    aws="in order, as many as possible",
    choice="all three, in order",
    source="Developer Guide, FIFO delivery logic",
)
def fifo_after_timeout(lab: Any) -> str:
    """A batch of one group is received, not deleted, and becomes visible again."""
    queue = Queue("batch.fifo", **FIFO)
    for number in range(3):
        queue.send(str(number), MessageGroupId="g", MessageDeduplicationId=str(number))
    queue.receive(MaxNumberOfMessages=10, VisibilityTimeout=10)
    let_pass(lab, 11)
    order = [message["Body"] for message in queue.receive(MaxNumberOfMessages=10)]
    return "all three, in order" if order == ["0", "1", "2"] else f"{len(order)} of three"


@difference(
    "SQS: a message outlives its retention",
    aws="the next message",
    source=f"{MODEL}, DeleteMessage",
)
def retention(lab: Any) -> str:
    """One message has outlived its retention; one receive follows."""
    queue = Queue("aged", MessageRetentionPeriod="60")
    queue.send("old")
    let_pass(lab, 61)
    queue.send("new")
    return "the next message" if queue.receive() else "nothing"


@difference(
    "SQS: a message that says &Action=DeleteQueue", aws="it arrives", source=f"{MODEL}, SendMessage"
)
def like_a_form(lab: Any) -> str:
    """The text of a message is that of a form, with the name of an action in it."""
    queue = Queue("forms")
    text = "order=1&Action=DeleteQueue&QueueUrl=none"
    queue.sqs.send_message(QueueUrl=queue.url, MessageBody=text)
    if not queue.sqs.list_queues(QueueNamePrefix="forms").get("QueueUrls"):
        return "the queue is deleted"
    return "it arrives" if queue.receive() else "it is lost"


@difference("SQS: 1,000 × ü, at most 1,024 bytes", aws="refused", source=f"{MODEL}, CreateQueue")
def size(lab: Any) -> str:
    """1,000 characters of two bytes each, where 1,024 bytes are allowed."""
    try:
        Queue("large", MaximumMessageSize="1024").send("ü" * 1000)
    except ClientError:
        return "refused"
    return "accepted"


@difference(
    "SQS: StartMessageMoveTask", aws="messages return", source=f"{MODEL}, StartMessageMoveTask"
)
def redrive(lab: Any) -> str:
    """Messages go back from the dead-letter queue."""
    dead = Queue("dead")
    policy = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 1})
    queue = Queue("source", RedrivePolicy=policy, VisibilityTimeout="1")
    queue.send("order")
    for _ in range(2):
        queue.receive()
        let_pass(lab, 2)
    try:
        queue.sqs.start_message_move_task(SourceArn=dead.arn)
    except Exception as error:
        return kind(error)
    let_pass(lab, 2)
    return "messages return" if queue.receive() else "messages stay"


@difference(
    "SQS standard: 10 messages, one consumer",
    aws="maybe again, maybe out of order",
    source="Developer Guide, standard queues",
)
def standard_queue(lab: Any) -> str:
    """Ten messages through a standard queue, one consumer."""
    queue = Queue("standard")
    sent = [queue.send(str(number)) for number in range(10)]
    received = [message["MessageId"] for _ in sent for message in queue.receive()]
    return "once and in order" if received == sent else "maybe again, maybe out of order"


@difference(
    "SQS standard: deleted, one server missing",
    aws="maybe delivered again",
    choice="delivered again",  # `faults.best_effort` asks for it
    source=f"{MODEL}, DeleteMessage",
)
def copy_after_delete(lab: Any) -> str:
    """A message is deleted while one of the servers that hold it is missing."""
    queue = Queue("copies")
    queue.send("order")
    with faults.best_effort(forgotten_deletes=1):
        queue.delete(queue.receive(VisibilityTimeout=10)[0])
        let_pass(lab, 11)
    return "delivered again" if queue.receive() else "gone"


@difference(
    "SQS standard: a receive misses a server",
    aws="maybe the second one",
    choice="the second one",  # `faults.best_effort` asks for it
    source=f"{MODEL}, ReceiveMessage",
)
def order_of_receives(lab: Any) -> str:
    """Two messages, and a receive that misses a server."""
    queue = Queue("unordered")
    for body in ("first", "second"):
        queue.send(body)
    with faults.best_effort(out_of_order=1):
        [message] = queue.receive()
        let_pass(lab, 1)
    return f"the {message['Body']} one"


@difference(
    "SQS fair: 30 of one tenant in flight",
    aws="the quiet one, from about then on",
    choice="the quiet one",
    source="Developer Guide, How fair queues work",
)
def noisy_neighbour(lab: Any) -> str:
    """A tenant has forty messages in a queue, and thirty of them in flight; another sends one."""
    queue = Queue("tenants")
    for _ in range(40):
        queue.send("loud", MessageGroupId="loud")
    for _ in range(3):
        queue.receive(MaxNumberOfMessages=10)
    queue.send("quiet", MessageGroupId="quiet")
    return f"the {queue.receive()[0]['Body']} one"


@difference(
    "SQS FIFO: receive again by attempt id",
    aws="the same message",
    source=f"{MODEL}, ReceiveMessage",
)
def receive_again(lab: Any) -> str:
    """A receive from a FIFO queue is repeated with its attempt id, as after a lost reply."""
    queue = Queue("attempts.fifo", **FIFO)
    queue.send("order", MessageGroupId="g", MessageDeduplicationId="d")
    for _ in range(2):
        messages = queue.receive(ReceiveRequestAttemptId="attempt-1")
    return "the same message" if messages else "nothing"


@difference(
    "SQS: NumberOfMessagesSent in CloudWatch",
    aws="3 sent, or close to it",
    choice="3 sent",
    source="Developer Guide, Available metrics",
)
def metrics(lab: Any) -> str:
    """What CloudWatch knows of a queue to which three messages were sent."""
    queue = Queue("measured")
    for _ in range(3):
        queue.send("order")
    let_pass(lab, 60)
    points = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName="NumberOfMessagesSent",
        Dimensions=[{"Name": "QueueName", "Value": "measured"}],
        StartTime=START - timedelta(days=1),
        EndTime=START + timedelta(days=365),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    return f"{sum(point['Sum'] for point in points):.0f} sent" if points else "nothing"
