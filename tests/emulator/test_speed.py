"""What the lab does in moto's place, only quicker, comes to the same."""

from __future__ import annotations

import pytest
from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from hypothesis import given
from hypothesis import strategies as st
from moto.core.request import normalize_request
from moto.core.serialize import (
    AttributePickerContext,
    JSONSerializer,
    ResponseSerializer,
    XFormedAttributePicker,
)
from moto.core.utils import get_service_model

from helpers.emulator.speed import normalized, possible_keys, raw_url, value_of

moto_finds = ResponseSerializer.get_value

URLS = st.sampled_from(
    [
        "https://sqs.eu-west-1.amazonaws.com/",
        "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/a%20b/invocations?Qualifier=1",
        "https://bucket.s3.eu-west-1.amazonaws.com/a/%2Fb?list-type=2&prefix=x%20y",
    ]
)
HEADERS = st.dictionaries(
    st.sampled_from(["X-Amz-Target", "Content-Type", "Authorization", "x-amz-meta-my_key", "Host"]),
    st.text("abc /.;=", max_size=8).map(str.strip)
    | st.sampled_from(["application/x-amz-json-1.1", "application/x-www-form-urlencoded"]),
)


def prepared(method: str, url: str, headers: dict[str, str], body) -> AWSPreparedRequest:
    sent = HTTPHeaders()
    for name, value in headers.items():
        sent[name] = value.encode()
    return AWSPreparedRequest(method, url, sent, body, False)


@given(st.sampled_from(["GET", "POST", "PUT"]), URLS, HEADERS, st.binary(max_size=50))
def test_a_request_reads_as_moto_reads_it(method, url, headers, body):
    request = prepared(method, url, headers, body)
    ours, theirs = normalized(request), normalize_request(request)
    assert raw_url(request, ours) == theirs.raw_url
    assert ours.method == theirs.method
    assert (ours.url, ours.raw_url, ours.host) == (theirs.url, theirs.raw_url, theirs.host)
    assert sorted(ours.headers.items()) == sorted(theirs.headers.items())
    assert ours.args == theirs.args
    assert ours.form.to_dict(False) == theirs.form.to_dict(False)
    assert ours.files.to_dict() == theirs.files.to_dict()
    assert ours.values.to_dict(False) == theirs.values.to_dict(False)
    assert ours.get_data() == theirs.get_data()


@pytest.mark.parametrize("body", [b"", b'{"QueueUrl": "a=b&c"}', b"a=b"])
def test_json_is_read_as_moto_reads_it(body):
    sent = {"Content-Type": "application/x-amz-json-1.0"}
    request = prepared("POST", "https://sqs.eu-west-1.amazonaws.com/?a=b", sent, body)
    ours, theirs = normalized(request), normalize_request(request)
    for read in (ours, theirs):
        assert read.get_data(parse_form_data=True) == read.data == body
        assert read.values.to_dict(False) == {"a": ["b"]}
        assert not read.form
        assert not read.files
        assert read.stream.read() == b""


@pytest.mark.parametrize("body", [None, "text", b"bytes"])
def test_every_kind_of_body_is_read(body):
    request = prepared("POST", "https://sqs.eu-west-1.amazonaws.com/", {}, body)
    assert normalized(request).get_data() == normalize_request(request).get_data()


def members_of(service):
    """Each member of a structure that an operation of the service answers with, once."""
    model, seen = get_service_model(service), set()
    found = [model.operation_model(name).output_shape for name in model.operation_names]
    while found:
        shape = found.pop()
        if shape is None or shape.name in seen:
            continue
        seen.add(shape.name)
        if shape.type_name == "structure":
            yield from shape.members.items()
            found += shape.members.values()
        elif shape.type_name == "list":
            found.append(shape.member)


class Message:
    """Members begin with the name of this class, such as MessageId."""


class Aliased:
    class Meta:
        serialization_aliases = {"MessageId": "number"}  # noqa: RUF012


@pytest.mark.parametrize("service", ["sqs", "sns", "events", "dynamodb", "stepfunctions"])
def test_a_value_is_looked_for_under_the_names_that_moto_tries(service):
    picker, members = XFormedAttributePicker(), list(members_of(service))
    assert len(members) > 10
    for key, shape in members:
        for thing in ({}, Message(), Aliased()):
            context = AttributePickerContext(obj=thing, key=key, shape=shape)
            tried = list(picker.get_possible_keys(context))
            assert list(possible_keys(picker, context)) == tried
    own = XFormedAttributePicker(alias_providers=[])
    assert list(possible_keys(own, context)) == []


@pytest.mark.parametrize("service", ["sqs", "sns", "events", "dynamodb", "stepfunctions"])
def test_a_value_is_the_one_that_moto_finds(service):
    model = get_service_model(service)
    operation = model.operation_model(model.operation_names[0])
    transforms = {"ByMoto": str}
    for more in ({}, {"response_transformers": transforms}, {"alias_providers": []}):
        picker = XFormedAttributePicker(**more)
        serializer = JSONSerializer(operation, value_picker=picker)
        for key, shape in members_of(service):
            for name in {key, xform_name(key), "other", key.lower()}:
                for value in ({name: 1}, {name: None}, {name: 1, key: 2}, Message(), [1], "text"):
                    ours = value_of(serializer, value, key, shape)
                    assert ours == moto_finds(serializer, value, key, shape)
