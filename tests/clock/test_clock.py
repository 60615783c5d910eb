"""Virtual time for threads: who runs when, in a run and behind it."""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import sleep as early_bound_sleep

import pytest
from virtual_time import EPOCH


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
