"""Batches: what refuses all of a batch, and what one of its entries.

Where a rule comes from stands in `helpers.emulator.sqs.batches`.
"""

from __future__ import annotations

import pytest
from emulated_sqs import FIFO, attribute, bodies, counts, make, receive, refused, send


@pytest.fixture
def url(client):
    return make(client, MaximumMessageSize=1024)


def entries(client, url, kind, ids):
    """A batch of this kind, one entry for each id."""
    if kind == "send_message_batch":
        return [{"Id": entry_id, "MessageBody": "x"} for entry_id in ids]
    send(client, url, *"x" * len(ids))
    handles = [message["ReceiptHandle"] for _ in ids for message in receive(client, url, 1)]
    found = [{"Id": i, "ReceiptHandle": h} for i, h in zip(ids, handles, strict=True)]
    if kind == "change_message_visibility_batch":
        found = [{**entry, "VisibilityTimeout": 5} for entry in found]
    return found


KINDS = pytest.mark.parametrize(
    "kind", ["send_message_batch", "delete_message_batch", "change_message_visibility_batch"]
)


@KINDS
@pytest.mark.parametrize("entry_id", ["", "a:b", "x" * 81, "a b", "é", "a\n"])
def test_an_id_is_of_letters_hyphens_and_underscores(client, url, kind, entry_id):
    """LocalStack's test_delete_message_batch_invalid_msg_id, recorded in 2022."""
    words = (
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It "
        "can be at most 80 letters long."
    )
    with refused("AWS.SimpleQueueService.InvalidBatchEntryId", words):
        getattr(client, kind)(QueueUrl=url, Entries=entries(client, url, kind, [entry_id, "b"]))


@KINDS
def test_a_batch_has_up_to_ten_entries(client, url, kind):
    """LocalStack's test_delete_message_batch_with_too_large_batch, recorded in 2023."""
    batch = entries(client, url, kind, [str(number) for number in range(11)])
    words = "Maximum number of entries per request are 10. You have sent 11."
    with refused("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", words):
        getattr(client, kind)(QueueUrl=url, Entries=batch)
    assert len(getattr(client, kind)(QueueUrl=url, Entries=batch[:10])["Successful"]) == 10


@KINDS
def test_a_batch_is_not_empty_and_its_ids_differ(client, url, kind):
    with refused("AWS.SimpleQueueService.EmptyBatchRequest"):
        getattr(client, kind)(QueueUrl=url, Entries=[])
    with refused("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "Id a repeated."):
        getattr(client, kind)(QueueUrl=url, Entries=entries(client, url, kind, ["a", "b", "a"]))


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        (
            {"MessageBody": "x" * 1025},
            "InvalidParameterValue",
            "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
        ),
        ({"MessageBody": "\x00"}, "InvalidMessageContents", "Invalid characters found."),
        (
            {"MessageBody": ""},
            "MissingParameter",
            "The request must contain the parameter MessageBody.",
        ),
        (
            {"DelaySeconds": 901},
            "InvalidParameterValue",
            "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 "
            "and <= 900.",
        ),
        ({"MessageGroupId": "a b"}, "InvalidParameterValue", "Value a b for parameter"),
        ({"MessageDeduplicationId": "d"}, "InvalidParameterValue", "not valid for this queue type"),
        ({"MessageAttributes": {"a": attribute("")}}, "InvalidParameterValue", "non-empty value"),
    ],
)
def test_one_wrong_entry_fails_and_the_others_are_sent(client, url, wrong, code, words):
    """LocalStack's test_send_batch_message_size, validated on AWS in 2024."""
    batch = [
        {"Id": "1", "MessageBody": "a"},
        {"Id": "2", "MessageBody": "b", **wrong},
        {"Id": "3", "MessageBody": "c"},
    ]
    answer = client.send_message_batch(QueueUrl=url, Entries=batch)
    assert [entry["Id"] for entry in answer["Successful"]] == ["1", "3"]
    [failed] = answer["Failed"]
    assert (failed["Id"], failed["SenderFault"], failed["Code"]) == ("2", True, code)
    assert words in failed["Message"]
    assert bodies(receive(client, url)) == ["a", "c"]


def test_a_fifo_queue_refuses_a_batch_without_ids_as_a_whole(client):
    """LocalStack's test_send_batch_missing_message_group_id_for_fifo_queue, recorded in 2023."""
    url = make(client, "q.fifo", FifoQueue="true")
    good = {"Id": "1", "MessageBody": "a", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    for missing, words in (
        ("MessageGroupId", "The request must contain the parameter MessageGroupId."),
        ("MessageDeduplicationId", "The queue should either have ContentBasedDeduplication"),
    ):
        bad = {key: value for key, value in good.items() if key != missing}
        with refused("InvalidParameterValue", words):
            client.send_message_batch(QueueUrl=url, Entries=[good, {**bad, "Id": "2"}])
    assert counts(client, url) == (0, 0, 0)


def test_one_wrong_entry_in_order_does_not_hold_back_its_group(client):
    url = make(client, "q.fifo", MaximumMessageSize=1024, **FIFO)
    batch = [
        {"Id": str(number), "MessageBody": body, "MessageGroupId": "g"}
        for number, body in enumerate(["a", "x" * 1025, "b"])
    ]
    answer = client.send_message_batch(QueueUrl=url, Entries=batch)
    assert [entry["Id"] for entry in answer["Failed"]] == ["1"]
    assert bodies(receive(client, url)) == ["a", "b"]


def test_the_size_of_all_of_a_batch_is_limited(client):
    """LocalStack's test_send_message_batch_with_oversized_contents, 2022; the limit has grown."""
    url = make(client)
    half = "x" * (1_048_576 // 2)
    batch = [{"Id": "1", "MessageBody": half}, {"Id": "2", "MessageBody": half + "y"}]
    words = "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes."
    with refused("AWS.SimpleQueueService.BatchRequestTooLong", words):
        client.send_message_batch(QueueUrl=url, Entries=batch)


def test_one_receipt_handle_may_be_in_a_batch_twice(client, url):
    """The Ids have to differ; moto compares the handles."""
    send(client, url, "a")
    [message] = receive(client, url)
    batch = [{"Id": i, "ReceiptHandle": message["ReceiptHandle"]} for i in "ab"]
    answer = client.delete_message_batch(QueueUrl=url, Entries=batch)
    assert [entry["Id"] for entry in answer["Successful"]] == ["a", "b"]
    assert counts(client, url) == (0, 0, 0)


def test_a_timeout_out_of_range_is_the_error_of_its_entry(client, url):
    first, second = entries(client, url, "change_message_visibility_batch", ["1", "2"])
    batch = [{**first, "VisibilityTimeout": 43_201}, {**second, "VisibilityTimeout": 0}]
    answer = client.change_message_visibility_batch(QueueUrl=url, Entries=batch)
    [failed] = answer["Failed"]
    assert (failed["Id"], failed["Code"]) == ("1", "InvalidParameterValue")
    assert "Value 43201 for parameter VisibilityTimeout is invalid." in failed["Message"]
    assert counts(client, url) == (1, 1, 0)
