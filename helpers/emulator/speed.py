"""Two things that moto does anew for every request, done at a fraction of the cost.

Nothing that a caller sees is different, but that request ids are drawn in one go.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from moto.core import responses
from moto.moto_api._internal import mock_random

from .guard import expect, replaced

EXPECTED_SOURCES = {
    "moto.core.utils:method_names_from_class": "9dbac89d082b",
    "moto.utilities.aws_headers:gen_amzn_requestid_long": "e651941c2107",
}


def request_id(headers: dict[str, Any] | None = None) -> str:
    """52 characters, noted in `headers`, as moto's own function does."""
    drawn = f"{mock_random.getrandbits(208):052X}"
    if headers is not None:
        headers["x-amzn-requestid"] = drawn
    return drawn


@contextmanager
def corrections() -> Iterator[None]:
    """Spare the work for as long as the context is open."""
    expect(version="5.2.", sources=EXPECTED_SOURCES)
    replacements = {
        "method_names_from_class": cache(responses.method_names_from_class),
        "gen_amzn_requestid_long": request_id,
    }
    with replaced(responses, replacements):
        yield
