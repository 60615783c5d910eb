"""What the lab reads off a request in moto's place comes to the same."""

from __future__ import annotations

import gzip
from email.utils import parsedate_to_datetime

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from hypothesis import given
from hypothesis import strategies as st
from moto.awslambda.responses import LambdaResponse
from moto.core.parse import XFormedDict
from moto.core.responses import BaseResponse
from moto.core.routing import RestRouter, get_service_router
from moto.dynamodb.responses import DynamoHandler
from moto.sns.responses import SNSResponse
from moto.sqs.responses import SQSResponse
from werkzeug.exceptions import NotFound

from helpers import Lab
from helpers.emulator.set_up import matched, param, set_up
from helpers.emulator.speed import normalized

moto_sets_up, moto_finds = BaseResponse.setup_class, BaseResponse._get_param
moto_matches = RestRouter._match
JSON, FORM = "application/x-amz-json-1.0", "application/x-www-form-urlencoded"
FUNCTION = "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/a%20b"


def request(url, body, *, target="", kind=JSON, key="lab", method="POST", coding=""):
    sent = HTTPHeaders()
    scope = f"{key}/20261102/eu-west-1/sqs/aws4_request"
    sent["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, Signature=none"
    given = {"X-Amz-Target": target, "Content-Type": kind, "Content-Encoding": coding}
    for name, value in given.items():
        if value:
            sent[name] = value
    return AWSPreparedRequest(method, url, sent, body, False)


def known_to(service, read, sent):
    """What a service of moto's knows of a request that `read` has read."""
    response = service()
    read(response, normalized(sent))
    known = {**vars(response), "headers": sorted(response.headers.items())}
    del known["normalized_request"]
    known["date"] = parsedate_to_datetime(known.pop("response_headers").pop("date"))
    return known


def assert_alike(ours, theirs):
    assert (theirs.pop("date") - ours.pop("date")).total_seconds() in (0, 1)
    assert ours == theirs


@given(
    st.sampled_from([(SQSResponse, "AmazonSQS.SendMessage"), (DynamoHandler, "D.PutItem")]),
    st.sampled_from(["{}", '{"QueueUrl": "https://q/1/a", "MessageBody": "ä & b", "Key": {}}']),
    st.sampled_from(["eu-west-1", "us-gov-west-1", "cn-north-1"]),
    st.sampled_from(["", "?a=b", "?a=b&a=&c"]),
    st.sampled_from(["lab", "AKIAIOSFODNN7EXAMPLE"]),
)
def test_json_is_read_as_moto_reads_it(service, body, region, query, key):
    kind, target = service
    url = f"https://sqs.{region}.amazonaws.com/{query}"
    sent = request(url, body.encode(), target=target, key=key)
    ours, theirs = known_to(kind, set_up, sent), known_to(kind, moto_sets_up, sent)
    if not query:  # moto takes the body for a form
        for known in ("querystring", "data"):
            assert ours.pop(known) == {}
            assert body.partition("&")[0] in "&".join(theirs.pop(known))
    assert_alike(ours, theirs)


@pytest.mark.parametrize(
    ("service", "sent"),
    [
        (SNSResponse, request("https://sns.eu-west-1.amazonaws.com/", b"Action=Publish&Message=a",
                              kind=FORM)),
        (LambdaResponse, request(f"{FUNCTION}/invocations?Qualifier=1", b"{}", kind="")),
        (LambdaResponse, request(f"{FUNCTION}/invocations", b"", kind="")),
        (LambdaResponse, request(FUNCTION, b"", kind="", method="GET")),
        (SQSResponse, request("http://localhost/?b=c", gzip.compress(b"{}"), coding="gzip",
                              target="AmazonSQS.ListQueues")),
        (SQSResponse, request("http://localhost/1/a?b=c", b"{}", target="AmazonSQS.PurgeQueue")),
    ],
)  # fmt: skip
def test_another_request_is_read_as_moto_reads_it(service, sent):
    assert_alike(known_to(service, set_up, sent), known_to(service, moto_sets_up, sent))


@given(
    st.sampled_from([dict, XFormedDict]),
    st.dictionaries(st.sampled_from(["QueueUrl", "b", "max_items"]), st.none() | st.integers()),
    st.dictionaries(st.sampled_from(["QueueUrl", "c"]), st.integers()),
    st.sampled_from(["QueueUrl", "queue_url", "MaxItems", "b", "c", "a.b", "none"]),
    st.sampled_from([None, "usual"]),
)
def test_a_parameter_is_the_one_that_moto_finds(kind, params, labels, name, usual):
    response = SQSResponse()
    response.params, response.uri_match = kind(params), labels
    assert param(response, name, usual) == moto_finds(response, name, usual)


@pytest.mark.parametrize("account", ["", "111111111111"])
def test_a_body_that_names_an_action_is_not_taken_for_a_form(account, monkeypatch):
    """Whatever account is set for moto."""
    if account:
        monkeypatch.setenv("MOTO_ACCOUNT_ID", account)
    with Lab():
        sqs = boto3.client("sqs")
        queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
        assert f"/{account or '123456789012'}/" in queue
        sqs.send_message(QueueUrl=queue, MessageBody="a=b&Action=DeleteQueue&QueueUrl=none")
        [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
        assert message["Body"].startswith("a=b&Action")


def test_what_is_compressed_arrives():
    """botocore compresses what is long, where the API model allows it."""
    with Lab():
        cloudwatch, sent = boto3.client("cloudwatch"), []
        cloudwatch.meta.events.register(
            "before-send", lambda request, **_: sent.append(request.headers)
        )
        data = [{"MetricName": f"metric-{n}-{'x' * 100}", "Value": n} for n in range(200)]
        cloudwatch.put_metric_data(Namespace="shop", MetricData=data)
        assert sent[0]["Content-Encoding"] == b"gzip"
        pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace="shop")
        assert sum(len(page["Metrics"]) for page in pages) == 200


def test_whose_key_it_is_stays_known():
    with Lab():
        iam, sts = boto3.client("iam"), boto3.client("sts")
        assert sts.get_caller_identity()["Account"] == "123456789012"
        iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
        taken = sts.assume_role(RoleArn="arn:aws:iam::111111111111:role/r", RoleSessionName="me")
        keys = taken["Credentials"]
        other = boto3.client(
            "sqs",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )
        assert "/111111111111/" in other.create_queue(QueueName="a")["QueueUrl"]
        assert "/123456789012/" in boto3.client("sqs").create_queue(QueueName="a")["QueueUrl"]


@pytest.mark.parametrize("service", ["lambda", "scheduler", "s3"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    "path",
    ["/2015-03-31/functions/a%20b/invocations", "/2015-03-31/functions/", "/schedules/a",
     "/2015-03-31/functions/a?Qualifier=1", "/bucket/a/%2Fb?list-type=2", "//a", "/"],
)  # fmt: skip
def test_an_address_leads_to_the_operation_that_moto_finds(service, method, path):
    sent = request(f"https://{service}.eu-west-1.amazonaws.com{path}", b"", kind="", method=method)
    router = get_service_router(service)._get_router("rest-xml" if service == "s3" else "rest-json")
    for _ in range(2):  # found, and remembered
        assert found(matched, router, sent) == found(moto_matches, router, sent)


def found(match, router, sent):
    try:
        operation, labels = match(router, normalized(sent))
    except NotFound:
        return None
    return operation and operation.name, labels
