"""What a receive and a listing may ask for.

Statements followed (SQS API model in botocore 1.44.5, ReceiveMessage, November 2026):
MaxNumberOfMessages "Valid values: 1 to 10", the names of system attributes, and the ranges that a
queue has for waiting (0 to 20 seconds) and for the visibility timeout (0 to 43,200 seconds). The
words are those recorded in LocalStack's test_send_receive_max_number_of_messages, 2022; those for
the other two ranges are made after them. So are those for ListQueues and
ListDeadLetterSourceQueues, whose MaxResults has a "value range [...] 1 to 1000".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from helpers.emulator.arrivals import service_model
from helpers.emulator.sqs.refusals import UnknownAttribute, invalid

RANGES = {
    "MaxNumberOfMessages": (1, 10, "Must be between 1 and 10, if provided."),
    "WaitTimeSeconds": (0, 20, "Must be >= 0 and <= 20, if provided."),
    "VisibilityTimeout": (0, 43_200, "Must be >= 0 and <= 43200, if provided."),
}
LISTED = {"MaxResults": (1, 1000, "Must be between 1 and 1000, if provided.")}
NAMES = ("AttributeNames", "MessageSystemAttributeNames")


@cache
def system_attributes() -> frozenset[str]:
    """The names of system attributes, from the API model; "All" among them."""
    return frozenset(service_model("sqs").shape_for("MessageSystemAttributeName").enum)


def check(parameters: Mapping[str, Any]) -> None:
    """Refuse a receive that SQS would not take."""
    _check_ranges(parameters, RANGES)
    for parameter in NAMES:
        for name in parameters.get(parameter) or ():
            if name not in system_attributes():
                raise UnknownAttribute(name)


def check_listing(parameters: Mapping[str, Any]) -> None:
    """Refuse a listing that SQS would not make."""
    _check_ranges(parameters, LISTED)


def _check_ranges(
    parameters: Mapping[str, Any], ranges: Mapping[str, tuple[int, int, str]]
) -> None:
    for name, (low, high, reason) in ranges.items():
        value = parameters.get(name)
        if value is not None and not (isinstance(value, int) and low <= value <= high):
            raise invalid(value, name, reason)
