"""Conditions as PartiQL writes them: they become those of expressions.

Grammar: Developer Guide, "PartiQL for DynamoDB", operators and functions.
"""

from __future__ import annotations

from helpers.emulator.dynamodb.expressions.conditions import (
    Call,
    Condition,
    Junction,
    Literal,
    Operand,
    Test,
)
from helpers.emulator.dynamodb.expressions.statement_values import Values

COMPARATORS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
FUNCTIONS = {"begins_with": 2, "contains": 2, "attribute_type": 2, "size": 1}


class Conditions(Values):
    """Reads what stands after WHERE."""

    def _either(self) -> Condition:
        first = self._all()
        return Junction("OR", (first, self._either())) if self._take("OR") else first

    def _all(self) -> Condition:
        first = self._negated()
        return Junction("AND", (first, self._all())) if self._take("AND") else first

    def _negated(self) -> Condition:
        if self._take("NOT"):
            return Junction("NOT", (self._negated(),))
        if self._take("("):
            inner = self._either()
            self._need(")")
            return inner
        return self._test()

    def _test(self) -> Condition:
        first = self._operand()
        if comparator := self._take(*COMPARATORS):
            return Test(COMPARATORS[comparator], (first, self._operand()))
        if self._take("BETWEEN"):
            low = self._operand()
            self._need("AND")
            return Test("BETWEEN", (first, low, self._operand()))
        if self._take("IN"):
            closing = ")" if self._need("(", "[") == "(" else "]"
            found = self._listed(self._operand)
            self._need(closing)
            return Test("IN", (first, *found))
        if self._take("IS"):
            return self._is(first)
        if isinstance(first, Call) and first.name != "size":
            return first
        raise self._fail()

    def _is(self, first: Operand) -> Condition:
        negated = self._take("NOT")
        if self._need("MISSING", "NULL") == "MISSING":
            return Call("attribute_exists" if negated else "attribute_not_exists", (first,))
        null = Call("attribute_type", (first, Literal({"S": "NULL"})))
        return Junction("NOT", (null,)) if negated else null

    def _operand(self) -> Operand:
        kind, text = self._next()
        after = self._tokens[self._at + 1 : self._at + 2]
        if kind == "word" and text.lower() in FUNCTIONS and after == [("sign", "(")]:
            self._at += 2
            operands = tuple(self._listed(self._operand))
            self._need(")")
            if len(operands) != FUNCTIONS[text.lower()]:
                raise self._fail()
            return Call(text.lower(), operands)
        if self._is_path():
            return self._path()
        return Literal(self._value())
