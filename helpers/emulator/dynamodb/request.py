"""The expressions of one request, read together: what they share, and what may not stand together.

Words and order of the errors: the public tests of dynalite, which run against AWS, and answers of
AWS recorded in a public conformance suite (2026).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models.table import Table

from helpers.emulator.dynamodb import keys
from helpers.emulator.dynamodb.expressions import checking, conditions, projections, updates
from helpers.emulator.dynamodb.expressions.conditions import Condition
from helpers.emulator.dynamodb.expressions.paths import Path
from helpers.emulator.dynamodb.expressions.placeholders import Placeholders
from helpers.emulator.dynamodb.expressions.updates import Action
from helpers.emulator.dynamodb.refusals import ENVELOPE, Invalid, Malformed

NAMES, VALUES = "ExpressionAttributeNames", "ExpressionAttributeValues"
NO_SCALAR = (
    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
)


class Expressions:
    """The expressions of a request, with its names and values.

    Parameters
    ----------
    body
        The parameters.
    kinds
        The expressions that the operation has, in the order in which errors name them.
    older
        The parameters from before expressions that may not stand beside them.

    Raises
    ------
    Malformed
        If parameters may not stand together.
    """

    def __init__(
        self,
        body: dict[str, Any],
        kinds: Sequence[str],
        older: Sequence[str],
        *,
        short: bool = False,
    ) -> None:
        self._body = body
        _refuse_mixtures(body, kinds, older, short=short)
        self._placeholders = Placeholders(body.get(NAMES), body.get(VALUES))

    def update(self) -> tuple[Action, ...] | None:
        """UpdateExpression; None if there is none."""
        text = self._body.get("UpdateExpression")
        if text is None:
            return None
        with _called("UpdateExpression"):
            return updates.bound(updates.parsed(text), self._placeholders)

    def condition(self, kind: str = "ConditionExpression") -> Condition | None:
        """ConditionExpression or FilterExpression; None if there is none."""
        text = self._body.get(kind)
        if text is None:
            return None
        with _called(kind):
            return checking.bound(conditions.parsed(text), self._placeholders)

    def key_condition(self) -> Condition | None:
        """KeyConditionExpression; None if there is none."""
        return self.condition("KeyConditionExpression")

    def projection(self) -> tuple[Path, ...] | None:
        """ProjectionExpression or AttributesToGet; None if there is neither."""
        text, names = self._body.get("ProjectionExpression"), self._body.get("AttributesToGet")
        if text is not None:
            with _called("ProjectionExpression"):
                return projections.bound(projections.parsed(text), self._placeholders)
        if names is None:
            return None
        if len(set(names)) < len(names):
            raise Malformed(
                "One or more parameter values were invalid: Duplicate value in AttributesToGet: "
                + next(name for name in names if names.count(name) > 1)
            )
        return tuple(Path((name,)) for name in names)

    def done(self) -> None:
        """Refuse names and values that no expression has used."""
        self._placeholders.refuse_unused()


@contextmanager
def _called(kind: str) -> Iterator[None]:
    """Say in an error which expression it is about."""
    try:
        yield
    except Malformed as error:
        raise Malformed(f"Invalid {kind}: {error.message}") from None


@contextmanager
def enveloped() -> Iterator[None]:
    """Put what PutItem, UpdateItem and DeleteItem find wrong with a request into the envelope."""
    try:
        yield
    except Malformed as error:
        raise Invalid(ENVELOPE + error.message) from None


def _refuse_mixtures(
    body: dict[str, Any], kinds: Sequence[str], older: Sequence[str], *, short: bool
) -> None:
    given = [kind for kind in kinds if body.get(kind) is not None]
    if given:
        beside = [name for name in older if body.get(name) is not None]
        if beside == ["KeyConditions"] and "KeyConditionExpression" not in given:
            beside = []
        if beside:
            raise Malformed(
                "Can not use both expression and non-expression parameters in the same request: "
                f"Non-expression parameters: {{{', '.join(beside)}}} "
                f"Expression parameters: {{{', '.join(given)}}}"
            )
    elif body.get(NAMES) is not None:
        raise Malformed(f"{NAMES} can only be specified when using expressions")
    with_values = [kind for kind in kinds if kind != "ProjectionExpression"]
    if body.get(VALUES) is not None and not any(kind in given for kind in with_values):
        are = "are" if len(with_values) > 1 else "is"
        why = "" if short else f": {' and '.join(with_values)} {are} null"
        raise Malformed(f"{VALUES} can only be specified when using expressions{why}")


def refuse_paths_into_keys(table: Table, paths: Sequence[Path]) -> None:
    """Refuse a path that leads into a key, which has nothing inside.

    Raises
    ------
    Invalid
        With the key.
    """
    nested = {path.head for path in paths if len(path.parts) > 1}
    if not nested:
        return
    for name in table.table_key_attrs:
        if name in nested:
            raise Invalid(f"{NO_SCALAR}Key: {name}")
    for index in keys.indexes(table):
        for name in keys.schema_of(index).names:
            if name in nested:
                raise Invalid(f"{NO_SCALAR}IndexKey: {name}")


def refuse_condition_into_keys(table: Table, condition: Condition | None) -> None:
    """Refuse a condition with a path that leads into a key."""
    if condition is not None:
        refuse_paths_into_keys(table, list(checking.paths_of(condition)))
