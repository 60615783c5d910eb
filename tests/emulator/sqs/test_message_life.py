"""SQS: how long a message is hidden and kept, who may delete it, and how large it may be."""

import pytest
from emulated_sqs import (
    FIFO,
    attribute,
    bodies,
    counts,
    delete,
    hide,
    make,
    receive,
    refused,
    send,
    stored,
)

from helpers.emulator.sqs import queue

# Visibility and receipt handles.


@pytest.mark.parametrize("seconds", [1, 30, 43_200])
def test_a_message_is_visible_at_the_end_of_its_timeout_and_not_before(client, timeline, seconds):
    url = make(client, VisibilityTimeout=seconds)
    send(client, url, "a")
    receive(client, url)
    timeline.shift(seconds - 0.001)
    assert receive(client, url) == []
    assert counts(client, url) == (0, 1, 0)
    timeline.shift(0.001)
    assert counts(client, url) == (1, 0, 0)
    assert bodies(receive(client, url)) == ["a"]


def test_only_the_latest_receipt_handle_deletes(client, timeline):
    url = make(client, VisibilityTimeout=10)
    send(client, url, "a")
    [first] = receive(client, url)
    timeline.shift(10)
    [second] = receive(client, url)
    delete(client, url, first)
    assert counts(client, url) == (0, 1, 0)
    delete(client, url, second)
    assert counts(client, url) == (0, 0, 0)
    delete(client, url, second)
    delete(client, url, first)


def test_any_receipt_handle_changes_the_visibility_timeout(client, timeline):
    """LocalStack's test_terminate_visibility_timeout_after_receive, validated on AWS."""
    url = make(client, VisibilityTimeout=10)
    send(client, url, "a")
    [first] = receive(client, url)
    timeline.shift(10)
    receive(client, url)
    hide(client, url, first, 100)
    timeline.shift(99)
    assert counts(client, url) == (0, 1, 0)
    hide(client, url, first, 0)
    assert bodies(receive(client, url)) == ["a"]


def test_a_late_delete_before_redelivery_still_deletes(client, timeline):
    url = make(client, VisibilityTimeout=10)
    send(client, url, "a")
    [message] = receive(client, url)
    timeline.shift(11)
    delete(client, url, message)
    assert counts(client, url) == (0, 0, 0)


def test_a_handle_that_was_never_given_out_is_refused(client):
    url, other = make(client), make(client, "other")
    send(client, other, "a")
    [message] = receive(client, other)
    with refused("ReceiptHandleIsInvalid"):
        delete(client, url, message)
    with refused("ReceiptHandleIsInvalid"):
        hide(client, url, {"ReceiptHandle": "made-up"}, 5)


def test_the_timeout_of_a_deleted_message_cannot_be_changed(client):
    url = make(client)
    send(client, url, "a")
    [message] = receive(client, url)
    delete(client, url, message)
    with refused("InvalidParameterValue", "not available for visibility timeout change"):
        hide(client, url, message, 5)


def test_a_late_change_of_the_timeout_has_no_effect(client, timeline):
    url = make(client, VisibilityTimeout=10)
    send(client, url, "a")
    [message] = receive(client, url)
    timeline.shift(10)
    hide(client, url, message, 100)
    assert counts(client, url) == (1, 0, 0)


def test_a_message_stays_in_flight_for_twelve_hours_at_most(client, timeline):
    url = make(client, VisibilityTimeout=3600)
    send(client, url, "a")
    timeline.shift(50_000)  # the limit counts from the receive, not from the send
    [message] = receive(client, url)
    timeline.shift(3000)
    with refused("InvalidParameterValue", "Total VisibilityTimeout"):
        hide(client, url, message, 40_201)
    hide(client, url, message, 40_200)


def test_one_bad_entry_does_not_fail_its_batch(client):
    url = make(client)
    send(client, url, "a", "b")
    gone, there = receive(client, url)
    delete(client, url, gone)
    handles = [gone["ReceiptHandle"], there["ReceiptHandle"]]
    entries = [
        {"Id": f"{number}", "ReceiptHandle": handle, "VisibilityTimeout": 5}
        for number, handle in enumerate(handles)
    ]
    answer = client.change_message_visibility_batch(QueueUrl=url, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["1"]
    assert [entry["Id"] for entry in answer["Failed"]] == ["0"]


def test_the_third_failed_receive_sends_a_message_to_the_back(client, timeline):
    url = make(client, VisibilityTimeout=1)
    send(client, url, *"abc")
    order = []
    for _ in range(6):
        order += bodies(receive(client, url, 1))
        timeline.shift(1)
    assert order == list("aaabbb")
    assert bodies(receive(client, url)) == list("cab")


def test_a_full_standard_queue_refuses_short_polls_and_lets_long_polls_wait(
    client, timeline, monkeypatch
):
    monkeypatch.setattr(queue, "IN_FLIGHT_LIMIT", 3)
    url = make(client)
    send(client, url, *"abcd")
    assert bodies(receive(client, url)) == list("abc")
    with refused("OverLimit"):
        receive(client, url)
    held = stored().store.by_handle
    handle = next(iter(held))
    timeline.at(6, lambda: client.delete_message(QueueUrl=url, ReceiptHandle=handle))
    assert bodies(receive(client, url, WaitTimeSeconds=20)) == ["d"]
    assert timeline.elapsed == 6


def test_a_full_fifo_queue_answers_nothing(client, monkeypatch):
    monkeypatch.setattr(queue, "IN_FLIGHT_LIMIT", 2)
    url = make(client, "orders.fifo", **FIFO)
    for group in "abc":
        send(client, url, group, MessageGroupId=group)
    assert bodies(receive(client, url)) == list("ab")
    assert receive(client, url) == []


# Retention and age.


def test_messages_are_gone_at_the_end_of_the_retention_period(client, timeline):
    url = make(client, MessageRetentionPeriod=60, VisibilityTimeout=100)
    send(client, url, "in flight", "visible")
    receive(client, url, 1)
    timeline.shift(30)
    send(client, url, "younger")
    timeline.shift(29.999)
    assert counts(client, url) == (2, 1, 0)
    timeline.shift(0.001)
    assert counts(client, url) == (1, 0, 0)
    assert bodies(receive(client, url)) == ["younger"]


def test_a_shorter_retention_applies_to_messages_that_are_there(client, timeline):
    url = make(client)
    send(client, url, "a")
    timeline.shift(120)
    client.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "60"})
    assert counts(client, url) == (0, 0, 0)


# Size.


def test_size_counts_bytes_and_attributes(client):
    url = make(client, MaximumMessageSize=1024)
    send(client, url, "é" * 512)
    with refused("InvalidParameterValue", "shorter than 1024 bytes"):
        send(client, url, "é" * 512 + "e")
    # name 4 + type 6 + value 14
    send(client, url, "e" * 1000, MessageAttributes={"name": attribute("ü" * 7)})
    with refused("InvalidParameterValue"):
        send(client, url, "e" * 1001, MessageAttributes={"name": attribute("ü" * 7)})
    with refused("InvalidParameterValue"):
        send(client, url, "e" * 1000, MessageAttributes={"name": attribute(b"x" * 15, "Binary")})
    assert counts(client, url) == (2, 0, 0)


def test_the_largest_message_and_batch_are_one_mebibyte(client):
    url = make(client)
    send(client, url, "x" * 1_048_576)
    with refused("InvalidParameterValue"):
        send(client, url, "x" * 1_048_577)
    half = {"Id": "a", "MessageBody": "é" * 262_144}
    rest = {"Id": "b", "MessageBody": "x" * 524_288}
    assert len(client.send_message_batch(QueueUrl=url, Entries=[half, rest])["Successful"]) == 2
    rest["MessageAttributes"] = {"n": attribute("v")}
    with refused("BatchRequestTooLong"):
        client.send_message_batch(QueueUrl=url, Entries=[half, rest])


def test_attributes_are_filtered_and_come_back_whole(client, timeline):
    url = make(client, VisibilityTimeout=0)
    attributes = {"order.id": attribute("7"), "order.shop": attribute("x"), "trace": attribute("t")}
    send(client, url, "a", MessageAttributes=attributes)
    [message] = receive(client, url, MessageAttributeNames=["order.*"])
    assert set(message["MessageAttributes"]) == {"order.id", "order.shop"}
    [message] = receive(client, url)
    assert "MessageAttributes" not in message
    [message] = receive(client, url, MessageAttributeNames=["All"])
    assert message["MessageAttributes"] == attributes
