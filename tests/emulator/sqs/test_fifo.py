"""FIFO queues of the corrected SQS: order in a group, deduplication, a model to compare with."""

import json

import pytest
import time_machine
from emulated_sqs import (
    FIFO,
    START,
    arn,
    bodies,
    counts,
    delete,
    hide,
    make,
    receive,
    refused,
    send,
)
from hypothesis import given
from hypothesis import strategies as st
from moto.sqs import models

from helpers.emulator.sqs import corrections


@pytest.fixture
def url(client):
    return make(client, "orders.fifo", VisibilityTimeout=10, **FIFO)


# Order.


def test_a_batch_that_expires_comes_back_in_order(client, timeline, url):
    send(client, url, *"abcde", MessageGroupId="g")
    assert bodies(receive(client, url, 3)) == list("abc")
    timeline.shift(10)
    assert bodies(receive(client, url, 3)) == list("abc")
    timeline.shift(10)
    assert bodies(receive(client, url)) == list("abcde")


def test_a_group_waits_for_all_messages_in_flight(client, timeline, url):
    send(client, url, *"abc", MessageGroupId="g")
    first, second = receive(client, url, 2)
    delete(client, url, first)
    assert receive(client, url) == []
    hide(client, url, second, 0)
    assert bodies(receive(client, url)) == list("bc")


def test_a_head_that_is_visible_again_is_delivered_alone(client, timeline, url):
    """LocalStack's test_fifo_message_group_visibility_after_terminate_visibility_timeout."""
    send(client, url, *"abc", MessageGroupId="g")
    send(client, url, "x", MessageGroupId="h")
    first, _ = receive(client, url, 2)
    hide(client, url, first, 0)
    assert bodies(receive(client, url)) == ["a", "x"]
    assert receive(client, url) == []
    timeline.shift(10)
    assert bodies(receive(client, url)) == ["a", "b", "c", "x"]


def test_a_later_message_that_is_visible_again_waits_for_its_head(client, timeline, url):
    send(client, url, *"abc", MessageGroupId="g")
    first, second = receive(client, url, 2)
    hide(client, url, second, 0)
    assert receive(client, url) == []
    delete(client, url, first)
    assert bodies(receive(client, url)) == ["b", "c"]


def test_a_poll_that_waits_gets_the_head_when_it_is_visible_again(client, timeline, url):
    send(client, url, *"ab", MessageGroupId="g")
    first, _ = receive(client, url, 2)
    timeline.at(3, lambda: hide(client, url, first, 0))
    assert bodies(receive(client, url, WaitTimeSeconds=10)) == ["a"]
    assert timeline.elapsed == 3


def test_no_delay_of_a_message_changes_that_of_its_queue(client, timeline):
    """LocalStack's test_fifo_queue_send_message_with_zero_delay_defaults_to_queue_delay."""
    url = make(client, "late.fifo", DelaySeconds=60, **FIFO)
    send(client, url, "a", MessageGroupId="g", DelaySeconds=0)
    entry = {"Id": "1", "MessageBody": "b", "MessageGroupId": "g", "DelaySeconds": 0}
    client.send_message_batch(QueueUrl=url, Entries=[entry])
    assert counts(client, url) == (0, 0, 2)
    timeline.shift(60)
    assert bodies(receive(client, url)) == ["a", "b"]
    words = (
        "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that "
        "is not valid for this queue type."
    )
    with refused("InvalidParameterValue", words):
        send(client, url, "c", MessageGroupId="g", DelaySeconds=2)


def test_groups_do_not_wait_for_each_other(client, url):
    for number in range(3):
        for group in "ab":
            send(client, url, f"{group}{number}", MessageGroupId=group)
    assert bodies(receive(client, url, 2)) == ["a0", "a1"]
    assert bodies(receive(client, url)) == ["b0", "b1", "b2"]


def test_a_receive_fills_up_from_other_groups(client, url):
    for group in "abc":
        send(client, url, *(f"{group}{number}" for number in range(2)), MessageGroupId=group)
    assert bodies(receive(client, url, 5)) == ["a0", "a1", "b0", "b1", "c0"]


def test_a_delayed_message_holds_back_those_behind_it(client, timeline):
    dead = make(client, "dead.fifo", DelaySeconds=5, **FIFO)
    policy = {"deadLetterTargetArn": arn(client, dead), "maxReceiveCount": 1}
    url = make(client, "orders.fifo", VisibilityTimeout=0, RedrivePolicy=json.dumps(policy), **FIFO)
    send(client, url, "c", MessageGroupId="g")
    receive(client, url)
    send(client, dead, "b", MessageGroupId="g")
    assert receive(client, url) == []  # "c" is in the dead-letter queue now, behind "b"
    assert counts(client, dead) == (1, 0, 1)
    assert receive(client, dead) == []
    timeline.shift(5)
    assert bodies(receive(client, dead)) == ["b", "c"]


def test_a_new_delay_of_the_queue_is_that_of_the_messages_in_it(client, timeline):
    """Developer Guide, "Amazon SQS delay queues"."""
    url = make(client, "late.fifo", DelaySeconds=60, **FIFO)
    send(client, url, "a", MessageGroupId="g")
    timeline.shift(10)
    client.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "30"})
    timeline.shift(19)
    assert receive(client, url) == []
    timeline.shift(1)
    assert bodies(receive(client, url)) == ["a"]
    send(client, url, "b", MessageGroupId="h")
    no_delay = {"QueueUrl": url, "Attributes": {"DelaySeconds": "0"}}
    timeline.at(timeline.elapsed + 2, lambda: client.set_queue_attributes(**no_delay))
    assert bodies(receive(client, url, WaitTimeSeconds=20)) == ["b"]
    assert timeline.elapsed == 32


def test_a_new_delay_of_a_standard_queue_is_for_new_messages(client, timeline):
    url = make(client, DelaySeconds=60)
    send(client, url, "a")
    client.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "0"})
    assert receive(client, url) == []
    timeline.shift(60)
    assert bodies(receive(client, url)) == ["a"]


def test_an_expired_receipt_handle_is_refused(client, timeline, url):
    send(client, url, "a", MessageGroupId="g")
    [message] = receive(client, url)
    timeline.shift(10)
    with refused("InvalidParameterValue", "The receipt handle has expired"):
        delete(client, url, message)
    with refused("InvalidParameterValue", "The receipt handle has expired"):
        hide(client, url, message, 5)
    entry = {"Id": "x", "ReceiptHandle": message["ReceiptHandle"]}
    [failed] = client.delete_message_batch(QueueUrl=url, Entries=[entry])["Failed"]
    assert failed["Code"] == "ReceiptHandleIsInvalid"
    [again] = receive(client, url)
    delete(client, url, again)
    delete(client, url, again)


# Deduplication.


@pytest.mark.parametrize("deleted", [False, True])
def test_a_duplicate_is_dropped_for_five_minutes_whether_deleted_or_not(
    client, timeline, url, deleted
):
    options = {"MessageGroupId": "g", "MessageDeduplicationId": "order-1"}
    [original] = send(client, url, "a", **options)
    [message] = receive(client, url)
    if deleted:
        delete(client, url, message)
    else:
        hide(client, url, message, 1000)
    timeline.shift(299.999)
    [duplicate] = send(client, url, "another body", **options)
    assert duplicate["MessageId"] == original["MessageId"]
    assert duplicate["SequenceNumber"] == original["SequenceNumber"]
    assert counts(client, url) == (0, 0 if deleted else 1, 0)
    timeline.shift(0.001)
    [second] = send(client, url, "a", **options)
    assert second["MessageId"] != original["MessageId"]
    assert counts(client, url)[0] == 1


def test_a_duplicate_does_not_prolong_the_interval(client, timeline, url):
    for _ in range(3):
        send(client, url, "a", MessageGroupId="g")
        timeline.shift(100)
    send(client, url, "a", MessageGroupId="g")
    assert counts(client, url) == (2, 0, 0)


def test_duplicates_in_a_batch(client, url):
    entries = [
        {"Id": str(number), "MessageBody": body, "MessageGroupId": "g"}
        for number, body in enumerate("aba")
    ]
    answer = client.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]
    assert answer[0]["MessageId"] == answer[2]["MessageId"] != answer[1]["MessageId"]
    assert bodies(receive(client, url)) == ["a", "b"]


@pytest.mark.parametrize(("scope", "kept"), [("queue", ["a"]), ("messageGroup", ["a", "a"])])
def test_the_scope_says_whether_groups_share_deduplication_ids(client, scope, kept):
    url = make(client, "scoped.fifo", DeduplicationScope=scope, **FIFO)
    for group in "gh":
        send(client, url, "a", MessageGroupId=group)
    assert bodies(receive(client, url)) == kept


def test_an_explicit_id_overrides_the_content_and_meets_it(client, url):
    send(client, url, "a", MessageGroupId="g")
    send(client, url, "a", MessageGroupId="g", MessageDeduplicationId="other")
    sha = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"  # SHA-256 of "a"
    send(client, url, "x", MessageGroupId="g", MessageDeduplicationId=sha)
    assert bodies(receive(client, url)) == ["a", "a"]


def test_a_purge_forgets_the_deduplication_ids_and_not_the_numbers(client, timeline, url):
    """LocalStack's test_purge_queue_clears_fifo_deduplication_cache, validated on AWS."""
    [before] = send(client, url, "a", MessageGroupId="g")
    client.purge_queue(QueueUrl=url)
    [after] = send(client, url, "a", MessageGroupId="g")
    assert after["MessageId"] != before["MessageId"]
    assert int(after["SequenceNumber"]) > int(before["SequenceNumber"])
    assert bodies(receive(client, url)) == ["a"]


def test_sequence_numbers_rise(client, url):
    answers = send(client, url, *(str(number) for number in range(200)), MessageGroupId="g")
    numbers = [int(answer["SequenceNumber"]) for answer in answers]
    assert numbers == sorted(set(numbers))
    assert {len(answer["SequenceNumber"]) for answer in answers} == {20}


# A model: lists and loops, nothing clever.


class Model:
    """A FIFO queue as the developer guide tells it, without regard to cost."""

    def __init__(self, timeout):
        self.timeout = timeout
        self.messages = []  # [body, group, in flight until], oldest first

    def in_flight(self, message, now):
        return message[2] is not None and message[2] > now

    def receive(self, count, now):
        """A message waits for those of its group before it."""
        blocked, free = set(), []
        for message in self.messages:
            if message[1] in blocked or self.in_flight(message, now):
                blocked.add(message[1])
            else:
                free.append(message)
        groups = list(dict.fromkeys(message[1] for message in free))
        batch = [message for group in groups for message in free if message[1] == group][:count]
        for message in batch:
            message[2] = now + self.timeout
        return [message[0] for message in batch]

    def find(self, body, now):
        """The message, if it is in flight."""
        found = [message for message in self.messages if message[0] == body]
        return found[0] if found and self.in_flight(found[0], now) else None


STEPS = st.one_of(
    st.tuples(st.just("send"), st.sampled_from("abc")),
    st.tuples(st.just("receive"), st.integers(1, 4)),
    st.tuples(st.just("delete"), st.integers(0, 5)),
    st.tuples(st.just("hide"), st.integers(0, 5), st.sampled_from([0, 3, 25])),
    st.tuples(st.just("pass"), st.sampled_from([1, 4, 10])),
)


@given(steps=st.lists(STEPS, max_size=60))
def test_any_program_agrees_with_the_model(steps):
    with corrections.corrections(), time_machine.travel(START, tick=False) as traveller:
        backend = models.SQSBackend("us-east-1", "123456789012")
        backend.create_queue("q.fifo", VisibilityTimeout="10", **FIFO)
        model, now, handles = Model(timeout=10), 0, {}
        for number, (step, *arguments) in enumerate(steps):
            if step == "send":
                backend.send_message("q.fifo", f"{number}", group_id=arguments[0])
                model.messages.append([f"{number}", arguments[0], None])
            elif step == "receive":
                received = backend.receive_message("q.fifo", arguments[0], 0, 10)
                assert [m.body for m in received] == model.receive(arguments[0], now)
                handles.update((m.body, m.receipt_handle) for m in received)
            elif step == "pass":
                now += arguments[0]
                traveller.shift(arguments[0])
            elif handles:
                body = list(handles)[arguments[0] % len(handles)]
                message = model.find(body, now)
                if message is None:
                    continue
                if step == "delete":
                    backend.delete_message("q.fifo", handles[body])
                    model.messages.remove(message)
                else:
                    backend.change_message_visibility("q.fifo", handles[body], arguments[1])
                    message[2] = now + arguments[1]
