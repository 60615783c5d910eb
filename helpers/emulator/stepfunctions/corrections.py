"""Step Functions, corrected: this file opens the parts, one after another."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module

# In this order: what makes moto's own part cheap to load comes before whatever loads it.
PARTS = (
    "speed",
    "jsonata.expressions",
    "intrinsics.evaluation",
    "choices",
    "map_definitions",
    "item_readers",
    "map_iteration",
    "calls",
    "invocations",
    "executions",
    "limits",
    "answers",
    "attempts",
    "errors",
    "tokens",
    "activities",
    "nested",
    "validation",
    "express",
)


@contextmanager
def corrections() -> Iterator[None]:
    """Correct Step Functions for as long as the context is open."""
    with ExitStack() as stack:
        for name in PARTS:
            stack.enter_context(import_module(f"{__package__}.{name}").corrections())
        yield
