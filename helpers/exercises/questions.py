"""The questions of a lesson, as its notebook's metadata hold them: asked here and on the site.

`lesson.teach` is a list. An entry has `ask`, `wrong` and what this answer `reveals`; `right`; and,
where there are more answers, `also`: a list of further `wrong` with what each `reveals`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

NEEDED = {"ask", "wrong", "reveals"}
RIGHT = "Right. Read what the other answers reveal."
WRONG = "Not so."


@dataclass(frozen=True)
class Choice:
    """One answer. `reveals` is empty for the right one."""

    text: str
    reveals: str = ""

    @property
    def is_right(self) -> bool:
        return not self.reveals

    @property
    def verdict(self) -> str:
        """What a reader is told who chooses it."""
        return RIGHT if self.is_right else f"{WRONG} {self.reveals}"


@dataclass(frozen=True)
class Question:
    """A question with two to four answers, in an order that says nothing and stays the same."""

    ask: str
    choices: tuple[Choice, ...]

    @property
    def key(self) -> str:
        """Under what an answer is kept: another one when the question or an answer changes."""
        return _digest("\n".join([self.ask, *(choice.text for choice in self.choices)]))[:10]


def questions(teach: list[dict[str, Any]]) -> list[Question]:
    """The questions among a lesson's `teach` that have a right answer.

    Raises
    ------
    ValueError
        With the entry, if it lacks something, or has what no entry has.
    """
    return [_question(entry) for entry in map(checked, teach) if "right" in entry]


def checked(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of `teach` that has what every entry needs.

    Raises
    ------
    ValueError
        With the entry, if not.
    """
    if not set(entry) >= NEEDED or not set(entry) <= NEEDED | {"right", "also"}:
        raise ValueError(f"teach needs {', '.join(sorted(NEEDED))}, got {entry}")
    if any(set(each) != {"wrong", "reveals"} for each in entry.get("also", [])):
        raise ValueError(f"each of also needs wrong and reveals, got {entry['also']}")
    return entry


def _question(entry: dict[str, Any]) -> Question:
    wrong = [entry, *entry.get("also", [])]
    choices = [Choice(each["wrong"], each["reveals"]) for each in wrong]
    choices.append(Choice(entry["right"]))
    return Question(
        entry["ask"],
        # As mixed as by chance, and the same on every page and in every kernel.
        tuple(sorted(choices, key=lambda choice: _digest(choice.text + entry["ask"]))),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
