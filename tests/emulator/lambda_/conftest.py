"""What the tests of functions share."""

from __future__ import annotations

import boto3
import pytest

from helpers import Lab


@pytest.fixture
def lab():
    with Lab(seed=7) as lab:
        yield lab


@pytest.fixture
def aws(lab):
    return boto3.client("lambda")
