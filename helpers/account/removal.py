"""One thing of a run is removed: tried again while it is busy, and what is gone counts."""

from __future__ import annotations

import time

from botocore.exceptions import ClientError

from helpers.account.register import Entry
from helpers.account.removers import GONE, REMOVERS, Aws

# What services answer about a thing that is being made or changed: a little later it can be
# removed [each service's API reference, "Errors"].
BUSY = {
    "ConcurrentModificationException", "ConflictException", "DeleteConflict",
    "OperationAborted", "ResourceConflictException", "ResourceInUseException",
}  # fmt: skip
TRIES, PAUSE = 10, 3.0  # of a busy one, seconds: a table takes some ten to be made


class UnknownKind(ValueError):
    """A kind of resource that this version does not know how to remove."""


def remove(aws: Aws, entry: Entry, *, partition: str = "aws") -> None:
    """Remove what an entry tells of. What is not there counts as removed.

    Raises
    ------
    ClientError
        Of AWS, if it cannot be removed.
    UnknownKind
        If an entry was written by a version that knows more.
    """
    if entry.kind not in REMOVERS:
        raise UnknownKind(
            f"This version of the lab knows no {entry.kind!r}: sweep with the one that made it"
        )
    for tries_left in reversed(range(TRIES)):
        try:
            REMOVERS[entry.kind](aws, entry, partition)
            return
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in GONE:
                return
            if code not in BUSY or not tries_left:
                raise
            time.sleep(PAUSE)
