"""Event source mappings over a stream of DynamoDB: batches, retries, and what is given up.

Sources: Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB" and its pages on errors,
filters and discarded records, November 2026; API model of botocore 1.44.5.
"""

from __future__ import annotations

import json
import time

import boto3
import pytest
from botocore.exceptions import ClientError

ATTRIBUTES = [{"AttributeName": "id", "AttributeType": "S"}]


class Mapped:
    """A table with a stream, a function that reads it, and a queue for what is given up."""

    def __init__(self, lab, handler=lambda event: None, **mapping):
        self.lab, self.batches, self.events = lab, [], []
        self.db, self.sqs = boto3.client("dynamodb"), boto3.client("sqs")
        made = self.db.create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=ATTRIBUTES,
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        self.arn = made["TableDescription"]["LatestStreamArn"]
        self.url = self.sqs.create_queue(QueueName="given-up")["QueueUrl"]

        def work(event, context):
            self.events.append(event)
            self.batches.append((lab.now, ids(event)))
            return handler(event)

        lab.deploy("work", work)
        self.map(**mapping)

    def map(self, **mapping):
        settings = {"StartingPosition": "TRIM_HORIZON", **mapping}
        return boto3.client("lambda").create_event_source_mapping(
            FunctionName="work", EventSourceArn=self.arn, **settings
        )

    def put(self, *names):
        for name in names:
            self.db.put_item(TableName="orders", Item={"id": {"S": name}})

    def run(self, **duration):
        with self.lab.running(**duration):
            pass

    def given_up(self):
        found = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in found.get("Messages", [])]


TO_THE_QUEUE = {"OnFailure": {"Destination": "arn:aws:sqs:eu-west-1:123456789012:given-up"}}


def ids(event):
    return [record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]]


def fail_on(name):
    def handler(event):
        if name in ids(event):
            raise ValueError(name)

    return handler


def test_what_is_written_in_a_quarter_of_a_second_is_one_batch(lab):
    mapped = Mapped(lab)
    mapped.put("a", "b", "c")
    assert mapped.batches == []  # the writer does not wait for the function
    mapped.run(seconds=1)
    mapped.put("d")
    mapped.run(seconds=1)
    assert mapped.batches == [(0.25, ["a", "b", "c"]), (1.25, ["d"])]
    record = mapped.events[0]["Records"][0]
    assert record["eventSourceARN"] == mapped.arn
    assert record["dynamodb"]["ApproximateCreationDateTime"] == 1793606400.0


def test_a_batch_that_fails_holds_back_what_follows(lab):
    mapped = Mapped(lab, fail_on("bad"), BatchSize=1, MaximumRetryAttempts=2)
    mapped.put("bad", "good")
    mapped.run(minutes=1)
    assert [names for _, names in mapped.batches] == [["bad"]] * 3 + [["good"]]


def test_without_a_limit_a_batch_is_tried_until_its_records_are_gone(lab):
    mapped = Mapped(lab, fail_on("bad"), DestinationConfig=TO_THE_QUEUE)
    mapped.put("bad")
    mapped.run(hours=23)
    assert mapped.given_up() == []
    mapped.put("good")
    mapped.run(hours=2)
    assert mapped.batches[-1][1] == ["good"]
    assert [given["requestContext"]["condition"] for given in mapped.given_up()] == [
        "RecordAgeExceeded"
    ]


@pytest.mark.parametrize("mapped_first", [True, False])
def test_a_function_hears_of_items_that_expired_though_nobody_looks(lab, mapped_first):
    """DynamoDB Developer Guide, "DynamoDB Streams and Time to Live": the userIdentity."""
    mapped = Mapped(lab, Enabled=mapped_first)
    setting = {"Enabled": True, "AttributeName": "end"}
    mapped.db.update_time_to_live(TableName="orders", TimeToLiveSpecification=setting)
    for name, end in (("a", "1793606460"), ("b", "1793800000"), ("c", "1793606500")):
        mapped.db.put_item(TableName="orders", Item={"id": {"S": name}, "end": {"N": end}})
    if not mapped_first:
        aws = boto3.client("lambda")
        [made] = aws.list_event_source_mappings()["EventSourceMappings"]
        aws.update_event_source_mapping(UUID=made["UUID"], Enabled=True)
    mapped.run(days=5)
    records = [record for event in mapped.events for record in event["Records"]]
    removed = [record for record in records if record["eventName"] == "REMOVE"]
    assert {record["dynamodb"]["Keys"]["id"]["S"] for record in removed} == {"a", "b", "c"}
    for record in removed:
        assert record["userIdentity"] == {
            "principalId": "dynamodb.amazonaws.com",
            "type": "Service",
        }


def test_a_split_batch_loses_only_the_record_that_fails(lab):
    mapped = Mapped(
        lab,
        fail_on("bad"),
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=1,
        DestinationConfig=TO_THE_QUEUE,
    )
    mapped.put("a", "b", "bad", "c")
    mapped.run(minutes=1)
    good = {name for _, names in mapped.batches if "bad" not in names for name in names}
    assert good == {"a", "b", "c"}
    [given] = mapped.given_up()
    assert given["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert given["requestContext"]["approximateInvokeCount"] == 2
    place = given["DDBStreamBatchInfo"]
    assert place["batchSize"] == 1
    assert place["startSequenceNumber"] == place["endSequenceNumber"]
    assert place["streamArn"] == mapped.arn


def test_the_function_names_the_record_from_which_to_try_again(lab):
    seen = []

    def handler(event):
        seen.append(ids(event))
        failed = [
            record["dynamodb"]["SequenceNumber"]
            for record in event["Records"]
            if record["dynamodb"]["Keys"]["id"]["S"] == "b" and len(seen) < 2
        ]
        return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}

    mapped = Mapped(lab, handler, FunctionResponseTypes=["ReportBatchItemFailures"])
    mapped.put("a", "b", "c")
    mapped.run(minutes=1)
    assert seen == [["a", "b", "c"], ["b", "c"]]


def test_a_filter_looks_at_the_whole_record(lab):
    pattern = {"eventName": ["INSERT"], "dynamodb": {"Keys": {"id": {"S": [{"prefix": "a"}]}}}}
    mapped = Mapped(lab, FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    mapped.put("apple", "pear", "apricot")
    mapped.run(seconds=1)
    assert [names for _, names in mapped.batches] == [["apple", "apricot"]]


def test_a_window_gathers(lab):
    mapped = Mapped(lab, MaximumBatchingWindowInSeconds=10)

    def write():
        for name in "abc":
            mapped.put(name)
            time.sleep(3)

    with lab.running(minutes=1):
        lab.start(write)
    assert mapped.batches == [(10.25, ["a", "b", "c"])]


@pytest.mark.parametrize("position", ["TRIM_HORIZON", "LATEST"])
def test_where_a_mapping_begins(lab, position):
    mapped = Mapped(lab, Enabled=False)
    boto3.client("lambda").delete_event_source_mapping(
        UUID=boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"][0]["UUID"]
    )
    mapped.put("before")
    mapped.map(StartingPosition=position)
    mapped.put("after")
    mapped.run(seconds=1)
    expected = ["before", "after"] if position == "TRIM_HORIZON" else ["after"]
    assert [names for _, names in mapped.batches] == [expected]


@pytest.mark.parametrize(
    "settings",
    [
        {"StartingPosition": "AT_TIMESTAMP"},
        {"ParallelizationFactor": 2},
        {"TumblingWindowInSeconds": 60},
        {"FilterCriteria": {"Filters": [{"Pattern": "{"}]}},
        {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:s3:::bucket"}}},
    ],
)
def test_what_is_refused(lab, settings):
    with pytest.raises(ClientError) as caught:
        Mapped(lab, **settings)
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValueException"
