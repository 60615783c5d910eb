"""Time-outs end at their very moment, and loops that compute what is left of one end too.

In real time no two readings of a clock are the same. Python's own loops count on it: at its
deadline `as_completed` finds nothing left, which is not yet less than nothing, and waits again
(https://docs.python.org/3/library/concurrent.futures.html, "raises a TimeoutError if … the result
isn't available after timeout seconds").
"""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed, wait

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from virtual_time import EPOCH

from helpers.clock import Clock


@pytest.mark.parametrize("timeout", [0, 0.1, 1.5, 2.5, 1 / 3])
def test_as_completed_gives_up_at_its_time_out(clock, timeout):
    seen = []

    def worker():
        with ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(time.sleep, seconds) for seconds in (1, 30)]
            with pytest.raises(TimeoutError):
                for _ in as_completed(futures, timeout=timeout):
                    seen.append(clock.now)
            seen.append(round(clock.now, 8))

    with clock.running():
        clock.start(worker, name="worker")
    assert seen == [1.0] * (timeout > 1) + [round(timeout, 8)]


def test_the_next_time_out_is_exact_too(clock):
    seen = []

    def worker():
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(time.sleep, 100)
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    list(as_completed([future], timeout=2.5))
            seen.append(clock.now)
            with pytest.raises(queue.Empty):
                queue.Queue().get(timeout=3)
            seen.append(clock.now)
            with pytest.raises(TimeoutError):
                future.result(timeout=0.1)
            seen.append(clock.now)
            assert wait([future], timeout=10).not_done == {future}
            seen.append(clock.now)

    with clock.running():
        clock.start(worker, name="worker")
    assert seen == [7.5, 10.5, 10.6, 20.6]


READINGS = {"monotonic": time.monotonic, "time": time.time}
WAITS = {
    "sleep": time.sleep,
    "Event.wait": lambda seconds: threading.Event().wait(seconds),
    "Lock.acquire": lambda seconds: held.acquire(timeout=seconds),
}
held = threading.Lock()
held.acquire()


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("way", ["sleep", "Event.wait"])
def test_a_loop_until_it_is_later_than_its_deadline_ends(clock, reading, way):
    def worker():
        end = READINGS[reading]() + 5
        while (left := end - READINGS[reading]()) >= 0:
            WAITS[way](left)

    with clock.running():
        clock.start(worker, name="worker")
    assert clock.now == pytest.approx(5, abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(WAITS)), st.floats(0, 1000)), max_size=8))
def test_readings_never_go_back_and_waits_are_never_short(waits):
    clock, seen = Clock(epoch=EPOCH), []

    def worker():
        for way, seconds in waits:
            begin, monotonic = clock.now, time.monotonic_ns()
            WAITS[way](seconds)
            seen.append((clock.now - begin - seconds, time.monotonic_ns() - monotonic))

    with clock.running():
        clock.start(worker, name="worker")
    for beyond, moved in seen:
        assert abs(beyond) < 1e-7
        assert moved > 0
