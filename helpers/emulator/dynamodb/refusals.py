"""The errors with which DynamoDB turns a request down.

PutItem, UpdateItem and DeleteItem put "1 validation error detected: " before what they find wrong
with the request alone; the others say it bare. What they find with the table in hand is bare
everywhere (answers of AWS recorded in a public conformance suite, 2026, "exact error messages" of
each operation).
"""

from __future__ import annotations

from moto.dynamodb.exceptions import ERROR_TYPE_PREFIX, DynamodbException, MockValidationException

ENVELOPE = "1 validation error detected: "
INVALID = "One or more parameter values were invalid: "
NOT_VALID = "One or more parameter values are not valid. "
NO_SUCH_KEY = "The provided key element does not match the schema"


class Invalid(MockValidationException):
    """ValidationException.

    Attributes
    ----------
    message : str
        As AWS words it, without the envelope.
    """


class Malformed(Invalid):
    """A ValidationException that needs no look at the table: some operations envelop it."""


class ItemInvalid(Invalid):
    """What an item or a key makes impossible: in a transaction, a reason for its cancellation."""


def not_found(table: str) -> DynamodbException:
    """ResourceNotFoundException, in the words of UpdateTable and others that name the table."""
    return DynamodbException(
        ERROR_TYPE_PREFIX + "ResourceNotFoundException",
        f"Requested resource not found: Table: {table} not found",
    )
