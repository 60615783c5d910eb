"""Whatever a program asks of DynamoDB, it gets an answer, an error of AWS's, or `NotModelled`."""

from __future__ import annotations

from contextlib import suppress

import boto3
import botocore.session
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from emulated_dynamodb import Indexed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import Lab
from helpers.emulator.modelled import MODELLED, REFUSED
from helpers.emulator.not_modelled import NotModelled

AS_IT_IS = Config(parameter_validation=False, retries={"total_max_attempts": 1})
SERVICES = ("dynamodb", "dynamodbstreams")
OPERATIONS = [
    key for key, verdict in MODELLED.items() if key[0] in SERVICES and verdict.kind != REFUSED
]
NAMES = st.sampled_from(["pk", "sk", "g", "n", "a", "l", "#n", "name", ""])
TEXTS = st.sampled_from(["a", "1", "", "\u00e9", "x" * 2100])
NUMBERS = st.sampled_from(["1", "-5", "0", "00.10", "NaN", "", "1" * 39, "1E-131", "9E125", "abc"])
BLOBS = st.sampled_from([b"", b"a", b"\xff\x00"])
VALUES = st.recursive(
    st.one_of(
        st.fixed_dictionaries({}, optional={"S": TEXTS, "N": NUMBERS}),
        TEXTS.map(lambda one: {"S": one}),
        NUMBERS.map(lambda one: {"N": one}),
        BLOBS.map(lambda one: {"B": one}),
        st.lists(TEXTS, max_size=2).map(lambda one: {"SS": one}),
        st.lists(NUMBERS, max_size=2).map(lambda one: {"NS": one}),
        st.lists(BLOBS, max_size=2).map(lambda one: {"BS": one}),
        st.booleans().map(lambda one: {"NULL": one}),
        st.booleans().map(lambda one: {"BOOL": one}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(lambda one: {"L": one}),
        st.dictionaries(NAMES, inner, max_size=2).map(lambda one: {"M": one}),
    ),
    max_leaves=3,
)
KEYS = st.one_of(
    st.just({"pk": {"S": "a"}, "sk": {"S": "1"}}), st.dictionaries(NAMES, VALUES, max_size=3)
)
WORDS = (
    "pk sk a l[0] m.x #n :a :b = <> < ( ) , . [0] AND OR NOT BETWEEN IN SET REMOVE ADD DELETE + - "
    "size(a) contains(a,:a) begins_with(sk,:a) attribute_exists(a) list_append(l,:a) SELECT * FROM "
    "indexed WHERE INSERT INTO VALUE UPDATE {'pk':'z'} 'a' ? 1"
)
EXPRESSIONS = st.one_of(
    st.sampled_from(
        ["pk = :a", "pk = :a AND sk > :b", "a < :a", "SET a = :a", "ADD a :a", "a, m.x", "REMOVE a",
         "SELECT * FROM indexed", "UPDATE indexed SET a=1 WHERE pk='a' AND sk='1'"]
    ),
    st.lists(st.sampled_from(WORDS.split()), max_size=6).map(" ".join),
)  # fmt: skip
BY_NAME = {
    "AttributeValue": VALUES,
    "Key": KEYS,
    "PutItemInputAttributeMap": KEYS,
    "TableName": st.sampled_from(["indexed", "indexed", "gone", "bad name"]),
    "TableArn": st.sampled_from(["indexed", "indexed", "gone", "arn:aws:dynamodb:x:1:table/y"]),
    "IndexName": st.sampled_from(["by_g", "by_n", "gone"]),
    "ExpressionAttributeNameMap": st.sampled_from([{}, {"#n": "name"}, {"n": "a"}]),
    "ExpressionAttributeValueMap": st.fixed_dictionaries({":a": VALUES}, optional={":b": VALUES}),
    "PartiQLStatement": EXPRESSIONS.filter(bool),
    "ClientRequestToken": st.uuids().map(str),
}
BY_NAME |= dict.fromkeys(
    ("ConditionExpression", "UpdateExpression", "ProjectionExpression", "KeyExpression"),
    EXPRESSIONS,
)
BY_TYPE = {
    "integer": st.integers(-1, 3),
    "long": st.integers(-1, 3),
    "double": st.floats(0, 3),
    "boolean": st.booleans(),
    "timestamp": st.just(1_793_606_400),
    "blob": BLOBS,
}


def strategy(shape):
    """Values of a shape of the API model, now and then none that the service takes."""
    if shape.name in BY_NAME:
        return BY_NAME[shape.name]
    if shape.type_name == "structure":
        members = {name: st.deferred(lambda m=m: strategy(m)) for name, m in shape.members.items()}
        needed = {name: members.pop(name) for name in shape.required_members}
        return st.fixed_dictionaries(needed, optional=members)
    if shape.type_name == "list":
        low = shape.metadata.get("min", 0)
        return st.lists(st.deferred(lambda: strategy(shape.member)), min_size=low, max_size=low + 2)
    if shape.type_name == "map":
        keys = BY_NAME.get(shape.key.name, NAMES)
        values = st.deferred(lambda: strategy(shape.value))
        return st.dictionaries(keys, values, min_size=shape.metadata.get("min", 0), max_size=2)
    if shape.type_name == "string":
        low = shape.metadata.get("min", 0)
        return st.sampled_from(shape.metadata.get("enum") or ["a" * low, "a" * (low + 3)])
    return BY_TYPE[shape.type_name]


@pytest.mark.parametrize("operation", OPERATIONS, ids=".".join)
def test_any_call_is_answered(operation):
    service, name = operation
    model = botocore.session.Session().get_service_model(service)

    with Lab(seed=1):
        Indexed().put(a=1, l=[1])
        call = getattr(boto3.client(service, config=AS_IT_IS), xform_name(name))

        @given(strategy(model.operation_model(name).input_shape))
        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
        def answered(params):
            with suppress(ClientError, NotModelled):
                assert call(**params)["ResponseMetadata"]["HTTPStatusCode"] == 200

        answered()
