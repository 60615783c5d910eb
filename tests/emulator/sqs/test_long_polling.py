"""Long polls of a queue: how long they wait, and what ends them."""

import pytest
from emulated_sqs import (
    FIFO,
    bodies,
    delete,
    hide,
    make,
    receive,
    send,
)


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
