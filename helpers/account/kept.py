"""What a run has made and not removed, in memory and on the disk."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from helpers.account.kinds import KINDS, Kind, Params, ended_by
from helpers.account.register import Entry, Register


class Kept:
    """The entries of one run. Each is in the register before its thing is made.

    Parameters
    ----------
    register : Register
        Where they are written down.
    account, owner, expires
        As in `helpers.account.keeping.Keeper`.
    """

    def __init__(self, register: Register, account: str, owner: str, expires: datetime) -> None:
        self.register = register
        self._account, self._owner, self._expires = account, owner, expires
        self._turn = threading.RLock()
        self._entries: dict[tuple[str, str, str], Entry] = {}

    @property
    def entries(self) -> list[Entry]:
        """The oldest first."""
        with self._turn:
            return list(self._entries.values())

    def registered(self, region: str, kind: Kind, given: Params) -> tuple[Entry, bool]:
        """The entry of what a call makes, and whether it is new."""
        key = region, kind.name, kind.called(given)
        with self._turn:
            if found := self._entries.get(key):
                return found, False
            entry = self.register.add(
                account=self._account,
                region=key[0],
                kind=key[1],
                name=key[2],
                service=kind.service,
                owner=self._owner,
                expires_at=self._expires.timestamp(),
                details=kind.needed(given) if kind.needed else {},
            )
            self._entries[key] = entry
            return entry, True

    def noted(self, entry: Entry, **details: Any) -> None:
        """Write down what is known of a thing now that it is made."""
        with self._turn:
            self._entries[_key(entry)] = self.register.note(entry, **details)

    def struck(self, entry: Entry) -> None:
        """Strike what is not there."""
        with self._turn:
            self.register.strike(entry)
            self._entries.pop(_key(entry), None)

    def forget(self, entries: Iterable[Entry]) -> None:
        """Leave out what has been removed, and struck by whoever did it."""
        with self._turn:
            for entry in entries:
                self._entries.pop(_key(entry), None)

    def ended(self, region: str, service: str, operation: str, given: Params) -> None:
        """Strike what a reader has removed himself."""
        for kind in ended_by(service, operation):
            for name in kind.ended(given):
                for entry in self.entries:
                    if (entry.region, entry.kind) != (region, kind.name):
                        continue
                    if name not in (entry.name, entry.details.get("ident")):
                        continue
                    if kind.name == "function":  # its log group stays
                        group = {"logGroupName": f"/aws/lambda/{entry.name}"}
                        self.registered(region, KINDS["log group"], group)
                    self.struck(entry)


def _key(entry: Entry) -> tuple[str, str, str]:
    return entry.region, entry.kind, entry.name
