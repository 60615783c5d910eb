"""What was put is what is got, by every way that boto3 has for it."""

import io
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from emulated_s3 import HERE, Store
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import Lab, faults
from helpers.lab import beside

PART = 5 * 1024 * 1024  # bytes, the least that a part but the last may have


@pytest.fixture
def lab():
    with Lab(seed=3) as lab:
        yield lab


@pytest.fixture
def store(lab):
    return Store(lab)


def test_put_get_head(store):
    put = store.put(body=b"hello", ContentType="text/plain", Metadata={"order": "17"})
    head = store.s3.head_object(Bucket="claims", Key="k")
    assert store.get() == b"hello"
    assert head["ContentLength"] == 5
    assert head["ETag"] == put["ETag"] == '"5d41402abc4b2a76b9719d911017c592"'
    assert (head["ContentType"], head["Metadata"]) == ("text/plain", {"order": "17"})


@settings(max_examples=30)
@given(bodies=st.lists(st.binary(max_size=3000), min_size=1, max_size=3))
def test_whatever_was_put_last(bodies):
    with Lab(seed=1) as lab:
        store = Store(lab)
        for body in bodies:
            store.put(body=body)
            assert store.get() == body


@pytest.mark.parametrize("body", [b"", "ü", bytearray(b"x"), io.BytesIO(b"y" * 100_000)])
def test_bodies_of_every_kind(store, body):
    expected = {"ü": "ü".encode()}.get(body) if isinstance(body, str) else None
    if expected is None:
        expected = body.getvalue() if isinstance(body, io.BytesIO) else bytes(body)
    store.put(body=body)
    assert store.get() == expected


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_a_checksum_is_that_of_the_object(store, algorithm):
    store.put(body=b"hello", ChecksumAlgorithm=algorithm)
    got = store.s3.get_object(Bucket="claims", Key="k", ChecksumMode="ENABLED")
    assert got["Body"].read() == b"hello"  # botocore compares it with the checksum


@pytest.mark.parametrize("style", ["path", "virtual"])
@pytest.mark.parametrize("checksums", ["when_supported", "when_required"])
def test_clients_of_every_setting(lab, store, style, checksums):
    config = Config(s3={"addressing_style": style}, request_checksum_calculation=checksums)
    client = boto3.client("s3", config=config)
    client.put_object(Bucket="claims", Key="a/b c", Body=b"hello")
    assert client.get_object(Bucket="claims", Key="a/b c")["Body"].read() == b"hello"
    assert boto3.resource("s3").Object("claims", "a/b c").get()["Body"].read() == b"hello"


def test_a_bucket_in_another_region_and_one_without(lab):
    for region in ("us-east-1", "eu-central-1"):
        client = boto3.client("s3", region_name=region)
        where = {"LocationConstraint": region}
        more = {"CreateBucketConfiguration": where} if region != "us-east-1" else {}
        client.create_bucket(Bucket=f"claims-{region}", **more)
        client.put_object(Bucket=f"claims-{region}", Key="k", Body=b"hello")
        got = client.get_object(Bucket=f"claims-{region}", Key="k")
        assert got["Body"].read() == b"hello"


def test_a_range_of_an_object(store):
    store.put(body=b"0123456789")
    assert store.get(Range="bytes=2-4") == b"234"
    assert store.get(Range="bytes=-2") == b"89"


def test_what_is_not_there(store):
    with pytest.raises(store.s3.exceptions.NoSuchKey):
        store.get("nothing")
    with pytest.raises(ClientError) as refused:
        store.s3.head_object(Bucket="claims", Key="nothing")
    assert refused.value.response["Error"]["Code"] == "404"
    with pytest.raises(store.s3.exceptions.NoSuchBucket):
        store.s3.put_object(Bucket="nothing", Key="k", Body=b"")
    assert list(store.lab.trace.outcome) == ["ok", "NoSuchKey", "404", "NoSuchBucket"]


def test_a_multipart_upload(store):
    parts = (b"a" * PART, b"b" * PART, b"c")
    answer = store.upload("large", *parts)
    assert store.get("large") == b"".join(parts)
    assert answer["ETag"].endswith('-3"')
    assert store.s3.head_object(Bucket="claims", Key="large")["ContentLength"] == 2 * PART + 1


def test_an_aborted_upload_leaves_nothing(store):
    at = {"Bucket": "claims", "Key": "k"}
    upload = store.s3.create_multipart_upload(**at)["UploadId"]
    store.s3.upload_part(**at, UploadId=upload, PartNumber=1, Body=b"x")
    store.s3.abort_multipart_upload(**at, UploadId=upload)
    assert "Uploads" not in store.s3.list_multipart_uploads(Bucket="claims")
    assert "Contents" not in store.s3.list_objects_v2(Bucket="claims")


@pytest.mark.parametrize("size", [10, 3 * PART + 1])
def test_files_go_up_and_come_down_in_a_worker(lab, store, size):
    """boto3 moves them with threads of its own, which are threads of the run."""
    got = io.BytesIO()

    def worker():
        store.s3.upload_fileobj(io.BytesIO(b"y" * size), "claims", "file")
        store.s3.download_fileobj("claims", "file", got)

    with faults.latency("s3", median=0.1), lab.running(minutes=5):
        lab.start(worker)
    assert got.getvalue() == b"y" * size
    assert (lab.trace.resource == "claims").all()


def test_files_go_up_and_come_down_from_a_cell(store, tmp_path):
    (tmp_path / "up").write_bytes(b"z" * (2 * PART))
    store.s3.upload_file(str(tmp_path / "up"), "claims", "file")
    store.s3.download_file("claims", "file", str(tmp_path / "down"))
    assert (tmp_path / "down").read_bytes() == b"z" * (2 * PART)


def test_a_body_that_was_sent_again_after_a_lost_reply(lab, store):
    store.s3 = boto3.client("s3", config=Config(retries={"total_max_attempts": 10}))
    with faults.lost_reply("s3.PutObject", rate=0.4, seed=4) as fault, lab.running(hours=1):
        lab.start(lambda: [store.put(str(n), body=b"x" * n) for n in range(20)])
    assert fault.hits > 3
    assert [len(store.get(str(n))) for n in range(20)] == list(range(20))


@pytest.mark.parametrize(
    ("fault", "code"), [(faults.error, "ServiceUnavailable"), (faults.throttling, "SlowDown")]
)
def test_faults_are_answers_that_botocore_reads(store, fault, code):
    client = boto3.client("s3", config=Config(retries={"total_max_attempts": 2}))
    store.put()
    with fault("s3.GetObject"), pytest.raises(ClientError) as refused:
        client.get_object(Bucket="claims", Key="k")
    assert refused.value.response["Error"]["Code"] == code
    assert list(store.lab.trace.outcome[-2:]) == [code, code]  # and tries again


def test_a_fault_of_one_bucket_leaves_another_alone(store):
    store.s3.create_bucket(Bucket="other", CreateBucketConfiguration=HERE)
    client = boto3.client("s3", config=Config(retries={"total_max_attempts": 1}))
    with faults.error("s3", resource="other"):
        client.put_object(Bucket="claims", Key="k", Body=b"")
        with pytest.raises(ClientError):
            client.put_object(Bucket="other", Key="k", Body=b"")


def test_versions(store):
    store.s3.put_bucket_versioning(Bucket="claims", VersioningConfiguration={"Status": "Enabled"})
    first = store.put(body=b"one")["VersionId"]
    store.put(body=b"two")
    assert (store.get(), store.get(VersionId=first)) == (b"two", b"one")
    store.s3.delete_object(Bucket="claims", Key="k")
    with pytest.raises(store.s3.exceptions.NoSuchKey):
        store.get()
    assert store.get(VersionId=first) == b"one"


def test_the_claim_check(lab, store):
    """A message carries where its body is, and the consumer fetches it."""
    url = store.sqs.create_queue(QueueName="orders")["QueueUrl"]
    got = []

    def producer():
        for n in range(5):
            store.put(f"order-{n}", body=b"x" * 300_000)
            store.sqs.send_message(QueueUrl=url, MessageBody=f"order-{n}")
            time.sleep(1)

    def consumer():
        while True:
            found = store.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
            for message in found.get("Messages", []):
                got.append((message["Body"], len(store.get(message["Body"]))))
                store.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    with lab.running(seconds=30):
        lab.start(producer)
        lab.start(consumer)
    assert sorted(got) == [(f"order-{n}", 300_000) for n in range(5)]


def test_a_lab_beside_another_has_buckets_of_its_own(store):
    """The names of all buckets are one space, in each lab."""
    store.put(body=b"outer")
    with beside(seed=1) as inner:
        other = Store(inner)
        other.put(body=b"inner")
        assert other.get() == b"inner"
    assert store.get() == b"outer"
    with pytest.raises(ClientError, match="BucketAlready"):
        store.s3.create_bucket(Bucket="claims", CreateBucketConfiguration=HERE)
