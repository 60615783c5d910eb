"""Takes down what the services do: in the row of a call, or in a row of its own."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from threading import get_ident
from typing import Any

from helpers.clock import AnyClock
from helpers.trace import Handling, Trace


class Observer:
    """Writes to the trace what a service does with messages, and what nobody waits for."""

    def __init__(self, clock: AnyClock, trace: Trace) -> None:
        self.clock, self.trace, self._turns = clock, trace, count(1)
        # By thread, while a service is at work on an attempt: what it did so far, and when.
        self.at_work: dict[int, list[tuple[float, Handling]]] = {}

    def observe(
        self,
        what: str,
        queue: str,
        message: Any,
        at: float,
        receipt: str | None,
        visible_at: float | None,
    ) -> None:
        """Take down what SQS did with a message, or with a queue. Times are epoch seconds.

        It goes into the row of the call that made SQS do so, or into a row of its own when no call
        did: a bus that delivers later, a retention that ended before anybody looked.
        """
        handling = Handling(
            what=what,
            id=message and message.id,
            body=message and message.body,
            receipt=receipt,
            receive_count=message and (message.approximate_receive_count or None),
            visible_at=None if visible_at is None else self.virtual(visible_at),
            queue=queue,
            turn=next(self._turns),
        )
        observed = self.at_work.get(get_ident())
        moment = self.virtual(at)
        if observed is not None:
            observed.append((moment, handling))
        else:
            self.own_row(moment, queue, (handling,))

    def happened(
        self,
        what: str,
        service: str,
        resource: str,
        ident: str,
        body: str | None,
        place: str | None,
    ) -> None:
        """Take down what a function or an execution did, in a row of its own."""
        turn = next(self._turns)
        handling = Handling(what=what, id=ident, body=body, queue=place, turn=turn)
        self.own_row(self.clock.now, resource, (handling,), service=service)

    def virtual(self, epoch: float) -> float:
        """Epoch seconds as virtual seconds since the lab opened."""
        return round(epoch - self.clock.epoch_ns / 1e9, 6)

    def own_row(
        self,
        moment: float,
        resource: str | None,
        handled: tuple[Handling, ...],
        *,
        service: str = "sqs",
        operation: str | None = None,
    ) -> None:
        """A row for what a service did without a call that waits for it."""
        self.trace.record_call(
            time=moment,
            end=moment,
            caller=self.caller(),
            service=service,
            operation=operation,
            call=None,
            attempt=None,
            outcome="ok",
            processed=moment,
            resource=resource,
            messages=handled,
        )

    def posted(self, url: str, begun: float, outcome: str) -> None:
        """A row for a POST to an address of the reader's. `begun` is in epoch seconds."""
        self.trace.record_call(
            time=self.virtual(begun),
            end=self.clock.now,
            caller=self.caller(),
            service="http",
            operation="POST",
            call=None,
            attempt=None,
            outcome=outcome,
            processed=self.clock.now if outcome == "ok" else None,
            resource=url,
        )

    def mark(self, name: str, fields: Mapping[str, Any]) -> None:
        """A mark for what a service did that no call shows, see `helpers.emulator.marks`."""
        now = self.clock.now
        self.trace.record_mark(name, time=now, caller=self.caller(), fields=fields)

    def caller(self) -> str:
        """The name of the calling thread, as the trace has it."""
        task = self.clock.task()
        return task.name if task else "cell"
