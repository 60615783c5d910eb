"""The end of what a run made: removed and struck off the register, or told and kept in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from helpers.account.refusals import explain
from helpers.account.register import Entry, Register
from helpers.account.removal import remove


class Removal(NamedTuple):
    """What came of removing one thing: without an error, it is there no more."""

    entry: Entry
    error: Exception | None


def remove_entry(
    client: Callable[[str], Any], register: Register, entry: Entry, partition: str = "aws"
) -> Removal:
    """Remove what an entry tells of, and strike it. What fails stays in the register."""
    try:
        remove(client, entry, partition=partition)
    except (BotoCoreError, ClientError) as error:
        return Removal(entry, error)
    if entry.id:  # else it was found by its tag, and is in no register
        register.strike(entry)
    return Removal(entry, None)


def told(done: list[Removal]) -> list[str]:
    """Sentences about what came of removing."""
    sentences = [
        f"Not removed: {each.entry.kind} {each.entry.name} in {each.entry.region}. {why(each)}"
        for each in done
        if each.error is not None
    ]
    gone = sum(each.error is None for each in done)
    sentences.append(f"Removed {gone} of {len(done)} resources." if done else "Nothing to remove.")
    if gone < len(done):
        sentences.append(
            "What is left stays in the register. Try again with "
            f"python -m helpers.sweep --account {done[0].entry.account}"
        )
    return sentences


def why(removal: Removal) -> str:
    """Why it could not be removed, with the action that is missing where one is."""
    error = removal.error
    if isinstance(error, ClientError):
        operation = re.sub(r"\W", "", error.operation_name)
        return str(explain(error, removal.entry.service, operation, {}))
    return str(error)
