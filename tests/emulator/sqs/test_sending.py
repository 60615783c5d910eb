"""What a producer may send: everything else is refused, in AWS's words, and reaches nobody.

Where a rule comes from stands in `helpers.emulator.sqs.sending`.
"""

from __future__ import annotations

import boto3
import pytest
from botocore.config import Config
from emulated_sqs import FIFO, attribute, bodies, counts, make, receive, refused, send
from hypothesis import given
from hypothesis import strategies as st
from moto.sqs.exceptions import SQSException

from helpers.emulator.sqs.queue import CorrectedQueue
from helpers.emulator.sqs.sending import checked

CHARACTERS = (
    "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | "
    "#xE000 to #xFFFD | #x10000 to #x10FFFF"
)


@pytest.fixture
def url(client):
    return make(client)


@pytest.fixture
def fifo(client):
    return make(client, "orders.fifo", **FIFO)


def test_an_empty_body_is_missing(client, url):
    with refused("MissingParameter", "The request must contain the parameter MessageBody."):
        send(client, url, "")


@pytest.mark.parametrize("body", ["a\x00", "\x0b", "\x1f", "\ufffe", "\uffff", "x\ud800"])
def test_a_control_character_is_refused(client, url, body):
    with refused("InvalidMessageContents", CHARACTERS):
        send(client, url, body)
    assert counts(client, url) == (0, 0, 0)


@pytest.mark.parametrize("body", ["\t\r\n", " ", "\x7f\x85", "é", "\ud7ff\ue000\ufffd", "😀"])
def test_every_other_character_arrives_as_it_was_sent(client, url, body):
    send(client, url, body)
    assert bodies(receive(client, url)) == [body]


@given(st.text(st.characters(codec=None), min_size=1))
def test_a_body_is_refused_exactly_if_it_has_a_character_that_is_not_allowed(body):
    def allowed(letter):
        point = ord(letter)
        return letter in "\t\n\r" or any(
            low <= point <= high
            for low, high in ((0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))
        )

    queue = CorrectedQueue("q", "us-east-1", "123456789012")
    none = dict.fromkeys(
        ("attributes", "system_attributes", "delay", "group_id", "deduplication_id")
    )
    if all(map(allowed, body)):
        assert checked(queue, body, **none).size == len(body.encode())
    else:
        with pytest.raises(SQSException, match="Invalid characters found"):
            checked(queue, body, **none)


@pytest.mark.parametrize("name", ["MessageGroupId", "MessageDeduplicationId"])
@pytest.mark.parametrize("value", ["a b", "x" * 129, "é", "", "tab\t"])
def test_an_id_is_of_up_to_128_letters_and_punctuation(client, url, fifo, name, value):
    """A standard queue takes a group: see `test_fair`."""
    words = (
        f"Value {value} for parameter {name} is invalid. Reason: {name} can only include "
        "alphanumeric and punctuation characters. 1 to 128 in length."
    )
    ids = {"MessageGroupId": "g", "MessageDeduplicationId": "d"}
    with refused("InvalidParameterValue", words):
        send(client, fifo, "a", **{**ids, name: value})
    if name == "MessageGroupId":
        with refused("InvalidParameterValue", words):
            send(client, url, "a", MessageGroupId=value)


def test_the_longest_ids_of_any_punctuation_are_taken(client, fifo):
    value = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".ljust(128, "z")
    send(client, fifo, "a", MessageGroupId=value, MessageDeduplicationId=value)
    assert bodies(receive(client, fifo)) == ["a"]


def test_a_standard_queue_takes_no_deduplication_id(client, url):
    words = (
        "Value d for parameter MessageDeduplicationId is invalid. Reason: The request includes a "
        "parameter that is not valid for this queue type."
    )
    with refused("InvalidParameterValue", words):
        send(client, url, "a", MessageDeduplicationId="d")


def test_a_fifo_queue_asks_for_a_group_and_a_way_to_recognize_a_message(client, fifo):
    """LocalStack's test_posting_to_fifo_requires_deduplicationid_group_id, recorded in 2023."""
    with refused("MissingParameter", "The request must contain the parameter MessageGroupId."):
        send(client, fifo, "a")
    plain = make(client, "plain.fifo", FifoQueue="true")
    words = (
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
        "provided explicitly"
    )
    with refused("InvalidParameterValue", words):
        send(client, plain, "a", MessageGroupId="g")


@pytest.mark.parametrize("delay", [-1, 901])
def test_a_delay_is_from_0_to_900_seconds(client, url, delay):
    words = (
        f"Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 "
        "and <= 900."
    )
    with refused("InvalidParameterValue", words):
        send(client, url, "a", DelaySeconds=delay)
    send(client, url, "b", DelaySeconds=900)
    assert counts(client, url) == (0, 0, 1)


# Message attributes.


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("a b", attribute("x"), "Message (user) attribute name 'a b' is invalid."),
        ("a..b", attribute("x"), "attribute name 'a..b' is invalid."),
        (".a", attribute("x"), "attribute name '.a' is invalid."),
        ("a.", attribute("x"), "attribute name 'a.' is invalid."),
        ("aws.trace", attribute("x"), "beginning with 'AWS.' or 'Amazon.'"),
        ("Amazon.x", attribute("x"), "beginning with 'AWS.' or 'Amazon.'"),
        ("x" * 257, attribute("x"), "names must be shorter than 256 Bytes"),
        ("a", {"DataType": "Text", "StringValue": "x"}, "attribute 'a' is invalid."),
        ("a", {"DataType": "", "StringValue": "x"}, "attribute 'a' is invalid."),
        ("a", {"DataType": "String"}, "'a' must contain a non-empty value of type 'String'."),
        ("a", attribute(""), "'a' must contain a non-empty value of type 'String'."),
        ("a", {"DataType": "Binary", "StringValue": "x"}, "non-empty value of type 'Binary'."),
        ("a", {"DataType": "String", "BinaryValue": b"x"}, "non-empty value of type 'String'."),
        ("a", attribute("x\x00"), CHARACTERS),
        ("a", {"DataType": "Number", "StringValue": "many"}, "Can't cast the value of message"),
        ("a", {"DataType": "Number.int", "StringValue": "1,0"}, "Can't cast the value of message"),
    ],
)
def test_an_attribute_that_sqs_does_not_take(client, url, name, value, words):
    with refused("InvalidParameterValue", words):
        send(client, url, "a", MessageAttributes={name: value})
    assert counts(client, url) == (0, 0, 0)


def test_attributes_of_every_type_arrive_as_they_were_sent(client, url):
    sent = {
        "text": attribute("x"),
        "list": {"DataType": "String.list", "StringValue": "[1]"},
        "n": {"DataType": "Number", "StringValue": "-1.5e3"},
        "a-b_c.D": {"DataType": "Binary.png", "BinaryValue": b"\x00\xff"},
        "x" * 256: attribute("y"),
    }
    send(client, url, "a", MessageAttributes=sent)
    [message] = receive(client, url, MessageAttributeNames=["All"])
    assert message["MessageAttributes"] == sent


def test_a_message_has_up_to_ten_attributes(client, url):
    attributes = {f"a{number}": attribute("x") for number in range(11)}
    words = "Number of message attributes [11] exceeds the allowed maximum [10]."
    with refused("InvalidParameterValue", words):
        send(client, url, "a", MessageAttributes=attributes)
    del attributes["a0"]
    send(client, url, "a", MessageAttributes=attributes)


def test_a_system_attribute_other_than_the_trace_is_refused(client, url):
    trace = attribute("Root=1-3152b799-8954dae64eda91bc9a23a7e8")
    send(client, url, "a", MessageSystemAttributes={"AWSTraceHeader": trace})
    entry = {"Id": "1", "MessageBody": "b", "MessageSystemAttributes": {"AWSTraceHeader": trace}}
    client.send_message_batch(QueueUrl=url, Entries=[entry])
    for message in receive(client, url, MessageSystemAttributeNames=["AWSTraceHeader"]):
        assert message["Attributes"] == {"AWSTraceHeader": trace["StringValue"]}
    with refused("InvalidParameterValue", "Message system attribute name 'Sender' is invalid."):
        send(client, url, "a", MessageSystemAttributes={"Sender": attribute("x")})


def test_a_client_that_looks_at_nothing_is_refused_by_the_service(client, url):
    loose = boto3.client("sqs", "us-east-1", config=Config(parameter_validation=False))
    with refused("MissingParameter", "The request must contain the parameter MessageBody."):
        loose.send_message(QueueUrl=url)
