"""What AWS bills for each request in a trace. Part of `helpers.costs`.

A request is billed if the service processed it: also a poll that found nothing, and one whose reply
was lost. One that never arrived, or was answered with an error, is not; but a conditional write of
DynamoDB whose condition is false is [DynamoDB Developer Guide, "Condition expressions"].

- SQS: "Every Amazon SQS action counts as a request", each 64 KB of payload as one; sending,
  receiving, deleting and changing visibility in a FIFO queue have a price of their own [SQS
  pricing]. That holds for the pollers of a mapping and for what SNS or EventBridge puts in a queue:
  AWS names no exception. Bodies count, attributes are not in the trace.
- SNS: each 64 KB published. Deliveries to SQS and Lambda cost nothing at SNS, those over HTTP do.
- EventBridge: each 64 KB of each custom event. What matches a rule, and events of AWS's own
  services, cost nothing there.
- DynamoDB, on demand: a unit per write of up to 1 KB, half a unit per eventually consistent read of
  up to 4 KB, twice as many in a transaction. Sizes are not in the trace: items are taken as small.
- S3: deleting costs nothing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.costs.prices import NoPrice
from helpers.trace import Handling
from helpers.trace.callers import service_of

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 64 * 1024  # bytes
SQS = {
    "SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch",
    "ChangeMessageVisibility", "ChangeMessageVisibilityBatch",
}  # fmt: skip
SNS = {"Publish", "PublishBatch"}
WRITES = {"PutItem", "UpdateItem", "DeleteItem"}
READS = {"GetItem", "Query", "Scan"}
SEVERAL = {  # what is billed, and units per item
    "BatchWriteItem": ("write request units", 1.0),
    "TransactWriteItems": ("write request units", 2.0),
    "BatchGetItem": ("read request units", 0.5),
    "TransactGetItems": ("read request units", 2.0),
}
PUTS = {
    "PutObject", "CopyObject", "ListObjects", "ListObjectsV2", "ListObjectVersions", "ListBuckets",
    "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload",
}  # fmt: skip
GETS = {"GetObject", "HeadObject", "GetObjectAttributes", "GetObjectTagging"}
FREE = {  # nothing at this service; what it sets in motion is billed where it happens
    "lambda": {"Invoke"},
    "stepfunctions": {
        "StartExecution", "StartSyncExecution", "SendTaskSuccess", "SendTaskFailure",
        "SendTaskHeartbeat", "GetActivityTask",
    },
    "s3": {"DeleteObject", "DeleteObjects"},
}  # fmt: skip
UNKNOWN = {
    "dynamodb": {"ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"},
    "dynamodbstreams": {"GetRecords"},
    "cloudwatch": {"GetMetricData", "GetMetricStatistics"},
}
SERVICES = {
    "sqs", "sns", "events", "scheduler", "lambda", "stepfunctions", "dynamodb", "dynamodbstreams",
    "s3", "cloudwatch", "http", "iam", "sts",
}  # fmt: skip
REFUSED_AND_BILLED = {"ConditionalCheckFailedException", "TransactionCanceledException"}


class Request(NamedTuple):
    """A request that a service processed, or what a service did without one."""

    service: str
    operation: str
    caller: str
    resource: str | None
    messages: tuple[Handling, ...]

    @property
    def by_aws(self) -> bool:
        """Whether a service made it: a topic, a rule, a poller, a workflow."""
        return service_of(self.caller) is not None


class Assumed(NamedTuple):
    """What the trace does not tell."""

    fair: Collection[str] = ()
    items: Mapping[str, int] = {}
    consistent: bool = False


def processed(trace: pd.DataFrame) -> Iterator[Request]:
    """The requests of a trace that a service processed, in their order."""
    rows = trace[(trace["kind"] == "call") & trace["operation"].notna()]
    refused = (rows["service"] == "dynamodb") & rows["outcome"].isin(REFUSED_AND_BILLED)
    rows = rows[rows["processed"].notna() | refused]
    names = ["service", "operation", "caller", "resource", "messages"]
    return (Request(*row) for row in zip(*(rows[name] for name in names), strict=True))


def is_for_an_order(request: Request) -> bool:
    """Whether it is part of the work on orders; the others set something up, or look."""
    service, operation = request.service, request.operation
    if operation in FREE.get(service, ()):
        return True
    return operation in {
        "sqs": SQS, "sns": SNS, "events": {"PutEvents"}, "http": {"POST"},
        "dynamodb": WRITES | READS | SEVERAL.keys() | UNKNOWN["dynamodb"], "s3": PUTS | GETS,
        "cloudwatch": {"PutMetricData"},
    }.get(service, ())  # fmt: skip


def units(request: Request, assumed: Assumed) -> Iterator[tuple[str, str, float]]:
    """What one request is billed as: service, what, and how many units.

    Raises
    ------
    NoPrice
        If it is billed, and no price of it is known or its size is not in the trace.
    """
    service, operation = request.service, request.operation
    if service not in SERVICES or operation in UNKNOWN.get(service, ()):
        # The pollers of a mapping read a stream for nothing.
        if not (service == "dynamodbstreams" and request.by_aws):
            name = f"{service}.{operation}"
            raise NoPrice(f"no price is known of {name}; leave_out={name!r} leaves it out")
    elif service == "sqs":
        yield from _sqs(request, assumed)
    elif service == "sns" and operation in SNS:
        if (request.resource or "").endswith(".fifo"):
            raise NoPrice(f"no price is known of FIFO topics such as {request.resource!r}")
        yield "sns", "publishes", chunks(_bodies(request, "called"))
    elif service == "events" and operation == "PutEvents":
        events = _bodies(request, "called")
        yield "events", "custom events", sum(chunks([event]) for event in events)
    elif service == "http":
        maker = service_of(request.caller)
        kinds = {"sns": "HTTP deliveries", "events": "API destination invocations"}
        if maker is not None and maker[0] in kinds:
            yield maker[0], kinds[maker[0]], 1.0
    elif service == "dynamodb":
        yield from _dynamodb(operation, assumed)
    elif service == "s3" and operation in PUTS:
        yield "s3", "PUT, COPY, POST and LIST requests", 1.0
    elif service == "s3" and operation in GETS:
        yield "s3", "GET and other requests", 1.0
    elif service == "cloudwatch" and operation == "PutMetricData":
        yield "cloudwatch", "PutMetricData requests", 1.0
    maker = service_of(request.caller)
    if maker is not None and maker[0] == "scheduler":
        yield "scheduler", "invocations", 1.0


def _sqs(request: Request, assumed: Assumed) -> Iterator[tuple[str, str, float]]:
    queue = request.resource or ""
    if request.operation in SQS:
        count = chunks(_bodies(request, "sent", "received"))
        yield "sqs", "FIFO requests" if queue.endswith(".fifo") else "requests", count
        if queue in assumed.fair:
            yield "sqs", "fair queue surcharge", count
    elif request.operation == "GetQueueAttributes" and request.caller != "cell":
        yield "sqs", "requests", 1.0  # of a worker that watches; a cell asks while it sets up


def _dynamodb(operation: str, assumed: Assumed) -> Iterator[tuple[str, str, float]]:
    read = 1.0 if assumed.consistent else 0.5
    if operation in WRITES:
        yield "dynamodb", "write request units", 1.0
    elif operation in READS:
        yield "dynamodb", "read request units", read
    elif operation in SEVERAL:
        what, each = SEVERAL[operation]
        if operation not in assumed.items:
            raise NoPrice(
                f"the trace does not tell how many items a {operation} has; "
                f"say so, as in items={{{operation!r}: 2}}"
            )
        each = read if operation == "BatchGetItem" else each
        yield "dynamodb", what, each * assumed.items[operation]


def chunks(bodies: Iterable[str]) -> float:
    """How many pieces of 64 KB all bodies together have; one if they are empty."""
    return float(max(1, math.ceil(sum(len(body.encode()) for body in bodies) / CHUNK)))


def _bodies(request: Request, *kinds: str) -> list[str]:
    return [h.body or "" for h in request.messages if h.what in kinds]


def replayed(trace: pd.DataFrame) -> float:
    """How many events a replay has brought to a target: by their ids, which a replay gives anew."""
    found: set[Any] = set()
    for messages in trace.loc[trace["messages"].map(len).gt(0), "messages"]:
        for handling in messages:
            if handling.body and '"replay-name"' in handling.body:
                found.update(_ids(handling.body))
    return float(len(found))


def _ids(body: str) -> Iterator[Any]:
    try:
        event = json.loads(body)
    except ValueError:
        return
    if isinstance(event, dict) and "replay-name" in event:
        yield event.get("id")
