"""What the lab does with each operation of the services that it opens: the table `MODELLED`.

One file per service, one line per operation: it acts, it is moto's and known to be right, or it is
refused with `NotModelled`, which names what is missing and the way on. `beside` has single
operations of other services. What is in no line is moto's own, and unchecked.
"""

from __future__ import annotations

from helpers.emulator.modelled import (
    beside,
    cloudwatch,
    dynamodb,
    dynamodbstreams,
    events,
    lambda_,
    pipes,
    s3,
    scheduler,
    sns,
    sqs,
    stepfunctions,
)
from helpers.emulator.modelled.verdict import ACTS, MOTO, REFUSED, Verdict

WHOLE = {  # services with a line for every operation, as boto3 names them
    "sqs": sqs.ROWS,
    "sns": sns.ROWS,
    "events": events.ROWS,
    "lambda": lambda_.ROWS,
    "stepfunctions": stepfunctions.ROWS,
    "dynamodb": dynamodb.ROWS,
    "dynamodbstreams": dynamodbstreams.ROWS,
    "s3": s3.ROWS,
    "scheduler": scheduler.ROWS,
    "cloudwatch": cloudwatch.ROWS,
    "pipes": pipes.ROWS,
}
MODELLED: dict[tuple[str, str], Verdict] = {
    (service, operation): verdict
    for service, rows in {**WHOLE, **beside.ROWS}.items()
    for operation, verdict in rows.items()
}

__all__ = ["ACTS", "MODELLED", "MOTO", "REFUSED", "WHOLE", "Verdict"]
