"""How a run ends: by its length, by an error, by hand, or because nothing can go on."""

from __future__ import annotations

import _thread
import threading
import time

import pytest
from virtual_time import EPOCH, assert_everything_is_real

from helpers.clock import Clock, ClockError, Deadlock, NeverWaits


def forever() -> None:
    while True:
        time.sleep(20)


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
            for _ in range(8):
                end = time.perf_counter() + 0.05
                while time.perf_counter() < end:
                    pass
                time.sleep(1)

        with clock.running():
            clock.start(slow, name="slow")
        assert clock.now == 8.0

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
        assert "test_ends.py" in str(caught.value)
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
