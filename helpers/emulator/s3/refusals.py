"""What S3 refuses and moto takes, or breaks at.

- Names of buckets: three to 63 lower-case letters, digits, dots and hyphens, with a letter or digit
  at both ends, no two dots side by side, no IP address, none of the reserved beginnings and ends
  [S3 User Guide, "General purpose bucket naming rules", November 2026]: InvalidBucketName.
- An upload that does not exist, or no longer: NoSuchUpload [S3 API Reference, "Error responses"].
  moto raises a KeyError.
- A key of more than 1,024 bytes [User Guide, "Naming Amazon S3 objects"]: KeyTooLongError.
- A continuation token that S3 did not give: InvalidArgument, in moto's words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.s3.exceptions import (
    InvalidBucketName,
    InvalidContinuationToken,
    NoSuchUpload,
    S3ClientError,
)
from moto.s3.models import S3Backend

EXPECTED_SOURCES = {
    "moto.s3.models:S3Backend.create_bucket": "f7ecc576c5d2",
    "moto.s3.models:S3Backend.upload_part": "6a8a2763f53d",
    "moto.s3.models:S3Backend.upload_part_copy": "f6f876edf982",
    "moto.s3.models:S3Backend.create_multipart_upload": "20b9a24585cf",
    "moto.s3.models:S3Backend.list_objects_v2": "f5600333ebab",
}
LONGEST_KEY = 1024  # bytes
BUCKET = re.compile(r"(?=.{3,63}$)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
RESERVED_BEGINNINGS = ("xn--", "sthree-", "amzn-s3-demo-")
RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")

Method = Callable[..., Any]


class KeyTooLong(S3ClientError):
    """The key of an object has too many bytes."""

    def __init__(self) -> None:
        super().__init__("KeyTooLongError", "Your key is too long")


def is_bucket_name(name: str) -> bool:
    """Whether a new bucket may have this name."""
    reserved = name.startswith(RESERVED_BEGINNINGS) or name.endswith(RESERVED_ENDS)
    formed = BUCKET.fullmatch(name) and ".." not in name and not ADDRESS.fullmatch(name)
    return bool(formed) and not reserved


def of_bucket(original: Method) -> Method:
    """Look at the name of a new bucket."""

    @wraps(original)
    def method(self: S3Backend, bucket_name: str, *args: Any, **options: Any) -> Any:
        if not is_bucket_name(bucket_name):
            raise InvalidBucketName
        return original(self, bucket_name, *args, **options)

    return method


def of_upload(original: Method) -> Method:
    """Look for the upload before it is used."""

    @wraps(original)
    def method(self: S3Backend, bucket: str, upload: str, *args: Any, **options: Any) -> Any:
        if upload not in self.get_bucket(bucket).multiparts:
            raise NoSuchUpload(upload)
        return original(self, bucket, upload, *args, **options)

    return method


def of_key(original: Method) -> Method:
    """Measure the key of what is written."""

    @wraps(original)
    def method(self: S3Backend, bucket_name: str, key_name: str, *args: Any, **more: Any) -> Any:
        if len(key_name.encode()) > LONGEST_KEY:
            raise KeyTooLong
        return original(self, bucket_name, key_name, *args, **more)

    return method


def of_page(original: Method) -> Method:
    """Refuse a token that cannot be read."""

    @wraps(original)
    def method(self: S3Backend, *args: Any, **options: Any) -> Any:
        token = options.get("continuation_token")
        if token is not None and token not in self._pagination_tokens:
            raise InvalidContinuationToken
        return original(self, *args, **options)

    return method
