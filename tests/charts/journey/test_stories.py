"""What is told of an order: who sent what to whom, what was lost, and what came again."""

import json
import threading
import time

import boto3
import pytest
from botocore.config import Config
from told_orders import ARN, Shop, kinds, told

from helpers import charts, faults

TO_DEAD = {
    "VisibilityTimeout": "30",
    "RedrivePolicy": json.dumps({"deadLetterTargetArn": ARN + "dead", "maxReceiveCount": 2}),
}


def test_an_order_that_goes_well():
    shop = Shop()

    def checkout():
        time.sleep(177)
        shop.send()

    def charge():
        time.sleep(200)
        shop.charge()

    trace = shop.run(checkout, charge)
    assert told(trace) == [
        ("call", "checkout", "orders", "SendMessage"),
        ("waited", "orders", None, "waited 23 s"),
        ("received", "orders", "charge", "received"),
        ("effect", "charge", None, "charged"),
        ("deleted", "charge", "orders", "DeleteMessage"),
    ]
    assert charts.journey(trace, "o-1").alt == (
        "The journey of o-1: 5 steps from 0:02:57 to 0:03:22. "
        "Taking part: checkout, the queue orders, charge. "
        "At 0:02:57 checkout calls SendMessage on the queue orders. "
        "At 0:03:20 the message has waited 23 s in the queue orders. "
        "At 0:03:20 charge receives the message from the queue orders. "
        "At 0:03:22 charge marks the order as 'charged'. "
        "At 0:03:22 charge calls DeleteMessage on the queue orders."
    )


def test_a_lost_reply_to_the_sender_leads_to_a_second_charge():
    shop = Shop()

    def customers():
        with faults.lost_reply("sqs.SendMessage"):
            threading.Thread(target=shop.send, name="o-1").start()
            time.sleep(1)

    trace = shop.run(customers, shop.charge)
    assert told(trace) == [
        ("call", "sender", "orders", "SendMessage (message 1)"),
        ("reply lost", "orders", "sender", "reply lost"),
        ("wait", "sender", None, "waits 25 s in vain"),
        ("received", "orders", "charge", "received (message 1)"),
        ("effect", "charge", None, "charged"),
        ("deleted", "charge", "orders", "DeleteMessage (message 1)"),
        ("call", "sender", "orders", "SendMessage, attempt 2 (message 2)"),
        ("copy", "orders", "charge", "received (message 2)"),
        ("effect again", "charge", None, "charged, the second time"),
        ("deleted", "charge", "orders", "DeleteMessage (message 2)"),
    ]


def test_a_lost_reply_to_the_worker_hides_the_message_until_its_timeout():
    shop = Shop(VisibilityTimeout="40")

    def checkout():
        time.sleep(5)
        shop.send()

    def charge():
        once = Config(read_timeout=25, retries={"total_max_attempts": 1})
        sqs = boto3.client("sqs", config=once)
        with (
            faults.lost_reply("sqs.ReceiveMessage"),
            pytest.raises(Exception, match="Read timeout"),
        ):
            sqs.receive_message(QueueUrl=shop.url, WaitTimeSeconds=20)
        shop.charge()

    assert told(shop.run(checkout, charge)) == [
        ("call", "checkout", "orders", "SendMessage"),
        ("receive lost", "orders", "charge", "ReceiveMessage: reply lost"),
        ("wait", "charge", None, "waits 25 s in vain and gives up"),
        ("timeout", "orders", None, "not deleted within 40 s: visible again"),
        ("again", "orders", "charge", "received again, delivery 2"),
        ("effect", "charge", None, "charged"),
        ("deleted", "charge", "orders", "DeleteMessage"),
    ]


def test_another_worker_takes_over_and_the_first_one_deletes_without_effect():
    shop = Shop()

    def slow():
        order, receipt = next(shop.receive())
        time.sleep(70)
        shop.lab.mark("charged", order_id=order)
        shop.delete(receipt)

    def quick():
        time.sleep(20)
        shop.charge(work=45)

    def checkout():
        time.sleep(1)
        shop.send()

    assert told(shop.run(checkout, slow, quick))[2:] == [
        ("timeout", "orders", None, "not deleted within 30 s: visible again"),
        ("again", "orders", "quick", "received again, delivery 2"),
        ("timeout", "orders", None, "not deleted within 30 s: visible again"),
        ("effect", "slow", None, "charged"),
        ("deleted", "slow", "orders", "DeleteMessage, without effect"),
        ("effect again", "quick", None, "charged, the second time"),
        ("deleted", "quick", "orders", "DeleteMessage"),
    ]


def test_dead_letters_are_moved_and_given_back():
    shop = Shop(**TO_DEAD)

    def charge():
        for number, (order, receipt) in enumerate(shop.receive()):
            if number >= 2:
                shop.lab.mark("charged", order_id=order)
                shop.delete(receipt)

    def operator():
        time.sleep(150)
        shop.sqs.start_message_move_task(SourceArn=ARN + "dead")

    trace = shop.run(shop.send, charge, operator)
    assert ("moved", "orders", "dead", "moved (message 1)") in told(trace)
    assert ("redriven", "dead", "orders", "redriven (message 2)") in told(trace)
    assert kinds(trace) == [
        "call", "received", "timeout", "again", "timeout", "moved", "redriven", "again", "effect",
        "deleted",
    ]  # fmt: skip
    [moved] = [step for step in charts.journey(trace, "o-1").steps if step.kind == "moved"]
    assert moved.target.kind == "dead-letter queue"


def test_what_time_does_to_a_message():
    def purge():
        shop.send()
        time.sleep(70)
        shop.sqs.purge_queue(QueueUrl=shop.url)

    def expire():
        shop.send()
        time.sleep(100)
        shop.sqs.receive_message(QueueUrl=shop.url)

    def late():
        shop.send(DelaySeconds=90)
        time.sleep(120)
        shop.send("o-2")

    shop = Shop()
    assert kinds(shop.run(purge)) == ["call", "purged"]
    shop = Shop(MessageRetentionPeriod="60")
    assert kinds(shop.run(expire)) == ["call", "expired"]
    shop = Shop()
    assert told(shop.run(late))[1:] == [
        ("delay", "orders", None, "after a delay of 90 s: visible"),
        ("rest", "orders", None, "still waiting at the end"),
    ]


def test_a_fifo_queue_does_not_keep_what_it_has_and_a_worker_asks_for_more_time():
    shop = Shop("orders.fifo", FifoQueue="true", ContentBasedDeduplication="true")

    def send():
        shop.send(MessageGroupId="g")

    def customers():
        with faults.lost_reply("sqs.SendMessage"):
            threading.Thread(target=send, name="o-1").start()
            time.sleep(1)

    def charge():
        for order, receipt in shop.receive():
            time.sleep(20)
            shop.sqs.change_message_visibility(
                QueueUrl=shop.url, ReceiptHandle=receipt, VisibilityTimeout=60
            )
            time.sleep(35)
            shop.lab.mark("charged", order_id=order)
            shop.delete(receipt)

    assert [step[3] for step in told(shop.run(customers, charge))] == [
        "SendMessage", "reply lost", "waits 25 s in vain", "received",
        "ChangeMessageVisibility: 60 s from now",
        "SendMessage, attempt 2: a duplicate, not stored again", "charged", "DeleteMessage",
    ]  # fmt: skip


def test_only_calls_that_are_certainly_about_the_order_are_told():
    shop, dynamo = Shop(), boto3.client("dynamodb")
    dynamo.create_table(
        TableName="done",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    known = dynamo.exceptions.ConditionalCheckFailedException

    def checkout():
        for order in ("o-1", "o-1", "o-2", "o-3"):
            time.sleep(10)
            shop.send(order)

    def charge():
        held = []
        for order, receipt in shop.receive():
            held.append(receipt)
            if order == "o-2":  # it is held while the next one comes
                continue
            item = {"Item": {"id": {"S": order}}, "ConditionExpression": "attribute_not_exists(id)"}
            try:
                dynamo.put_item(TableName="done", **item)
            except known:
                shop.lab.mark("seen before", order_id=order)
            while held:
                shop.delete(held.pop())

    trace = shop.run(checkout, charge)
    assert [step for step in told(trace, "o-1") if "done" in step[1:3]] == [
        ("call", "charge", "done", "PutItem"),
        ("call", "charge", "done", "PutItem"),
        ("refused", "done", "charge", "ConditionalCheckFailedException"),
    ]
    for order in ("o-2", "o-3"):
        assert not [step for step in told(trace, order) if "done" in step[1:3]]


def test_a_thread_with_the_orders_name_that_sends_another_order_is_not_its_sender():
    shop = Shop()

    def both():
        shop.send("o-1")
        shop.send("o-2")

    both.__name__ = "o-1"
    trace = shop.run(both)
    assert kinds(trace) == kinds(trace, "o-2") == ["call", "rest"]


def test_requests_that_do_not_get_through_are_told_until_the_caller_gives_up():
    shop = Shop()

    def order():
        with faults.refused("sqs"), pytest.raises(Exception, match="connect"):
            shop.send()

    order.__name__ = "o-1"
    steps = told(shop.run(order))
    assert [step[0] for step in steps] == ["request lost"] * 3 + ["wait"]
    assert steps[-1][3] == "gets no reply and gives up"


def test_a_request_that_comes_late_takes_effect_though_nobody_waits():
    shop = Shop()

    def checkout():
        slow = faults.latency("sqs.SendMessage", median=70)
        with slow, pytest.raises(Exception, match="timeout"):
            shop.send()
        time.sleep(60)

    steps = told(shop.run(checkout))
    assert steps[:4] == [
        ("call", "checkout", "orders", "SendMessage"),
        ("wait", "checkout", None, "waits 25 s in vain"),
        ("call", "checkout", "orders", "SendMessage, attempt 2"),
        ("wait", "checkout", None, "waits 25 s in vain"),
    ]
    late = [step[3] for step in steps if step[0] == "late"]
    told_late = "message {}: stored, though the caller no longer waits"
    assert late == [told_late.format(number) for number in (1, 2, 3)]


def test_a_long_story_is_folded_and_says_so():
    shop = Shop(VisibilityTimeout="5")

    def forget():
        for _ in shop.receive():
            pass

    made = charts.journey(shop.run(shop.send, forget, minutes=4), "o-1")
    assert len(made.steps) > 80
    assert len(made.svg) < 40_000
    assert made.mermaid.count("\n    Note over") + made.mermaid.count(">>") == 40
    hidden = sum(step.kind == "again" for step in made.steps) - made.mermaid.count("received again")
    [fold] = [said for said in made.alt.split(". ") if "not drawn" in said]
    assert f"{len(made.steps) - 39} more steps" in fold
    assert f"among them {hidden} deliveries" in fold


def test_a_part_of_the_story():
    shop = Shop()

    def checkout():
        shop.send()
        time.sleep(50)
        shop.send()

    trace = shop.run(checkout, shop.charge)
    assert kinds(trace, start=40) == ["call", "copy", "effect again", "deleted"]
    assert kinds(trace, end=1) == ["call", "received"]
    with pytest.raises(ValueError, match=r"nothing happened to the order 'o-1' between 0:00:10"):
        charts.journey(trace, "o-1", start=10, end=20)
    with pytest.raises(ValueError, match="after start, got 10 to 10"):
        charts.journey(trace, "o-1", start=10, end=10)
    with pytest.raises(ValueError, match="order 'o-9'; it has 1: 'o-1'"):
        charts.journey(trace, "o-9")
    with pytest.raises(ValueError, match=r"field 'customer'; the marks have \['order_id'\]"):
        charts.journey(trace, "o-1", key="customer")
