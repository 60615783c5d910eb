"""The clock on the wall: plain threads, real time, and a run that leaves nothing at work."""

from __future__ import annotations

import contextlib
import threading
import time

import pytest

from helpers.clock import Clock, ClockError, WallClock

BUSY = 20.0  # seconds that a step may take on a machine with other work


@pytest.fixture
def clock():
    clock = WallClock()
    yield clock
    clock.close()


def waits(name):
    """What a worker does for ever, by name; each tells that it has begun, and that it unwinds."""

    def sleeps():
        time.sleep(10_000)

    def waits_for_an_event():
        threading.Event().wait()

    def waits_for_a_notice():
        condition = threading.Condition()
        with condition:
            condition.wait(10_000)

    def joins():
        other = threading.Thread(target=time.sleep, args=(10_000,))
        other.start()
        other.join()

    def computes():
        while True:
            sum(range(1000))

    return {
        f.__name__: f for f in (sleeps, waits_for_an_event, waits_for_a_notice, joins, computes)
    }[name]


@pytest.mark.parametrize(
    "name", ["sleeps", "waits_for_an_event", "waits_for_a_notice", "joins", "computes"]
)
def test_a_worker_without_an_end_is_ended_with_the_run(clock, name):
    unwound = []

    def work():
        try:
            waits(name)()
        finally:
            unwound.append(name)

    began = time.monotonic()
    with clock.running(seconds=0.3):
        clock.start(work, name="work")
    assert unwound == [name]
    assert time.monotonic() - began >= 0.3
    assert not [t.name for t in threading.enumerate() if t.name == "work"]


def test_workers_run_at_once_in_real_time(clock):
    with clock.running():
        for number in range(20):
            clock.start(time.sleep, 0.4, name=f"sleeper-{number}")
        began = time.monotonic()
    assert 0.3 < time.monotonic() - began < 20 * 0.4


def test_without_a_length_a_run_ends_with_its_workers(clock):
    done = []
    with clock.running():
        clock.start(lambda: (time.sleep(0.1), done.append(1)), name="work")
        clock.start(threading.Event().wait, name="service", background=True)
    assert done == [1]


def test_a_worker_that_swallows_its_end_goes_no_further(clock):
    rounds = []

    def stubborn():
        while True:
            with contextlib.suppress(BaseException):
                time.sleep(10_000)
            rounds.append(1)

    with clock.running(seconds=0.2):
        thread = clock.start(stubborn, name="stubborn")
    vars(thread).pop("_task")  # it is parked for good, which other tests would take for a leak
    first = len(rounds)
    time.sleep(0.3)
    assert len(rounds) == first <= 4


def test_a_workers_own_threads_are_ended_too(clock):
    beats = []

    def work():
        def beat():
            while True:
                beats.append(clock.task().name)
                time.sleep(0.01)

        threading.Thread(target=beat, name="heart").start()
        time.sleep(10_000)

    with clock.running():
        clock.start(work, name="work")
        while len(beats) < 3:
            time.sleep(0.01)
        clock.ends = clock.now
    count = len(beats)
    time.sleep(0.2)
    assert set(beats) == {"heart"}
    assert len(beats) == count


def test_a_workers_error_comes_out_of_the_run_and_ends_the_others(clock):
    def fails():
        time.sleep(0.05)
        raise KeyError("o-17")

    began = time.monotonic()
    with pytest.raises(KeyError, match="o-17") as caught, clock.running(seconds=600):
        clock.start(fails, name="fails")
        clock.start(time.sleep, 10_000, name="other")
    assert time.monotonic() - began < BUSY
    assert "raised in fails" in caught.value.__notes__[0]
    with clock.running(seconds=0.01):  # and the clock can be used again
        pass


def test_no_notice_is_missed(clock):
    """Threads that hand a token round, each waiting for the other: thousands of notices."""
    condition, turns = threading.Condition(), [0]

    def player(mine):
        for _ in range(2000):
            with condition:
                while turns[0] % 3 != mine:
                    assert condition.wait(BUSY)
                turns[0] += 1
                condition.notify_all()

    with clock.running():
        for mine in range(3):
            clock.start(player, mine, name=f"player-{mine}")
    assert turns == [6000]


def test_a_wait_says_whether_it_was_woken(clock):
    found = []

    def wait():
        event = threading.Event()
        found.append(event.wait(0.05))
        condition = threading.Condition()
        with condition:
            found.append(condition.wait(0))
            with pytest.raises(RuntimeError):
                threading.Condition().wait(0)
        event.set()
        found.append(event.wait(5))
        found.append(threading.Semaphore(0).acquire(timeout=0.05))

    with clock.running():
        clock.start(wait, name="waiter")
    assert found == [False, False, True, False]


def test_an_error_in_the_block_ends_the_workers(clock):
    with pytest.raises(ZeroDivisionError), clock.running(seconds=600):
        clock.start(time.sleep, 10_000, name="work")
        1 / 0  # noqa: B018
    assert not [t for t in threading.enumerate() if t.name == "work"]


def test_a_thread_that_an_ending_worker_starts_is_ended(clock):
    count = []

    def child():
        while True:
            count.append(1)
            time.sleep(0.01)

    def work():
        try:
            time.sleep(10_000)
        finally:
            threading.Thread(target=child, name="child").start()

    with clock.running(seconds=0.2):
        clock.start(work, name="work")
    before = len(count)
    time.sleep(0.2)
    assert len(count) == before


def test_an_interrupt_at_the_end_of_a_run_leaves_nothing_for_the_next(clock, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    def fails():
        raise KeyError("o-17")

    with monkeypatch.context() as patch:
        patch.setattr(clock, "_stop", interrupted)
        with pytest.raises(KeyboardInterrupt), clock.running(seconds=0.2):
            clock.start(fails, name="fails")
    assert clock.left() is None
    with clock.running():
        clock.start(time.sleep, 0.01, name="work")


def test_a_worker_may_be_called_cell(clock):
    began = time.monotonic()
    with clock.running(seconds=0.1):
        clock.start(time.sleep, 10_000, name="cell")
    assert time.monotonic() - began < 10  # an uninterruptible sleep would be given 12 s


def test_all_is_put_back_and_others_are_left_alone(clock):
    outside = []
    real = (time.sleep, threading.Condition.wait.__code__, threading.Thread.start.__code__)
    stop = threading.Event()

    def elsewhere():
        while not stop.wait(0.01):
            outside.append(clock.task())

    thread = threading.Thread(target=elsewhere)
    thread.start()
    with clock.running():
        clock.start(time.sleep, 0.1, name="work")
        assert clock.task().name == "cell"
        while len(outside) < 3:
            time.sleep(0.01)
    stop.set()
    thread.join(BUSY)
    assert outside
    assert set(outside) == {None}
    assert clock.task() is None
    after = (time.sleep, threading.Condition.wait.__code__, threading.Thread.start.__code__)
    assert after == real


def test_the_cell_is_looked_on_and_told(clock):
    seen = []
    clock.watch = seen.append
    with clock.running(seconds=0.3):
        assert clock.left() <= 0.3
    assert seen == sorted(seen)
    assert len(seen) > 1
    assert clock.left() is None


@pytest.mark.parametrize("seconds", [-1, float("inf"), float("nan")])
def test_a_run_lasts_a_time(clock, seconds):
    with pytest.raises(ValueError, match="got"), clock.running(seconds=seconds):
        pass


def test_there_is_one_run_in_a_process(clock):
    with clock.running(seconds=0.1):
        with pytest.raises(ClockError, match="inside another"), WallClock().running(seconds=0.1):
            pass
    virtual = Clock(epoch=0)
    with virtual.running(seconds=1), pytest.raises(ClockError, match="another clock"):
        with clock.running(seconds=1):
            pass


@pytest.mark.parametrize("value", [-1, "1", None, float("nan")])
def test_sleep_refuses_what_it_always_refused(clock, value):
    with pytest.raises((ValueError, TypeError)) as real:
        time.sleep(value)
    with pytest.raises(type(real.value)), clock.running():
        clock.start(time.sleep, value, name="work")
