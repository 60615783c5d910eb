"""The pollers of an event source mapping over SQS: threads that make plain calls.

A poller receives, gathers a batch, invokes the function, deletes what was processed, and receives
again. Statements followed (Lambda Developer Guide, November 2026):

- Lambda uses long polling. "When messages are available, Lambda starts processing five batches at a
  time"; while messages are still available it adds "up to 300 more concurrent invokes per minute",
  up to 1,250; with little traffic it "can optimize to as few as 2" ["Configuring scaling behavior
  for SQS event source mappings"]. MaximumConcurrency is a lower limit [same]. Here an idle queue
  has one poller. While a batch is processed another one reads; a poller that has found nothing in
  a long poll ends if another reads.
- A batch is complete with BatchSize messages, with 6 MB, or at the end of the batching window
  ["Using Lambda with Amazon SQS"]. Here a window begins with the batch's first message.
- After an error of the function the messages stay until their visibility timeout; after a throttle
  Lambda tries the batch again until then. Both reduce "the amount of concurrency allocated", but an
  error does not with ReportBatchItemFailures ["Handling errors for an SQS event source in Lambda"].
  AWS does not publish by how much: here each takes one poller away and a success gives one back,
  and a throttled batch is tried again after 1 s, doubling up to 30 s.
- The messages of a group are processed in order ["Configuring scaling behavior ..."]: what arrives
  of a group that is still in work is left to its visibility timeout.
- A message that no filter matches is removed from the queue ["Control which events Lambda sends to
  your function"].
"""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from helpers.emulator.clients import client
from helpers.emulator.lambda_.batch import PAYLOAD, Record, failures, message_filter, parts, size
from helpers.emulator.lambda_.source import Source
from helpers.trace.callers import at_work

AT_ONCE = 5  # batches that are processed without delay
ADDED = 300 / 60  # pollers per second over these
MOST = 1250
LONG_POLL = 20  # seconds
BACK_OFF = (1.0, 30.0)  # first and longest wait after a throttle, seconds
PATIENCE = 960.0  # seconds: the longest function, 900 s, and a cold start fit in


class Poller:
    """The pollers of one mapping: all of them threads called after its function."""

    def __init__(self, mapping: Any) -> None:
        self.mapping = mapping
        self.deleted = False
        self.threads = 0
        self.reading = 0  # of the threads: in a poll, or about to be
        self.allowed = MOST  # fewer while the function fails
        self.added_at = 0.0  # the last of them, epoch seconds
        self.groups: set[str] = set()  # message groups in work
        self.source = Source(mapping.event_source_arn)
        self.aws = client("lambda", mapping.region, read_timeout=PATIENCE)
        self.configure()

    def configure(self) -> None:
        """Take over the mapping's settings."""
        mapping = self.mapping
        self.name = at_work("lambda", mapping.function_arn.split(":")[6])
        self.window = mapping.max_batch_window or 0
        self.ceiling = (mapping.scaling_config or {}).get("MaximumConcurrency", MOST)
        self.reports = "ReportBatchItemFailures" in (mapping.function_response_types or [])
        self.wanted = message_filter(mapping.filter_criteria)

    @property
    def open(self) -> bool:
        return self.mapping.enabled and not self.deleted

    # -- how many

    def start(self) -> None:
        """Read, if the mapping is enabled and nobody does yet."""
        if self.open and not self.threads:
            self._add(0.0)

    def _add(self, delay: float) -> None:
        self.threads += 1
        self.reading += 1
        threading.Thread(target=self._work, args=(delay,), name=self.name).start()

    def _reinforce(self) -> None:
        """Let somebody read on while a batch is processed."""
        if self.reading or self.threads >= self._limit() or not self.open:
            return
        now = time.time()
        at = now if self.threads < AT_ONCE else max(now, self.added_at + 1 / ADDED)
        self.added_at = at
        self._add(at - now)

    def _limit(self) -> int:
        return min(self.ceiling, self.allowed)

    def _went_well(self) -> None:
        self.allowed = min(MOST, self.allowed + 1)

    def _went_wrong(self) -> None:
        self.allowed = max(1, min(self.allowed, self.threads) - 1)

    # -- one poller

    def _work(self, delay: float) -> None:
        time.sleep(delay)
        while True:
            batch = self._gather()
            if batch:
                # Whoever works does not read: `_reinforce` sees that and sends another to read.
                self.reading -= 1
                self._process(batch)
                if not self.open or self.threads > self._limit():
                    break  # not counted as reading, so only the thread is left to count down
                self.reading += 1
            elif self.reading > 1 or not self.open:
                # The queue was empty for a whole long poll. One reader stays, so that the next
                # message is found; the others go.
                self.reading -= 1
                break
        self.threads -= 1
        self.start()  # it may have been enabled again since

    def _gather(self) -> list[Record]:
        """A batch, or nothing after a long poll."""
        most = self.mapping.batch_size
        found = self.source.receive(most, LONG_POLL)
        batch = self._filtered(found)
        end = time.time() + self.window
        filled = sum(map(size, batch))
        while self.window and batch and len(batch) < most and filled < PAYLOAD:
            left = end - time.time()
            if left <= 0 and len(found) < 10:
                break
            if 0 < left < 1:  # a long poll is of whole seconds
                time.sleep(left)
            found = self.source.receive(most - len(batch), max(0, min(LONG_POLL, int(left))))
            more = self._filtered(found)
            batch += more
            filled += sum(map(size, more))
        return batch

    def _filtered(self, found: list[Record]) -> list[Record]:
        """The messages for the function. The others are deleted."""
        if self.wanted is None:
            return found
        wanted = [entry for entry in found if self.wanted(entry)]
        self.source.delete([entry for entry in found if entry not in wanted])
        return wanted

    def _process(self, batch: list[Record]) -> None:
        received = time.time()
        batch = [entry for entry in batch if self._group(entry) not in self.groups]
        groups = {group for entry in batch if (group := self._group(entry)) is not None}
        self.groups |= groups
        self._reinforce()
        for part in parts(batch):
            answer = self._invoke(json.dumps({"Records": part}), received)
            if answer is not None:
                self.source.delete(self._done(part, answer))
        self.groups -= groups

    def _group(self, entry: Record) -> str | None:
        return entry["attributes"].get("MessageGroupId") if self.source.fifo else None

    def _invoke(self, payload: str, received: float) -> dict[str, Any] | None:
        """The function's answer. None if it was not to be had while the messages are hidden."""
        pause, deadline = BACK_OFF[0], None
        while True:
            try:
                return self.aws.invoke(FunctionName=self.mapping.function_arn, Payload=payload)
            except BotoCoreError:  # nobody knows whether it ran
                self._went_wrong()
                return None
            except ClientError as error:
                self._went_wrong()
                if error.response["ResponseMetadata"]["HTTPStatusCode"] != 429:
                    return None
            deadline = deadline or received + self.source.visibility()
            if time.time() + pause >= deadline:
                return None
            time.sleep(pause)
            pause = min(2 * pause, BACK_OFF[1])

    def _done(self, part: list[Record], answer: dict[str, Any]) -> list[Record]:
        """The records of a batch that have been processed."""
        if "FunctionError" in answer:
            if not self.reports:
                self._went_wrong()
            return []
        self._went_well()
        if not self.reports:
            return part
        ids = {entry["messageId"] for entry in part}
        failed = failures(answer["Payload"].read().decode(), ids)
        return [entry for entry in part if entry["messageId"] not in failed]
