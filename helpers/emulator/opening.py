"""Which corrections are open, and when each opens: a service's own with its first request."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module

from moto.sqs import models

from helpers.emulator import set_up, speed
from helpers.emulator.guard import as_it_came
from helpers.emulator.sqs import corrections
from helpers.emulator.sqs.queue import CorrectedQueue

# moto's name of a service, and the files that correct it. They are read, and moto's own part with
# them, when the first request for the service comes: a lesson on queues does not pay for workflows.
WHEN_NEEDED = {
    "cloudwatch": ("sqs.cloudwatch", "cloudwatch.corrections"),
    "dynamodb": ("dynamodb.corrections",),
    "dynamodbstreams": ("dynamodb.corrections",),
    "events": ("events.corrections",),
    "s3": ("s3.corrections",),
    "scheduler": ("scheduler.corrections",),
    "sns": ("sns.corrections",),
    "stepfunctions": ("stepfunctions.corrections",),
}

_corrections: ExitStack | None = None
_corrected: set[str] = set()


def is_corrected() -> bool:
    """Whether the corrections are open."""
    return models.Queue is CorrectedQueue


@contextmanager
def corrected() -> Iterator[None]:
    """Open the corrections: those of SQS at once, those of a service in `correct` when needed."""
    global _corrections
    with ExitStack() as stack:
        for part in (speed, set_up, corrections):
            stack.enter_context(part.corrections())
        _corrections = stack
        try:
            yield
        finally:
            _corrections = None
            _corrected.clear()


def correct(service: str) -> None:
    """Open the corrections of one of moto's services, until `corrected` ends."""
    if _corrections is None:
        return
    for name in WHEN_NEEDED.get(service, ()):
        if name not in _corrected:
            _corrections.enter_context(import_module(f"helpers.emulator.{name}").corrections())
            _corrected.add(name)


@contextmanager
def uncorrected() -> Iterator[None]:
    """moto as it comes, for the length of the block. No correction may open inside it."""
    for service in WHEN_NEEDED:
        correct(service)
    with as_it_came():
        yield
