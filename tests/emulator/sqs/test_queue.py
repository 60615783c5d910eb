"""SQS as corrected: what a lesson may rely on, and moto unchanged afterwards."""

from collections import Counter

import boto3
import moto
import pytest
from counted_calls import calls_of
from emulated_sqs import (
    CREDENTIALS,
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
from moto import mock_aws
from moto.moto_api._internal import mock_random
from moto.sqs import models

from helpers.emulator import guard
from helpers.emulator.opening import corrected
from helpers.emulator.sqs import corrections, queue
from helpers.emulator.sqs.message import StoredMessage

# The corrections come and go.


def test_moto_is_as_before_when_the_corrections_end():
    before = [dict(vars(owner)) for owner in (models.SQSBackend, corrections.SQSResponse)]
    queue_class = models.Queue
    with corrected():
        assert models.Queue is not queue_class
        models.sqs_backends["123456789012"]["us-east-1"].create_queue("left-behind")
    assert models.Queue is queue_class
    assert [dict(vars(owner)) for owner in (models.SQSBackend, corrections.SQSResponse)] == before
    assert "left-behind" not in models.sqs_backends["123456789012"]["us-east-1"].queues


def test_moto_is_as_before_after_an_error():
    queue_class = models.Queue
    with pytest.raises(KeyError), corrected():
        raise KeyError
    assert models.Queue is queue_class


def test_opening_twice_is_refused():
    with corrected(), pytest.raises(RuntimeError, match="open already"), corrected():
        pass


@pytest.mark.parametrize(
    ("place", "digits"),
    [("moto.sqs.models:Queue.add_message", "0" * 12), ("moto.sqs.models:Queue.gone", "1" * 12)],
)
def test_another_moto_is_refused(monkeypatch, place, digits):
    monkeypatch.setitem(corrections.EXPECTED_SOURCES, place, digits)
    with pytest.raises(guard.UnexpectedMoto, match=place), corrected():
        pass


def test_another_version_is_refused(monkeypatch):
    monkeypatch.setattr(moto, "__version__", "5.1.9")
    with pytest.raises(guard.UnexpectedMoto, match="written for moto 5"), corrected():
        pass


def test_a_queue_from_before_stays_as_it_is(timeline, monkeypatch):
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        client = boto3.client("sqs", "us-east-1")
        url = make(client)
        with corrected():
            send(client, url, "old")
            [message] = receive(client, url)
            delete(client, url, message)
        assert client.list_queues()["QueueUrls"] == [url]


# Cost.


def cost_per_operation(depth, *, name="orders", group_id=None, repeat=100):
    """Calls per operation on a queue that holds `depth` messages."""
    backend = models.SQSBackend("us-east-1", "123456789012")
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if group_id else {}
    backend.create_queue(name, **attributes)
    for number in range(depth):
        backend.send_message(name, f"{number}", group_id=group_id and f"{group_id}{number % 50}")
    costs = Counter()

    def run(operation, *arguments, **options):
        cost, answer = calls_of(getattr(backend, operation), name, *arguments, **options)
        costs[operation] += cost
        return answer

    for number in range(repeat):
        run("send_message", f"+{number}", group_id=group_id and f"new{number}")
        [message] = run("receive_message", 1, 0, 30)
        run("change_message_visibility", message.receipt_handle, 60)
        run("get_queue_attributes", ["All"])
        run("delete_message", message.receipt_handle)
    return costs


@pytest.mark.parametrize("group_id", [None, "group"])
def test_cost_does_not_grow_with_the_depth_of_the_queue(timeline, group_id):
    name = "orders.fifo" if group_id else "orders"
    with corrected():
        shallow, *deep = (
            cost_per_operation(depth, name=name, group_id=group_id)
            for depth in (100, 10_000, 50_000)
        )
    for operation, cost in shallow.items():
        assert deep[0][operation] <= 1.5 * cost
        assert deep[1][operation] <= 3 * cost


def test_the_measure_of_cost_sees_what_moto_alone_costs(timeline):
    shallow, deep = (cost_per_operation(depth, repeat=3) for depth in (10, 200))
    assert deep["receive_message"] > 3 * shallow["receive_message"]


def test_deleted_messages_are_not_kept_in_memory(client):
    url = make(client, VisibilityTimeout=43_200)
    for _ in range(300):
        send(client, url, "short-lived")
        delete(client, url, receive(client, url)[0])
    store = stored().store
    heaps = (store.kept, store.in_flight, store.delayed, store.unprocessed)
    assert all(len(heap._heap) < 100 and len(heap) == 0 for heap in heaps)
    assert not store.by_handle
    assert StoredMessage.instances_tracked == []


def test_the_same_seed_gives_the_same_identifiers(client):
    def run(name):
        mock_random.seed(7)
        url = make(client, name)
        sent = [answer["MessageId"] for answer in send(client, url, *"abc")]
        return sent, [message["ReceiptHandle"] for message in receive(client, url)]

    assert run("first") == run("second")


# Long polling.


def test_a_poll_of_an_empty_queue_takes_its_whole_time_and_one_wait(client, timeline):
    url = make(client)
    assert receive(client, url, WaitTimeSeconds=20) == []
    assert timeline.elapsed == 20
    assert timeline.waits == [20]


def test_a_short_poll_does_not_wait(client, timeline):
    assert receive(client, make(client)) == []
    assert timeline.waits == []


def test_a_poll_ends_with_an_arrival(client, timeline):
    url = make(client)
    timeline.at(7.25, lambda: send(client, url, "a"))
    assert bodies(receive(client, url, WaitTimeSeconds=20)) == ["a"]
    assert timeline.elapsed == 7.25


def test_a_poll_ends_when_a_delay_ends(client, timeline):
    url = make(client)
    timeline.at(3.5, lambda: send(client, url, "a", DelaySeconds=5))
    assert bodies(receive(client, url, WaitTimeSeconds=20)) == ["a"]
    assert timeline.elapsed == 8.5


def test_a_poll_ends_when_a_visibility_timeout_ends(client, timeline):
    url = make(client, VisibilityTimeout=4)
    send(client, url, "a")
    receive(client, url)
    assert bodies(receive(client, url, WaitTimeSeconds=20)) == ["a"]
    assert timeline.elapsed == 4


def test_a_poll_notices_a_message_taken_after_it_began(client, timeline):
    url = make(client, VisibilityTimeout=5)
    # The other consumer takes the message in the instant of its arrival, before this poll can.
    timeline.at(1, lambda: (send(client, url, "a"), receive(client, url)))
    assert bodies(receive(client, url, WaitTimeSeconds=20)) == ["a"]
    assert timeline.elapsed == 6


@pytest.mark.parametrize(("seconds", "returns_at"), [(0, 2), (3, 5)])
def test_a_poll_notices_a_shortened_timeout(client, timeline, seconds, returns_at):
    url = make(client, VisibilityTimeout=30)
    send(client, url, "a")
    [message] = receive(client, url)
    timeline.at(2, lambda: hide(client, url, message, seconds))
    assert bodies(receive(client, url, WaitTimeSeconds=20)) == ["a"]
    assert timeline.elapsed == returns_at


def test_a_poll_goes_on_when_the_message_it_waited_for_is_deleted(client, timeline):
    url = make(client, VisibilityTimeout=5)
    send(client, url, "a")
    [message] = receive(client, url)
    timeline.at(1, lambda: delete(client, url, message))
    assert receive(client, url, WaitTimeSeconds=20) == []
    assert timeline.elapsed == 20


def test_a_poll_goes_on_after_a_purge(client, timeline):
    url = make(client)
    timeline.at(2, lambda: client.purge_queue(QueueUrl=url))
    timeline.at(4, lambda: send(client, url, "a", DelaySeconds=1))
    assert bodies(receive(client, url, WaitTimeSeconds=20)) == ["a"]
    assert timeline.elapsed == 5


def test_the_queue_says_how_long_to_wait_when_the_call_does_not(client, timeline):
    url = make(client, ReceiveMessageWaitTimeSeconds=12)
    assert receive(client, url) == []
    assert timeline.elapsed == 12
    assert receive(client, url, WaitTimeSeconds=0) == []
    assert timeline.elapsed == 12


def test_a_fifo_poll_ends_when_its_group_is_free_again(client, timeline):
    url = make(client, "orders.fifo", **FIFO)
    send(client, url, "a1", "a2", MessageGroupId="a")
    [first] = receive(client, url, 1)
    timeline.at(2.5, lambda: delete(client, url, first))
    assert bodies(receive(client, url, 1, WaitTimeSeconds=20)) == ["a2"]
    assert timeline.elapsed == 2.5


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
