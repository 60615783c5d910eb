"""moto, corrected where it would teach a falsehood: one file per service.

A correction stands beside the AWS statement that it follows. It applies only while its context is
open, and refuses to apply to a moto that it was not written for (`guard`).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from moto.sqs import models

from . import speed, sqs
from .sqs_queue import CorrectedQueue


def is_corrected() -> bool:
    """Whether the corrections are open."""
    return models.Queue is CorrectedQueue


@contextmanager
def corrected() -> Iterator[None]:
    """Open the corrections of every service."""
    with ExitStack() as stack:
        for service in (speed, sqs):
            stack.enter_context(service.corrections())
        yield
