"""What the tests of buckets share."""

import pytest
from emulated_s3 import Store

from helpers import Lab


@pytest.fixture
def lab():
    with Lab(seed=3) as lab:
        yield lab


@pytest.fixture
def store(lab):
    return Store(lab)
