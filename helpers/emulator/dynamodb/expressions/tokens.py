"""An expression, cut into its words.

Source: Developer Guide, "Expression attribute names (aliases) in DynamoDB": a name that is written
as it is begins with a letter, and has letters, digits and underscores. Words of a syntax error, a
token and what stands around it: answers of AWS recorded in a public conformance suite (2026):
`Syntax error; token: "INVALID", near: "INVALID SYNTAX"`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from helpers.emulator.dynamodb.refusals import Malformed

NAME, HASH, COLON, DIGITS, SIGN, BAD, END = "name", "#", ":", "digits", "sign", "bad", "end"
LONGEST = 4096  # bytes of an expression: Developer Guide, "Quotas", "Expression string length"
_token = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<hash>#[A-Za-z0-9_]+)|(?P<colon>:[A-Za-z0-9_]+)"
    r"|(?P<digits>[0-9]+)|(?P<sign><>|<=|>=|[=<>(),.\[\]+-])|(?P<bad>[^ \t\r\n])"
)
_kinds = {"name": NAME, "hash": HASH, "colon": COLON, "digits": DIGITS, "sign": SIGN, "bad": BAD}


class Token(NamedTuple):
    """One word of an expression, and where in it the word begins and ends."""

    kind: str
    text: str
    start: int
    end: int


class Tokens:
    """The words of an expression, read from left to right."""

    def __init__(self, text: str) -> None:
        if not text.strip(" \t\r\n"):
            raise Malformed("The expression can not be empty;")
        if len(text.encode()) > LONGEST:
            raise Malformed(
                "Expression size has exceeded the maximum allowed size; "
                f"expression size: {len(text.encode())}"
            )
        self._text = text
        self._all = [
            Token(_kinds[str(found.lastgroup)], found.group(), *found.span())
            for found in _token.finditer(text)
        ]
        self._all.append(Token(END, "<EOF>", len(text), len(text)))
        self.position = 0

    @property
    def next(self) -> Token:
        return self._all[self.position]

    def word(self) -> str:
        """The next word in capital letters, if it is a name; else the sign."""
        token = self.next
        return token.text.upper() if token.kind == NAME else token.text

    def ahead(self, text: str) -> bool:
        """Whether the word after the next is this sign."""
        return self.next.kind != END and self._all[self.position + 1].text == text

    def at(self, position: int) -> Token:
        """The word at a position."""
        return self._all[position]

    def closing(self, opening: int) -> int:
        """Where the parenthesis closes that opens at a position; the end if it does not."""
        depth = 0
        for place in range(opening, len(self._all)):
            text = self._all[place].text
            depth += (text == "(") - (text == ")")
            if depth == 0:
                return place
        return len(self._all) - 1

    def take(self, *texts: str) -> Token | None:
        """Read the next word if it is one of these, in whatever case."""
        token = self.next
        if token.kind in (NAME, SIGN) and self.word() in texts:
            self.position += 1
            return token
        return None

    def take_kind(self, *kinds: str) -> Token | None:
        """Read the next word if it is of one of these kinds."""
        token = self.next
        if token.kind in kinds:
            self.position += 1
            return token
        return None

    def need(self, *texts: str) -> Token:
        """Read one of these, or it is a syntax error."""
        return self.take(*texts) or self.fail()

    def need_kind(self, *kinds: str) -> Token:
        """Read a word of one of these kinds, or it is a syntax error."""
        return self.take_kind(*kinds) or self.fail()

    def fail(self) -> Token:
        """Say that the next word cannot stand where it is.

        Raises
        ------
        Malformed
            Always.
        """
        at = self.position
        first = self._all[max(0, at - 1)]
        last = self._all[min(at + 1, len(self._all) - 1)]
        near = self._text[first.start : last.end].strip()
        raise Malformed(f'Syntax error; token: "{self.next.text}", near: "{near}"')


_reserved: set[str] = set()


def is_reserved(name: str) -> bool:
    """Whether a name is among the 573 reserved words [Developer Guide, "Reserved words"]."""
    if not _reserved:
        _reserved.update(ReservedKeywords.get_reserved_keywords())
    return name.upper() in _reserved
