"""The end of what a run made: removed and struck off the register, or told and kept in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from helpers.account.refusals import explain
from helpers.account.register import Entry, Register
from helpers.account.removal import remove
from helpers.account.removers import Aws


class Removal(NamedTuple):
    """What came of removing one thing: without an error, it is there no more."""

    entry: Entry
    error: Exception | None


def remove_entries(
    entries: Iterable[Entry], register: Register, where: Callable[[Entry], tuple[Aws, str]]
) -> list[Removal]:
    """Remove what entries tell of, one after another, and strike them. What fails stays.

    Parameters
    ----------
    entries : iterable of Entry
        In the order in which they are removed.
    where : callable
        Gives for an entry a way to clients in its region, and the partition.

    Returns
    -------
    list of Removal
        One for each. When AWS has been out of reach twice, the rest is not tried: each try takes
        long, and ends the same.
    """
    done: list[Removal] = []
    out_of_reach = 0
    for entry in entries:
        if out_of_reach == 2:
            done.append(Removal(entry, done[-1].error))
            continue
        aws, partition = where(entry)
        done.append(_removed(aws, register, entry, partition))
        unheard = isinstance(done[-1].error, (ConnectionError, HTTPClientError))
        out_of_reach = out_of_reach + 1 if unheard else 0
    return done


def _removed(aws: Aws, register: Register, entry: Entry, partition: str) -> Removal:
    try:
        remove(aws, entry, partition=partition)
    except Exception as error:  # whatever it is: what comes after has to be removed too
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
    return f"{type(error).__name__}: {error}" if isinstance(error, LookupError) else str(error)
