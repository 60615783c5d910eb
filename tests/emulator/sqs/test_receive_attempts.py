"""ReceiveRequestAttemptId: the same messages again, for whom the reply was lost."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from emulated_sqs import FIFO, bodies, counts, delete, hide, make, receive, refused, send

from helpers import Lab, faults, trace


@pytest.fixture
def url(client):
    url = make(client, "orders.fifo", VisibilityTimeout=100, **FIFO)
    send(client, url, *"abcd", MessageGroupId="g")
    return url


def attempt(client, url, count=2, attempt_id="attempt-1", **options):
    return receive(client, url, count, ReceiveRequestAttemptId=attempt_id, **options)


def test_a_retry_returns_the_same_messages_and_receipt_handles(client, timeline, url):
    first = attempt(client, url)
    timeline.shift(60)
    assert receive(client, url) == []
    assert attempt(client, url, count=10) == first
    assert bodies(first) == ["a", "b"]
    assert counts(client, url) == (2, 2, 0)
    for message in first:
        delete(client, url, message)
    assert bodies(receive(client, url)) == ["c", "d"]


def test_another_id_is_another_receive(client, url):
    assert bodies(attempt(client, url)) == ["a", "b"]
    assert attempt(client, url, attempt_id="attempt-2") == []


def test_a_retry_begins_the_visibility_timeout_anew(client, timeline, url):
    attempt(client, url)
    timeline.shift(60)
    attempt(client, url)
    timeline.shift(99)
    assert receive(client, url) == []
    timeline.shift(1)
    assert bodies(receive(client, url)) == list("abcd")


@pytest.mark.parametrize(("seconds", "found"), [(299.999, ["a", "b"]), (300, [])])
def test_an_id_is_good_for_five_minutes_from_the_first_receive(client, timeline, seconds, found):
    url = make(client, "orders.fifo", VisibilityTimeout=1000, **FIFO)
    send(client, url, *"abcd", MessageGroupId="g")
    attempt(client, url)
    timeline.shift(200)
    assert bodies(attempt(client, url)) == ["a", "b"]
    timeline.shift(seconds - 200)
    assert bodies(attempt(client, url)) == found


def test_when_the_timeout_is_over_it_is_a_receive_like_any_other(client, timeline, url):
    first = attempt(client, url)
    timeline.shift(100)
    second = attempt(client, url, count=3)
    assert bodies(second) == ["a", "b", "c"]
    assert second[0]["ReceiptHandle"] != first[0]["ReceiptHandle"]
    assert attempt(client, url) == second


@pytest.mark.parametrize("change", [delete, lambda *which: hide(*which, 5)])
def test_a_message_that_was_modified_ends_it(client, url, change):
    first, _ = attempt(client, url)
    change(client, url, first)
    assert attempt(client, url) == []


def test_an_empty_receive_can_be_tried_again(client, url):
    empty = make(client, "empty.fifo", **FIFO)
    assert attempt(client, empty) == []
    send(client, empty, "late", MessageGroupId="g")
    assert bodies(attempt(client, empty)) == ["late"]


@pytest.mark.parametrize("attempt_id", ["x" * 129, "with space", "ü"])
def test_an_id_that_is_none_is_refused(client, url, attempt_id):
    with refused("InvalidParameterValue", "ReceiveRequestAttemptId"):
        attempt(client, url, attempt_id=attempt_id)
    assert bodies(receive(client, url, 1)) == ["a"]


def test_a_standard_queue_knows_no_attempts(client):
    url = make(client)
    send(client, url, *"ab")
    assert [bodies(attempt(client, url, count=1)) for _ in range(2)] == [["a"], ["b"]]


def test_a_lost_reply_costs_no_visibility_timeout_and_the_trace_agrees():
    with Lab(seed=1) as lab:
        once = Config(read_timeout=10, retries={"total_max_attempts": 1})
        sqs = boto3.client("sqs", config=once)
        attributes = {"VisibilityTimeout": "60", **FIFO}
        url = sqs.create_queue(QueueName="orders.fifo", Attributes=attributes)["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="a", MessageGroupId="g")
        again = {"QueueUrl": url, "ReceiveRequestAttemptId": "attempt-1"}
        with faults.lost_reply("sqs.ReceiveMessage"), pytest.raises(ReadTimeoutError):
            sqs.receive_message(**again)
        [message] = sqs.receive_message(**again)["Messages"]
        with lab.running(seconds=55):
            pass
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        [stay] = trace.sojourns(lab.trace, queue="orders.fifo").to_dict("records")
        assert stay["deliveries"] == 2
        assert stay["left_by"] == "deleted"
