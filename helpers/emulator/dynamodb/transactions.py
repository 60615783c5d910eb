"""Transactions of DynamoDB: all or nothing, and once per client request token.

Statements followed (API model in botocore 1.44.5, November 2026, unless named otherwise):

- ClientRequestToken makes TransactWriteItems idempotent for ten minutes "after the first request
  that uses it is completed"; afterwards "any request with the same client token is treated as a
  new request"; with other parameters within that time: IdempotentParameterMismatchException. Only
  a call that succeeded is remembered: "If the original TransactWriteItems call was successful"
  [Developer Guide, "Amazon DynamoDB transactions: how it works"]. ExecuteTransaction has the same
  errors, and the same token.
- At most 100 actions, no two of them on one item, 4 MB of items together.
- What the item itself makes impossible is a reason of the cancellation, with the code
  ValidationError (TransactionCanceledException).

moto copies whole tables to be able to roll back, so that a transaction costs more the more items
there are, and a stream's reader keeps hold of the copy that is thrown away. Here only the items
concerned are kept.

A transaction is carried out in one moment, so TransactionInProgressException and conflicts between
transactions do not occur.
"""

import copy
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb import responses
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    AttributeDoesNotExist,
    ConditionalCheckFailed,
    DynamodbException,
    IncorrectDataType,
    InvalidUpdateExpressionInvalidDocumentPath,
    ItemSizeToUpdateTooLarge,
    MockValidationException,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from helpers.emulator.dynamodb.writes import put_back, record, stored, unrecorded
from helpers.emulator.guard import applied

TOKEN_AGE = 600.0  # seconds
MOST_ACTIONS = 100
LARGEST = 4 * 1024 * 1024  # bytes, all items of a transaction together
IMPOSSIBLE = (  # because of what the item holds
    AttributeDoesNotExist,
    IncorrectDataType,
    InvalidUpdateExpressionInvalidDocumentPath,
    ItemSizeToUpdateTooLarge,
)
EXPECTED_SOURCES = {
    "moto.dynamodb.models:DynamoDBBackend.transact_write_items": "81db2cb7d94e",
    "moto.dynamodb.models:DynamoDBBackend.put_item": "f5d9a5042c77",
    "moto.dynamodb.models:DynamoDBBackend.delete_item": "083a4bb1af18",
    "moto.dynamodb.models:DynamoDBBackend.execute_transaction": "fb99f0a62961",
    "moto.dynamodb.responses:DynamoHandler.call_action": "ce5f57cf83cd",
    "moto.dynamodb.responses:DynamoHandler.transact_get_items": "6275dc506a3f",
    "moto.dynamodb.responses:DynamoHandler.transact_write_items": "61c163fff213",
    "moto.dynamodb.responses:DynamoHandler.execute_transaction": "df37e1963ff3",
}
Reason = tuple[str | None, str | None, dict[str, Any] | None]  # code, message, item
FINE: Reason = (None, None, None)


class IdempotentParameterMismatch(DynamodbException):
    """The token has been used for another request."""

    def __init__(self) -> None:
        super().__init__(
            ERROR_TYPE_PREFIX + "IdempotentParameterMismatchException",
            "DynamoDB rejected the request because you retried a request with a different payload "
            "but with an idempotent token that was already used.",
        )


# -- once per token


@dataclass
class Answered:
    """A request that has succeeded, and what it was answered."""

    parameters: dict[str, Any]
    answer: ActionResult
    completed: float  # epoch seconds


def once(serve: Callable[[DynamoHandler], ActionResult], handler: DynamoHandler) -> ActionResult:
    """Serve a request, unless one with its token has been served in the last ten minutes."""
    parameters = copy.deepcopy(handler.body)
    token = parameters.pop("ClientRequestToken", None)
    if token is None:
        return serve(handler)
    answered = vars(handler.dynamodb_backend).setdefault("answered", {})
    while answered and time.time() - next(iter(answered.values())).completed >= TOKEN_AGE:
        del answered[next(iter(answered))]
    key = serve.__name__, token
    if key in answered:
        if answered[key].parameters != parameters:
            raise IdempotentParameterMismatch
        return answered[key].answer
    answer = serve(handler)
    answered[key] = Answered(parameters, answer, time.time())
    return answer


# -- all or nothing


@dataclass
class Action:
    """One of the actions of a transaction, and the item as it was before."""

    kind: str  # ConditionCheck, Put, Update, Delete
    parameters: dict[str, Any]
    table: Table
    key: dict[str, Any]
    before: Item | None

    @classmethod
    def of(cls, backend: DynamoDBBackend, entry: dict[str, Any]) -> "Action":
        if len(entry) != 1:
            raise TransactWriteSingleOpException
        [(kind, parameters)] = entry.items()
        table = backend.get_table(parameters["TableName"])
        given = parameters["Item"] if kind == "Put" else parameters["Key"]
        backend.get_keys_value(table, given)  # refuses a key that is not whole
        key = {name: given[name] for name in table.table_key_attrs}
        return cls(kind, parameters, table, key, copy.deepcopy(stored(table, key)))

    @property
    def identity(self) -> tuple[str, str]:
        return self.table.name, repr(self.key)

    @property
    def after(self) -> Item | None:
        return stored(self.table, self.key)

    def condition(self) -> Reason:
        """Why the condition does not hold, or that it does."""
        if self.parameters.get("ConditionExpression") is None:
            return FINE
        names, values = (
            self.parameters.get(f"ExpressionAttribute{what}") for what in ("Names", "Values")
        )
        condition = get_filter_expression(self.parameters["ConditionExpression"], names, values)
        if condition.expr(self.before):
            return FINE
        shown = None
        wanted = self.parameters.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        if wanted and self.before is not None:
            shown = self.before.to_json()["Attributes"]
        return "ConditionalCheckFailed", ConditionalCheckFailed().message, shown

    def apply(self, backend: DynamoDBBackend) -> Reason:
        """Write, or say why the item does not allow it."""
        try:
            if self.kind == "Put":
                backend.put_item(self.table.name, self.parameters["Item"])
            elif self.kind == "Delete":
                backend.delete_item(self.table.name, self.key)
            elif self.kind == "Update":
                backend.update_item(
                    self.table.name,
                    self.key,
                    update_expression=self.parameters["UpdateExpression"],
                    expression_attribute_names=self.parameters.get("ExpressionAttributeNames"),
                    expression_attribute_values=self.parameters.get("ExpressionAttributeValues"),
                )
        except IMPOSSIBLE as error:
            return "ValidationError", error.message, None
        return FINE

    def size(self) -> int:
        """Bytes of the item: as it is written, or as it was."""
        item = self.after or self.before
        return item.size() if item is not None else 0


def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """Replaces `DynamoDBBackend.transact_write_items`."""
    if len(transact_items) > MOST_ACTIONS:
        raise TooManyTransactionsException
    actions = [Action.of(self, entry) for entry in transact_items]
    if len({action.identity for action in actions}) < len(actions):
        raise MultipleTransactionsException
    _cancel_unless_fine([action.condition() for action in actions])
    tables = {action.table.name: action.table for action in actions}
    with unrecorded(*tables.values()):
        try:
            _cancel_unless_fine([action.apply(self) for action in actions])
            if sum(action.size() for action in actions) > LARGEST:
                raise MockValidationException(
                    "The aggregate size of the items in the transaction exceeds 4 MB."
                )
        except Exception:
            for action in actions:
                put_back(action.table, action.key, action.before)
            raise
    for action in actions:
        record(action.table, action.before, action.after)


def _cancel_unless_fine(reasons: list[Reason]) -> None:
    if any(code is not None for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)


def corrections() -> AbstractContextManager[None]:
    """Correct transactions for as long as the context is open."""
    tokens = {
        name: _with_token(vars(DynamoHandler)[name])
        for name in ("transact_write_items", "execute_transaction")
    }
    return applied(
        EXPECTED_SOURCES,
        (DynamoDBBackend, {"transact_write_items": transact_write_items}),
        (DynamoHandler, tokens),
        (responses, {"TRANSACTION_MAX_ITEMS": MOST_ACTIONS}),
    )


def _with_token(serve: Any) -> Any:
    return lambda handler: once(serve, handler)
