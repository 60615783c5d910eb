"""The object that a notebook opens: moto in this process, simulated time, a record of everything.

A lesson's cells are plain boto3 and plain Python. The lab supplies what an AWS account and an
afternoon would otherwise cost.
"""

from __future__ import annotations

import contextlib
import inspect
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from numbers import Real
from threading import Lock, Thread, current_thread
from typing import TYPE_CHECKING, Any

from helpers import faults
from helpers.clock import Clock
from helpers.lab.progress import Progress
from helpers.lab.seeding import Seeding
from helpers.notebook import few_lines_of_a_cell
from helpers.trace import Trace
from helpers.wire import InProcess, arm_guard, set_aside

if TYPE_CHECKING:
    import pandas as pd

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # when every lab begins, in its own time: a Monday
UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}

_open: Lab | None = None  # moto is one per process, and so is the lab


class LabError(RuntimeError):
    """Something about the lab that the reader has to change."""


class Lab:
    """AWS in this process and in simulated time. Nothing leaves the machine.

    A second lab takes the place of the first, so that a cell can be run twice.

    Parameters
    ----------
    seed : int
        Decides every id, every retry's jitter and every draw of `random` in the lab's threads: the
        same seed gives the same run, to the last row of the trace.
    patience : float
        Seconds of real time after which a worker that never waits is named and ended.

    Examples
    --------
    >>> import time
    >>> with Lab(seed=11) as lab:
    ...     with lab.running(hours=1):
    ...         _ = lab.start(time.sleep, 1800)
    ...     lab.now
    3600.0
    """

    def __init__(self, *, seed: int = 0, patience: float = 10.0) -> None:
        global _open
        if not isinstance(seed, int):
            raise TypeError(f"seed is a whole number, got {seed!r}")
        if _open is not None and (_open._clock.is_running or _open._entered):
            raise LabError(
                "a lab is running already in this kernel. Let it end, or close it, before you open "
                "another one."
            )
        arm_guard()
        clock = Clock(epoch=START.timestamp(), patience=patience)  # refuses a bad value first
        if _open is not None:
            _open.close()
        self.seed = seed
        self._clock: Clock = clock
        self._trace = Trace()
        self._entered: bool = False
        self._closed = self._running = False
        self._turn = Lock()  # threads that are not the lab's take turns in it
        self._names: dict[str, int] = {}
        self._seeded = Seeding(seed, is_ours=lambda: clock.task() is not None)
        faults.clear()
        self._backend = InProcess(clock, self._trace, seed=seed, visit=self._visit)
        _open = self

    # -- running

    @contextlib.contextmanager
    def running(
        self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> Iterator[Lab]:
        """Let so much simulated time pass, with what is started inside.

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
        given = {"seconds": seconds, "minutes": minutes, "hours": hours, "days": days}
        for unit, value in given.items():
            if not (isinstance(value, Real) and math.isfinite(value) and value >= 0):
                raise ValueError(f"a run lasts a finite, non-negative time, got {unit}={value!r}")
        total = sum(UNITS[unit] * value for unit, value in given.items())
        self._names.clear()
        progress = Progress(self._clock, total or None, self._trace)
        self._clock.watch, self._running = progress.look, True
        try:
            with (
                few_lines_of_a_cell(),
                self._turn,
                self._seeded.drawn(),
                self._clock.running(seconds=total or None),
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
        _check_worker(function)
        return [
            self._clock.start(function, *args, name=self._name(function, copies))
            for _ in range(copies)
        ]

    def _name(self, function: Callable[..., Any], copies: int) -> str:
        function = getattr(function, "func", function)  # of a functools.partial
        name = getattr(function, "__name__", type(function).__name__)
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
        self._backend.servers.serve(url, handler)

    # -- the record

    @property
    def now(self) -> float:
        """Simulated seconds since the lab opened."""
        return self._clock.now

    @property
    def trace(self) -> pd.DataFrame:
        """One row per happening so far. The columns are explained in `helpers.trace`."""
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
        global _open
        if self._closed:
            return
        if self._clock.is_running:
            raise LabError("the lab is running; it can be closed when the run is over")
        try:
            with self._seeded.drawn():
                self._clock.close()
        finally:
            self._closed = True
            self._backend.close()
            if _open is self:
                _open = None

    def __enter__(self) -> Lab:
        self._check_open()
        self._entered = True
        return self

    def __exit__(self, *_: object) -> None:
        self._entered = False
        self.close()

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


def _check_worker(function: Any) -> None:
    if not callable(function):
        raise TypeError(f"a worker is a function, got {function!r}")
    if inspect.isgeneratorfunction(function) or inspect.iscoroutinefunction(function):
        raise TypeError(
            f"a worker is a plain function that waits with time.sleep, got {function!r}, which "
            "would do nothing when called (yield, async)"
        )


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """Put the open lab aside for the length of the block: what opens labs there leaves it alone.

    Its time, queues, functions and ids are the same afterwards. A lab left open in the block is
    closed at its end.

    Raises
    ------
    LabError
        If the open lab is running.
    """
    global _open
    outer, _open = _open, None
    open_faults = faults.suspend()
    try:
        if outer is not None and outer._clock.is_running:
            raise LabError("a lab cannot stand beside one that is running")
        with set_aside():
            try:
                yield
            finally:
                if _open is not None:
                    _open.close()
    finally:
        _open = outer
        faults.resume(open_faults)


@contextlib.contextmanager
def beside(*, seed: int, patience: float = 10.0) -> Iterator[Lab]:
    """A lab of its own for the length of the block, while the open one waits as it is."""
    with aside(), Lab(seed=seed, patience=patience) as lab:
        yield lab
