"""What S3 refuses: names, keys, uploads and pages that do not exist.

Sources: S3 User Guide, "General purpose bucket naming rules" and "Naming Amazon S3 objects",
November 2026; API model of botocore 1.44.5.
"""

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_s3 import HERE
from hypothesis import given
from hypothesis import strategies as st

from helpers.emulator.s3.refusals import is_bucket_name


def code(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


@pytest.mark.parametrize(
    "name",
    [
        "ab",
        "a" * 64,
        "Upper",
        "a_b_c",
        "-abc",
        "abc-",
        "a..b",
        "192.168.5.4",
        "sthree-abc",
        "x-s3alias",
    ],
)
def test_names_that_no_bucket_may_have(lab, name):
    create = boto3.client("s3").create_bucket
    assert code(create, Bucket=name, CreateBucketConfiguration=HERE) == "InvalidBucketName"


@given(st.from_regex(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", fullmatch=True))
def test_plain_names_are_taken(name):
    reserved = name.startswith(("xn--", "sthree-", "amzn-s3-demo-")) or name.endswith(
        ("-s3alias", "--ol-s3", "--x-s3", "--table-s3")
    )
    assert is_bucket_name(name) is not reserved


def test_an_upload_that_does_not_exist(store):
    at = {"Bucket": "claims", "Key": "k", "UploadId": "none"}
    parts = {"Parts": [{"PartNumber": 1, "ETag": "x"}]}
    store.put(key="source")
    assert code(store.s3.upload_part, **at, PartNumber=1, Body=b"x") == "NoSuchUpload"
    copy = {"PartNumber": 1, "CopySource": "claims/source"}
    assert code(store.s3.upload_part_copy, **at, **copy) == "NoSuchUpload"
    assert code(store.s3.complete_multipart_upload, **at, MultipartUpload=parts) == "NoSuchUpload"


def test_a_key_has_at_most_1024_bytes(store):
    store.put(key="é" * 512)
    assert code(store.put, key="é" * 512 + "x") == "KeyTooLongError"


def test_a_token_that_s3_did_not_give(store):
    call = store.s3.list_objects_v2
    assert code(call, Bucket="claims", ContinuationToken="none") == "InvalidArgument"
