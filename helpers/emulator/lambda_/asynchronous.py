"""What happens to an event after an asynchronous invocation has been accepted.

Statements followed (November 2026):

- How often and when it is tried again is in `retries`.
- MaximumRetryAttempts, 0 to 2, and MaximumEventAgeInSeconds, 60 to 21,600, lower both [API model].
- With a reserved concurrency of zero, an event goes to the dead-letter queue or the destination
  OnFailure "without any retries" [Developer Guide, "Capturing records of Lambda asynchronous
  invocations"].
- PutFunctionEventInvokeConfig: "If a configuration already exists [...] this operation overwrites
  it." UpdateFunctionEventInvokeConfig is there "to set one option without affecting existing
  settings for other options" [API model].

A bucket as a destination is refused when it is set: the lab sends no records there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from moto.awslambda.models import LambdaBackend, LambdaFunction

from helpers.emulator.lambda_.destinations import (
    DEAD_LETTERS,
    DESTINATIONS,
    Ended,
    send_dead_letter,
    send_record,
)
from helpers.emulator.lambda_.errors import invalid
from helpers.emulator.lambda_.execution import Invocation, Outcome
from helpers.emulator.lambda_.retries import BACK_OFF, QUEUE_AGE, RETRY_WAITS

EXPECTED_SOURCES = {
    "moto.awslambda.models:LambdaBackend.put_function_event_invoke_config": "5553f19f0894",
    "moto.awslambda.models:LambdaBackend.update_function_event_invoke_config": "d8acf819ef04",
    "moto.awslambda.models:LambdaBackend.get_function_event_invoke_config": "561c3a40bda0",
    "moto.awslambda.models:LambdaFunction.get_configuration": "803fb04bffde",
    "moto.awslambda.models:LambdaFunction.update_configuration": "eca1cdec066f",
}

# Taken before anything is replaced: a lab beside another replaces what that one has replaced.
configuration, update_in_moto = (
    LambdaFunction.get_configuration,
    LambdaFunction.update_configuration,
)
put_another = LambdaBackend.put_function_event_invoke_config

Run = Callable[[Any, Invocation], Outcome]


def process(run: Run, function: Any, invocation: Invocation) -> None:
    """Bring one event to its end, and send the record of it."""
    from moto.core.exceptions import JsonRESTError

    try:
        ended = _attempts(run, function, invocation)
    except JsonRESTError:  # no such handler: nobody could ever run it
        return
    destinations = _settings(function).get("DestinationConfig") or {}
    wanted = destinations.get("OnSuccess" if ended.succeeded else "OnFailure") or {}
    if arn := wanted.get("Destination"):
        send_record(ended, arn)
    if not ended.succeeded and (arn := _dead_letter_arn(function)):
        send_dead_letter(ended, arn)


def _attempts(run: Run, function: Any, invocation: Invocation) -> Ended:
    from moto.core.exceptions import JsonRESTError

    ended = partial(Ended, function, invocation)
    give_up = time.time() + _settings(function).get("MaximumEventAgeInSeconds", QUEUE_AGE)
    back_off, invocations = BACK_OFF[0], 0
    while True:
        try:
            outcome = run(function, invocation)
        except JsonRESTError as refused:
            if refused.code != 429:
                raise
            if str(function.reserved_concurrency) == "0":
                return ended("ZeroReservedConcurrency", invocations, None, None)
            last: tuple[int, Outcome | None] = (429, None)
            wait, back_off = back_off, min(2 * back_off, BACK_OFF[1])
        else:
            last = (200, outcome)
            invocations += 1
            if not outcome.failed:
                return ended("Success", invocations, *last)
            if invocations > _settings(function).get("MaximumRetryAttempts", len(RETRY_WAITS)):
                return ended("RetriesExhausted", invocations, *last)
            wait = RETRY_WAITS[invocations - 1]
        if time.time() + wait > give_up:  # too old by then
            return ended("EventAgeExceeded", invocations, *last)
        time.sleep(wait)


def _settings(function: Any) -> dict[str, Any]:
    held = function.event_invoke_config
    return dict(held[0].config) if held else {}


def _dead_letter_arn(function: Any) -> str | None:
    return getattr(function, "dead_letter_arn", None) or None


def of_function() -> dict[str, Callable[..., Any]]:
    """Replacements for moto's LambdaFunction: it keeps its dead-letter queue."""

    def get_configuration(self: Any, *args: Any, **options: Any) -> dict[str, Any]:
        found = configuration(self, *args, **options)
        arn = _dead_letter_arn(self)
        return {**found, "DeadLetterConfig": {"TargetArn": arn}} if arn else found

    def update_configuration(self: Any, config_updates: dict[str, Any]) -> dict[str, Any]:
        if "DeadLetterConfig" in config_updates:
            check_dead_letters(config_updates["DeadLetterConfig"])
            self.dead_letter_arn = config_updates["DeadLetterConfig"].get("TargetArn", "")
        update_in_moto(self, config_updates)
        return self.get_configuration()

    return {"get_configuration": get_configuration, "update_configuration": update_configuration}


def of_backend() -> dict[str, Callable[..., Any]]:
    """Replacements for moto's LambdaBackend: a configuration that is put again counts."""

    def put(self: Any, function_name: str, config: dict[str, Any]) -> dict[str, Any]:
        for destination in (config.get("DestinationConfig") or {}).values():
            check_target(destination.get("Destination", ""), DESTINATIONS)
        response = put_another(self, function_name, config)
        held = self.get_function(function_name).event_invoke_config
        held[:] = held[-1:]  # moto reads the first
        return response

    def update(self: Any, function_name: str, config: dict[str, Any]) -> dict[str, Any]:
        held = _settings(self.get_function(function_name))
        return put(self, function_name, {**held, **config})

    return {
        "put_function_event_invoke_config": put,
        "update_function_event_invoke_config": update,
    }


def check_dead_letters(config: dict[str, str] | None) -> None:
    """Refuse a dead-letter queue that is neither a queue nor a topic."""
    check_target((config or {}).get("TargetArn", ""), DEAD_LETTERS)


def check_target(arn: str, services: tuple[str, ...]) -> None:
    """Refuse a target of another service."""
    if arn.startswith("arn:") and arn.split(":")[2] not in services:
        raise invalid(f"the target must be one of {', '.join(services)}, got {arn}")
