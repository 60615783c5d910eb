"""Conditional writes: one of many writers wins, and nothing is put over unseen.

API model of botocore 1.44.5, November 2026: IfNoneMatch and IfMatch of PutObject, CopyObject,
CompleteMultipartUpload and DeleteObject.
"""

import pytest
from botocore.exceptions import ClientError
from emulated_s3 import Store

from helpers import Lab

OTHER = '"00000000000000000000000000000000"'


@pytest.fixture
def store():
    with Lab(seed=3) as lab:
        yield Store(lab)


def write_by(store, how, key="k", **conditions):
    if how == "put":
        return store.put(key, b"new", **conditions)
    if how == "copy":
        store.put("source", b"new")
        return store.s3.copy_object(
            Bucket="claims", Key=key, CopySource="claims/source", **conditions
        )
    return store.upload(key, b"new", **conditions)


WRITES = pytest.mark.parametrize("how", ["put", "copy", "multipart"])


def code_of(call, *args, **more):
    with pytest.raises(ClientError) as refused:
        call(*args, **more)
    answer = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


@WRITES
def test_only_if_nothing_is_there(store, how):
    write_by(store, how, IfNoneMatch="*")
    assert store.get() == b"new"
    store.put(body=b"old")
    assert code_of(write_by, store, how, IfNoneMatch="*") == ("PreconditionFailed", 412)
    assert store.get() == b"old"
    store.s3.delete_object(Bucket="claims", Key="k")
    write_by(store, how, IfNoneMatch="*")


@WRITES
def test_only_over_what_was_seen(store, how):
    seen = store.put(body=b"old")["ETag"]
    assert code_of(write_by, store, how, IfMatch=OTHER) == ("PreconditionFailed", 412)
    assert store.get() == b"old"
    write_by(store, how, IfMatch=seen)
    assert store.get() == b"new"
    assert code_of(write_by, store, how, IfMatch=seen)[0] == "PreconditionFailed"


@WRITES
def test_over_what_is_not_there(store, how):
    assert code_of(write_by, store, how, IfMatch=OTHER) == ("NoSuchKey", 404)


@WRITES
@pytest.mark.parametrize(
    "conditions", [{"IfNoneMatch": OTHER}, {"IfMatch": "*"}, {"IfMatch": OTHER, "IfNoneMatch": "*"}]
)
def test_conditions_that_s3_does_not_have(store, how, conditions):
    store.put(body=b"old")
    assert code_of(write_by, store, how, **conditions)[0] == "NotImplemented"
    assert store.get() == b"old"


@pytest.mark.parametrize("copies", [2, 5])
def test_of_many_writers_one_wins(store, copies):
    won = []

    def writer():
        try:
            store.put(body=b"x", IfNoneMatch="*")
            won.append(store.lab.now)
        except ClientError:
            pass

    with store.lab.running(seconds=1):
        store.lab.start(writer, copies=copies)
    assert len(won) == 1


def test_a_completed_upload_may_be_completed_again(store):
    """The answer was lost: CompleteMultipartUpload is asked once more, and holds."""
    at = {"Bucket": "claims", "Key": "k"}
    upload = store.s3.create_multipart_upload(**at)["UploadId"]
    part = store.s3.upload_part(**at, UploadId=upload, PartNumber=1, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    for _ in range(2):
        store.s3.complete_multipart_upload(
            **at, UploadId=upload, MultipartUpload=parts, IfNoneMatch="*"
        )
    assert store.get() == b"x"


def test_deleting_what_was_seen(store):
    seen = store.put()["ETag"]
    delete = store.s3.delete_object
    assert code_of(delete, Bucket="claims", Key="k", IfMatch=OTHER)[0] == "PreconditionFailed"
    delete(Bucket="claims", Key="k", IfMatch=seen)
    store.put()
    delete(Bucket="claims", Key="k", IfMatch="*")
    assert "Contents" not in store.s3.list_objects_v2(Bucket="claims")
    assert code_of(delete, Bucket="claims", Key="k", IfMatch="*")[0] == "NoSuchKey"


def test_reading_only_what_is_new(store):
    seen = store.put()["ETag"]
    assert code_of(store.get, IfNoneMatch=seen) == ("304", 304)
    assert code_of(store.get, IfMatch=OTHER)[0] == "PreconditionFailed"
    store.put(body=b"new")
    assert store.get(IfNoneMatch=seen) == b"new"
