"""Where an emulator's server does otherwise than AWS in a run: each with what was measured.

A test holds that each is so, and that there are no others: a mend in the emulator is noticed.
Versions as in `tests/endpoints/` and `uv.lock`, November 2026.
"""

from __future__ import annotations

_DOCKER = "functions run in Docker, which is not asked for here"

GAPS: dict[str, dict[str, str]] = {
    "moto": {
        "dead letters": "StartMessageMoveTask ends in an error of the server",
        "order within a group": "a message that was deleted is no longer known as a duplicate",
        "what the bus gives up": "PutEvents fails if a target is gone",
        "five ways to hand over": _DOCKER,
        "calls": _DOCKER,
        "sparse events": _DOCKER,
        "callbacks": "a task that has timed out gets InvalidToken, not TaskTimedOut",
        "the order process": _DOCKER,
        "services that react": _DOCKER,
        "the outbox": _DOCKER,
    },
    "ministack": {
        "dead letters": "there is no StartMessageMoveTask",
        "what the bus gives up": "an event whose target is gone becomes no dead letter",
        "callbacks": "a late answer gets TaskDoesNotExist, not TaskTimedOut; and a missed "
        "heartbeat ends no task",
        "the order process": "an error that a function raises has the name Runtime.HandlerError, "
        "not that of its class, so that no Catch knows it",
    },
}
