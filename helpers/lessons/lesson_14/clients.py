"""The clients of boto3 that the reader's functions get, and what happens at them."""

from __future__ import annotations

import functools
from collections import Counter
from typing import Any

import boto3
from botocore.config import Config

from helpers.lessons.machines import Machine


class Clients:
    """The clients of a day, one for each service and its options.

    Attributes
    ----------
    calls : int
        How many calls there were. A call that the SDK repeats is one.
    fair : set of str
        Names of the queues that got a message with a MessageGroupId.
    errors : Counter of str
        What calls of the workers ended with, whether a worker caught it or not.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], Any] = {}
        self.calls = 0
        self.fair: set[str] = set()
        self.errors: Counter[str] = Counter()

    def client(self, service: str, options: dict[str, Any]) -> Any:
        """A client of boto3, made once."""
        key = service, repr(sorted((name, _said(value)) for name, value in options.items()))
        if key not in self._made:
            self._made[key] = boto3.client(service, **options), options  # keeps its options' ids
            self._made[key][0].meta.events.register("provide-client-params", self._note)
        return self._made[key][0]

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls += 1
        if model.name not in ("SendMessage", "SendMessageBatch"):
            return
        if any("MessageGroupId" in entry for entry in (params, *params.get("Entries", ()))):
            self.fair.add(str(params.get("QueueUrl")).rpartition("/")[2])


class Session:
    """What the reader's functions get: `session.client("sqs")`, as of a `boto3.Session`."""

    def __init__(self, clients: Clients, machine: Machine | None = None) -> None:
        self._clients, self._machine = clients, machine

    def client(self, service: str, **options: Any) -> Any:
        """A client of boto3. On a machine that dies it stops with it."""
        made = self._clients.client(service, options)
        return self._machine.part(made) if self._machine else made


class WorkerSession(Session):
    """The same for a worker, whose errors are noted: one that it catches, nobody else sees."""

    def client(self, service: str, **options: Any) -> Any:
        return _Noted(super().client(service, **options), self._clients.errors)


class _Noted:
    """A client of which each error is noted."""

    def __init__(self, client: Any, errors: Counter[str]) -> None:
        self._client, self._errors = client, errors

    def __getattr__(self, name: str) -> Any:
        try:
            found = getattr(self._client, name)
        except AttributeError as error:
            self._errors[_words(error)] += 1
            raise
        if not callable(found):
            return found

        @functools.wraps(found, updated=())
        def called(*args: Any, **options: Any) -> Any:
            try:
                return found(*args, **options)
            except Exception as error:
                self._errors[_words(error)] += 1
                raise

        return called


def _said(option: Any) -> Any:
    """What tells options apart. A checkout may make a Config for each order, always the same."""
    return vars(option) if isinstance(option, Config) else id(option)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}, {' '.join(str(error).split()).rstrip('.')}"
