"""A lab for the tests of alarms."""

import pytest

from helpers import Lab


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab
