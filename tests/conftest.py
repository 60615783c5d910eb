"""What all tests have in common."""

from __future__ import annotations

import signal
import sys

import pytest
from hypothesis import settings

from helpers.clock import realtime

# With nbformat comes jsonschema, which compiles a grammar with this for more than a second, for
# addresses that no notebook has. Without it, all else is checked.
sys.modules["rfc3987_syntax"] = None

pytest_plugins = ["workers", "browser", "site_build", "built_site", "emulated_sqs", "served"]

# A machine with other work to do must not make a right test fail.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


@pytest.fixture
def looks_count_though_late(monkeypatch):
    """A wait is told though the machine is busy: the clock says nothing of what it sees late."""
    monkeypatch.setattr(realtime, "LATE", 5.0)
    monkeypatch.setattr(realtime, "HELD", 1.0)


@pytest.fixture(autouse=True, scope="session")
def interrupts_arrive():
    """A process that a shell starts in the background ignores interrupts; tests send some."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
