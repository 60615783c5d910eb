"""A bucket tells queues, topics, functions and the default bus of its objects, in virtual time."""

import json
import time

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_s3 import ARN, Store

from helpers import Lab, faults
from helpers.emulator.s3 import corrections, events

CREATED, REMOVED = "s3:ObjectCreated:*", "s3:ObjectRemoved:*"
PART = 5 * 1024 * 1024


@pytest.fixture
def lab():
    with Lab(seed=3) as lab:
        yield lab


@pytest.fixture
def store(lab):
    return Store(lab)


def on_the_bus(store, pattern=None, name="bus"):
    """A queue behind a rule of the default bus. Returns its address."""
    url = store.sqs.create_queue(QueueName=name)["QueueUrl"]
    bus = boto3.client("events")
    bus.put_rule(Name=name, EventPattern=json.dumps(pattern or {"source": ["aws.s3"]}))
    bus.put_targets(Rule=name, Targets=[{"Id": "q", "Arn": ARN.format("sqs", name)}])
    return url


# What is told.


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


# To whom.


def test_a_topic_and_its_subscribers(store):
    topic = boto3.client("sns").create_topic(Name="told")["TopicArn"]
    url = store.sqs.create_queue(QueueName="reader")["QueueUrl"]
    arn = ARN.format("sqs", "reader")
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    store.configure(TopicConfigurations=[{"TopicArn": topic, "Events": [CREATED]}])
    store.put()
    store.let_pass(1)
    test, told = store.bodies(url)
    assert json.loads(test["Message"])["Event"] == "s3:TestEvent"
    assert told["Subject"] == "Amazon S3 Notification"
    assert json.loads(told["Message"])["Records"][0]["s3"]["object"]["key"] == "k"


def test_a_function_is_invoked_and_retried_by_lambda(lab, store):
    ran = []

    def handler(event, context):
        ran.append(event["Records"][0]["s3"]["object"]["key"])
        raise ValueError("no")

    arn = lab.deploy("resize", handler)
    function = {"LambdaFunctionArn": arn, "Events": [CREATED]}
    store.configure(LambdaFunctionConfigurations=[function])
    assert ran == []  # a function gets no test message
    store.put()
    store.let_pass(600)
    assert ran == ["k"] * 3
    assert (lab.trace.operation == "Invoke").sum() == 1


@pytest.mark.parametrize("name", ["prefix", "Prefix", "PREFIX"])
def test_filters_on_the_key(store, name):
    url = store.tell_queue(
        CREATED,
        rules=({"Name": name, "Value": "in/"}, {"Name": "Suffix", "Value": ".jpg"}),
    )
    for key in ("in/a.jpg", "in/a.png", "out/a.jpg", "in/.jpg"):
        store.put(key)
    store.let_pass(1)
    assert [key for _, key in store.events(url)] == ["in%2Fa.jpg", "in%2F.jpg"]


def test_the_writer_does_not_wait(lab, store):
    url = store.tell_queue(CREATED)
    took = []

    def writer():
        begun = lab.now
        store.put()
        took.append(lab.now - begun)

    with faults.latency("sqs.SendMessage", median=5), lab.running(seconds=60):
        lab.start(writer)
    assert took == [0]
    assert len(store.bodies(url)) == 1


@pytest.mark.parametrize("fault", [faults.error, faults.throttling, faults.refused])
def test_an_outage_of_the_queue_loses_nothing(lab, store, fault):
    """S3 "event notifications are designed to be delivered at least once"."""
    url = store.tell_queue(CREATED)

    def outage():
        with fault("sqs.SendMessage", resource="told"):
            time.sleep(1800)

    with lab.running(hours=2):
        lab.start(outage)
        lab.start(lambda: [store.put(str(n)) for n in range(10)])
    assert sorted(key for _, key in store.events(url)) == sorted(map(str, range(10)))


def test_a_queue_that_is_gone_is_tried_once(lab, store):
    url = store.tell_queue(CREATED)
    store.sqs.delete_queue(QueueUrl=url)
    store.put()
    store.let_pass(3600)
    tries = lab.trace[(lab.trace.operation == "SendMessage") & (lab.trace.caller != "cell")]
    assert list(tries.outcome) == ["QueueDoesNotExist"]


def test_the_trace_tells_who_told_whom(lab, store):
    store.tell_queue(CREATED)
    store.put()
    store.let_pass(1)
    row = lab.trace[lab.trace.caller == "s3:claims"].iloc[0]
    assert (row.service, row.operation, row.resource) == ("sqs", "SendMessage", "told")
    [handling] = row.messages
    assert json.loads(handling.body)["Records"][0]["s3"]["object"]["key"] == "k"


def test_the_same_seed_tells_the_same():
    told = []
    for _ in range(2):
        with Lab(seed=7) as lab:
            store = Store(lab)
            url = store.tell_queue(CREATED)
            for n in range(3):
                store.put(str(n))
            store.let_pass(1)
            told.append(store.bodies(url))
    assert told[0] == told[1]


# What is refused, and leaves the configuration as it was.


def refused(store, **configuration):
    store.configure(EventBridgeConfiguration={})
    with pytest.raises(ClientError) as error:
        store.configure(**configuration)
    held = store.s3.get_bucket_notification_configuration(Bucket="claims")
    assert "EventBridgeConfiguration" in held
    assert "QueueConfigurations" not in held
    return error.value.response["Error"]["Message"]


def test_the_configuration_is_told_again(store):
    store.sqs.create_queue(QueueName="told")
    queue = {"Id": "q", "QueueArn": ARN.format("sqs", "told"), "Events": [CREATED]}
    held = store.s3.get_bucket_notification_configuration(Bucket="claims")
    assert set(held) == {"ResponseMetadata"}
    store.configure(EventBridgeConfiguration={})
    held = store.s3.get_bucket_notification_configuration(Bucket="claims")
    assert (held["EventBridgeConfiguration"], len(held)) == ({}, 2)
    store.configure(EventBridgeConfiguration={}, QueueConfigurations=[queue])
    held = store.s3.get_bucket_notification_configuration(Bucket="claims")
    assert held["EventBridgeConfiguration"] == {}
    assert held["QueueConfigurations"] == [queue]
    store.configure()
    held = store.s3.get_bucket_notification_configuration(Bucket="claims")
    assert set(held) == {"ResponseMetadata"}


@pytest.mark.parametrize("name", ["missing", "ordered.fifo"])
def test_a_queue_that_cannot_be_a_destination(store, name):
    if name.endswith(".fifo"):
        store.sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})
    arn = ARN.format("sqs", name)
    message = refused(store, QueueConfigurations=[{"QueueArn": arn, "Events": [CREATED]}])
    assert message == f"Unable to validate the following destination configurations: {arn}"


@pytest.mark.parametrize(("kind", "service"), [("Topic", "sns"), ("LambdaFunction", "lambda")])
def test_other_destinations_that_are_missing(store, kind, service):
    name = "function:missing" if service == "lambda" else "missing"
    arn = ARN.format(service, name)
    given = {f"{kind}Configurations": [{f"{kind}Arn": arn, "Events": [CREATED]}]}
    assert "Unable to validate" in refused(store, **given)


def test_the_validation_can_be_skipped(store):
    queue = {"QueueArn": ARN.format("sqs", "missing"), "Events": [CREATED]}
    store.s3.put_bucket_notification_configuration(
        Bucket="claims",
        NotificationConfiguration={"QueueConfigurations": [queue]},
        SkipDestinationValidation=True,
    )
    held = store.s3.get_bucket_notification_configuration(Bucket="claims")
    assert held["QueueConfigurations"][0]["QueueArn"] == queue["QueueArn"]


def rules(**given):
    return {"Key": {"FilterRules": [{"Name": k, "Value": v} for k, v in given.items()]}}


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ({"Events": [CREATED]}, {"Events": ["s3:ObjectCreated:Put"]}, True),
        ({"Events": [CREATED]}, {"Events": [REMOVED]}, False),
        (
            {"Events": [CREATED], "Filter": rules(prefix="a")},
            {"Events": [CREATED], "Filter": rules(prefix="ab")},
            True,
        ),
        (
            {"Events": [CREATED], "Filter": rules(prefix="a")},
            {"Events": [CREATED], "Filter": rules(prefix="b")},
            False,
        ),
        (
            {"Events": [CREATED], "Filter": rules(prefix="a", suffix=".jpg")},
            {"Events": [CREATED], "Filter": rules(prefix="a", suffix=".png")},
            False,
        ),
    ],
)
def test_configurations_that_overlap(store, one, other, overlap):
    store.sqs.create_queue(QueueName="told")
    arn = ARN.format("sqs", "told")
    given = [{"QueueArn": arn, **one}, {"QueueArn": arn, **other}]
    if overlap:
        assert refused(store, QueueConfigurations=given).startswith("Configurations overlap")
    else:
        store.configure(QueueConfigurations=given)


def test_a_filter_that_there_is_not(store):
    given = {
        "QueueArn": ARN.format("sqs", "told"),
        "Events": [CREATED],
        "Filter": rules(infix="a"),
    }
    assert "either prefix or suffix" in refused(store, QueueConfigurations=[given])


def test_every_event_on_the_bus_is_one_that_s3_has():
    from moto.s3.notifications import S3NotificationEvent

    assert set(events.ON_THE_BUS) <= set(S3NotificationEvent.events())
    assert {corrections.REMOVED, corrections.MARKED} <= set(events.ON_THE_BUS)
