"""What the tests of faults share."""

from __future__ import annotations

import pytest

from helpers import Lab


@pytest.fixture
def lab():
    with Lab(seed=7) as lab:
        yield lab
