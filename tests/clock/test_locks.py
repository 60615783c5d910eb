"""Locks that are held across a wait, C queues and event loops: waits that nobody announces.

What is promised is what https://docs.python.org/3/library/threading.html says of `acquire`, and
https://docs.python.org/3/library/queue.html of `SimpleQueue.get`.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
import time
import warnings
from queue import SimpleQueue

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from virtual_time import EPOCH

from helpers.clock import Clock, Deadlock, RealTimePassed

LOCKS = {
    "Lock": threading.Lock(),
    "RLock": threading.RLock(),
    "Condition": threading.Condition(),
    "Condition of a Lock": threading.Condition(threading.Lock()),
    "Semaphore": threading.Semaphore(),
}


MADE = pytest.mark.parametrize("made", ["before the run", "in the run"])


def lock_of(kind, made):
    lock = LOCKS[kind]
    if made == "before the run":
        return lock
    if kind == "Condition of a Lock":
        return threading.Condition(threading.Lock())
    return getattr(threading, kind)()


@MADE
@pytest.mark.parametrize("kind", LOCKS)
def test_a_time_out_counts_simulated_seconds(clock, kind, made):
    seen = []

    def worker():
        lock = lock_of(kind, made)
        acquire, other = lock.acquire, threading.Thread(target=holds, args=[lock])
        other.start()
        time.sleep(1)
        seen.append((acquire(timeout=2), clock.now))
        seen.append((acquire(blocking=False), clock.now))
        seen.append((acquire(), clock.now))
        lock.release()

    def holds(lock):
        with lock:
            time.sleep(10)

    with clock.running():
        clock.start(worker, name="worker")
    assert seen == [(False, 3.0), (False, 3.0), (True, 10.0)]


@MADE
@pytest.mark.parametrize("kind", [kind for kind in LOCKS if kind != "Semaphore"])
def test_those_who_wait_take_turns(clock, kind, made):
    seen = []

    def worker(lock):
        for _ in range(3):
            with lock:
                time.sleep(1)
                seen.append((clock.now, threading.current_thread().name))

    with clock.running():
        lock = lock_of(kind, made)
        clock.start(worker, lock, name="a")
        clock.start(worker, lock, name="b")
    assert seen == [(1.0, "a"), (2.0, "b"), (3.0, "a"), (4.0, "b"), (5.0, "a"), (6.0, "b")]


class TestLocks:
    def test_a_release_at_the_moment_of_the_deadline_counts(self, clock):
        lock, seen = threading.Lock(), []

        def holds():
            with lock:
                time.sleep(5)

        with clock.running():
            clock.start(holds, name="holds")
            clock.start(lambda: seen.append(lock.acquire(timeout=5)), name="waits")
        assert seen == [True]

    def test_an_rlock_is_taken_again_by_its_owner_while_others_wait(self, clock):
        lock, seen = threading.RLock(), []

        def owner():
            with lock:
                time.sleep(2)
                with lock:
                    time.sleep(2)
                seen.append(clock.now)

        def other():
            time.sleep(1)
            with lock:
                seen.append(clock.now)

        with clock.running():
            clock.start(owner, name="owner")
            clock.start(other, name="other")
        assert seen == [4.0, 4.0]

    def test_a_notified_waiter_gets_its_condition_s_lock_back_in_virtual_time(self, clock):
        condition, seen = threading.Condition(), []

        def waits():
            with condition, condition:
                condition.wait()
                seen.append(clock.now)

        def notifies():
            time.sleep(1)
            with condition:
                condition.notify()
                time.sleep(9)

        with clock.running():
            clock.start(waits, name="waits")
            clock.start(notifies, name="notifies")
        assert seen == [10.0]

    def test_a_deadlock_of_locks_is_named(self, clock):
        first, second = threading.Lock(), threading.RLock()

        def takes(one, other):
            with one:
                time.sleep(1)
                with other:
                    pass

        with pytest.raises(
            Deadlock, match=r"a waits for a lock, in takes(.|\n)*b waits for a lock"
        ):
            with clock.running(seconds=60):
                clock.start(takes, first, second, name="a")
                clock.start(takes, second, first, name="b")

    def test_a_thread_that_is_ended_gets_the_lock_that_its_finally_needs(self, clock):
        lock, seen = threading.Lock(), []

        def cleans_up():
            try:
                time.sleep(100)
            finally:
                with lock:
                    seen.append(clock.now)

        def holds():
            time.sleep(1)
            with lock:
                time.sleep(10)

        with clock.running(seconds=50):
            thread = clock.start(cleans_up, name="cleans up")
            clock.start(holds, name="holds")
            time.sleep(5)
            clock.stop(thread)
        assert seen == [11.0]

    def test_a_thread_that_is_ended_while_it_waits_for_a_lock_does_not_take_it(self, clock):
        lock = threading.Lock()

        def holds():
            with lock:
                time.sleep(10)

        with clock.running(seconds=20):
            clock.start(holds, name="holds")
            thread = clock.start(lock.acquire, name="waits")
            time.sleep(5)
            clock.stop(thread)
        assert not lock.locked()

    @pytest.mark.parametrize("kind", ["Lock", "RLock"])
    def test_a_lock_that_an_outside_thread_holds_is_waited_for_in_real_time(self, clock, kind):
        lock, held, seen = getattr(threading, kind)(), threading.Event(), []

        def outsider():
            with lock:
                held.set()
                begin = time.perf_counter()
                while time.perf_counter() - begin < 0.01:
                    pass

        thread = threading.Thread(target=outsider)
        thread.start()
        held.wait()
        with clock.running():
            clock.start(lambda: seen.append((lock.acquire(), clock.now)), name="worker")
            clock.start(time.sleep, 60, name="other")
        thread.join()
        assert seen == [(True, 0.0)]

    @pytest.mark.parametrize("given", [(False, 1), (True, -2), (True, 1e300), ("x", "y")])
    def test_what_acquire_refuses_it_refuses_in_a_run(self, clock, given):
        lock = threading.Lock()
        with pytest.raises((ValueError, OverflowError, TypeError)) as usual:
            lock.acquire(*given)
        with pytest.raises(usual.type) as caught, clock.running():
            clock.start(lock.acquire, *given, name="worker")
        assert type(caught.value) is usual.type

    def test_a_barrier_breaks_at_its_time_out(self, clock):
        barrier = threading.Barrier(2)

        def worker():
            with pytest.raises(threading.BrokenBarrierError):
                barrier.wait(timeout=5)

        with clock.running():
            clock.start(worker, name="worker")
        assert clock.now == 5.0


early_queue = SimpleQueue()


class TestSimpleQueue:
    def test_one_made_before_the_run_waits_in_virtual_time(self, clock):
        seen = []

        def consumer():
            with pytest.raises(queue.Empty):
                early_queue.get(timeout=2)
            seen.append(clock.now)
            seen.append((early_queue.get(), clock.now))

        def producer():
            time.sleep(5)
            early_queue.put("order")

        with clock.running():
            clock.start(consumer, name="consumer")
            clock.start(producer, name="producer")
        assert seen == [2.0, ("order", 5.0)]

    def test_consumers_get_items_in_the_order_in_which_they_came(self, clock):
        box, seen = SimpleQueue(), []

        def consumer():
            seen.append((threading.current_thread().name, box.get(), clock.now))

        with clock.running():
            for name in "abc":
                clock.start(consumer, name=name)
            for item in (1, 2, 3):
                time.sleep(1)
                box.put(item)
        assert seen == [("a", 1, 1.0), ("b", 2, 2.0), ("c", 3, 3.0)]


@pytest.mark.skipif(os.name != "posix", reason="an event loop waits in real time here")
class TestEventLoops:
    def test_coroutines_and_other_threads_share_one_time(self, clock):
        seen = []

        async def tick(seconds):
            await asyncio.sleep(seconds)
            seen.append((seconds, clock.now))

        async def program():
            await asyncio.gather(tick(3), tick(1), tick(60))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), timeout=30)
            await asyncio.to_thread(time.sleep, 5)
            seen.append(clock.now)

        def other():
            time.sleep(35)
            seen.append("other")

        with warnings.catch_warnings():
            warnings.simplefilter("error", RealTimePassed)
            with clock.running():
                clock.start(asyncio.run, program(), name="loop")
                clock.start(other, name="other")
        assert seen == [(1, 1.0), (3, 3.0), "other", (60, 60.0), 95.0]


STEPS = st.lists(
    st.tuples(st.sampled_from(["sleep", "hold"]), st.integers(0, 3), st.integers(0, 1)), max_size=5
)


@settings(max_examples=100, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=4))
def test_a_lock_has_one_owner_whatever_the_program(program):
    clock, log = Clock(epoch=EPOCH), []
    locks, owners = [threading.Lock(), threading.RLock()], [0, 0]

    def worker(steps):
        for kind, seconds, number in steps:
            if kind == "sleep":
                time.sleep(seconds)
                continue
            with locks[number]:
                owners[number] += 1
                log.append(owners[number])
                time.sleep(seconds)
                owners[number] -= 1

    with clock.running():
        for number, steps in enumerate(program):
            clock.start(worker, steps, name=f"worker-{number}")
    assert set(log) <= {1}
    holds = [step for steps in program for step in steps if step[0] == "hold"]
    assert len(log) == len(holds)
    alone = [sum(seconds for kind, seconds, lock in holds if lock == number) for number in (0, 1)]
    assert clock.now >= max(alone)
