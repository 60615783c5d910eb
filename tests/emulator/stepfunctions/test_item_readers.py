"""Items of a Distributed Map that come from a bucket, and bytes that go to one.

Source: Step Functions Developer Guide, "ItemReader (Map)", November 2026.
"""

import boto3
import pytest
from emulated_executions import pass_time
from emulated_states import Flow, machine, task

from helpers import Lab

HERE = {"LocationConstraint": "eu-west-1"}
PROCESSOR = {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    "StartAt": "P",
    "States": {"P": {"Type": "Pass", "End": True}},
}
LIST = "arn:aws:states:::s3:listObjectsV2"


@pytest.fixture
def s3(lab):
    client = boto3.client("s3")
    client.create_bucket(Bucket="claims", CreateBucketConfiguration=HERE)
    return client


@pytest.fixture
def lab():
    with Lab(seed=2) as lab:
        yield lab


def listed(lab, **parameters):
    reader = {"Resource": LIST, "Parameters": {"Bucket": "claims", **parameters}}
    state = {"Type": "Map", "ItemReader": reader, "ItemProcessor": PROCESSOR, "End": True}
    flow = Flow(machine({"M": state}))
    pass_time(lab, 60)
    return flow.output


def test_an_item_is_what_s3_tells_of_an_object(lab, s3):
    put = s3.put_object(Bucket="claims", Key="a/1", Body=b"hello")
    s3.put_object(Bucket="claims", Key="b/1", Body=b"")
    assert listed(lab, Prefix="a/") == [
        {
            "Etag": put["ETag"],
            "Key": "a/1",
            "LastModified": 1793606400,
            "Size": 5,
            "StorageClass": "STANDARD",
        }
    ]


def test_all_pages_are_read(lab, s3):
    for number in range(5):
        s3.put_object(Bucket="claims", Key=str(number), Body=b"")
    assert [item["Key"] for item in listed(lab, MaxKeys=2)] == ["0", "1", "2", "3", "4"]


def test_no_object_is_no_item(lab, s3):
    assert listed(lab) == []


@pytest.mark.parametrize("content", [None, b"{no"])
@pytest.mark.parametrize("name", ["States.ItemReaderFailed", "States.ALL"])
def test_a_source_that_cannot_be_read_is_caught(lab, s3, content, name):
    if content is not None:
        s3.put_object(Bucket="claims", Key="items", Body=content)
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Parameters": {"Bucket": "claims", "Key": "items"},
    }
    catch = [{"ErrorEquals": [name], "Next": "Caught"}]
    state = {"Type": "Map", "ItemReader": reader, "ItemProcessor": PROCESSOR, "End": True}
    caught = {"Caught": {"Type": "Pass", "End": True}}
    flow = Flow(machine({"M": {**state, "Catch": catch}, **caught}))
    pass_time(lab, 60)
    assert flow.output["Error"] == "States.ItemReaderFailed"
    plain = Flow(machine({"M": state}, name="plain"))
    pass_time(lab, 60)
    assert (plain.status, plain.end["error"]) == ("FAILED", "States.ItemReaderFailed")
    assert "MapRunFailed" in plain.types


@pytest.mark.parametrize(
    ("body", "expected"), [({"a": [1, "é"]}, '{"a":[1,"é"]}'), ([1], "[1]"), (7, "7"), ("x", "x")]
)
def test_any_json_can_be_the_body_of_an_object(lab, s3, body, expected):
    to = {"Bucket": "claims", "Key": "k", "Body": body}
    flow = Flow(machine({"A": task("arn:aws:states:::aws-sdk:s3:putObject", to)}))
    pass_time(lab, 60)
    assert flow.status == "SUCCEEDED"
    assert s3.get_object(Bucket="claims", Key="k")["Body"].read().decode() == expected
