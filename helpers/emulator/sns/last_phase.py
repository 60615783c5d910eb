"""The last phase of SNS's retries: 100,000 attempts, 20 seconds apart, for each message.

From the SNS Developer Guide, "Amazon SNS message delivery retries" (November 2026). To the letter,
a queue that is down for hours would cost a call every 20 seconds for each message. So while nobody
answers at a subscriber, one of its messages is tried for all of them. As soon as somebody answers,
each goes at the next moment that its own 20 seconds come round to.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from threading import Event

from helpers.emulator.delivery import Undelivered
from helpers.emulator.sns.message import Notification
from helpers.emulator.sns.retries import LAST_PHASE, LAST_WAIT


@dataclass(order=True)
class Waiting:
    """A message in the last phase."""

    next_at: float  # epoch seconds
    order: int
    notification: Notification = field(compare=False)
    give_up_at: float = field(compare=False)
    answers: int = field(compare=False)  # there had been so many when it last failed
    over: Event = field(compare=False, default_factory=Event)


class LastPhase:
    """The messages of one subscription that are in the last phase.

    Parameters
    ----------
    attempt : callable
        One attempt to deliver a message. Returns None, or why it failed.
    give_up : callable
        What becomes of a message that was given up.
    start : callable
        Starts a function in the background.
    """

    def __init__(
        self,
        *,
        attempt: Callable[[Notification], Undelivered | None],
        give_up: Callable[[Notification], None],
        start: Callable[..., None],
    ) -> None:
        self._attempt, self._give_up, self._start = attempt, give_up, start
        self._waiting: list[Waiting] = []
        self._order = count()
        self._running = False
        self._back = Event()  # somebody has answered again
        self.answers = 0  # successes and final refusals
        self.down = False  # nobody answers, as far as is known

    def answered(self) -> None:
        """Somebody has answered at the subscriber, whether with a success or a final refusal."""
        self.answers += 1
        if self.down:
            self.down = False
            self._back.set()

    def unanswered(self, since: int) -> None:
        """A message has failed again; when it failed before, there had been `since` answers."""
        self.down = self.down or self.answers == since

    def put(self, notification: Notification) -> Event:
        """Begin the last phase of a message. The event is set at its end."""
        now = time.time()
        waiting = Waiting(
            now + LAST_WAIT, next(self._order), notification, now + LAST_PHASE, self.answers
        )
        self._put(waiting)
        return waiting.over

    def _put(self, waiting: Waiting) -> None:
        heapq.heappush(self._waiting, waiting)
        if not self._running:
            self._running = True
            self._start(self._run)

    def _run(self) -> None:
        """Try each message when its time has come, or while nobody answers, one for all."""
        while self._waiting:
            waiting = heapq.heappop(self._waiting)
            if self._back.wait(max(0.0, waiting.next_at - time.time())):
                self._back.clear()
                heapq.heappush(self._waiting, waiting)
                self._go_on_from(time.time())
            elif self.down:
                self._try(waiting)
                if self.down:
                    self._give_up_old()
                    self._go_on_from(time.time() + LAST_WAIT)
            else:
                self._start(self._try, waiting)
        self._running = False

    def _try(self, waiting: Waiting) -> None:
        why = self._attempt(waiting.notification)
        now = time.time()
        if why is None:
            waiting.over.set()
        elif why.exhausted is None or now >= waiting.give_up_at:
            self._end(waiting)
        else:
            self.unanswered(waiting.answers)
            waiting.answers = self.answers
            waiting.next_at = now + LAST_WAIT
            self._put(waiting)

    def _end(self, waiting: Waiting) -> None:
        self._give_up(waiting.notification)
        waiting.over.set()

    def _give_up_old(self) -> None:
        """The one that was tried for all was the last attempt of some."""
        now = time.time()
        old = [waiting for waiting in self._waiting if waiting.give_up_at <= now]
        if old:
            self._waiting = [waiting for waiting in self._waiting if waiting.give_up_at > now]
        for waiting in old:
            self._start(self._end, waiting)

    def _go_on_from(self, moment: float) -> None:
        """Let each go at the first of its own moments, 20 seconds apart, from `moment` on."""
        for waiting in self._waiting:
            waiting.next_at = moment + (waiting.next_at - moment) % LAST_WAIT
        heapq.heapify(self._waiting)
