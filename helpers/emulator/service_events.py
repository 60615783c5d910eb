"""Events that a service sends to the default bus of itself, such as those of ``aws.states``.

A reader's PutEvents may not name a source that begins with ``aws.``, and one service imports no
other: so the bus says here that it is open, and a service sends through here. As long as nobody has
asked for EventBridge, there is no rule, and what is sent is lost.
"""

from typing import Any, Protocol

from helpers.emulator.listeners import Listeners


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


_buses: Listeners[Bus] = Listeners()
taken_by = _buses.opened  # let a bus take what services send, for as long as the context is open


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
    if (bus := _buses.latest()) is not None:
        bus(source, detail_type, detail, account=account, region=region, resources=resources)
