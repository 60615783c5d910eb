"""What a run at a desk leaves to CI: it takes long, and seldom fails where all else passes."""

import os

import pytest

IN_CI = bool(os.environ.get("CI"))


def left_to_ci(what):
    """A mark for tests that run where the variable CI is set, as in `.ci/run`."""
    return pytest.mark.skipif(not IN_CI, reason=f"left to CI, which {what}")


def each_seed(*numbers):
    """The seeds on which a test is tried: all of them in CI, and the first alone at a desk."""
    return numbers if IN_CI else numbers[:1]
