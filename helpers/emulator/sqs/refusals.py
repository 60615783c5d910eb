"""The errors of SQS that name a parameter, in SQS's own words.

The words are those of recorded answers, in LocalStack's tests (test_sqs.snapshot.json, 2022 to
2025) where a rule does not name another place.
"""

from __future__ import annotations

from moto.sqs.exceptions import InvalidParameterValue, SQSException


class InvalidAttribute(SQSException):
    """A queue attribute that has no such value."""

    def __init__(self, name: str, reason: str = "") -> None:
        more = f" Reason: {reason}" if reason else ""
        super().__init__("InvalidAttributeValue", f"Invalid value for the parameter {name}.{more}")


class UnknownAttribute(SQSException):
    """A name that no attribute has, or none of this type of queue."""

    def __init__(self, name: str, message: str = "") -> None:
        super().__init__("InvalidAttributeName", message or f"Unknown Attribute {name}.")


class Missing(SQSException):
    """A parameter that has to be there."""

    def __init__(self, name: str) -> None:
        super().__init__("MissingParameter", f"The request must contain the parameter {name}.")


def invalid(value: object, name: str, reason: str) -> InvalidParameterValue:
    """A parameter that has no such value."""
    return InvalidParameterValue(f"Value {value} for parameter {name} is invalid. Reason: {reason}")
