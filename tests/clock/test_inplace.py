"""A function is replaced at once for every thread: those that no run has started call it too."""

import sys
import threading
import time

import pytest

from helpers.clock.patches import SLEEP


@pytest.fixture
def eager_threads():
    """Python lets another thread run as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_another_thread_may_call_it_meanwhile(eager_threads):
    """A notebook's kernel has a thread that sleeps each second, whatever the cell does."""
    over, failed = threading.Event(), []

    def instead(seconds, /):
        SLEEP.real(seconds)

    def sleeps():
        try:
            while not over.is_set():
                time.sleep(0)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=sleeps) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(500_000):
            SLEEP.put(instead)
            SLEEP.back()
    finally:
        over.set()
    for thread in threads:
        thread.join()
    assert failed == []
