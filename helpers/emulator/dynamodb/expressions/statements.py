"""PartiQL statements of DynamoDB: how they are written.

Grammar: Developer Guide, "PartiQL for DynamoDB": select, insert, update and delete statements. What
a statement says becomes what expressions are made of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from helpers.emulator.dynamodb import values
from helpers.emulator.dynamodb.expressions.conditions import Call, Condition, Literal, Operand
from helpers.emulator.dynamodb.expressions.paths import Path
from helpers.emulator.dynamodb.expressions.statement_conditions import Conditions
from helpers.emulator.dynamodb.expressions.statement_values import MALFORMED
from helpers.emulator.dynamodb.expressions.updates import Action
from helpers.emulator.dynamodb.refusals import Malformed
from helpers.emulator.dynamodb.values import Value


@dataclass
class Statement:
    """What a statement says."""

    kind: str  # SELECT, INSERT, UPDATE, DELETE or EXISTS
    table: str = ""
    index: str | None = None
    paths: tuple[Path, ...] | None = None
    condition: Condition | None = None
    order: list[tuple[Path, bool]] = field(default_factory=list)  # and whether it descends
    item: dict[str, Value] = field(default_factory=dict)
    actions: list[Action] = field(default_factory=list)
    returning: str | None = None


def parsed(text: str, parameters: list[Any]) -> Statement:
    """The statement that a text says, with its parameters in place.

    Raises
    ------
    Malformed
        If it says none.
    """
    reader = _Reader(text, [values.checked(one) for one in parameters])
    statement = reader.statement()
    reader.end()
    return statement


class _Reader(Conditions):
    """Reads a statement from left to right."""

    def statement(self) -> Statement:
        readers: dict[str, Callable[[], Statement]] = {
            "SELECT": self._select,
            "INSERT": self._insert,
            "UPDATE": self._update,
            "DELETE": self._delete,
            "EXISTS": self._exists,
        }
        kind = self._take(*readers)
        if kind is None:
            raise Malformed(f"{MALFORMED}Expected data manipulation")
        return readers[kind]()

    def _select(self) -> Statement:
        made = Statement("SELECT")
        if not self._take("*"):
            made.paths = tuple(self._listed(self._path))
        self._need("FROM")
        made.table = self._name()
        if self._take("."):
            made.index = self._name()
        if self._take("WHERE"):
            made.condition = self._either()
        if self._take("ORDER"):
            self._need("BY")
            made.order = self._listed(lambda: (self._path(), self._take("ASC", "DESC") == "DESC"))
        return made

    def _insert(self) -> Statement:
        self._need("INTO")
        made = Statement("INSERT", self._name())
        self._need("VALUE")
        made.item = self._value().get("M") or {}
        return made

    def _update(self) -> Statement:
        made = Statement("UPDATE", self._name())
        while section := self._take("SET", "REMOVE"):
            made.actions += self._listed(lambda: self._action(section))
        if not made.actions:
            raise self._fail()
        self._need("WHERE")
        made.condition = self._either()
        made.returning = self._returning()
        return made

    def _delete(self) -> Statement:
        self._need("FROM")
        made = Statement("DELETE", self._name())
        self._need("WHERE")
        made.condition = self._either()
        made.returning = self._returning()
        return made

    def _exists(self) -> Statement:
        self._need("(")
        self._need("SELECT")
        made = self._select()
        self._need(")")
        made.kind = "EXISTS"
        return made

    def _returning(self) -> str | None:
        if not self._take("RETURNING"):
            return None
        wanted = f"{self._need('ALL', 'MODIFIED')} {self._need('OLD', 'NEW')}"
        self._need("*")
        return wanted

    # Changes.

    def _action(self, section: str) -> Action:
        path = self._path()
        if section == "REMOVE":
            return Action("REMOVE", path, None)
        self._need("=")
        if name := self._take("SET_ADD", "SET_DELETE"):
            self._need("(")
            if self._path() != path:
                raise self._fail()
            self._need(",")
            operand = Literal(self._value())
            self._need(")")
            return Action("ADD" if name == "SET_ADD" else "DELETE", path, operand)
        first = self._changed()
        if sign := self._take("+", "-"):
            return Action("SET", path, Call(sign, (first, self._changed())))
        return Action("SET", path, first)

    def _changed(self) -> Operand:
        if name := self._take("LIST_APPEND", "IF_NOT_EXISTS"):
            self._need("(")
            operands = tuple(self._listed(self._changed))
            self._need(")")
            if len(operands) != 2:
                raise self._fail()
            return Call(name.lower(), operands)
        return self._path() if self._is_path() else Literal(self._value())
