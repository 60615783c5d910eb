"""Event source mappings over SQS: what a function is sent, what comes of it, and their life."""

from __future__ import annotations

import json
from hashlib import md5
from itertools import pairwise

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError
from emulated_mapping import Mapped, fail, nothing, slowly
from hypothesis import given
from hypothesis import strategies as st

from helpers.emulator.lambda_ import batch

FIFO = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}


class TestEvent:
    def test_of_a_standard_queue(self, lab):
        seen = []
        mapped = Mapped(lab, lambda event: seen.append(event))
        attributes = {
            "tenant": {"DataType": "String", "StringValue": "a"},
            "photo": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
        }
        mapped.send("Test", MessageAttributes=attributes)
        mapped.run(seconds=1)
        [event] = seen
        assert set(event) == {"Records"}
        [record] = event["Records"]
        receipt, moment = record.pop("receiptHandle"), record["attributes"].pop("SentTimestamp")
        assert len(record.pop("messageId")) == 36
        assert len(receipt) > 36
        assert moment == record["attributes"].pop("ApproximateFirstReceiveTimestamp")
        assert moment == "1793606400000"  # 2 November 2026, 08:00
        assert len(record.pop("md5OfMessageAttributes")) == 32
        assert set(record["attributes"]) == {"ApproximateReceiveCount", "SenderId"}
        assert record.pop("attributes")["ApproximateReceiveCount"] == "1"
        lists = {"stringListValues": [], "binaryListValues": []}
        assert record == {
            "body": "Test",
            "messageAttributes": {
                "tenant": {"stringValue": "a", "dataType": "String", **lists},
                "photo": {"binaryValue": "AAE=", "dataType": "Binary", **lists},
            },
            "md5OfBody": md5(b"Test").hexdigest(),
            "eventSource": "aws:sqs",
            "eventSourceARN": mapped.arn,
            "awsRegion": "eu-west-1",
        }

    def test_of_a_fifo_queue(self, lab):
        seen = []
        mapped = Mapped(lab, seen.append, name="orders.fifo", attributes=FIFO)
        mapped.send("Test", MessageGroupId="g", MessageDeduplicationId="d")
        mapped.run(seconds=1)
        [record] = seen[0]["Records"]
        assert record["attributes"]["MessageGroupId"] == "g"
        assert record["attributes"]["MessageDeduplicationId"] == "d"
        assert len(record["attributes"]["SequenceNumber"]) == 20

    @given(sizes=st.lists(st.integers(0, 900_000), max_size=20), bound=st.just(2_000_000))
    def test_is_cut_where_the_payload_would_be_too_large(self, sizes, bound):
        records = [{"messageId": str(n), "body": "x" * size} for n, size in enumerate(sizes)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(batch, "PAYLOAD", bound)
            parts = list(batch.parts(records))
        assert [record for part in parts for record in part] == records
        lengths = [len(json.dumps({"Records": part})) for part in parts]
        assert all(length <= bound + 20 for length in lengths)
        for part, following in pairwise(parts):  # none could have taken one more
            assert len(json.dumps({"Records": [*part, following[0]]})) > bound

    @pytest.mark.parametrize(
        "gathered", [{}, {"BatchSize": 100, "MaximumBatchingWindowInSeconds": 30}]
    )
    def test_of_ten_large_messages_comes_in_two(self, lab, gathered):
        large = {"MaximumMessageSize": "1048576"}
        mapped = Mapped(lab, nothing, attributes=large, **gathered)
        for n in range(10):
            mapped.send(str(n) * 1_000_000)
        mapped.run(seconds=1)
        assert [(moment, len(bodies)) for moment, bodies in mapped.batches] == [(0, 6), (0, 4)]
        assert mapped.left == 0


class TestSuccessAndFailure:
    def test_what_is_processed_is_deleted(self, lab):
        mapped = Mapped(lab, nothing)
        mapped.fill(100)
        mapped.run(seconds=1)
        assert mapped.left == 0
        assert mapped.processed == dict.fromkeys(map(str, range(100)), 1)

    def test_a_failed_batch_stays_until_its_visibility_timeout(self, lab):
        mapped = Mapped(lab, lambda event: 1 / (lab.now > 150))
        mapped.fill(10)
        mapped.run(minutes=5)
        assert [moment for moment, _ in mapped.batches] == [0, 60, 120, 180]
        assert mapped.left == 0
        marks = lab.trace[lab.trace["operation"] == "ChangeMessageVisibility"]
        assert len(marks) == 0

    def test_a_timeout_is_a_failure(self, lab):
        mapped = Mapped(lab, slowly(20), timeout=10)
        mapped.send("order")
        mapped.run(seconds=150)
        assert [moment for moment, _ in mapped.batches] == [0, 60, 120]

    def test_the_queue_of_the_messages_moves_them_to_its_dead_letters(self, lab):
        sqs = boto3.client("sqs")
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
        policy = {"deadLetterTargetArn": found["Attributes"]["QueueArn"], "maxReceiveCount": 3}
        mapped = Mapped(lab, fail, attributes={"RedrivePolicy": json.dumps(policy)})
        mapped.send("poison")
        mapped.run(minutes=10)
        assert [moment for moment, _ in mapped.batches] == [0, 60, 120]
        [message] = sqs.receive_message(QueueUrl=dead)["Messages"]
        assert message["Body"] == "poison"

    def test_without_reports_an_answer_means_nothing(self, lab):
        report = {"batchItemFailures": [{"itemIdentifier": ""}]}
        mapped = Mapped(lab, lambda event: report)
        mapped.fill(10)
        mapped.run(seconds=1)
        assert mapped.left == 0

    def test_only_what_is_reported_comes_again(self, lab):
        def some(event):
            failed = [r["messageId"] for r in event["Records"] if int(r["body"]) % 3 == 0]
            if lab.now > 100:
                failed = []
            return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}

        mapped = Mapped(lab, some, FunctionResponseTypes=["ReportBatchItemFailures"])
        mapped.fill(30)
        mapped.run(minutes=5)
        expected = {str(n): 3 if n % 3 == 0 else 1 for n in range(30)}
        assert mapped.processed == expected
        assert mapped.left == 0

    @pytest.mark.parametrize(
        ("answer", "done"),
        [
            (None, True),
            ({}, True),
            ({"batchItemFailures": None}, True),
            ({"batchItemFailures": []}, True),
            ({"batchItemFailures": [{"itemIdentifier": ""}]}, False),
            ({"batchItemFailures": [{"itemIdentifier": None}]}, False),
            ({"batchItemFailures": [{"id": "m-1"}]}, False),
            ({"batchItemFailures": [{"itemIdentifier": "unknown"}]}, False),
            ({"batchItemFailures": [{"itemIdentifier": ["m-1"]}]}, False),
            ({"batchItemFailures": ["m-1"]}, False),
            ({"batchItemFailures": "m-1"}, False),
            ("done", False),
        ],
    )
    def test_complete_success_and_complete_failure(self, lab, answer, done):
        mapped = Mapped(
            lab, lambda event: answer, FunctionResponseTypes=["ReportBatchItemFailures"]
        )
        mapped.fill(3)
        mapped.run(seconds=1)
        assert mapped.left == (0 if done else 3)

    @given(st.sets(st.sampled_from("abcdef")), st.lists(st.sampled_from("abcdefg")))
    def test_what_failed_is_all_or_what_is_named(self, ids, named):
        items = [{"itemIdentifier": name} for name in named]
        failed = batch.failures(json.dumps({"batchItemFailures": items}), ids)
        assert failed == (set(named) if set(named) <= ids else ids)


class TestLife:
    def test_disabled_it_reads_nothing_and_enabled_it_goes_on(self, lab):
        mapped = Mapped(lab, nothing, Enabled=False)
        mapped.fill(20)
        mapped.run(minutes=5)
        assert mapped.left == 20
        assert "ReceiveMessage" not in set(lab.trace["operation"])
        assert mapped.update(Enabled=True)["State"] == "Enabled"
        mapped.run(minutes=1)
        assert mapped.left == 0
        assert mapped.update(Enabled=False)["State"] == "Disabled"
        mapped.run(minutes=1)  # the polls under way come to their end
        mapped.fill(5)
        mapped.run(minutes=5)
        assert mapped.left == 5
        mapped.update(Enabled=True)
        mapped.update(Enabled=True)
        mapped.run(minutes=1)
        polls = lab.trace[lab.trace["operation"] == "ReceiveMessage"]
        assert mapped.left == 0
        assert len(polls[polls["time"] > 13 * 60 - 50]) <= 4  # nobody reads twice

    def test_a_deleted_one_reads_nothing(self, lab):
        mapped = Mapped(lab, nothing)
        mapped.run(seconds=30)
        answer = mapped.aws.delete_event_source_mapping(UUID=mapped.uuid)
        assert answer["State"] == "Deleting"
        mapped.run(minutes=1)
        mapped.fill(5)
        mapped.run(minutes=5)
        assert mapped.left == 5
        assert mapped.aws.list_event_source_mappings()["EventSourceMappings"] == []
        mapped.map()
        mapped.run(seconds=1)
        assert mapped.left == 0

    def test_settings_can_be_changed(self, lab):
        mapped = Mapped(lab, nothing)
        mapped.update(BatchSize=2)
        mapped.fill(6)
        mapped.run(seconds=1)
        assert [len(bodies) for _, bodies in mapped.batches] == [2, 2, 2]

    def test_it_goes_on_in_the_next_run_and_time_stands_between(self, lab):
        mapped = Mapped(lab, nothing)
        mapped.run(seconds=1)
        mapped.fill(5)
        assert mapped.left == 5
        mapped.run(seconds=1)
        assert mapped.left == 0

    def test_a_queue_of_nobody_is_refused(self, lab):
        mapped = Mapped(lab, nothing)
        with pytest.raises(ClientError, match="ResourceNotFound"):
            mapped.aws.create_event_source_mapping(
                FunctionName="work", EventSourceArn=mapped.arn + "-2"
            )
        with pytest.raises(ClientError, match="ResourceNotFound"):
            mapped.aws.create_event_source_mapping(FunctionName="nobody", EventSourceArn=mapped.arn)

    def test_a_second_one_of_the_same_queue_and_function_is_refused(self, lab):
        mapped = Mapped(lab, nothing)
        with pytest.raises(mapped.aws.exceptions.ResourceConflictException, match=mapped.uuid):
            mapped.map()

    def test_a_visibility_timeout_shorter_than_the_functions_is_refused(self, lab):
        message = "Queue visibility timeout: 60 seconds is less than Function timeout: 61 seconds"
        with pytest.raises(ClientError, match=message) as refused:
            Mapped(lab, nothing, timeout=61)
        assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
        Mapped(lab, nothing, name="others", timeout=60)

    @pytest.mark.parametrize(
        ("name", "settings"),
        [
            ("orders", {"BatchSize": 11}),
            ("orders", {"BatchSize": 10_001, "MaximumBatchingWindowInSeconds": 1}),
            ("orders", {"MaximumBatchingWindowInSeconds": 301}),
            ("orders", {"ScalingConfig": {"MaximumConcurrency": 1001}}),
            ("orders", {"ProvisionedPollerConfig": {"MinimumPollers": 2}}),
            ("orders", {"FilterCriteria": {"Filters": [{"Pattern": "{}"}] * 6}}),
            ("orders.fifo", {"BatchSize": 11, "MaximumBatchingWindowInSeconds": 1}),
            ("orders.fifo", {"MaximumBatchingWindowInSeconds": 1}),
        ],
    )
    def test_settings_out_of_range_are_refused(self, lab, name, settings):
        attributes = FIFO if name.endswith(".fifo") else {}
        with pytest.raises(ClientError, match="InvalidParameterValueException"):
            Mapped(lab, nothing, name=name, attributes=attributes, **settings)
        mapped = Mapped(lab, nothing, name="fine-" + name, attributes=attributes)
        with pytest.raises(ClientError, match="InvalidParameterValueException"):
            mapped.update(**settings)

    def test_the_ranges_are_those_of_the_api_model(self):
        model = botocore.session.Session().get_service_model("lambda")
        shapes = model.shape_for("CreateEventSourceMappingRequest").members
        assert shapes["BatchSize"].metadata == {"min": 1, "max": 10_000}
        assert shapes["MaximumBatchingWindowInSeconds"].metadata == {"min": 0, "max": 300}
        concurrency = shapes["ScalingConfig"].members["MaximumConcurrency"]
        assert concurrency.metadata == {"min": 2, "max": 1000}
