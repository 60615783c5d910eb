"""moto, corrected where it would teach a falsehood: one file per service.

A correction stands beside the AWS statement that it follows. It applies only while its context is
open, and refuses to apply to a moto that it was not written for (`guard`).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from . import sqs


@contextmanager
def corrected() -> Iterator[None]:
    """Open the corrections of every service."""
    with ExitStack() as stack:
        for service in (sqs,):
            stack.enter_context(service.corrections())
        yield
