"""Step Functions, corrected: this file opens the parts, one after another."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module

# In this order: what makes moto's own part cheap to load comes before whatever loads it.
PARTS = (
    "states_speed",
    "states_jsonata",
    "states_calls",
    "states_executions",
    "states_limits",
    "states_answers",
    "states_attempts",
    "states_errors",
    "states_tokens",
    "states_nested",
    "states_check",
    "states_express",
)


@contextmanager
def corrections() -> Iterator[None]:
    """Correct Step Functions for as long as the context is open."""
    with ExitStack() as stack:
        for name in PARTS:
            stack.enter_context(import_module(f"{__package__}.{name}").corrections())
        yield
