"""What calls did to messages, read off the answers of an endpoint."""

from __future__ import annotations

import json

import pytest

from helpers.wire.read_off import ReadOff, as_asked, asking

EPOCH = 1_700_000_000.0


@pytest.fixture
def read():
    off = ReadOff(EPOCH)

    def read(operation, now, *, queue="orders", begun=None, told=None, status=200, **params):
        answer = (status, {}, json.dumps(told or {}).encode())
        begun = now if begun is None else begun
        return off.handled(operation, queue, params, answer, begun, now)

    read.off = off
    return read


def message(ident, receipt="r1", body="b", sent=None, count=1):
    attributes = {"ApproximateReceiveCount": str(count)}
    if sent is not None:
        attributes["SentTimestamp"] = str(round((EPOCH + sent) * 1000))
    return {"MessageId": ident, "ReceiptHandle": receipt, "Body": body, "Attributes": attributes}


def test_a_message_is_sent_received_hidden_again_and_deleted(read):
    sent = read("SendMessage", 1.0, told={"MessageId": "m"}, MessageBody="b", DelaySeconds=4)
    got = read("ReceiveMessage", 6.0, told={"Messages": [message("m", count=2)]})
    hidden = read("ChangeMessageVisibility", 7.0, ReceiptHandle="r1", VisibilityTimeout=50)
    gone = read("DeleteMessage", 8.0, ReceiptHandle="r1")
    rows = [one for seen in (sent, got, hidden, gone) for one in seen.own]
    assert [(h.what, h.id, h.visible_at) for h in rows] == [
        ("sent", "m", 5.0), ("received", "m", 36.0), ("visibility", "m", 57.0),
        ("deleted", "m", None),
    ]  # fmt: skip
    assert [h.receive_count for h in rows] == [None, 2, None, None]
    assert [h.turn for h in rows] == sorted(h.turn for h in rows)
    assert read.off.unclaimed() == []


@pytest.mark.parametrize("by", ["CreateQueue", "SetQueueAttributes"])
def test_a_queues_own_timeout_counts_until_a_call_has_another(read, by):
    read(by, 0.0, Attributes={"VisibilityTimeout": "5"})
    first = read("ReceiveMessage", 1.0, told={"Messages": [message("m")]})
    other = read("ReceiveMessage", 1.0, told={"Messages": [message("n")]}, VisibilityTimeout=90)
    assert [first.own[0].visible_at, other.own[0].visible_at] == [6.0, 91.0]


def test_of_a_batch_only_what_succeeded_counts(read):
    entries = [{"Id": "a", "MessageBody": "x"}, {"Id": "b", "MessageBody": "y"}]
    told = {"Successful": [{"Id": "b", "MessageId": "m"}], "Failed": [{"Id": "a"}]}
    sent = read("SendMessageBatch", 1.0, told=told, Entries=entries)
    assert [(h.id, h.body) for h in sent.own] == [("m", "y")]
    read("ReceiveMessage", 2.0, told={"Messages": [message("m", "r1")]})
    entries = [{"Id": "a", "ReceiptHandle": "r1"}, {"Id": "b", "ReceiptHandle": "old"}]
    told = {"Successful": [{"Id": "a"}]}
    gone = read("DeleteMessageBatch", 3.0, told=told, Entries=entries)
    assert [(h.what, h.id) for h in gone.own] == [("deleted", "m")]
    entries = [entry | {"VisibilityTimeout": 7} for entry in entries]
    hidden = read("ChangeMessageVisibilityBatch", 4.0, told=told, Entries=entries)
    assert [(h.what, h.id, h.visible_at) for h in hidden.own] == [("visibility", "m", 11.0)]


def test_a_queues_own_delay_counts_until_a_call_has_another(read):
    read("CreateQueue", 0.0, Attributes={"DelaySeconds": "5"})
    first = read("SendMessage", 1.0, told={"MessageId": "m"})
    other = read("SendMessage", 1.0, told={"MessageId": "n"}, DelaySeconds=0)
    assert [first.own[0].visible_at, other.own[0].visible_at] == [6.0, 1.0]


def test_what_a_fifo_queue_takes_for_a_repeat_is_not_sent_again(read):
    first = read("SendMessage", 1.0, told={"MessageId": "m"})
    again = read("SendMessage", 2.0, told={"MessageId": "m"})
    assert [len(first.own), len(again.own)] == [1, 0]


def test_what_a_service_has_sent_shows_once_it_is_received(read):
    got = read("ReceiveMessage", 5.0, told={"Messages": [message("m", sent=2.25)]})
    assert [h.what for h in got.own] == ["received"]
    (other,) = read.off.unclaimed()
    assert (other.moment, other.queue, other.handling.what) == (2.25, "orders", "sent")
    assert read.off.unclaimed() == []


def test_a_message_received_before_its_senders_answer_was_sent_before(read):
    """The answer of a send may be read after another worker has received the message."""
    read("ReceiveMessage", 5.0, told={"Messages": [message("m", sent=4.6)]})
    sent = read("SendMessage", 5.2, begun=4.5, told={"MessageId": "m"}, MessageBody="b")
    assert sent.done == pytest.approx(4.6)
    assert read.off.unclaimed() == []  # it is not sent twice
    # A server's clock may be wrong: the service did it after it was asked, and before it was got.
    read("ReceiveMessage", 9.0, told={"Messages": [message("n", "r2", sent=0.5)]})
    assert read("SendMessage", 9.1, begun=8.9, told={"MessageId": "n"}).done == 8.9
    read("ReceiveMessage", 9.0, told={"Messages": [message("o", "r3", sent=700)]})
    assert read("SendMessage", 9.1, begun=8.9, told={"MessageId": "o"}).done < 9.0


def test_a_message_in_another_queue_has_moved(read):
    read("SendMessage", 1.0, told={"MessageId": "m"})
    read("ReceiveMessage", 2.0, told={"Messages": [message("m")]})
    got = read("ReceiveMessage", 9.0, queue="dead", told={"Messages": [message("m", "r2")]})
    (moved,) = got.others
    assert (moved.queue, moved.handling.what, moved.handling.queue) == ("orders", "moved", "dead")
    assert moved.moment < 9.0
    again = read("ReceiveMessage", 99.0, queue="dead", told={"Messages": [message("m", "r3")]})
    assert again.others == []


@pytest.mark.parametrize("answer", [(500, b"{}"), (200, b"<xml/>"), (200, b"")])
def test_an_answer_that_tells_nothing_is_no_message(read, answer):
    status, body = answer
    seen = read.off.handled("SendMessageBatch", "orders", {}, (status, {}, body), 1.0, 2.0)
    assert seen == ([], [], 2.0)


@pytest.mark.parametrize("operation", ["GetQueueUrl", "ListQueues", "PurgeQueue"])
def test_other_calls_do_nothing_to_messages(read, operation):
    assert read(operation, 1.0).own == []


ASKED = [
    {}, {"MessageSystemAttributeNames": []}, {"MessageSystemAttributeNames": ["SentTimestamp"]},
    {"MessageSystemAttributeNames": ["MessageGroupId"]}, {"MessageSystemAttributeNames": ["All"]},
    {"AttributeNames": ["ApproximateReceiveCount"]}, {"AttributeNames": ["All"]},
]  # fmt: skip


@pytest.mark.parametrize("params", ASKED)
def test_the_reader_gets_the_attributes_that_were_asked_for(params):
    all_of_them = {"SentTimestamp": "1", "ApproximateReceiveCount": "1", "MessageGroupId": "g"}

    def answer(params):
        names = {*params.get("MessageSystemAttributeNames", ()), *params.get("AttributeNames", ())}
        found = {k: v for k, v in all_of_them.items() if k in names or "All" in names}
        return {"Messages": [{"MessageId": "m"} | ({"Attributes": found} if found else {})]}

    asked = dict(params)
    more = asking(asked)
    assert asked == params
    assert {"SentTimestamp", "ApproximateReceiveCount"} <= answer(more)["Messages"][0][
        "Attributes"
    ].keys()
    assert as_asked(params, answer(more)) == answer(params)
