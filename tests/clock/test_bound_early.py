"""A function of time that was bound before the run waits, and reads, in virtual time all the same.

The ways to bind one early are those that freezegun's readers reported (its README, "Freezegun and
default arguments"; issues 129 and 332).
"""

from __future__ import annotations

import asyncio
import email.utils
import functools
import http.cookies
import logging
import os
import pickle
import sched
import select
import threading
import time
import uuid
from datetime import date, datetime
from time import gmtime, monotonic, monotonic_ns, sleep, strftime
from time import time as wall_clock

import numpy as np
import pandas as pd
import pytest
from numpy import datetime64

from helpers.clock import Clock

now, today = datetime.now, date.today
event, condition = threading.Event(), threading.Condition()
event_wait, condition_wait = event.wait, condition.wait
scheduler = sched.scheduler()


def by_default(seconds: float, pause=time.sleep) -> None:
    pause(seconds)


class Poller:
    pause = staticmethod(time.sleep)


TABLE = {"sleep": time.sleep}
SLEEPS = {
    "from time import sleep": sleep,
    "a default argument": by_default,
    "a partial": functools.partial(time.sleep),
    "a class attribute": Poller.pause,
    "a table": TABLE["sleep"],
    "a closure": (lambda pause: lambda seconds: pause(seconds))(time.sleep),
    "select without files": functools.partial(select.select, [], [], []),
    "a bound Event.wait": event_wait,
    "asyncio": lambda seconds: asyncio.run(asyncio.sleep(seconds)),
}
if os.name != "posix":  # there an event loop waits in real time
    del SLEEPS["asyncio"]


@pytest.mark.parametrize("way", SLEEPS)
def test_a_sleep_takes_simulated_seconds_and_no_others(clock, way):
    times = []

    def worker():
        SLEEPS[way](3600)
        times.append(clock.now)

    with clock.running():
        clock.start(worker, name="worker")
    assert times == [3600.0]


def test_a_condition_s_bound_wait(clock):
    def worker():
        with condition:
            assert condition_wait(7) is False

    with clock.running():
        clock.start(worker, name="worker")
    assert clock.now == 7.0


def test_a_scheduler_made_before_the_run(clock):
    """Its `delayfunc` is `time.sleep` and its `timefunc` `time.monotonic`, bound at import
    (https://docs.python.org/3/library/sched.html)."""
    times = []

    def worker():
        for delay in (5, 2, 2):
            scheduler.enter(delay, 1, lambda: times.append(clock.now))
        scheduler.run()

    with clock.running():
        clock.start(worker, name="worker")
    assert times == [2.0, 2.0, 5.0]


READINGS = {
    "time": wall_clock,
    "monotonic": monotonic,
    "monotonic_ns": lambda: monotonic_ns() / 1e9,
    "datetime": lambda: now().timestamp(),
}
if hasattr(time, "clock_gettime"):  # Windows has none
    from time import clock_gettime, clock_gettime_ns

    READINGS |= {
        "clock_gettime": lambda: clock_gettime(time.CLOCK_MONOTONIC),
        "clock_gettime_ns": lambda: clock_gettime_ns(time.CLOCK_MONOTONIC) / 1e9,
        "clock_gettime of the day": lambda: clock_gettime(time.CLOCK_REALTIME),
    }


@pytest.mark.parametrize("reading", READINGS)
def test_a_reading_moves_by_what_was_slept(clock, reading):
    read, seen = READINGS[reading], []

    def worker():
        begin = read()
        sleep(90)
        seen.append(round(read() - begin, 6))

    with clock.running():
        clock.start(worker, name="worker")
    assert seen == [90.0]


DAY = "2026-11-02"
STAMPS = {
    "datetime": lambda: str(now())[:19],
    "date": lambda: f"{today()} 09:00:00",
    "strftime": lambda: strftime("%Y-%m-%d %H:%M:%S", gmtime()),
    "pandas": lambda: str(pd.Timestamp.now("UTC"))[:19],
    "pandas, by a word": lambda: str(pd.Timestamp("now"))[:19],
    "numpy": lambda: str(datetime64("now")).replace("T", " "),
    "numpy, in milliseconds": lambda: str(datetime64("now", "ms")).replace("T", " ")[:19],
    "numpy's day": lambda: f"{datetime64('today')} 09:00:00",
    "logging": lambda: time.strftime(
        "%Y-%m-%d %H:%M:%S", gmtime(logging.makeLogRecord({}).created)
    ),
    "email": lambda: str(email.utils.parsedate_to_datetime(email.utils.formatdate()))[:19],
    "a cookie": lambda: str(email.utils.parsedate_to_datetime(cookie_that_ends_now()))[:19],
    "uuid1": lambda: str(datetime.fromtimestamp((uuid.uuid1().time - 0x01B21DD213814000) / 1e7))[
        :19
    ],
}


def cookie_that_ends_now() -> str:
    cookie = http.cookies.SimpleCookie({"basket": "1"})
    cookie["basket"]["expires"] = 0
    return cookie["basket"].OutputString().split("expires=")[1]


@pytest.mark.parametrize("stamp", STAMPS)
def test_all_stamps_agree(stamp, clock):
    early = Clock(epoch=datetime.fromisoformat(f"{DAY} 08:00:00+00:00").timestamp())
    seen = []

    def worker():
        sleep(3600)
        seen.append(STAMPS[stamp]())

    with early.running():
        early.start(worker, name="worker")
    assert seen == [f"{DAY} 09:00:00"]


def test_what_numpy_reads_otherwise_is_as_ever(clock):
    arguments = [("2026-01-01",), ("2026-01-01", "s"), (3, "D"), ("NaT", "s")]
    usual, seen = [datetime64(*given) for given in arguments], []

    def worker():
        seen.extend(datetime64(*given) for given in arguments)
        with pytest.raises(ValueError, match="Error parsing datetime string"):
            datetime64("then")

    with clock.running():
        clock.start(worker, name="worker")
    assert [repr(value) for value in seen] == [repr(value) for value in usual]
    assert abs(datetime64("now") - np.datetime64(datetime.now())) < np.timedelta64(1, "D")


def test_perf_counter_stays_real(clock):
    seen = []

    def worker():
        begin = time.perf_counter()
        sleep(86_400)
        seen.append(time.perf_counter() - begin)

    with clock.running():
        clock.start(worker, name="worker")
    assert 0 < seen[0] < 3600


@pytest.mark.parametrize("value", ["1", None, __import__("decimal").Decimal(1)])
def test_what_sleep_refuses_it_refuses_in_a_run(clock, value):
    with pytest.raises(TypeError) as usual:
        time.sleep(value)
    with pytest.raises(TypeError) as caught, clock.running():
        clock.start(sleep, value, name="worker")
    assert str(caught.value) == str(usual.value)


def test_the_function_stays_the_object_that_it_was(clock):
    with clock.running():
        assert time.sleep is sleep
        assert sleep.__name__ == "sleep"
        assert pickle.loads(pickle.dumps(sleep)) is sleep


def test_the_texts_of_the_c_library_are_of_virtual_time(clock):
    """`time.ctime` and `time.asctime`, which read the clock if they are given no time."""
    early = Clock(epoch=datetime.fromisoformat(f"{DAY} 08:00:00+00:00").timestamp())
    ctime, asctime, seen = time.ctime, time.asctime, []

    def worker():
        sleep(3600)
        seen.append((ctime(), ctime(None), asctime()))
        seen.append((ctime(time.time()),) * 3)
        seen.append((ctime(0), asctime(gmtime(0))))

    usual = ctime(0), asctime(gmtime(0))
    with early.running():
        early.start(worker, name="worker")
    assert seen[0] == seen[1]
    assert seen[0][0].endswith(" 2026")
    assert seen[2] == usual
