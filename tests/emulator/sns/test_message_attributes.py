"""Message attributes that SNS takes, and those that it refuses, in AWS's words.

The refusals are those of LocalStack's recorded test_empty_or_wrong_message_attributes; where the
rules come from stands in `helpers.emulator.sns.message_attributes`.
"""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from emulated_sns import Shop, array, number, text

from helpers import Lab


@pytest.fixture
def shop():
    with Lab(seed=1) as lab:
        shop = Shop(lab)
        shop.url, arn = shop.queue("copy")
        shop.subscribe(arn, RawMessageDelivery="true")
        yield shop


BINARY = {"DataType": "Binary", "BinaryValue": b"\x00\xff"}
EMPTY = "must contain non-empty message attribute value for message attribute type '{}'."
WRONG = [
    ("attr1", {"DataType": "String", "StringValue": ""}, "'attr1' " + EMPTY.format("String")),
    ("attr1", {"DataType": "Binary", "BinaryValue": b""}, "'attr1' " + EMPTY.format("Binary")),
    ("attr1", {"DataType": "String"}, "'attr1' " + EMPTY.format("String")),
    ("attr1", {"DataType": "Number"}, "'attr1' " + EMPTY.format("Number")),
    ("attr1", {"DataType": "Binary"}, "'attr1' " + EMPTY.format("Binary")),
    (
        "attr1",
        {"DataType": "String", "BinaryValue": b"123"},
        "The message attribute 'attr1' with type 'String' must use field 'String'.",
    ),
    (
        "attr1",
        {"DataType": "Number", "BinaryValue": b"123"},
        "The message attribute 'attr1' with type 'Number' must use field 'String'.",
    ),
    (
        "attr1",
        {"DataType": "Binary", "StringValue": "123"},
        "The message attribute 'attr1' with type 'Binary' must use field 'Binary'.",
    ),
    (
        "attr1",
        {"DataType": "InvalidType", "StringValue": "123"},
        "The message attribute 'attr1' has an invalid message attribute type, the set of supported "
        "type prefixes is Binary, Number, and String.",
    ),
    ("a" * 257, text("123"), "Length of message attribute name must be less than 256 bytes."),
    (
        "a^*?",
        text("123"),
        "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. Can "
        "only include alphanumeric characters, hyphens, underscores, or dots.",
    ),
    (
        ".abc",
        text("123"),
        "Invalid message attribute name starting with character '.' was found.",
    ),
    ("abc.", text("123"), "Invalid message attribute name ending with character '.' was found."),
    ("a..bc", text("123"), "Message attribute name can not have successive '.' character."),
    ("n", number("many"), "Could not cast message attribute 'n' value to number."),
]


@pytest.mark.parametrize(("name", "attribute", "words"), WRONG)
def test_an_attribute_that_is_refused_reaches_nobody(shop, name, attribute, words):
    good = {"Id": "1", "Message": "x"}
    batch = [good, {"Id": "2", "Message": "x", "MessageAttributes": {name: attribute}}]
    calls = (
        lambda: shop.publish("x", MessageAttributes={name: attribute}),
        lambda: shop.sns.publish_batch(TopicArn=shop.topic, PublishBatchRequestEntries=batch),
    )
    for call in calls:
        with pytest.raises(ClientError) as caught:
            call()
        error = caught.value.response["Error"]
        assert error["Code"] == "ParameterValueInvalid"
        assert error["Message"].endswith(words)
    shop.let_pass(60)
    assert shop.bodies(shop.url) == []


def test_attributes_of_every_type_arrive(shop):
    sent = {
        "text": text("x"),
        "n": number("-1.5e3"),
        "list": array("a", 1, None),
        "b": BINARY,
        "a-b_c.D": {"DataType": "String.custom", "StringValue": "y"},
        "x" * 256: text("z"),
    }
    shop.publish("m", MessageAttributes=sent)
    shop.let_pass(60)
    [message] = shop.messages(shop.url)
    assert message["MessageAttributes"] == sent
