"""Conditional writes: ``If-None-Match: *`` and ``If-Match`` on what an object is to be put over.

Statements followed (November 2026):

- IfNoneMatch "expects the '*' (asterisk) character", IfMatch an ETag, and DeleteObject's also the
  asterisk; what does not hold is answered with 412 PreconditionFailed [API model: PutObject,
  CopyObject, CompleteMultipartUpload, DeleteObject].
- IfMatch with no object there is 404 NoSuchKey [User Guide, "How to prevent object overwrites with
  conditional writes"].
- Both at once, or another value, is NotImplemented [recorded in LocalStack's tests of S3, 2024].

The calls of a lab are handled one after another, so no 409 ConditionalRequestConflict comes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.s3.exceptions import MissingKey, PreconditionFailed, S3ClientError
from moto.s3.responses import S3Response
from werkzeug.datastructures import Headers

MATCH, NONE_MATCH = "If-Match", "If-None-Match"


def _not_implemented() -> S3ClientError:
    return S3ClientError(
        "NotImplemented", "A header you provided implies functionality that is not implemented"
    )


def check(response: S3Response, key_name: str) -> None:
    """Refuse a write whose conditions do not hold."""
    match, none_match = response.headers.get(MATCH), response.headers.get(NONE_MATCH)
    if not match and not none_match:
        return
    if (match and none_match) or match == "*" or none_match not in (None, "", "*"):
        raise _not_implemented()
    existing = response.backend.get_object(response.bucket_name, key_name)
    if none_match and existing is not None:
        raise PreconditionFailed(NONE_MATCH)
    if match:
        if existing is None:
            raise MissingKey(key=key_name)
        if match.strip('"') != existing.etag.strip('"'):
            raise PreconditionFailed(MATCH)


def before(original: Callable[..., Any]) -> Callable[..., Any]:
    """Check before PutObject and CopyObject."""

    @wraps(original)
    def method(self: S3Response) -> Any:
        check(self, self.parse_key_name())
        return original(self)

    return method


def before_completion(original: Callable[..., Any]) -> Callable[..., Any]:
    """Check before CompleteMultipartUpload, unless it was done already and is asked again."""

    @wraps(original)
    def method(
        self: S3Response, request: Any, body: bytes, bucket_name: str, query: Any, key_name: str
    ) -> Any:
        if (upload := query.get("uploadId")) and "uploads" not in query:
            existing = self.backend.get_object(bucket_name, key_name)
            done = None if existing is None else existing.multipart
            if done is None or done.id != upload[0]:
                check(self, key_name)
        return original(self, request, body, bucket_name, query, key_name)

    return method


def any_match(original: Callable[..., Any]) -> Callable[..., Any]:
    """DeleteObject with an asterisk: any object, as long as there is one."""

    @wraps(original)
    def method(self: S3Response) -> Any:
        if self.headers.get(MATCH) == "*":
            existing = self.backend.get_object(self.bucket_name, self.parse_key_name())
            if existing is not None:
                self.headers = Headers(self.headers)
                del self.headers[MATCH]
        return original(self)

    return method
