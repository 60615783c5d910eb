"""Functions are called at their moments, in their order, and nothing is left afterwards."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from helpers import Lab
from helpers.emulator.timekeeper import Timekeeper


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=12))
def test_each_function_is_called_at_its_moment(asked):
    """Whenever it is asked for: pairs of seconds, of the asking and of the moment."""
    with Lab(seed=1) as lab:
        keeper, called = Timekeeper("keeper"), []

        def ask():
            began = time.time()
            for number, (after, until) in enumerate(sorted(asked)):
                time.sleep(max(0.0, began + after - time.time()))
                keeper.call(lambda n=number: called.append((n, lab.now)), at=began + until)

        with lab.running(seconds=100):
            lab.start(ask)
        expected = {number: float(max(pair)) for number, pair in enumerate(sorted(asked))}
        assert dict(called) == expected
        assert [moment for _, moment in called] == sorted(expected.values())


def test_its_thread_ends_when_nothing_is_left():
    with Lab(seed=1) as lab:
        keeper = Timekeeper("keeper")
        with lab.running():
            keeper.call(lambda: None, at=time.time() + 10)
        assert lab.now == 10  # a run without a duration waits for the threads begun in it
