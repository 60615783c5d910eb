"""Names and values as PartiQL writes them.

Grammar: Developer Guide, "PartiQL for DynamoDB", data types.

Words of the errors: those before the colon are AWS's (public tests of other emulators that were
held against it); what follows the colon is the lab's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from helpers.emulator.dynamodb import values
from helpers.emulator.dynamodb.expressions.paths import Part, Path
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


class Values:
    """Reads the words of a statement from left to right."""

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

    def _listed(self, read: Callable[[], Any]) -> list[Any]:
        found = [read()]
        while self._take(","):
            found.append(read())
        return found

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
