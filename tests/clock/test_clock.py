"""Virtual time for threads: what a run promises, whatever happens in it."""

from __future__ import annotations

import _thread
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import sleep as early_bound_sleep

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from virtual_time import EPOCH, assert_everything_is_real

from helpers.clock import Clock, ClockError, Deadlock, NeverWaits


def forever() -> None:
    while True:
        time.sleep(20)


class TestTime:
    def test_an_hour_passes_and_everything_that_reads_the_time_says_so(self, clock):
        seen = []

        def worker():
            begin = time.time(), time.monotonic(), datetime.now().timestamp()
            time.sleep(3600)
            end = time.time(), time.monotonic(), datetime.now().timestamp()
            seen.append([round(b - a, 6) for a, b in zip(begin, end, strict=True)])

        with clock.running(seconds=7200):
            clock.start(worker, name="worker")
        assert seen == [[3600.0, 3600.0, 3600.0]]
        assert clock.now == 7200.0

    def test_ready_threads_take_turns_in_order(self, clock):
        log = []

        def worker(name, step):
            for _ in range(3):
                time.sleep(step)
                log.append((clock.now, name))

        with clock.running():
            clock.start(worker, "a", 2, name="a")
            clock.start(worker, "b", 3, name="b")
            clock.start(worker, "c", 2, name="c")
        assert log == [
            (2.0, "a"), (2.0, "c"), (3.0, "b"), (4.0, "a"), (4.0, "c"),
            (6.0, "b"), (6.0, "a"), (6.0, "c"), (9.0, "b"),
        ]  # fmt: skip

    def test_what_is_due_at_the_very_end_of_a_run_still_happens(self, clock):
        log = []

        def worker():
            for _ in range(10):
                time.sleep(1)
                log.append(clock.now)

        with clock.running(seconds=10):
            clock.start(worker, name="worker")
        assert log[-1] == 10.0

    def test_a_run_without_a_length_ends_with_its_workers(self, clock):
        with clock.running():
            clock.start(time.sleep, 12.5, name="short")
            clock.start(time.sleep, 40, name="long")
        assert clock.now == 40.0

    def test_the_block_itself_is_in_virtual_time(self, clock):
        with clock.running(seconds=100):
            thread = clock.start(time.sleep, 30, name="worker")
            time.sleep(10)
            assert clock.now == 10.0
            thread.join()
            assert clock.now == 30.0
            assert not thread.is_alive()
        assert clock.now == 100.0

    def test_time_stands_still_between_runs(self, clock):
        with clock.running(seconds=5):
            pass
        early_bound_sleep(0.01)
        with clock.running(seconds=5):
            assert clock.now == 5.0

    @pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
    def test_a_run_of_no_possible_length_is_refused(self, clock, seconds):
        with pytest.raises(ValueError, match=str(seconds)), clock.running(seconds=seconds):
            pass

    def test_sleeping_backwards_is_refused_as_python_does(self, clock):
        with pytest.raises(ValueError, match="non-negative"), clock.running():
            clock.start(time.sleep, -1, name="worker")


class TestWaits:
    def test_a_queue_hands_over_and_times_out(self, clock):
        box, got = queue.Queue(maxsize=2), []

        def produce():
            for number in range(5):
                time.sleep(1)
                box.put(number)

        def consume():
            try:
                while True:
                    got.append((clock.now, box.get(timeout=10)))
            except queue.Empty:
                got.append((clock.now, "empty"))

        with clock.running():
            clock.start(produce, name="produce")
            clock.start(consume, name="consume")
        assert [item for _, item in got] == [0, 1, 2, 3, 4, "empty"]
        assert got[-1][0] == 15.0

    def test_wait_for_counts_virtual_seconds(self, clock):
        condition, seen = threading.Condition(), []

        def worker():
            with condition:
                seen.append(condition.wait_for(lambda: False, timeout=600))

        with clock.running():
            clock.start(worker, name="worker")
        assert seen == [False]
        assert clock.now == 600.0

    def test_a_notice_at_the_moment_of_the_deadline_counts(self, clock):
        event, seen = threading.Event(), []

        def setter():
            time.sleep(5)
            event.set()

        with clock.running():
            clock.start(setter, name="setter")
            clock.start(lambda: seen.append(event.wait(5)), name="waiter")
        assert seen == [True]

    def test_threads_that_a_worker_starts_are_virtual(self, clock):
        results = []

        def worker():
            with ThreadPoolExecutor(3) as pool:
                results.extend(pool.map(lambda s: (time.sleep(s), clock.now)[1], [3, 2, 1, 5]))
            timer = threading.Timer(10, lambda: results.append(clock.now))
            timer.start()
            timer.join()

        with clock.running():
            clock.start(worker, name="worker")
        assert results == [3.0, 2.0, 1.0, 6.0, 16.0]

    def test_a_pool_that_two_threads_hand_work_to(self, clock):
        """It asks a semaphore with a time-out of 0 while it holds a lock that the other needs."""
        done, semaphore = [], threading.Semaphore(0)

        def submitter(pool):
            for n in range(20):
                pool.submit(done.append, n)
                time.sleep(n % 3)

        def hand_in():
            with ThreadPoolExecutor(2) as pool:
                threads = [clock.start(submitter, pool, name=f"s-{n}") for n in range(3)]
                for thread in threads:
                    thread.join()

        with clock.running():
            clock.start(hand_in, name="hand_in")
            clock.start(lambda: done.append(semaphore.acquire(timeout=0)), name="asker")
        assert sorted(done) == sorted([*range(20)] * 3 + [False])

    def test_barriers_semaphores_and_joins_with_a_deadline(self, clock):
        barrier, semaphore, log = threading.Barrier(3), threading.Semaphore(1), []

        def worker(delay):
            time.sleep(delay)
            barrier.wait()
            with semaphore:
                time.sleep(10)
                log.append(clock.now)

        with clock.running(seconds=60):
            threads = [clock.start(worker, delay, name=f"w{delay}") for delay in (1, 2, 3)]
            threads[2].join(timeout=5)
            assert clock.now == 5.0
            assert threads[2].is_alive()
        assert log == [13.0, 23.0, 33.0]


class TestOtherThreads:
    def test_other_threads_of_the_process_keep_real_time(self, clock):
        seen, stop = [], threading.Event()

        def outsider():
            while not stop.is_set():
                begin = time.time(), time.monotonic(), time.perf_counter()
                time.sleep(0.001)
                stop.wait(0.001)
                seen.append((begin, (time.time(), time.monotonic(), time.perf_counter())))

        thread = threading.Thread(target=outsider)
        thread.start()
        with clock.running(seconds=20_000):
            clock.start(forever, name="a")
            clock.start(forever, name="b")
        stop.set()
        thread.join()
        assert seen
        for begin, end in seen:
            for a, b in zip(begin, end, strict=True):
                assert 0 < b - a < 5
            assert abs(begin[0] - EPOCH) > 60


class TestEnds:
    def test_an_endless_worker_is_stopped_at_its_next_wait_and_may_clean_up(self, clock):
        log = []

        def worker():
            try:
                forever()
            except Exception:
                log.append("caught as an ordinary exception")
            finally:
                log.append(clock.now)

        with clock.running(seconds=50):
            clock.start(worker, name="worker")
        assert log == [50.0]

    def test_a_worker_that_swallows_the_stop_does_not_hang_the_run(self, clock):
        def stubborn():
            while True:
                try:
                    time.sleep(1)
                except BaseException:  # what a bare except does
                    continue

        with clock.running(seconds=5):
            clock.start(stubborn, name="stubborn")
        assert clock.now == 5.0
        for thread in threading.enumerate():  # parked for good: nobody can end it
            if hasattr(thread, "_task"):
                del thread._task

    def test_an_exception_comes_out_with_the_workers_own_traceback(self, clock):
        def breaks():
            time.sleep(3)
            raise KeyError("the offending order")

        with pytest.raises(KeyError, match="the offending order") as caught:
            with clock.running(seconds=60):
                clock.start(forever, name="forever")
                clock.start(breaks, name="breaks")
        assert "breaks" in [entry.name for entry in caught.traceback]
        assert "raised in breaks, 3 s into" in caught.value.__notes__[0]
        with clock.running(seconds=1):
            pass
        assert clock.now == 4.0

    def test_an_exception_in_the_block_stops_the_workers(self, clock):
        log = []

        def worker():
            try:
                forever()
            finally:
                log.append("stopped")

        with pytest.raises(ZeroDivisionError), clock.running(seconds=60):
            clock.start(worker, name="worker")
            time.sleep(1)
            _ = 1 / 0
        assert log == ["stopped"]
        assert clock.now == 1.0

    @pytest.mark.parametrize("moment", ["in the block", "while it waits", "while a worker runs"])
    def test_an_interrupt_leaves_a_clock_that_works(self, clock, moment):
        def worker():
            time.sleep(10)
            if moment == "while a worker runs":
                _thread.interrupt_main()
            forever()

        with pytest.raises(KeyboardInterrupt), clock.running(seconds=1e9):
            clock.start(worker, name="worker")
            if moment == "in the block":
                _thread.interrupt_main()
                for _ in range(1000):
                    pass
            if moment == "while it waits":
                thread = threading.Thread(target=_thread.interrupt_main)
                with clock.real_time():
                    thread.start()
        assert_everything_is_real()
        before = clock.now
        with clock.running(seconds=5):
            clock.start(forever, name="again")
        assert clock.now == before + 5

    def test_a_worker_that_never_waits_is_named(self, clock):
        def spins():
            while True:
                pass

        with pytest.raises(NeverWaits, match=r"spins has run on(.|\n)*in spins"):
            with clock.running(seconds=60):
                clock.start(spins, name="spins")

    def test_a_slow_worker_is_not_taken_for_one_that_never_waits(self, clock):
        def slow():
            for _ in range(3):
                end = time.perf_counter() + 0.2
                while time.perf_counter() < end:
                    pass
                time.sleep(1)

        with clock.running():
            clock.start(slow, name="slow")
        assert clock.now == 3.0

    def test_two_workers_that_hand_over_at_one_moment_for_ever_are_named(self, clock):
        def yields():
            while True:
                time.sleep(0)

        with pytest.raises(NeverWaits, match="the simulated time stood at 0 s"):
            with clock.running(seconds=60):
                clock.start(yields, name="a")
                clock.start(yields, name="b")

    def test_a_deadlock_says_who_waits_for_what(self, clock):
        event = threading.Event()

        def waits_for_the_event():
            event.wait()

        with pytest.raises(Deadlock) as caught, clock.running(seconds=60):
            thread = clock.start(waits_for_the_event, name="first")
            clock.start(thread.join, name="second")
        assert "first waits for a notice" in str(caught.value)
        assert "test_clock.py" in str(caught.value)
        assert "second waits for the end of first" in str(caught.value)

    def test_a_second_clock_is_refused_while_one_runs(self, clock):
        other = Clock(epoch=EPOCH)
        with clock.running(seconds=1), pytest.raises(ClockError, match="another clock runs"):
            with other.running(seconds=1):
                pass
        with clock.running(seconds=1), pytest.raises(ClockError, match="runs already"):
            with clock.running(seconds=1):
                pass
        with other.running(seconds=1):
            pass


class TestBackground:
    def test_it_goes_on_from_run_to_run_and_never_keeps_one_alive(self, clock):
        log = []

        def service():
            while True:
                time.sleep(7)
                log.append(clock.now)

        with clock.running(seconds=10):
            clock.start(service, name="service", background=True)
        with clock.running():
            clock.start(time.sleep, 12, name="worker")
        assert clock.now == 22.0
        assert log == [7.0, 14.0, 21.0]

    def test_one_thread_can_be_ended_as_if_its_process_were_killed(self, clock):
        log = []

        def worker():
            try:
                time.sleep(100)
                log.append("finished")
            finally:
                log.append(clock.now)

        with clock.running(seconds=200):
            thread = clock.start(worker, name="worker")
            time.sleep(30)
            clock.stop(thread)
        assert log == [30.0]


# A program: per worker a list of steps; each step sleeps, waits for a numbered event with a
# deadline, or sets one.
STEPS = st.one_of(
    st.tuples(st.just("sleep"), st.integers(0, 5)),
    st.tuples(st.just("wait"), st.integers(0, 2), st.integers(1, 6)),
    st.tuples(st.just("set"), st.integers(0, 2)),
)
PROGRAMS = st.lists(st.lists(STEPS, max_size=6), min_size=1, max_size=5)


def run_for_real(program) -> list:
    """The program in real threads, in virtual time."""
    clock, log = Clock(epoch=EPOCH), []
    events = [threading.Event() for _ in range(3)]

    def worker(number, steps):
        for position, (kind, *args) in enumerate(steps):
            woken = None
            if kind == "sleep":
                time.sleep(args[0])
            elif kind == "wait":
                woken = events[args[0]].wait(args[1])
            else:
                events[args[0]].set()
            log.append((clock.now, number, position, woken))

    with clock.running():
        for number, steps in enumerate(program):
            clock.start(worker, number, steps, name=f"worker-{number}")
    return log


def run_by_hand(program) -> list:
    """The same program by a model: a list of ready workers, and a list of deadlines."""
    log, now, order = [], 0, 0
    is_set, waiters = [False] * 3, [[], [], []]
    positions = [0] * len(program)
    ready, deadlines = [(number, None) for number in range(len(program))], []
    while ready or deadlines:
        if not ready:
            now = min(deadline for deadline, _, _, _ in deadlines)
            due = sorted(entry for entry in deadlines if entry[0] == now)
            deadlines = [entry for entry in deadlines if entry[0] != now]
            ready = [(number, False if event is not None else None) for _, _, number, event in due]
            timed_out = {number: event for _, _, number, event in due if event is not None}
        else:
            timed_out = {}
        while ready:
            number, woken = ready.pop(0)
            event = timed_out.pop(number, None)
            if event is not None:
                woken = number not in waiters[event]  # set at the moment of the deadline
                waiters[event] = [waiter for waiter in waiters[event] if waiter != number]
            if positions[number] > 0 and positions[number] <= len(program[number]):
                kind = program[number][positions[number] - 1][0]
                if kind != "set" and (kind == "sleep" or woken is not None):
                    log.append((now, number, positions[number] - 1, woken))
            while positions[number] < len(program[number]):
                position = positions[number]
                kind, *args = program[number][position]
                positions[number] += 1
                order += 1
                if kind == "set":
                    if not is_set[args[0]]:
                        is_set[args[0]] = True
                        for waiter in waiters[args[0]]:
                            if waiter not in timed_out:
                                deadlines = [entry for entry in deadlines if entry[2] != waiter]
                                ready.append((waiter, True))
                        waiters[args[0]] = []
                    log.append((now, number, position, None))
                elif kind == "sleep":
                    deadlines.append((now + args[0], order, number, None))
                    break
                elif is_set[args[0]]:
                    log.append((now, number, position, True))
                else:
                    waiters[args[0]].append(number)
                    deadlines.append((now + args[1], order, number, args[0]))
                    break
    return [(float(when), number, position, woken) for when, number, position, woken in log]


@settings(max_examples=200, deadline=None)
@given(PROGRAMS)
def test_random_programs_run_in_the_order_of_a_simple_model(program):
    assert run_for_real(program) == run_by_hand(program)


@settings(max_examples=25, deadline=None)
@given(PROGRAMS)
def test_the_same_program_runs_the_same_way_every_time(program):
    assert run_for_real(program) == run_for_real(program)
