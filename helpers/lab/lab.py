"""The object that a notebook opens: moto in this process, simulated time, a record of everything.

A lesson's cells are plain boto3 and plain Python. The lab supplies what an AWS account and an
afternoon would otherwise cost.
"""

from __future__ import annotations

import atexit
import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from threading import Lock, Thread, current_thread
from typing import TYPE_CHECKING, Any

from helpers import faults
from helpers.clock import AnyClock, Clock
from helpers.lab import present, settings
from helpers.lab.arguments import check_worker, duration, name_of
from helpers.lab.elsewhere import RunTime, elsewhere
from helpers.lab.progress import Progress
from helpers.lab.seeding import Seeding
from helpers.lab.services import Services
from helpers.lab.settings import Settings
from helpers.notebook import few_lines_of_a_cell
from helpers.trace import Trace
from helpers.wire import InProcess, arm_guard

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab.place import Place
    from helpers.wire.on_endpoint import OnEndpoint

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # when every lab begins, in its own time: a Monday


class LabError(RuntimeError):
    """Something about the lab that the reader has to change."""


class Lab(Services):
    """AWS in this process and in simulated time. Nothing leaves the machine.

    A second lab takes the place of the first, so that a cell can be run twice.

    Where ``AWS_ENDPOINT_URL`` (or a profile) leads to an emulator on this machine, the lab talks to
    that instead, with keys that are nobody's; and to AWS if `account` names one and AWS agrees that
    the keys are its own. Time is real there: a run has an end, loads are cut, each resource gets a
    prefix and is removed when the lab is closed (`helpers.lab.place`).

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
        regions: Sequence[str] | None = None,
        endpoint: str | None = None,
        longest: float | None = None,
        calls: int | None = None,
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
        self._undo = contextlib.ExitStack()
        self._run_time = RunTime()
        self._trace = Trace()
        asked = settings.asked(
            account=account, regions=regions, endpoint=endpoint, longest=longest, calls=calls,
            dollars=dollars,
        )  # fmt: skip
        if present.lab is not None:
            present.lab.close()  # first, since its own settings are in place of the reader's
        self.seed = seed
        self._clock: AnyClock = clock
        self._entered: bool = False
        self._closed = self._running = False
        self._process = os.getpid()
        self._turn = Lock()  # threads that are not the lab's take turns in it
        self._names: dict[str, int] = {}
        self._seeded = Seeding(seed, is_ours=lambda: clock.task() is not None)
        faults.clear()
        where = elsewhere(asked)
        try:
            if where is None:
                self._backend = InProcess(clock, self._trace, seed=seed, visit=self._visit)
            else:
                # No thread there is `clock`'s, so ids are not drawn from the seed: what the run
                # before has made may still be known.
                self._backend = self._opened(where, asked)
                self._clock = self._backend.clock
                atexit.register(self.close)  # what it made is removed with the kernel at the latest
                self._undo.callback(atexit.unregister, self.close)
        except BaseException:
            self._undo.close()
            raise
        present.lab = self

    def _opened(self, where: Place, asked: Settings) -> OnEndpoint:
        from helpers.lab import behind  # only now is imported what an endpoint needs

        backend = behind.opened(where, self._trace, asked, self._visit)
        self._run_time.allow(asked.longest)
        self._undo.enter_context(behind.shortened(asked, self._run_time.tell))
        return backend

    @staticmethod
    def use(**given: Any) -> None:
        """Let labs have these settings from now on, those that an experiment opens too.

        For a notebook's first cell: ``Lab.use(longest=120)``. Takes what `Lab` takes but for seed
        and patience, and ``minutes``, for how long a lab makes calls; without arguments, all is as
        at first.

        Raises
        ------
        TypeError, ValueError
            With what is wrong.
        """
        settings.use(**given)

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
        total = self._run_time.cut(total)
        self._names.clear()
        progress = Progress(self._clock, total or None, self._trace)
        self._clock.watch, self._running = progress.look, True
        try:
            with (
                few_lines_of_a_cell(),
                self._turn,
                self._seeded.drawn(),
                self._run_time.flow(self._clock, total),
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
        if self._closed or self._process != os.getpid():  # a fork's copy is not the lab
            return
        if self._clock.is_running:
            raise LabError("the lab is running; it can be closed when the run is over")
        try:
            with self._seeded.drawn():
                self._clock.close()
        finally:
            self._backend.close()  # interrupted, it may be closed again, and removes the rest
            self._closed = True
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
