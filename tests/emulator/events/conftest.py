"""A lab for the tests of deliveries."""

import pytest

from helpers import Lab


@pytest.fixture
def lab():
    with Lab(seed=7) as lab:
        yield lab
