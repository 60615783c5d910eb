"""Which settings of a bucket's notifications are refused, and leave the old ones as they were."""

import pytest
from botocore.exceptions import ClientError
from emulated_s3 import ARN

from helpers.emulator.s3 import corrections, events

CREATED, REMOVED = "s3:ObjectCreated:*", "s3:ObjectRemoved:*"


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
