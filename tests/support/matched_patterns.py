"""Event patterns for the tests: tried on an event."""

from __future__ import annotations

import json

from helpers.emulator.event_patterns.matching import compiled


def matches(pattern, event):
    return compiled(json.dumps(pattern)).matches(event)
