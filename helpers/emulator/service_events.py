"""Events that a service sends to the default bus of itself, such as those of ``aws.states``.

A reader's PutEvents may not name a source that begins with ``aws.``, and one service imports no
other: so the bus says here that it is open, and a service sends through here. As long as nobody has
asked for EventBridge, there is no rule, and what is sent is lost.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class Bus(Protocol):
    """Takes an event into the default bus of an account and region."""

    def __call__(
        self,
        source: str,
        detail_type: str,
        detail: dict[str, Any],
        *,
        account: str,
        region: str,
        resources: list[str],
    ) -> None: ...


_open: list[Bus] = []


@contextmanager
def taken_by(bus: Bus) -> Iterator[None]:
    """Let `bus` take what services send, for as long as the context is open."""
    _open.append(bus)
    try:
        yield
    finally:
        _open.remove(bus)


def send(
    source: str,
    detail_type: str,
    detail: dict[str, Any],
    *,
    account: str,
    region: str,
    resources: list[str],
) -> None:
    """Send an event, best effort: without a bus it is lost."""
    for bus in _open[-1:]:
        bus(source, detail_type, detail, account=account, region=region, resources=resources)
