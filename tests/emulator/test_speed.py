"""What the lab does in moto's place, only quicker, comes to the same."""

from __future__ import annotations

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from hypothesis import given
from hypothesis import strategies as st
from moto.core.request import normalize_request

from helpers.emulator.speed import normalized

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
    ours, theirs = (
        read(prepared(method, url, headers, body)) for read in (normalized, normalize_request)
    )
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
