"""What a run has made on an account, on disk, so that a killed kernel loses nothing.

Each process appends to a file of its own: several may write at once, and none can spoil another's
lines. A line is on the disk before the call is sent that it tells of. Nothing is ever rewritten:
what is removed gets a line that says so, and whoever removes it may be another process.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import platformdirs
import psutil

APPLICATION = "event-driven-architectures"
TEXTS = ("id", "account", "region", "kind", "name", "service", "owner", "host")


class Damaged(ValueError):
    """A line of the register that tells nothing."""


class Entry(NamedTuple):
    """A resource that was made, or was about to be.

    Attributes
    ----------
    id : str
        Of this entry, no other has it.
    account, region, service : str
        Where it is: twelve digits, such as "eu-west-1", such as "sqs".
    kind : str
        What it is, a name of `helpers.account.kinds.KINDS`.
    name : str
        With the prefix of its run.
    owner : str
        Who made it.
    process, started : int, float
        The id of the process that made it, and when that began: ids are used again. Seconds.
    host : str
        The machine that the process ran on.
    made_at, expires_at : float
        Seconds since 1970.
    details : dict
        What is needed to remove it, and what AWS calls it.
    """

    id: str
    account: str
    region: str
    kind: str
    name: str
    service: str
    owner: str
    process: int
    started: float
    host: str
    made_at: float
    expires_at: float
    details: dict[str, Any]

    @property
    def expired(self) -> bool:
        """Whether its time is over."""
        return datetime.now(UTC).timestamp() >= self.expires_at

    @property
    def maker_is_gone(self) -> bool:
        """Whether the process that made it has ended. Not to be known of another machine."""
        return self.host == socket.gethostname() and not _runs(self.process, self.started)


class Contents(NamedTuple):
    """What a register has: the entries, the oldest first, and a sentence for each damaged line."""

    entries: list[Entry]
    damage: list[str]


class Register:
    """A folder of such files.

    Parameters
    ----------
    folder : path, optional
        By default the place where this user's programs keep their state.

    Examples
    --------
    >>> import tempfile
    >>> register = Register(tempfile.mkdtemp())
    >>> made = register.add(account="123456789012", region="eu-west-1", kind="queue",
    ...     name="eda-7f3a-orders", service="sqs", owner="me", expires_at=1.8e9)
    >>> [entry.name for entry in register.read().entries]
    ['eda-7f3a-orders']
    >>> register.strike(made)
    >>> register.read().entries
    []
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        if folder is None:
            folder = Path(platformdirs.user_state_dir(APPLICATION, appauthor=False)) / "register"
        self.folder = Path(folder)
        self._turn, self._count = threading.Lock(), 0

    def add(
        self,
        *,
        account: str,
        region: str,
        kind: str,
        name: str,
        service: str,
        owner: str,
        expires_at: float,
        details: Mapping[str, Any] | None = None,
    ) -> Entry:
        """Write down what is about to be made. It is on the disk when this returns."""
        process, started = os.getpid(), _began(os.getpid())
        with self._turn:
            self._count += 1
            number = self._count
        host = socket.gethostname()
        entry = Entry(
            f"{host}-{process}-{started:.2f}-{id(self):x}-{number}",
            account, region, kind, name, service, owner, process, started, host,
            datetime.now(UTC).timestamp(), expires_at, dict(details or {}),
        )  # fmt: skip
        self._write({"made": entry._asdict()})
        return entry

    def note(self, entry: Entry, **details: Any) -> Entry:
        """Write down what AWS calls it. Returns the entry with that in its details."""
        self._write({"noted": entry.id, "details": details})
        return entry._replace(details=entry.details | details)

    def strike(self, entry: Entry) -> None:
        """Write down that it is there no more."""
        self._write({"removed": entry.id})

    def read(self) -> Contents:
        """All that was made and is not removed, by whatever process."""
        made: dict[str, Entry] = {}
        noted: list[tuple[str, dict[str, Any]]] = []
        removed: set[str] = set()
        damage = []
        for path in sorted(self.folder.glob("*.jsonl")):
            for number, line in enumerate(_lines(path), 1):
                try:
                    told = _understood(line)
                except Damaged as error:
                    damage.append(f"{path}, line {number}: {error}")
                    continue
                if isinstance(told, Entry):
                    made[told.id] = told
                elif told.get("removed"):
                    removed.add(told["removed"])
                else:
                    noted.append((told["noted"], told["details"]))
        for ident, details in noted:
            if ident in made:
                made[ident] = made[ident]._replace(details=made[ident].details | details)
        left = [entry for ident, entry in made.items() if ident not in removed]
        return Contents(sorted(left, key=lambda entry: entry.made_at), damage)

    def tidy(self, *, own: bool = False) -> None:
        """Delete the files of this machine's ended processes, once nothing is left at all.

        All go together, since what removes an entry may stand in another process's file.

        Parameters
        ----------
        own : bool
            Also that of this process, which then has nothing more to write.
        """
        contents = self.read()
        if contents.entries or contents.damage:
            return
        for path in self.folder.glob(f"{socket.gethostname()}-*.jsonl"):
            host_and_process, _, started = path.stem.rpartition("-")
            process = int(host_and_process.rpartition("-")[2])
            if (own and process == os.getpid()) or not _runs(process, float(started)):
                path.unlink(missing_ok=True)

    def _write(self, told: dict[str, Any]) -> None:
        process = os.getpid()
        path = self.folder / f"{socket.gethostname()}-{process}-{_began(process):.2f}.jsonl"
        line = (json.dumps(told) + "\n").encode()
        with self._turn:
            self.folder.mkdir(parents=True, exist_ok=True)
            is_new = not path.exists()
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(file, line)
                os.fsync(file)
            finally:
                os.close(file)
            if is_new and hasattr(os, "O_DIRECTORY"):  # the file's name has to be on the disk too
                folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def _understood(line: bytes) -> Entry | dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        raise Damaged(f"no JSON: {line[:80]!r}") from None
    if not isinstance(told, dict):
        raise Damaged(f"no object: {line[:80]!r}")
    if "made" in told:
        fields = told["made"]
        if not isinstance(fields, dict) or fields.keys() != set(Entry._fields):
            raise Damaged(f"an entry has the fields {Entry._fields}, got {fields!r}"[:300])
        numbers = (fields[n] for n in ("process", "started", "made_at", "expires_at"))
        right = all(isinstance(fields[name], str) for name in TEXTS)
        if not (right and all(isinstance(n, (int, float)) for n in numbers)):
            raise Damaged(f"an entry with a field of a wrong type: {fields!r}"[:300])
        if not isinstance(fields["details"], dict):
            raise Damaged(f"details are an object, got {fields['details']!r}"[:300])
        return Entry(**fields)
    if isinstance(told.get("removed"), str):
        return told
    if isinstance(told.get("noted"), str) and isinstance(told.get("details"), dict):
        return told
    raise Damaged(f"neither made, noted nor removed: {line[:80]!r}")


def _began(process: int) -> float:
    """When a process began, in seconds since 1970."""
    return float(psutil.Process(process).create_time())


def _runs(process: int, started: float) -> bool:
    """Whether this process still runs, and not another one with its id."""
    try:
        return abs(_began(process) - started) < 1
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # another user's: it runs
        return True
