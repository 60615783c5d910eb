"""A keeper in a lab, and what a cell calls through it."""

from __future__ import annotations

import pytest
from kept_run import (
    Cell,
    keeper,
)

from helpers import Lab


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


@pytest.fixture
def kept(lab, tmp_path):
    return keeper(tmp_path)


@pytest.fixture
def cell(kept):
    return Cell(kept)
