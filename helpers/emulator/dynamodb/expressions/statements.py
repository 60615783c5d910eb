"""PartiQL statements of DynamoDB: how they are written.

Grammar: Developer Guide, "PartiQL for DynamoDB": select, insert, update and delete statements,
functions, operators, data types. What a statement says becomes what expressions are made of.

Words of the errors: those before the colon are AWS's (public tests of other emulators that were
held against it); what follows the colon is the lab's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from helpers.emulator.dynamodb import values
from helpers.emulator.dynamodb.expressions.conditions import (
    Call,
    Condition,
    Junction,
    Literal,
    Operand,
    Test,
)
from helpers.emulator.dynamodb.expressions.paths import Part, Path
from helpers.emulator.dynamodb.expressions.updates import Action
from helpers.emulator.dynamodb.refusals import Malformed
from helpers.emulator.dynamodb.values import Value

MALFORMED = "Statement wasn't well formed, can't be processed: "
MISMATCH = "Number of parameters in request and statement don't match."
TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<quoted>\"(?:[^\"]|\"\")+\")"
    r"|(?P<number>[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_-]*)|(?P<sign><<|>>|<>|!=|<=|>=|[=<>(),.\[\]{}:?*+-])"
    r"|(?P<bad>\S))"
)
COMPARATORS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
FUNCTIONS = {"begins_with": 2, "contains": 2, "attribute_type": 2, "size": 1}
SHOWN = ("ALL OLD", "ALL NEW", "MODIFIED OLD", "MODIFIED NEW")


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


class _Reader:
    """Reads a statement from left to right."""

    def __init__(self, text: str, parameters: list[Value]) -> None:
        self._tokens = [
            (str(found.lastgroup), found.group(str(found.lastgroup)))
            for found in TOKEN.finditer(text)
        ]
        self._at = 0
        self._parameters = parameters
        self._used = 0

    def _next(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "<EOF>")

    def _fail(self) -> Malformed:
        return Malformed(f"{MALFORMED}Unexpected token: {self._next()[1]}")

    def _take(self, *wanted: str) -> str | None:
        kind, text = self._next()
        said = text.upper() if kind == "word" else text
        if kind in ("word", "sign") and said in wanted:
            self._at += 1
            return said
        return None

    def _need(self, *wanted: str) -> str:
        found = self._take(*wanted)
        if found is None:
            raise self._fail()
        return found

    def end(self) -> None:
        if self._next()[0] != "end":
            raise self._fail()

    # Statements.

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

    def _listed(self, read: Callable[[], Any]) -> list[Any]:
        found = [read()]
        while self._take(","):
            found.append(read())
        return found

    # Conditions.

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

    # Names and values.

    def _name(self) -> str:
        kind, text = self._next()
        if kind not in ("word", "quoted"):
            raise self._fail()
        self._at += 1
        return text[1:-1].replace('""', '"') if kind == "quoted" else text

    def _is_path(self) -> bool:
        kind, text = self._next()
        return kind == "quoted" or (
            kind == "word" and text.upper() not in ("TRUE", "FALSE", "NULL")
        )

    def _path(self) -> Path:
        parts: list[Part] = [self._name()]
        while True:
            if self._take("."):
                parts.append(self._name())
            elif self._take("["):
                kind, text = self._next()
                if kind != "number" or not text.isdigit():
                    raise self._fail()
                self._at += 1
                parts.append(int(text))
                self._need("]")
            else:
                return Path(tuple(parts))

    def _value(self) -> Value:
        kind, text = self._next()
        self._at += 1
        if kind == "text":
            return {"S": text[1:-1].replace("''", "'")}
        if kind == "number":
            return values.checked({"N": text})
        said = text.upper()
        if said == "-" and self._next()[0] == "number":
            self._at += 1
            return values.checked({"N": "-" + self._tokens[self._at - 1][1]})
        if said in ("TRUE", "FALSE"):
            return {"BOOL": said == "TRUE"}
        if said == "NULL":
            return {"NULL": True}
        if said == "?":
            return self._parameter()
        if said in ("[", "<<"):
            return self._elements(said)
        if said == "{":
            return self._map()
        self._at -= 1
        raise self._fail()

    def _parameter(self) -> Value:
        if self._used >= len(self._parameters):
            raise Malformed(MISMATCH)
        self._used += 1
        return self._parameters[self._used - 1]

    def _elements(self, opening: str) -> Value:
        closing = "]" if opening == "[" else ">>"
        found = [] if self._take(closing) else self._listed(self._value)
        if found:
            self._need(closing)
        if opening == "[":
            return {"L": found}
        kinds = {values.kind(one) for one in found}
        if len(kinds) != 1 or not kinds <= set(values.ORDERED):
            raise self._fail()
        [kind] = kinds
        return values.checked({kind + "S": [one[kind] for one in found]})

    def _map(self) -> Value:
        found: dict[str, Value] = {}
        while not self._take("}"):
            kind, text = self._next()
            if kind not in ("text", "quoted"):
                raise self._fail()
            self._at += 1
            self._need(":")
            found[text[1:-1].replace(text[0] * 2, text[0])] = self._value()
            if not self._take(","):
                self._need("}")
                break
        return {"M": found}
