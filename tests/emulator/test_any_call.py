"""Whatever a call of SQS or SNS says, the answer is AWS's: an error at most, and never a crash.

The calls are made from the API models: of the right types, with values that are right, wrong and
strange, against queues and topics that are there.
"""

from __future__ import annotations

import contextlib
import json

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import Lab
from helpers.emulator.arrivals import operation_model, service_model
from helpers.emulator.failures import EmulatorError
from helpers.emulator.not_modelled import NotModelled

ARN = "arn:aws:{}:eu-west-1:123456789012:{}"
URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/"
POLICY = {"Version": "2012-10-17", "Statement": []}
STRANGE = [
    "", "x", "a b", "0", "-1", "1.5", "true", "None", "{}", "[]", "null", "{", "ü", ":" * 6,
    "*", "x" * 300, "arn:aws:sqs", '{"a": [1]}', '{"deadLetterTargetArn": 1}', json.dumps(POLICY),
]  # fmt: skip
KNOWN = [
    f"{URL}orders", f"{URL}orders.fifo", ARN.format("sqs", "orders"), ARN.format("sns", "orders"),
    ARN.format("sns", "orders.fifo"), ARN.format("sqs", "gone"), f"{URL}gone", "orders", "sqs",
    "lambda", "email", "json", "All", "String", "Number", "Binary", "1",
    json.dumps({"deadLetterTargetArn": ARN.format("sqs", "orders"), "maxReceiveCount": 3}),
]  # fmt: skip
NAMES = [  # of attributes, which the models have as texts
    "VisibilityTimeout", "DelaySeconds", "Policy", "RedrivePolicy", "RedriveAllowPolicy",
    "FifoQueue", "FifoTopic", "DisplayName", "FilterPolicy", "FilterPolicyScope",
    "RawMessageDelivery", "DeliveryPolicy", "ContentBasedDeduplication", "KmsMasterKeyId",
]  # fmt: skip
# Calls that wait: they are made in tests of their own.
WAITS = {"WaitTimeSeconds", "ReceiveMessageWaitTimeSeconds"}


def values(shape, depth=0):
    """Values of a shape's type."""
    kind = shape.type_name
    if kind == "structure":
        members = {name: values(member, depth + 1) for name, member in shape.members.items()}
        required = {name: members.pop(name) for name in shape.required_members}
        some = {name: member for name, member in members.items() if name not in WAITS}
        return st.fixed_dictionaries(required, optional=some)
    if kind == "list":
        return st.lists(values(shape.member, depth + 1), max_size=3)
    if kind == "map":
        keys = st.sampled_from(NAMES) | values(shape.key)
        return st.dictionaries(keys, values(shape.value, depth + 1), max_size=3)
    if kind in ("integer", "long"):
        return st.sampled_from([-1, 0, 1, 10, 11, 901, 43_201, 2**40])
    if kind == "boolean":
        return st.booleans()
    if kind == "blob":
        return st.sampled_from([b"", b"x", b"\x00\xff"])
    assert kind == "string", kind
    return st.sampled_from([*STRANGE, *KNOWN, *NAMES, *shape.enum])


@pytest.fixture(scope="module")
def lab():
    with Lab(seed=1) as lab:
        yield lab


def furnish():
    """Queues and topics, unless they are there or were deleted a moment ago."""
    for service, operation, name, kind in (
        ("sqs", "create_queue", "QueueName", "FifoQueue"),
        ("sns", "create_topic", "Name", "FifoTopic"),
    ):
        create = getattr(boto3.client(service), operation)
        for value, attributes in (("orders", {}), ("orders.fifo", {kind: "true"})):
            with contextlib.suppress(ClientError):
                create(**{name: value}, Attributes=attributes)


OPERATIONS = [
    (service, name) for service in ("sqs", "sns") for name in service_model(service).operation_names
]


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_a_call_is_answered_or_refused(lab, service, name):
    furnish()
    client = boto3.client(service, config=Config(retries={"total_max_attempts": 1}))
    shape = operation_model(service, name).input_shape

    @settings(max_examples=12, suppress_health_check=list(HealthCheck))
    @given(parameters=values(shape) if shape else st.just({}))
    def call(parameters):
        try:
            client._make_api_call(name, parameters)
        except (ClientError, ParamValidationError, NotModelled):
            pass
        except EmulatorError as error:
            if not isinstance(error.__cause__, NotImplementedError):  # an operation moto lacks
                raise

    call()
