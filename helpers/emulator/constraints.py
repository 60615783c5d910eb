"""What a service refuses by its API model: lengths, ranges, patterns, choices, what must be there.

botocore checks a call before it is sent for types, for what must be there and for shortest lengths.
The rest of what the model says is left to the service: longest lengths and lists, ranges of
numbers, patterns, enumerations. This reads all of it from the model that comes with botocore, once
for each operation, and refuses a call before moto sees it.

The words and codes are those of AWS's own common validation, as recorded answers have them:
"1 validation error detected: Value 'x' at 'name' failed to satisfy constraint: Member must have
length less than or equal to 64" (LocalStack's recorded tests of Lambda, EventBridge, DynamoDB and
Step Functions, 2023 to 2025), code ValidationException; ValidationError from SNS and CloudWatch
(LocalStack's recorded test_publish_wrong..., 2024; AWS's own integration tests of its SDKs for
CloudWatch, SetAlarmState with an unknown state).

SQS has a validation of its own, with other words (`sqs.attributes`, `sqs.sending`), and its model
has no ranges; of its model only what must be there is asked. S3 is left to moto: its model has
next to no constraints.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import NamedTuple
from xml.sax.saxutils import escape

from helpers.emulator.arrivals import QUERY, Arrival, operation_model
from helpers.emulator.model_checks import Check, check_of

SERVICES = {
    "sqs", "sns", "events", "lambda", "stepfunctions", "dynamodb", "dynamodbstreams", "scheduler",
    "cloudwatch",
}  # fmt: skip
OWN_CODES = {"sns": "ValidationError", "cloudwatch": "ValidationError"}
# What the service refuses with a code of its own: the runtime (recorded in LocalStack's
# test_create_lambda_exceptions, 2024), and the settings of a mapping (`lambda_.mapping`).
OTHER_CODES = {
    ("lambda", shape): "InvalidParameterValueException"
    for shape in ("Runtime", "BatchSize", "MaximumBatchingWindowInSeconds", "MaximumConcurrency")
}
# Code and words for a parameter that is not there, as recorded in LocalStack's tests of SQS
# (test_posting_to_fifo_requires_deduplicationid_group_id, 2023) and of SNS (unsubscribing, 2023).
MISSING = {
    "sqs": ("MissingParameter", "The request must contain the parameter {}."),
    "sns": ("InvalidParameter", "Invalid parameter: {} Reason: no value for required parameter"),
}
NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Refusal(NamedTuple):
    """What a service says to a call that its model does not allow."""

    code: str
    message: str


def refusal(arrival: Arrival) -> Refusal | None:
    """The answer to a call that breaks its API model; None if it does not."""
    check = _operation_check(arrival.service, arrival.model.name)
    if check is None:
        return None
    broken = list(check(arrival.read(), ""))
    if not broken:
        return None
    first = broken[0]
    whole = "." not in first.path or arrival.service == "sqs"
    if first.value is None and whole and arrival.service in MISSING:
        code, text = MISSING[arrival.service]
        return Refusal(code, text.format(first.path[:1].upper() + first.path[1:]))
    code = OWN_CODES.get(arrival.service, "ValidationException")
    code = OTHER_CODES.get((arrival.service, first.shape), code)
    errors = "1 validation error" if len(broken) == 1 else f"{len(broken)} validation errors"
    return Refusal(code, f"{errors} detected: {'; '.join(map(str, broken))}")


def answer(refusal: Refusal, protocol: str) -> tuple[int, dict[str, str], str]:
    """The refusal as a service with this protocol writes it: HTTP status, headers, body."""
    code, message = refusal
    if protocol == QUERY:
        body = (
            "<ErrorResponse><Error><Type>Sender</Type>"
            f"<Code>{code}</Code><Message>{escape(NOT_IN_XML.sub('?', message))}</Message>"
            "</Error><RequestId>lab</RequestId></ErrorResponse>"
        )
        return 400, {"Content-Type": "text/xml"}, body
    body = json.dumps({"__type": code, "message": message})
    return 400, {"x-amzn-errortype": code, "x-amzn-requestid": "lab"}, body


@cache
def _operation_check(service: str, operation: str) -> Check | None:
    if service not in SERVICES:
        return None
    model = operation_model(service, operation)
    if model is None or model.input_shape is None:
        return None
    return check_of(model.input_shape, required_alone=service == "sqs")
