"""What a bucket tells of its objects: which events, in which form, on each call."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_s3 import ARN

CREATED, REMOVED = "s3:ObjectCreated:*", "s3:ObjectRemoved:*"
PART = 5 * 1024 * 1024


def on_the_bus(store, pattern=None, name="bus"):
    """A queue behind a rule of the default bus. Returns its address."""
    url = store.sqs.create_queue(QueueName=name)["QueueUrl"]
    bus = boto3.client("events")
    bus.put_rule(Name=name, EventPattern=json.dumps(pattern or {"source": ["aws.s3"]}))
    bus.put_targets(Rule=name, Targets=[{"Id": "q", "Arn": ARN.format("sqs", name)}])
    return url


def test_the_record_in_a_queue(store):
    """User Guide, "Event message structure" (November 2026)."""
    url = store.tell_queue(CREATED)
    store.let_pass(90)
    put = store.put("a b/ü", b"hello")
    store.let_pass(1)
    [body] = store.bodies(url)
    [record] = body["Records"]
    assert record["eventVersion"] == "2.5"
    assert (record["eventSource"], record["eventName"]) == ("aws:s3", "ObjectCreated:Put")
    assert (record["awsRegion"], record["eventTime"]) == ("eu-west-1", "2026-11-02T08:01:30.000Z")
    assert record["s3"]["bucket"]["name"] == "claims"
    assert record["s3"]["bucket"]["arn"] == "arn:aws:s3:::claims"
    told = record["s3"]["object"]
    assert (told["key"], told["size"]) == ("a+b%2F%C3%BC", 5)  # encoded, as in a form
    assert f'"{told["eTag"]}"' == put["ETag"]
    assert "versionId" not in told
    assert set(record) == {
        "eventVersion", "eventSource", "awsRegion", "eventTime", "eventName", "userIdentity",
        "requestParameters", "responseElements", "s3",
    }  # fmt: skip


def test_the_event_on_the_bus(store):
    """User Guide, "EventBridge event message structure" (November 2026)."""
    url = on_the_bus(store)
    store.configure(EventBridgeConfiguration={})
    put = store.put("a b", b"hello")
    store.s3.delete_object(Bucket="claims", Key="a b")
    store.let_pass(1)
    created, deleted = store.bodies(url)
    assert created["detail-type"] == "Object Created"
    assert (created["source"], created["account"]) == ("aws.s3", "123456789012")
    assert created["resources"] == ["arn:aws:s3:::claims"]
    detail = created["detail"]
    assert (detail["bucket"], detail["reason"]) == ({"name": "claims"}, "PutObject")
    assert (detail["object"]["key"], detail["object"]["size"]) == ("a b", 5)
    assert f'"{detail["object"]["etag"]}"' == put["ETag"]
    assert deleted["detail-type"] == "Object Deleted"
    assert deleted["detail"]["reason"] == "DeleteObject"
    assert deleted["detail"]["deletion-type"] == "Permanently Deleted"
    assert deleted["detail"]["object"]["sequencer"] > detail["object"]["sequencer"]


@pytest.mark.parametrize("bucket", ["claims", "other"])
def test_a_rule_chooses_among_the_events_of_the_bus(store, bucket):
    url = on_the_bus(store, {"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}})
    store.configure(EventBridgeConfiguration={})
    store.put()
    store.let_pass(1)
    assert len(store.bodies(url)) == (bucket == "claims")


def test_a_bucket_that_was_not_told_to_says_nothing(store):
    url = on_the_bus(store)
    store.put()
    store.let_pass(60)
    assert store.bodies(url) == []


def test_only_a_service_may_speak_in_its_name(store):
    entry = {"Source": "aws.s3", "DetailType": "Object Created", "Detail": "{}"}
    [answer] = boto3.client("events").put_events(Entries=[entry])["Entries"]
    assert answer["ErrorCode"] == "NotAuthorizedForSourceException"


def copy(store):
    store.s3.copy_object(Bucket="claims", Key="k", CopySource="claims/there")


def remove_many(store):
    objects = [{"Key": "there"}, {"Key": "there-2"}]
    store.s3.delete_objects(Bucket="claims", Delete={"Objects": objects})


def put_over(store):
    with pytest.raises(ClientError):
        store.put("there", IfNoneMatch="*")


TAGS = {"TagSet": [{"Key": "a", "Value": "b"}]}
# What one call tells, and nothing beside it: moto builds some operations from others.
CALLS = {
    "put": (lambda s: s.put(), [("ObjectCreated:Put", "k")]),
    "put with tags": (lambda s: s.put(Tagging="a=b"), [("ObjectCreated:Put", "k")]),
    "put over": (lambda s: s.put("there"), [("ObjectCreated:Put", "there")]),
    "copy": (copy, [("ObjectCreated:Copy", "k")]),
    "multipart": (
        lambda s: s.upload("k", b"a" * PART, b"b"),
        [("ObjectCreated:CompleteMultipartUpload", "k")],
    ),
    "delete": (
        lambda s: s.s3.delete_object(Bucket="claims", Key="there"),
        [("ObjectRemoved:Delete", "there")],
    ),
    "delete many": (
        remove_many,
        [("ObjectRemoved:Delete", "there"), ("ObjectRemoved:Delete", "there-2")],
    ),
    "delete nothing": (lambda s: s.s3.delete_object(Bucket="claims", Key="nothing"), []),
    "tags": (
        lambda s: s.s3.put_object_tagging(Bucket="claims", Key="there", Tagging=TAGS),
        [("ObjectTagging:Put", "there")],
    ),
    "refused": (put_over, []),
    "get": (lambda s: s.get("there"), []),
}


@pytest.mark.parametrize("call", CALLS)
def test_each_call_tells_one_thing(store, call):
    for key in ("there", "there-2"):
        store.put(key)
    url = store.tell_queue(CREATED, REMOVED, "s3:ObjectTagging:*", "s3:ObjectAcl:Put")
    act, expected = CALLS[call]
    act(store)
    store.let_pass(60)
    assert store.events(url) == expected


DETAIL_TYPES = {
    "ObjectCreated": "Object Created",
    "ObjectRemoved": "Object Deleted",
    "ObjectTagging": "Object Tags Added",
}


@pytest.mark.parametrize("call", CALLS)
def test_the_bus_hears_of_the_same(store, call):
    for key in ("there", "there-2"):
        store.put(key)
    url = on_the_bus(store)
    store.configure(EventBridgeConfiguration={})
    act, expected = CALLS[call]
    act(store)
    store.let_pass(60)
    told = [(e["detail-type"], e["detail"]["object"]["key"]) for e in store.bodies(url)]
    assert told == [(DETAIL_TYPES[event.partition(":")[0]], key) for event, key in expected]


def test_versions_and_their_removal(store):
    store.s3.put_bucket_versioning(Bucket="claims", VersioningConfiguration={"Status": "Enabled"})
    url = store.tell_queue(CREATED, REMOVED)
    first = store.put()["VersionId"]
    store.put()
    marker = store.s3.delete_object(Bucket="claims", Key="k")["VersionId"]
    store.s3.delete_object(Bucket="claims", Key="k", VersionId=first)
    store.let_pass(1)
    told = [body["Records"][0] for body in store.bodies(url)]
    assert [record["eventName"] for record in told] == [
        "ObjectCreated:Put", "ObjectCreated:Put", "ObjectRemoved:DeleteMarkerCreated",
        "ObjectRemoved:Delete",
    ]  # fmt: skip
    versions = [record["s3"]["object"]["versionId"] for record in told]
    assert (versions[0], versions[2], versions[3]) == (first, marker, first)
    assert "size" not in told[2]["s3"]["object"]
