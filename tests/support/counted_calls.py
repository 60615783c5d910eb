"""Cost without a clock: how many functions an action calls."""

import sys


def calls_of(action, *arguments, **options):
    """How many functions of Python and C the action calls, and its answer: cost without a clock."""
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        answer = action(*arguments, **options)
    finally:
        sys.setprofile(None)
    return calls, answer
