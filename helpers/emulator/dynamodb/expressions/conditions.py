"""Conditions and filters: how they are written.

Grammar: Developer Guide, "Condition and filter expressions, operators, and functions in DynamoDB".
OR binds weakest, then AND, then NOT; parentheses may not be doubled.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from helpers.emulator.dynamodb.expressions.paths import Path, read_path
from helpers.emulator.dynamodb.expressions.tokens import COLON, END, NAME, Tokens
from helpers.emulator.dynamodb.refusals import Malformed
from helpers.emulator.dynamodb.values import Value

COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")
WORDS = ("AND", "OR", "NOT", "BETWEEN", "IN")
REDUNDANT = "The expression has redundant parentheses;"


@dataclass(frozen=True)
class Named:
    """A value that is written as :name."""

    name: str


@dataclass(frozen=True, eq=False)
class Literal:
    """A value that is bound to its name."""

    value: Value


@dataclass(frozen=True)
class Call:
    """A function and its operands."""

    name: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True)
class Test:
    """A comparison, BETWEEN or IN, and its operands."""

    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True)
class Junction:
    """AND, OR and NOT of conditions."""

    operator: str
    conditions: tuple[Condition, ...]


Operand = Path | Named | Literal | Call
Condition = Junction | Test | Call


@lru_cache(maxsize=512)
def parsed(text: str) -> Condition:
    """The condition that a text says, with its placeholders.

    Raises
    ------
    Malformed
        If it says none.
    """
    reader = _Reader(Tokens(text))
    condition = reader.either()
    if reader.tokens.next.kind != END:
        reader.tokens.fail()
    if reader.redundant:
        raise Malformed(REDUNDANT)
    return condition


class _Reader:
    """Reads a condition; notes doubled parentheses, which are an error after syntax errors."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.redundant = False

    def either(self) -> Condition:
        first = self._all()
        if not self.tokens.take("OR"):
            return first
        return Junction("OR", (first, self.either()))

    def _all(self) -> Condition:
        first = self._negated()
        if not self.tokens.take("AND"):
            return first
        return Junction("AND", (first, self._all()))

    def _negated(self) -> Condition:
        if self.tokens.take("NOT"):
            return Junction("NOT", (self._negated(),))
        return self._one()

    def _one(self) -> Condition:
        """A condition in parentheses, or one that begins with an operand, which may have some."""
        if self.tokens.next.text != "(":
            return self._test()
        start = self.tokens.position
        try:
            return self._test()
        except Malformed as as_operand:
            furthest = self.tokens.position
            self.tokens.position = start
            self.tokens.need("(")
            doubled = self.tokens.next.text == "("
            try:
                inner = self.either()
                ended = self.tokens.position
                self.tokens.need(")")
            except Malformed:
                if furthest > self.tokens.position:
                    raise as_operand from None
                raise
            if doubled and self._closes_at(start + 1) == ended - 1:
                self.redundant = True
            return inner

    def _closes_at(self, opening: int) -> int:
        """Where the parenthesis that opens at a place closes."""
        return self.tokens.closing(opening)

    def _test(self) -> Condition:
        start = self.tokens.position
        first = self._operand()
        if comparator := self.tokens.take(*COMPARATORS):
            return Test(comparator.text, (first, self._operand()))
        if self.tokens.take("BETWEEN"):
            low = self._operand()
            self.tokens.need("AND")
            return Test("BETWEEN", (first, low, self._operand()))
        if self.tokens.take("IN"):
            self.tokens.need("(")
            return Test("IN", (first, *self._operands()))
        if isinstance(first, Call) and self.tokens.at(start).text != "(":
            return first
        self.tokens.fail()
        raise AssertionError

    def _operands(self) -> tuple[Operand, ...]:
        found = [self._operand()]
        while self.tokens.take(","):
            found.append(self._operand())
        self.tokens.need(")")
        return tuple(found)

    def _operand(self) -> Operand:
        if self.tokens.take("("):
            doubled = self.tokens.next.text == "("
            inner = self._operand()
            self.tokens.need(")")
            self.redundant = self.redundant or doubled
            return inner
        if token := self.tokens.take_kind(COLON):
            return Named(token.text)
        if self.tokens.next.kind == NAME:
            if self.tokens.word() in WORDS:
                self.tokens.fail()
            if self.tokens.ahead("("):
                name = self.tokens.need_kind(NAME).text
                self.tokens.need("(")
                return Call(name, self._operands())
        return read_path(self.tokens)
