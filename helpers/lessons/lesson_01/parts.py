"""Parts that the changes of lesson 01 bring: workers, replies, and new names of what is between."""

import time
from functools import partial

from helpers.lessons.lesson_01.designs import (
    ATTACH,
    DESIGNS,
    SEND,
    arn,
    charge,
    client,
    receiver,
    retire,
    sender,
    url,
    work_off_table,
    write,
)
from helpers.patterns.coupling import NotDone


def both(*installs):
    """Install one after the other, as one part."""
    return lambda shop: [install(shop) for install in installs]


def to_both(*sends):
    return lambda body: [send(body) for send in sends]


def spoken(words, work):
    """The sender speaks otherwise, and the receiver learns it."""
    return {
        name: ({"sender": sender(SEND[name], words)}, {"receiver": receiver(ATTACH[name], work)})
        for name in DESIGNS
    }


def cancels(order_id):
    return int(order_id[-1]) % 2 == 1


def becomes_a_worker(loop, *args):
    """The function goes, and a worker comes: `loop(*args, work)`, for ever."""

    def install(shop):
        retire("charge-card")
        shop.lab.start(loop, *args, partial(charge, shop))

    return install


def ask_queue(queue, read, work):
    sqs = client("sqs")
    while True:
        answer = sqs.receive_message(QueueUrl=url(queue), WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            for body in read({"Records": [{"body": message["Body"]}]}):
                work(body)
            sqs.delete_message(QueueUrl=url(queue), ReceiptHandle=message["ReceiptHandle"])


def look_at_table(work):
    while True:
        work_off_table("orders", "order_id", "charged", work)
        time.sleep(60)


def note_refusal(body):
    client("dynamodb").update_item(
        TableName="orders",
        Key={"order_id": {"S": body["order_id"]}},
        UpdateExpression="SET refused = :yes",
        ExpressionAttributeValues={":yes": {"BOOL": True}},
    )


def write_and_look(body):
    """Write the order, and look three times whether it has been refused."""
    write(body)
    for _ in range(3):
        time.sleep(60)
        key = {"order_id": {"S": body["order_id"]}}
        if "refused" in client("dynamodb").get_item(TableName="orders", Key=key)["Item"]:
            raise NotDone(body["order_id"])


def make_bus(shop):
    client("events").create_event_bus(Name="shop")


def drop_table(shop):
    client("dynamodb").delete_table(TableName="orders")


def drop_queue(shop):
    client("sqs").delete_queue(QueueUrl=url("orders"))


def drop_topic(shop):
    client("sns").delete_topic(TopicArn=arn("sns", "placed"))


def drop_rule(shop):
    client("events").remove_targets(Rule="orders", Ids=["1"])
    client("events").delete_rule(Name="orders")
