"""What replaces moto's Lambda, for the functions of one lab."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from helpers.emulator.guard import applied
from helpers.emulator.lambda_ import asynchronous, creation, invoke, mapping, variables
from helpers.emulator.lambda_.functions import Functions

EXPECTED_SOURCES = {
    **invoke.EXPECTED_SOURCES,
    **creation.EXPECTED_SOURCES,
    **asynchronous.EXPECTED_SOURCES,
    **mapping.EXPECTED_SOURCES,
}


@contextmanager
def corrections(functions: Functions) -> Iterator[None]:
    """Let every invocation of moto's Lambda run the lab's handlers, until the end of the block."""
    from moto.awslambda.models import LambdaBackend, LambdaFunction
    from moto.awslambda.responses import LambdaResponse

    of_function = {**invoke.of_function(functions), **asynchronous.of_function()}
    of_backend = {
        **creation.of_backend(functions),
        **asynchronous.of_backend(),
        **mapping.of_backend(),
    }
    with (
        variables.separate(),
        applied(
            EXPECTED_SOURCES,
            (LambdaFunction, of_function),
            (LambdaBackend, of_backend),
            (LambdaResponse, invoke.of_response(functions)),
        ),
    ):
        yield
