"""The poller of an event source mapping over a stream of DynamoDB.

moto runs the function inside the write, with one record, and forgets what failed. Statements
followed (Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB" and its pages on error
handling; API model of botocore 1.44.5, CreateEventSourceMapping; November 2026):

- Lambda reads a shard four times a second, in order, and holds back what follows a batch that
  fails until the batch has succeeded, has been given up, or is older than the stream keeps it, 24
  hours. It reads up to BatchSize records, 100 by default, or what has come within the window.
- MaximumRetryAttempts and MaximumRecordAgeInSeconds, -1 for no limit, say when a batch is given up;
  its place in the stream then goes to the destination OnFailure (`stream_failures`).
- BisectBatchOnFunctionError: "If the function returns an error, split the batch in two and retry."
- ReportBatchItemFailures: records from the lowest sequence number that the function names on are
  retried.
- A record that no filter matches is skipped.

AWS does not publish how long it waits between two tries of a batch: here 1 s, doubling up to 60 s.
Each half of a batch has retries of its own here. A throttle is no retry.
"""

from __future__ import annotations

import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from helpers.emulator.clients import client
from helpers.emulator.lambda_.batch import Record, failures
from helpers.emulator.lambda_.poller import PATIENCE
from helpers.emulator.lambda_.stream_failures import Given, send
from helpers.trace.callers import at_work

READ_EVERY = 0.25  # seconds
KEPT = 86_400.0  # seconds that a stream keeps a record
BACK_OFF = (1.0, 60.0)  # seconds


class StreamPoller:
    """Reads the one shard of a stream for one mapping, in a thread while there is something."""

    def __init__(self, mapping: Any, shard: Any) -> None:
        self.mapping, self.shard = mapping, shard
        self.deleted = self.working = False
        late = mapping.starting_position == "LATEST"
        self.position = len(shard.items) if late else 0
        self.aws = client("lambda", mapping.region, read_timeout=PATIENCE)
        self.arrived = threading.Event()
        self.configure()

    def configure(self) -> None:
        """Take over the mapping's settings."""
        mapping = self.mapping
        self.name = at_work("lambda", mapping.function_arn.split(":")[6])
        self.retries = _limit(mapping.max_retry_attempts)
        self.age = min(KEPT, _limit(mapping.max_record_age))
        self.reports = "ReportBatchItemFailures" in (mapping.function_response_types or [])
        self.wanted = record_filter(mapping.filter_criteria)

    def start(self) -> None:
        """Read, if the mapping is enabled, there is something, and nobody reads yet."""
        self.arrived.set()
        table = self.shard.table
        if (expiries := vars(table).get("expiries")) is not None:
            expiries.wake(table)  # nobody else may ever ask for the items that expire
        if self._goes_on() and not self.working:
            self.working = True
            threading.Thread(target=self._work, name=self.name).start()

    def _goes_on(self) -> bool:
        waiting = self.position < len(self.shard.items)
        return bool(waiting and self.mapping.enabled and not self.deleted)

    def _work(self) -> None:
        time.sleep(READ_EVERY)
        while self._goes_on():
            batch = self._gather()
            self._process([entry for entry in batch if self.wanted(entry)])
            self.position += len(batch)
        self.working = False

    def _gather(self) -> list[Record]:
        end = time.time() + (self.mapping.max_batch_window or 0)
        most = self.mapping.batch_size
        while len(self.shard.items) - self.position < most and (left := end - time.time()) > 0:
            self.arrived.clear()
            self.arrived.wait(left)
        found = self.shard.items[self.position : self.position + most]
        return [record(one.record, self.mapping.event_source_arn) for one in found]

    def _process(self, records: list[Record]) -> None:
        """Invoke the function until all records are done or given up."""
        tries, pause = 0, BACK_OFF[0]
        while records and self.mapping.enabled and not self.deleted:
            records = self._young(records, tries)
            if not records:
                return
            answer = self._invoke(records)
            done = 0 if answer is None else self._done(records, answer)
            records = records[done:]
            if not records:
                return
            if answer is not None:
                if done == 0 and self.mapping.bisect_on_error and len(records) > 1:
                    half = len(records) // 2
                    self._process(records[:half])
                    self._process(records[half:])
                    return
                tries = 1 if done else tries + 1
                if tries > self.retries:
                    self._give_up("RetryAttemptsExhausted", records, tries, answer)
                    return
            time.sleep(pause)
            pause = min(2 * pause, BACK_OFF[1])

    def _young(self, records: list[Record], tries: int) -> list[Record]:
        """The records that are not too old. The others are given up."""
        oldest = time.time() - self.age
        old = [one for one in records if self._came(one) < oldest]
        if old:
            self._give_up("RecordAgeExceeded", old, tries, None)
        return records[len(old) :]

    def _came(self, entry: Record) -> float:
        """When a record came. One of an item that expired may be dated back (`dynamodb.ttl`)."""
        number = int(entry["dynamodb"]["SequenceNumber"])
        came: float = self.shard.items[number - self.shard.starting_sequence_number].came
        return came

    def _invoke(self, records: list[Record]) -> dict[str, Any] | None:
        """The function's answer; None if it could not be invoked."""
        payload = json.dumps({"Records": records})
        try:
            answer = self.aws.invoke(FunctionName=self.mapping.function_arn, Payload=payload)
        except (BotoCoreError, ClientError):
            return None
        return {**answer, "Payload": answer["Payload"].read().decode()}

    def _done(self, records: list[Record], answer: dict[str, Any]) -> int:
        """How many of the records, from the first on, have been processed."""
        if "FunctionError" in answer:
            return 0
        if not self.reports:
            return len(records)
        numbers = [one["dynamodb"]["SequenceNumber"] for one in records]
        failed = failures(answer["Payload"], set(numbers))
        return min(map(numbers.index, failed), default=len(records))

    def _give_up(
        self, condition: str, records: list[Record], tries: int, answer: dict[str, Any] | None
    ) -> None:
        settings = self.mapping.destination_config or {}
        destination = (settings.get("OnFailure") or {}).get("Destination")
        if destination:
            given = Given(self.mapping, self.shard.id, condition, records, tries, answer)
            send(given, destination)


def _limit(value: int | None) -> float:
    return float("inf") if value is None or value == -1 else value


def record(told: dict[str, Any], arn: str) -> Record:
    """The record of the function's event, from one of the stream."""
    change = _in_json(told["dynamodb"])
    moment = told["dynamodb"]["ApproximateCreationDateTime"]
    if isinstance(moment, datetime):
        change["ApproximateCreationDateTime"] = moment.replace(tzinfo=UTC).timestamp()
    entry = {name: value for name, value in told.items() if name != "userIdentity"}
    if by := told.get("userIdentity"):
        entry["userIdentity"] = {name[:1].lower() + name[1:]: value for name, value in by.items()}
    return {**entry, "dynamodb": change, "eventSourceARN": arn}


def _in_json(value: Any) -> Any:
    """A part of a record with its bytes in base64, as JSON has them."""
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _in_json(one) for name, one in value.items()}
    return [_in_json(one) for one in value] if isinstance(value, list) else value


def record_filter(criteria: dict[str, Any] | None) -> Callable[[Record], bool]:
    """Whether a record goes to the function: if any filter matches it, or there is none.

    Raises
    ------
    ValueError
        If a pattern is invalid.
    """
    from helpers.emulator.event_patterns.matching import compiled

    patterns = [entry.get("Pattern", "{}") for entry in (criteria or {}).get("Filters", [])]
    matchers = [compiled(text) for text in patterns]
    return lambda entry: not matchers or any(matcher.matches(entry) for matcher in matchers)
