"""The digests that a caller sends with a body, compared with what has come.

"The Content-MD5 or checksum value that you specified did not match what the server received" is
BadDigest, and one that "is not valid" is InvalidDigest [S3 API Reference, "Error responses",
November 2026]. moto compares nothing. The digests that Python's own library cannot make (CRC32C,
CRC64NVME, XXHASH) are not compared here either.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.s3.exceptions import S3ClientError
from moto.s3.responses import S3Response

EXPECTED_SOURCES = {
    "moto.s3.responses:S3Response.upload_part": "3062f353d2df",
}
DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "Content-MD5": lambda body: hashlib.md5(body).digest(),
    "x-amz-checksum-crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "x-amz-checksum-sha1": lambda body: hashlib.sha1(body).digest(),
    "x-amz-checksum-sha256": lambda body: hashlib.sha256(body).digest(),
}


def compared(original: Callable[[S3Response], Any]) -> Callable[[S3Response], Any]:
    """Look at the digests of a body before it is kept."""

    @wraps(original)
    def method(self: S3Response) -> Any:
        body = self.body if isinstance(self.body, bytes) else (self.body or "").encode()
        for header, digest in DIGESTS.items():
            told = self.headers.get(header)
            if told is not None:
                _compare(header, told, digest(body))
        return original(self)

    return method


def _compare(header: str, told: str, digest: bytes) -> None:
    try:
        given = base64.b64decode(told, validate=True)
    except binascii.Error:
        given = b""
    if len(given) != len(digest):
        raise S3ClientError("InvalidDigest", f"The {header} you specified is not valid.")
    if given != digest:
        text = f"The {header} you specified did not match what we received."
        raise S3ClientError("BadDigest", text)
