"""What the tests of topics share."""

import pytest
from emulated_sns import Shop
from fifo_topics import BY_CONTENT

from helpers import Lab


@pytest.fixture
def lab():
    with Lab(seed=3) as lab:
        yield lab


@pytest.fixture
def shop(lab):
    return Shop(lab)


@pytest.fixture
def fifo(lab):
    return Shop(lab, "orders.fifo", **BY_CONTENT)
