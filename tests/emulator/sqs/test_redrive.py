"""Dead-letter queues of the corrected SQS, and moving messages out of them again."""

import base64
import json
from types import SimpleNamespace

import pytest
from emulated_sqs import (
    FIFO,
    START,
    arn,
    bodies,
    counts,
    make,
    receive,
    refused,
    send,
)


@pytest.fixture
def dead_letters(client):
    dlq = make(client, "orders-dlq")
    policy = f'{{"deadLetterTargetArn": "{arn(client, dlq)}", "maxReceiveCount": 2}}'
    url = make(client, VisibilityTimeout=5, RedrivePolicy=policy)
    return SimpleNamespace(url=url, dlq=dlq)


def fail_twice(client, url, timeline):
    for _ in range(2):
        receive(client, url)
        timeline.shift(5)
    return receive(client, url)


def test_a_dead_letter_says_where_it_came_from_and_keeps_its_age(client, timeline, dead_letters):
    [sent] = send(client, dead_letters.url, "poison")
    assert fail_twice(client, dead_letters.url, timeline) == []
    timeline.shift(100)
    [letter] = receive(client, dead_letters.dlq)
    assert letter["MessageId"] == sent["MessageId"]
    assert letter["Attributes"]["DeadLetterQueueSourceArn"] == arn(client, dead_letters.url)
    assert letter["Attributes"]["SentTimestamp"] == str(int(START * 1000))
    assert letter["Attributes"]["ApproximateReceiveCount"] == "3"
    assert client.list_dead_letter_source_queues(QueueUrl=dead_letters.dlq)["queueUrls"] == [
        dead_letters.url
    ]


def test_a_dead_letter_wakes_a_poll_of_its_queue(client, timeline, dead_letters):
    send(client, dead_letters.url, "poison")
    for _ in range(2):
        receive(client, dead_letters.url)
        timeline.shift(5)
    timeline.at(13, lambda: receive(client, dead_letters.url))
    assert bodies(receive(client, dead_letters.dlq, WaitTimeSeconds=20)) == ["poison"]
    assert timeline.elapsed == 13


def test_a_dead_letter_queue_counts_its_own_receives(client, timeline, dead_letters):
    graveyard = make(client, "graveyard")
    policy = {"deadLetterTargetArn": arn(client, graveyard), "maxReceiveCount": 2}
    client.set_queue_attributes(
        QueueUrl=dead_letters.dlq,
        Attributes={"RedrivePolicy": json.dumps(policy), "VisibilityTimeout": "5"},
    )
    send(client, dead_letters.url, "poison")
    fail_twice(client, dead_letters.url, timeline)
    assert counts(client, dead_letters.dlq) == (1, 0, 0)
    for _ in range(2):
        assert bodies(receive(client, dead_letters.dlq)) == ["poison"]
        timeline.shift(5)
    assert receive(client, dead_letters.dlq) == []
    assert bodies(receive(client, graveyard)) == ["poison"]


def test_retention_of_a_dead_letter_counts_from_the_first_send(client, timeline, dead_letters):
    attributes = {"MessageRetentionPeriod": "60"}
    client.set_queue_attributes(QueueUrl=dead_letters.dlq, Attributes=attributes)
    send(client, dead_letters.url, "poison")
    timeline.shift(40)
    fail_twice(client, dead_letters.url, timeline)
    assert counts(client, dead_letters.dlq) == (1, 0, 0)
    timeline.shift(10)
    assert counts(client, dead_letters.dlq) == (0, 0, 0)


def test_retention_of_a_fifo_dead_letter_begins_anew(client, timeline):
    dlq = make(client, "dead.fifo", MessageRetentionPeriod=60, **FIFO)
    policy = f'{{"deadLetterTargetArn": "{arn(client, dlq)}", "maxReceiveCount": 2}}'
    url = make(client, "orders.fifo", VisibilityTimeout=5, RedrivePolicy=policy, **FIFO)
    [sent] = send(client, url, "poison", MessageGroupId="a")
    timeline.shift(40)
    fail_twice(client, url, timeline)
    timeline.shift(59)
    [letter] = receive(client, dlq)
    assert letter["Attributes"]["MessageDeduplicationId"] == sent["MessageId"]


# Redrive.


def bury(client, timeline, queues, *names):
    """Send messages and let them fail until they are dead letters."""
    send(client, queues.url, *names)
    fail_twice(client, queues.url, timeline)


def start(client, queues, **options):
    answer = client.start_message_move_task(SourceArn=arn(client, queues.dlq), **options)
    return answer["TaskHandle"]


def tasks(client, queues, **options):
    return client.list_message_move_tasks(SourceArn=arn(client, queues.dlq), **options)["Results"]


def test_a_redrive_returns_messages_to_their_source_at_its_rate(client, timeline, dead_letters):
    bury(client, timeline, dead_letters, *"abcdefgh")
    timeline.shift(100)
    began = timeline.elapsed
    handle = start(client, dead_letters, MaxNumberOfMessagesPerSecond=2)
    for moved in range(9):
        assert counts(client, dead_letters.url) == (moved, 0, 0)
        assert counts(client, dead_letters.dlq) == (8 - moved, 0, 0)
        [task] = tasks(client, dead_letters)
        assert task["ApproximateNumberOfMessagesMoved"] == moved
        assert task["ApproximateNumberOfMessagesToMove"] == 8
        assert task["Status"] == ("RUNNING" if moved < 8 else "COMPLETED")
        assert task.get("TaskHandle") == (handle if moved < 8 else None)
        assert task["StartedTimestamp"] == int((START + began) * 1000)
        timeline.shift(0.5)
    assert bodies(receive(client, dead_letters.url)) == list("abcdefgh")


def test_a_redriven_message_is_a_new_one(client, timeline, dead_letters):
    [sent] = send(client, dead_letters.url, "a")
    fail_twice(client, dead_letters.url, timeline)
    timeline.shift(100)
    start(client, dead_letters)
    timeline.shift(1)
    [message] = receive(client, dead_letters.url)
    assert message["MessageId"] != sent["MessageId"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert "DeadLetterQueueSourceArn" not in message["Attributes"]
    assert int(message["Attributes"]["SentTimestamp"]) > (START + 100) * 1000


def test_a_redrive_wakes_a_poll_at_the_moment_of_the_move(client, timeline, dead_letters):
    bury(client, timeline, dead_letters, "a")
    began = timeline.elapsed
    rate = {"MaxNumberOfMessagesPerSecond": 1}
    timeline.at(began + 3, lambda: start(client, dead_letters, **rate))
    assert bodies(receive(client, dead_letters.url, WaitTimeSeconds=20)) == ["a"]
    assert timeline.elapsed == began + 4


def test_a_redrive_to_another_queue(client, timeline, dead_letters):
    other = make(client, "inspection")
    bury(client, timeline, dead_letters, *"abc")
    start(client, dead_letters, DestinationArn=arn(client, other))
    timeline.shift(1)
    assert counts(client, other) == (3, 0, 0)
    assert tasks(client, dead_letters)[0]["DestinationArn"] == arn(client, other)


def test_letters_of_several_sources_return_each_to_its_own(client, timeline, dead_letters):
    policy = {"deadLetterTargetArn": arn(client, dead_letters.dlq), "maxReceiveCount": 2}
    url = make(client, "refunds", VisibilityTimeout=5, RedrivePolicy=json.dumps(policy))
    refunds = SimpleNamespace(url=url, dlq=dead_letters.dlq)
    bury(client, timeline, dead_letters, *"ab")
    bury(client, timeline, refunds, *"xyz")
    start(client, dead_letters)
    timeline.shift(1)
    assert bodies(receive(client, dead_letters.url)) == list("ab")
    assert bodies(receive(client, url)) == list("xyz")


def test_a_message_in_flight_is_not_moved(client, timeline, dead_letters):
    bury(client, timeline, dead_letters, *"ab")
    receive(client, dead_letters.dlq, 1)
    start(client, dead_letters)
    timeline.shift(1)
    assert tasks(client, dead_letters)[0]["Status"] == "COMPLETED"
    assert bodies(receive(client, dead_letters.url)) == ["b"]
    assert counts(client, dead_letters.dlq) == (0, 1, 0)


def test_a_cancelled_redrive_stops_and_keeps_what_it_moved(client, timeline, dead_letters):
    bury(client, timeline, dead_letters, *"abcdef")
    handle = start(client, dead_letters, MaxNumberOfMessagesPerSecond=1)
    timeline.shift(2.5)
    cancelled = client.cancel_message_move_task(TaskHandle=handle)
    assert cancelled["ApproximateNumberOfMessagesMoved"] == 2
    timeline.shift(10)
    assert counts(client, dead_letters.url) == (2, 0, 0)
    assert counts(client, dead_letters.dlq) == (4, 0, 0)
    assert tasks(client, dead_letters)[0]["Status"] == "CANCELLED"
    with refused("UnsupportedOperation", "RUNNING"):
        client.cancel_message_move_task(TaskHandle=handle)
    start(client, dead_letters)
    timeline.shift(1)
    statuses = [task["Status"] for task in tasks(client, dead_letters, MaxResults=10)]
    assert statuses == ["COMPLETED", "CANCELLED"]


def test_a_letter_without_a_source_fails_the_redrive_and_stays(client, timeline, dead_letters):
    send(client, dead_letters.dlq, "sent here directly")
    start(client, dead_letters)
    timeline.shift(1)
    [task] = tasks(client, dead_letters)
    assert (task["Status"], task["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource")
    assert bodies(receive(client, dead_letters.dlq)) == ["sent here directly"]


def test_a_destination_that_goes_away_fails_the_redrive(client, timeline, dead_letters):
    other = make(client, "inspection")
    bury(client, timeline, dead_letters, *"abcd")
    options = {"DestinationArn": arn(client, other), "MaxNumberOfMessagesPerSecond": 1}
    start(client, dead_letters, **options)
    timeline.shift(2)
    assert counts(client, other) == (2, 0, 0)
    client.delete_queue(QueueUrl=other)
    timeline.shift(5)
    [task] = tasks(client, dead_letters)
    assert task["FailureReason"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert counts(client, dead_letters.dlq) == (2, 0, 0)


def test_a_redrive_of_a_fifo_queue_keeps_the_order(client, timeline):
    dlq = make(client, "dead.fifo", **FIFO)
    policy = {"deadLetterTargetArn": arn(client, dlq), "maxReceiveCount": 2}
    url = make(client, "orders.fifo", VisibilityTimeout=5, RedrivePolicy=json.dumps(policy), **FIFO)
    send(client, url, *"abc", MessageGroupId="g")
    fail_twice(client, url, timeline)
    start(client, SimpleNamespace(url=url, dlq=dlq))
    timeline.shift(1)
    messages = receive(client, url)
    assert bodies(messages) == list("abc")
    numbers = [message["Attributes"]["SequenceNumber"] for message in messages]
    assert numbers == sorted(numbers)


def test_what_a_redrive_refuses(client, timeline, dead_letters):
    fifo = make(client, "other.fifo", **FIFO)
    source = arn(client, dead_letters.dlq)
    unknown = source + "-unknown"
    with refused("InvalidParameterValue", "must be configured as a Dead Letter Queue"):
        client.start_message_move_task(SourceArn=arn(client, dead_letters.url))
    with refused("ResourceNotFoundException", "SourceArn"):
        client.start_message_move_task(SourceArn=unknown)
    with refused("ResourceNotFoundException", "DestinationArn"):
        start(client, dead_letters, DestinationArn=unknown)
    for destination in (source, arn(client, fifo)):
        with refused("InvalidParameterValue", "another queue, of the same type"):
            start(client, dead_letters, DestinationArn=destination)
    for rate in (0, 501):
        with refused("InvalidParameterValue", f"Value {rate}"):
            start(client, dead_letters, MaxNumberOfMessagesPerSecond=rate)
    for count in (0, 11):
        with refused("InvalidParameterValue", f"Value {count}"):
            tasks(client, dead_letters, MaxResults=count)


def test_one_redrive_at_a_time(client, timeline, dead_letters):
    bury(client, timeline, dead_letters, *"ab")
    start(client, dead_letters, MaxNumberOfMessagesPerSecond=1)
    with refused("InvalidParameterValue", "already a task running"):
        start(client, dead_letters)


@pytest.mark.parametrize("text", ["???", "aGVsbG8=", "e30="])
def test_a_task_handle_that_is_none_is_refused(client, text):
    with refused("InvalidParameterValue", "TaskHandle is invalid"):
        client.cancel_message_move_task(TaskHandle=text)


def test_an_unknown_task_cannot_be_cancelled(client, dead_letters):
    text = json.dumps({"taskId": "none", "sourceArn": arn(client, dead_letters.dlq)})
    with refused("ResourceNotFoundException", "Task does not exist"):
        client.cancel_message_move_task(TaskHandle=base64.b64encode(text.encode()).decode())
