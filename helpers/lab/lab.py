"""The object that a notebook opens: moto in this process, simulated time, a record of everything.

A lesson's cells are plain boto3 and plain Python. The lab supplies what an AWS account and an
afternoon would otherwise cost.
"""

from __future__ import annotations

import atexit
import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from threading import Lock, Thread, current_thread
from typing import TYPE_CHECKING, Any

from helpers import faults
from helpers.clock import AnyClock, Clock, WallClock
from helpers.lab import present
from helpers.lab.arguments import check_worker, duration, name_of
from helpers.lab.progress import Progress, span
from helpers.lab.seeding import Seeding
from helpers.notebook import few_lines_of_a_cell
from helpers.trace import Trace
from helpers.wire import InProcess, arm_guard, places

if TYPE_CHECKING:
    import pandas as pd

    from helpers.wire.on_endpoint import OnEndpoint

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # when every lab begins, in its own time: a Monday


class LabError(RuntimeError):
    """Something about the lab that the reader has to change."""


class Lab:
    """AWS in this process and in simulated time. Nothing leaves the machine.

    A second lab takes the place of the first, so that a cell can be run twice.

    Where ``AWS_ENDPOINT_URL`` (or a profile) leads to an emulator on this machine, the lab talks to
    that instead, with keys that are nobody's; and to AWS if `account` names one and AWS agrees that
    the keys are its own. Time is real there: a run has an end, loads are cut, each resource gets a
    prefix and is removed when the lab is closed (`helpers.lab.behind`).

    Parameters
    ----------
    seed : int
        Decides every id, every retry's jitter and every draw of `random` in the lab's threads: the
        same seed gives the same run, to the last row of the trace.
    patience : float
        Seconds of real time after which a worker that never waits is named and ended.
    account : str, optional
        Twelve digits. The account that the reader means, whose keys boto3 finds.
    regions : sequence of str
        Those of the account in which the lab may work; it begins in the first.
    endpoint : str, optional
        An emulator's address that is not on this machine.
    longest : float
        Seconds that a run lasts at most on an endpoint or an account.
    calls : int
        API calls that the lab makes at most there.
    dollars : float, optional
        What a run may cost, for an account and where nobody can be asked.

    Raises
    ------
    EndpointRefused, AccountRefused, ValueError
        If it is not clear that the lab may talk to what it was given.

    Examples
    --------
    >>> import time
    >>> with Lab(seed=11) as lab:
    ...     with lab.running(hours=1):
    ...         _ = lab.start(time.sleep, 1800)
    ...     lab.now
    3600.0
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        patience: float = 10.0,
        account: str | None = None,
        regions: Sequence[str] = (),
        endpoint: str | None = None,
        longest: float = 60.0,
        calls: int = 10_000,
        dollars: float | None = None,
    ) -> None:
        if not isinstance(seed, int):
            raise TypeError(f"seed is a whole number, got {seed!r}")
        if present.lab is not None and present.lab.is_kept:
            raise LabError(
                "a lab is running already in this kernel. Let it end, or close it, before you open "
                "another one."
            )
        arm_guard()
        clock = Clock(epoch=START.timestamp(), patience=patience)  # refuses a bad value first
        elsewhere = account is not None or regions or endpoint is not None or places.mentioned()
        self._undo = contextlib.ExitStack()
        self._longest: float | None = None
        self._told: set[str] = set()
        self._trace = Trace()
        self._backend: InProcess | OnEndpoint
        opened = None
        if elsewhere and not present.stays_here:
            # Only then is what talks to AWS imported.
            from helpers.lab import behind

            bounds = behind.Bounds(calls=calls, longest=longest)
            where = behind.place(account, tuple(regions), endpoint)
            if where is not None:
                opened = lambda: behind.opened(where, self._trace, bounds, dollars, self._visit)  # noqa: E731
                self._longest = longest
                self._undo.enter_context(behind.shortened(bounds, self._tell))
        if present.lab is not None:
            present.lab.close()
        self.seed = seed
        self._clock: AnyClock = clock
        self._entered: bool = False
        self._closed = self._running = False
        self._turn = Lock()  # threads that are not the lab's take turns in it
        self._names: dict[str, int] = {}
        faults.clear()
        if opened is None:
            self._seeded = Seeding(seed, is_ours=lambda: clock.task() is not None)
            self._backend = InProcess(clock, self._trace, seed=seed, visit=self._visit)
        else:
            self._seeded = Seeding(
                seed, is_ours=lambda: False
            )  # ids must differ between runs there
            self._backend = opened()
            self._clock = self._backend.clock
            atexit.register(self.close)  # what it made is removed with the kernel at the latest
            self._undo.callback(atexit.unregister, self.close)
        present.lab = self

    # -- running

    @contextlib.contextmanager
    def running(
        self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> Iterator[Lab]:
        """Let so much simulated time pass, with what is started inside.

        On an endpoint the time is real, and so much of it passes as the lab allows.

        Of what is printed meanwhile, a notebook's cell shows the first lines (`helpers.notebook`).
        Without a duration, the run ends when all workers that it started are done. What a service
        still does by then, such as a function whose caller has given up, goes on in the next run.

        Raises
        ------
        Deadlock, NeverWaits
            See `helpers.clock`. An exception of a worker comes out here, with its traceback.

        Warns
        -----
        RealTimePassed
            If a worker waited in real time, which the lab knows nothing of: on a socket, say.
        """
        self._check_open()
        if self._running or self._clock.task() is not None:
            raise LabError("this lab is running already; a run cannot stand inside another run")
        total = duration({"seconds": seconds, "minutes": minutes, "hours": hours, "days": days})
        if self._longest is not None:
            total = self._cut(total, self._longest)
        self._names.clear()
        progress = Progress(self._clock, total or None, self._trace)
        self._clock.watch, self._running = progress.look, True
        try:
            with (
                few_lines_of_a_cell(),
                self._turn,
                self._seeded.drawn(),
                self._flow(total),
            ):
                yield self
        finally:
            self._clock.watch, self._running = None, False
            progress.close()

    def start(self, function: Callable[..., Any], *args: Any, copies: int = 1) -> list[Thread]:
        """Start `copies` workers, each ``function(*args)`` in a thread of its own.

        A worker in an endless loop is stopped at the end of the run.
        """
        self._check_open()
        if not self._clock.is_running:
            raise LabError("workers start inside a run: with lab.running(minutes=15): lab.start(…)")
        if not isinstance(copies, int) or copies < 1:
            raise ValueError(f"copies is a positive whole number, got {copies!r}")
        check_worker(function)
        return [
            self._clock.start(function, *args, name=self._name(function, copies))
            for _ in range(copies)
        ]

    def _name(self, function: Callable[..., Any], copies: int) -> str:
        name = name_of(function)
        self._names[name] = number = self._names.get(name, 0) + 1
        return name if copies == 1 and number == 1 else f"{name}-{number}"

    def deploy(
        self,
        name: str,
        handler: Callable[[Any, Any], Any],
        *,
        timeout: int = 3,
        memory: int = 128,
        cold_start: float = 0.0,
    ) -> str:
        """Make `handler(event, context)` a Lambda function. Returns its ARN.

        What a deployment tool does on AWS; everything after it is plain boto3 (`lambda.invoke`,
        ``put_function_concurrency``). Again with the same name, it replaces the handler. A function
        can also be made as on AWS, from a zip file: ``create_function(Code={"ZipFile": …})``.

        As on AWS, each execution environment has a memory of its own: lists, dicts and sets that
        are globals of the handler's module are copied for it when it starts, and a global that the
        handler binds (``global count``) is its own too. What it changes in them, the notebook's own
        see as well, but no other environment. Variables around the handler (a closure), defaults
        and all other objects are shared: they are the world outside of the function. The whole
        rule is in `helpers.emulator.lambda_.memory`.

        Parameters
        ----------
        timeout : int
            Seconds after which an invocation is ended, 1 to 900.
        memory : int
            MB, as the handler's context tells it. It does not make the handler faster.
        cold_start : float
            Seconds that a new execution environment takes before its first invocation.
        """
        self._check_open()
        return self._backend.deploy(
            name, handler, timeout=timeout, memory=memory, cold_start=cold_start
        )

    def bus_waits_at_most(self, seconds: float) -> None:
        """Let this lab's EventBridge wait about so long at most between two tries of a target.

        AWS does not say how long it waits. The lab's own choice is eight minutes; a lesson can show
        by another one what hangs on it.

        Raises
        ------
        ValueError
            With the value, if it is less than a second.
        """
        self._check_open()
        self._backend.bus_waits_at_most(seconds)

    def serve(self, url: str, handler: Callable[[dict[str, str], str], int | None]) -> None:
        """Let `handler(headers, body)` answer at a web address of the reader's.

        Nothing leaves the machine: what a service of AWS would send there, such as SNS to an HTTP
        or HTTPS subscription, calls the function, in virtual time. It returns the HTTP status, or
        None for 200; an exception is a 500. Again with the same address, it replaces the handler.

        Parameters
        ----------
        url : str
            The whole address, as the subscription names it.
        handler : callable
            Takes the headers as a dictionary and the body as text. A subscription begins with a
            body of type SubscriptionConfirmation; its `Token` confirms it::

                def handler(headers, body):
                    message = json.loads(body)
                    if message["Type"] == "SubscriptionConfirmation":
                        boto3.client("sns").confirm_subscription(
                            TopicArn=message["TopicArn"], Token=message["Token"]
                        )
        """
        self._check_open()
        self._backend.serve(url, handler)

    # -- the record

    @property
    def is_running(self) -> bool:
        """Whether a run of this lab is on, or a call of a cell's."""
        return self._clock.is_running

    @property
    def is_kept(self) -> bool:
        """Whether it must stay: it runs, or is the context of a block."""
        return self.is_running or self._entered

    @property
    def now(self) -> float:
        """Simulated seconds since the lab opened."""
        return self._clock.now

    @property
    def trace(self) -> pd.DataFrame:
        """One row per happening so far. The columns are explained in `helpers.trace`."""
        if self._clock.is_real and not self._running:
            self._backend.settle()
        return self._trace.frame()

    def mark(self, name: str, /, **fields: Any) -> None:
        """Record a happening of your own, such as the charge of a card.

        Raises
        ------
        ValueError
            If a field is called like a column of the trace.
        """
        self._check_open()
        task = self._clock.task()
        self._trace.record_mark(
            time=self.now, caller=task.name if task else "cell", name=name, fields=fields
        )

    # -- ending

    def close(self) -> None:
        """End what is left, and put everything back. May be called twice."""
        if self._closed:
            return
        if self._clock.is_running:
            raise LabError("the lab is running; it can be closed when the run is over")
        try:
            with self._seeded.drawn():
                self._clock.close()
        finally:
            self._closed = True
            try:
                self._backend.close()
            finally:
                self._undo.close()
                if present.lab is self:
                    present.lab = None

    def __enter__(self) -> Lab:
        self._check_open()
        self._entered = True
        return self

    def __exit__(self, *_: object) -> None:
        self._entered = False
        self.close()

    def _cut(self, total: float, longest: float) -> float:
        """Seconds of a run whose time is real: no more than the lab allows."""
        if total > longest:
            self._tell(
                f"a run of {span(total)} is cut to {span(longest)}: time is real here. "
                "Lab(longest=…) allows more."
            )
        return min(total, longest)

    def _flow(self, total: float) -> contextlib.AbstractContextManager[AnyClock]:
        """A run of so many seconds; of 0, one until its workers are done."""
        if isinstance(self._clock, WallClock):
            return self._clock.running(seconds=total or None, at_most=self._longest)
        return self._clock.running(seconds=total or None)

    def _tell(self, text: str) -> None:
        """Say it, once."""
        if text not in self._told:
            self._told.add(text)
            sys.stderr.write(f"lab: {text}\n")

    def _check_open(self) -> None:
        if self._closed:
            raise LabError("this lab is closed; open a new one: lab = Lab(seed=…)")

    @contextlib.contextmanager
    def _visit(self) -> Iterator[None]:
        """What a call from outside a run takes place in: time passes for it alone."""
        if self._clock.task() is not None:
            yield
            return
        self._check_open()
        if self._running:
            raise LabError(
                f"the thread {current_thread().name!r} called the lab while a run was on, and is "
                "not one of its workers. Start it inside the run: lab.start(function)"
            )
        with self._turn, self._seeded.drawn(), self._clock.visit():
            yield
