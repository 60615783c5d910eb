"""Four things that moto does anew for every request, done at a fraction of the cost.

Nothing that a caller sees is different, but that request ids are drawn in one go.
"""

from contextlib import AbstractContextManager
from functools import cache, lru_cache
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core import responses
from moto.core.request import Request, normalize_request
from moto.moto_api._internal import mock_random
from werkzeug.datastructures import ImmutableMultiDict

from helpers.emulator.guard import applied

JSON = "application/x-amz-json"
NOTHING: ImmutableMultiDict[str, Any] = ImmutableMultiDict()

EXPECTED_SOURCES = {
    "moto.core.request:Request.from_primitives": "4cfb35d5fb26",
    "moto.core.request:normalize_request": "499186edb58b",
    "moto.core.utils:method_names_from_class": "9dbac89d082b",
    "moto.utilities.aws_headers:gen_amzn_requestid_long": "e651941c2107",
}


def request_id(headers: dict[str, Any] | None = None) -> str:
    """52 characters, noted in `headers`, as moto's own function does."""
    drawn = f"{mock_random.getrandbits(208):052X}"
    if headers is not None:
        headers["x-amzn-requestid"] = drawn
    return drawn


def normalized(request: AWSPreparedRequest) -> Request:
    """The request in moto's own form. What is alike for all requests to one address is kept."""
    body = request.body or b""
    if not isinstance(body, bytes):
        return normalize_request(request)  # a stream, or text of an old protocol
    environ = _environ(request.method, request.url).copy()
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if key == "TRANSFER_ENCODING" or "_" in name:
                return normalize_request(request)
            key = f"HTTP_{key}"
        environ[key] = value.decode() if isinstance(value, bytes) else value
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = BytesIO(body)
    made = Request(environ)
    if environ.get("CONTENT_TYPE", "").startswith(JSON):
        # What werkzeug finds in a body of JSON, and keeps under these names: no form.
        vars(made).update(form=NOTHING, files=NOTHING, stream=environ["wsgi.input"])
    return made


@lru_cache(maxsize=512)
def _environ(method: str, url: str) -> dict[str, Any]:
    return Request.from_primitives(method, url, {}, b"").environ


def corrections() -> AbstractContextManager[None]:
    """Spare the work for as long as the context is open."""
    replacements = {
        "method_names_from_class": cache(responses.method_names_from_class),
        "gen_amzn_requestid_long": request_id,
    }
    return applied(
        EXPECTED_SOURCES,
        (responses, replacements),
    )
