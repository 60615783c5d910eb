"""What all tests have in common."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

pytest_plugins = ["workers", "browser", "site_build", "built_site", "emulated_sqs"]

# A machine with other work to do must not make a right test fail.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


@pytest.fixture(autouse=True, scope="session")
def interrupts_arrive():
    """A process that a shell starts in the background ignores interrupts; tests send some."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
