"""What all tests have in common."""

from __future__ import annotations

import signal

import pytest
from browser import chromium, visit
from emulated_sqs import emulated, standing_time
from hypothesis import settings
from site_build import site

__all__ = ["chromium", "site", "visit"]  # fixtures

# A machine with other work to do must not make a right test fail.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


@pytest.fixture(autouse=True, scope="session")
def interrupts_arrive():
    """A process that a shell starts in the background ignores interrupts; tests send some."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def timeline():
    """Time that only the test moves."""
    with standing_time() as timeline:
        yield timeline


@pytest.fixture
def client(timeline):
    """A client of the corrected SQS, in standing time."""
    with emulated() as client:
        yield client
