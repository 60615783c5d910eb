"""Looks each call up in the table of what the lab models, before it is made."""

from __future__ import annotations

from helpers.emulator import opening
from helpers.emulator.modelled import MODELLED, REFUSED, WHOLE
from helpers.emulator.not_modelled import NotModelled
from helpers.wire.attempts import Call
from helpers.wire.notices import Notices
from helpers.wire.observer import Observer


def admit(call: Call, observer: Observer, notices: Notices) -> None:
    """Let a call pass, or refuse it. One that is in no line of the table passes with a notice.

    Raises
    ------
    NotModelled
        With what is missing and the way on.
    """
    verdict = MODELLED.get((call.service, call.operation))
    if verdict is not None and verdict.kind is not REFUSED:
        return
    if not opening.is_corrected():  # moto as it comes, see `uncorrected`
        return
    if verdict is None:
        notices.tell(
            f"{call.service}.{call.operation}",
            f"the lab models {', '.join(WHOLE)}; {call.service} is answered by moto as it comes, "
            "and may do less than AWS",
        )
        return
    now = observer.clock.now
    observer.trace.record_call(
        time=now,
        end=now,
        caller=observer.caller(),
        service=call.service,
        operation=call.operation,
        call=call.number,
        attempt=1,
        outcome=NotModelled.__name__,
        resource=call.resource,
    )
    raise NotModelled(call.service, call.operation, verdict.note, verdict.instead)
