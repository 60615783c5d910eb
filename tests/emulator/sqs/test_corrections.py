"""The corrections of SQS come and go, and cost little."""

from collections import Counter

import boto3
import moto
import pytest
from counted_calls import calls_of
from emulated_sqs import (
    CREDENTIALS,
    delete,
    make,
    receive,
    send,
    stored,
)
from moto import mock_aws
from moto.moto_api._internal import mock_random
from moto.sqs import models

from helpers.emulator import guard
from helpers.emulator.opening import corrected
from helpers.emulator.sqs import corrections
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
            for depth in (100, 5_000, 25_000)
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
