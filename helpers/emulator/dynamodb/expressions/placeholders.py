"""The names and values that stand in an expression as #name and :value.

Words and order of the errors: the public tests of dynalite, which run against AWS, and answers of
AWS recorded in a public conformance suite (2026).
"""

from __future__ import annotations

import re
from typing import Any

from helpers.emulator.dynamodb import values
from helpers.emulator.dynamodb.expressions.paths import Path
from helpers.emulator.dynamodb.refusals import Malformed
from helpers.emulator.dynamodb.values import Value

_key = re.compile("[#:][A-Za-z0-9_]+")
NO_NAME = (
    "An expression attribute name used in the document path is not defined; attribute name: {}"
)
NO_VALUE = "An expression attribute value used in expression is not defined; attribute value: {}"


class Placeholders:
    """What a request defines, and which of it its expressions have used.

    Parameters
    ----------
    names, given
        ExpressionAttributeNames and ExpressionAttributeValues; None if the request has none.

    Raises
    ------
    Malformed
        If one is empty, or holds a key or a value that is none.
    """

    def __init__(self, names: dict[str, str] | None, given: dict[str, Any] | None) -> None:
        _check_keys("Names", "#", names)
        _check_keys("Values", ":", given)
        values.refuse_empty_name((names or {}).values())
        self._names = names or {}
        self._values: dict[str, Value] = {}
        for key, value in (given or {}).items():
            try:
                self._values[key] = values.checked(value)
            except Malformed as error:
                raise Malformed(
                    f"ExpressionAttributeValues contains invalid value: {error.message} "
                    f"for key {key}"
                ) from None
        self._unused_names, self._unused_values = dict(self._names), dict(self._values)

    def path(self, path: Path) -> Path:
        """A path with the names that its parts stand for."""
        return Path(
            tuple(
                self._name(part) if isinstance(part, str) and part[0] == "#" else part
                for part in path.parts
            )
        )

    def _name(self, part: str) -> str:
        if part not in self._names:
            raise Malformed(NO_NAME.format(part))
        self._unused_names.pop(part, None)
        return self._names[part]

    def value(self, name: str) -> Value:
        """The value that stands in an expression as :name."""
        if name not in self._values:
            raise Malformed(NO_VALUE.format(name))
        self._unused_values.pop(name, None)
        return self._values[name]

    def refuse_unused(self) -> None:
        """Refuse what no expression has used.

        Raises
        ------
        Malformed
            With the keys.
        """
        for what, unused in (("Names", self._unused_names), ("Values", self._unused_values)):
            if unused:
                raise Malformed(
                    f"Value provided in ExpressionAttribute{what} unused in expressions: "
                    f"keys: {{{', '.join(unused)}}}"
                )


def _check_keys(what: str, sign: str, given: dict[str, Any] | None) -> None:
    if given is None:
        return
    if not given:
        raise Malformed(f"ExpressionAttribute{what} must not be empty")
    for key in given:
        if not _key.fullmatch(key) or key[0] != sign:
            raise Malformed(
                f'ExpressionAttribute{what} contains invalid key: Syntax error; key: "{key}"'
            )
