"""A body is compared with the digests that come with it.

Source: S3 API Reference, "Error responses", November 2026: BadDigest and InvalidDigest.
"""

import base64
import hashlib
import zlib

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.emulator.s3.digests import DIGESTS

WAYS = {
    "ContentMD5": lambda body: hashlib.md5(body).digest(),
    "ChecksumSHA256": lambda body: hashlib.sha256(body).digest(),
    "ChecksumSHA1": lambda body: hashlib.sha1(body).digest(),
    "ChecksumCRC32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
}


def text(digest):
    return base64.b64encode(digest).decode()


@pytest.mark.parametrize("name", WAYS)
def test_a_body_that_is_another_one_is_refused(store, name):
    store.put(body=b"first", **{name: text(WAYS[name](b"first"))})
    with pytest.raises(ClientError) as caught:
        store.put(body=b"second", **{name: text(WAYS[name](b"third"))})
    assert caught.value.response["Error"]["Code"] == "BadDigest"
    assert store.get() == b"first"


@pytest.mark.parametrize("name", WAYS)
def test_what_is_no_digest_is_refused(store, name):
    with pytest.raises(ClientError) as caught:
        store.put(**{name: "none"})
    assert caught.value.response["Error"]["Code"] == "InvalidDigest"


def test_so_is_a_part(store):
    at = {"Bucket": "claims", "Key": "k"}
    upload = store.s3.create_multipart_upload(**at)["UploadId"]
    part = {**at, "UploadId": upload, "PartNumber": 1, "Body": b"a"}
    with pytest.raises(ClientError) as caught:
        store.s3.upload_part(**part, ContentMD5=text(WAYS["ContentMD5"](b"b")))
    assert caught.value.response["Error"]["Code"] == "BadDigest"


@settings(max_examples=20)
@given(st.binary())
def test_each_digest_has_one_length(body):
    lengths = [len(digest(body)) for digest in DIGESTS.values()]
    assert lengths == [16, 4, 20, 32]
