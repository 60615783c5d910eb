"""What a receive and a change of visibility may ask for.

Where a rule comes from stands in `helpers.emulator.sqs.receiving`.
"""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_sqs import bodies, counts, hide, make, receive, refused, send

from helpers import Lab

OUT_OF_RANGE = [
    ({"MaxNumberOfMessages": 11}, "Value 11 for parameter MaxNumberOfMessages is invalid."),
    ({"MaxNumberOfMessages": 0}, "Reason: Must be between 1 and 10, if provided."),
    ({"WaitTimeSeconds": 21}, "Value 21 for parameter WaitTimeSeconds is invalid."),
    ({"WaitTimeSeconds": -1}, "Reason: Must be >= 0 and <= 20, if provided."),
    ({"VisibilityTimeout": 43_201}, "Value 43201 for parameter VisibilityTimeout is invalid."),
    ({"VisibilityTimeout": -1}, "Reason: Must be >= 0 and <= 43200, if provided."),
]


@pytest.mark.parametrize(("asked", "words"), OUT_OF_RANGE)
def test_a_number_out_of_range_is_refused(client, asked, words):
    url = make(client)
    send(client, url, "a")
    with refused("InvalidParameterValue", words):
        client.receive_message(QueueUrl=url, **asked)
    assert counts(client, url) == (1, 0, 0)


@pytest.mark.parametrize(("asked", "words"), OUT_OF_RANGE)
def test_it_is_refused_on_an_empty_queue_of_a_lab_as_well(asked, words):
    """A poll that finds nothing goes a way of its own there."""
    with Lab(seed=1):
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="empty")["QueueUrl"]
        with refused("InvalidParameterValue", words):
            sqs.receive_message(QueueUrl=url, **asked)


@pytest.mark.parametrize("parameter", ["AttributeNames", "MessageSystemAttributeNames"])
@pytest.mark.parametrize("name", ["Nonsense", "QueueArn", ""])
def test_a_system_attribute_that_there_is_not_is_unknown(client, parameter, name):
    url = make(client)
    with refused("InvalidAttributeName", f"Unknown Attribute {name}."):
        client.receive_message(QueueUrl=url, **{parameter: ["SenderId", name]})


@pytest.mark.parametrize("seconds", [-1, 43_201])
def test_a_visibility_timeout_out_of_range_is_refused(client, seconds):
    url = make(client)
    send(client, url, "a")
    [message] = receive(client, url)
    with refused("InvalidParameterValue", f"Value {seconds} for parameter VisibilityTimeout"):
        hide(client, url, message, seconds)
    assert counts(client, url) == (0, 1, 0)


def test_the_ends_of_the_ranges_are_taken(client):
    url = make(client)
    send(client, url, "a")
    for asked in (
        {"MaxNumberOfMessages": 10, "VisibilityTimeout": 0, "WaitTimeSeconds": 20},
        {"MaxNumberOfMessages": 1, "VisibilityTimeout": 43_200, "WaitTimeSeconds": 0},
    ):
        assert bodies(client.receive_message(QueueUrl=url, **asked)["Messages"]) == ["a"]


@pytest.mark.parametrize("count", [0, -1, 1001])
def test_a_listing_has_at_most_1000_queues(count):
    """API model of botocore 1.44.5, ListQueues: "Value range is 1 to 1000"."""
    with Lab(seed=1):
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="dead")["QueueUrl"]
        for call, given in ((sqs.list_queues, {}), (sqs.list_dead_letter_source_queues, url)):
            arguments = {"QueueUrl": given} if given else {}
            with pytest.raises(ClientError) as caught:
                call(**arguments, MaxResults=count)
            assert caught.value.response["Error"]["Code"] == "InvalidParameterValue"
        assert sqs.list_queues(MaxResults=1000)["QueueUrls"] == [url]
