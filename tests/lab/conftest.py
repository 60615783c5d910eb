"""What the tests of the lab share."""

from __future__ import annotations

import pytest

from helpers import Lab
from helpers.lab import present


@pytest.fixture
def lab():
    lab = Lab(seed=11)
    yield lab
    lab.close()


@pytest.fixture(autouse=True)
def nothing_left_open():
    """A test that fails leaves no lab behind for the next one."""
    yield
    if present.lab is not None:
        present.lab.close()
