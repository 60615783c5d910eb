"""A shop that writes down what its exercises ask: what was charged, and what code raised."""

from __future__ import annotations

from typing import Any

from helpers.lab import Lab


class Ledger:
    """A shop for the parts of `designs`, which writes down what became of each order."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.charged: dict[str, list[Any]] = {}
        self.raised: dict[str, str] = {}  # what the reader's code raised at an order
        self.problem: str | None = None  # the first thing wrong with what that code gave

    def charge(self, name: str, amount: Any) -> None:
        self.charged.setdefault(name, []).append(amount)

    def complain(self, sentence: str) -> None:
        self.problem = self.problem or sentence

    def reason(self, name: str, what: str) -> str:
        """Why an order was not charged, as the end of a sentence, if it is known."""
        return f": your {what} raised {self.raised[name]}" if name in self.raised else ""


def kind(amount: Any) -> str:
    """What an amount is, as a sentence says it."""
    return {str: "a text", float: "a float", bool: "a bool"}.get(
        type(amount), f"a {type(amount).__name__}"
    )
