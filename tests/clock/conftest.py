from __future__ import annotations

from collections.abc import Iterator

import pytest
from virtual_time import EPOCH, assert_everything_is_real

from helpers.clock import Clock


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock(epoch=EPOCH, patience=0.3)
    yield clock
    clock.close()
    assert_everything_is_real()
