"""What learners answer to the exercises of lesson 07: to each once; route six."""

import contextlib
import json
import threading
import time

from botocore.exceptions import ClientError

from helpers.patterns.router import send_to_each, subscribe

# -- 1


def sends_everything_again(sqs, queues, names, order):
    """The starter: sends to all of them again when one refuses."""
    while True:
        try:
            return send_to_each(sqs, queues, names, order)
        except ClientError:
            time.sleep(10)


def waits_at_each_queue(sqs, queues, names, order):
    """Stays at a queue that refuses until it takes the order, and goes on to the next then."""
    for name in names:
        while True:
            try:
                send_to_each(sqs, queues, [name], order)
                break
            except ClientError:
                time.sleep(10)


def leaves_shipping_for_last(sqs, queues, names, order):
    """Knows which queue is slow to accept, and stays at it last."""
    last = sorted(names, key=lambda name: name == "shipping")
    waits_at_each_queue(sqs, queues, last, order)


def gives_up_after_three(sqs, queues, names, order):
    """Tries each queue three times."""
    for name in names:
        for _ in range(3):
            try:
                send_to_each(sqs, queues, [name], order)
                break
            except ClientError:
                time.sleep(5)


def skips_what_refuses(sqs, queues, names, order):
    """Goes on to the next queue and never comes back."""
    for name in names:
        with contextlib.suppress(ClientError):
            send_to_each(sqs, queues, [name], order)


def forgets_to_take_it_off(sqs, queues, names, order):
    """Comes back to those that refused, and to those that did not."""
    refused = True
    while refused:
        refused = []
        for name in names:
            try:
                send_to_each(sqs, queues, [name], order)
            except ClientError:
                refused.append(name)
        time.sleep(10)


def waits_a_minute(sqs, queues, names, order):
    """Comes back to those that refused, a minute later."""
    comes_back(sqs, queues, names, order, pause=60)


def sends_a_summary(sqs, queues, names, order):
    """Sends the order's id, and not the order."""
    comes_back(sqs, queues, names, {"order_id": order["order_id"]})


def never_waits(sqs, queues, names, order):
    """Comes back at once, again and again."""
    comes_back(sqs, queues, names, order, pause=0)


lock = threading.Lock()


def holds_a_lock_meanwhile(sqs, queues, names, order):
    """Keeps all other orders out until this one is everywhere."""
    with lock:
        comes_back(sqs, queues, names, order)


def comes_back(sqs, queues, names, order, pause=10):
    """Keeps a list of those that refused, and comes back to them."""
    left = names
    while left:
        refused = []
        for name in left:
            try:
                sqs.send_message(QueueUrl=queues[name], MessageBody=json.dumps(order))
            except ClientError:
                refused.append(name)
        left = refused
        if left:
            time.sleep(pause)


def locks_each_send(sqs, queues, names, order):
    """Holds a lock around each send, and lets it go while it waits."""
    left = set(names)
    while left:
        for name in sorted(left):
            with lock, contextlib.suppress(ClientError):
                send_to_each(sqs, queues, [name], order)
                left.discard(name)
        if left:
            time.sleep(10)


def asks_each_in_a_thread(sqs, queues, names, order):
    """Gives each queue a thread of its own, with a lock around the sends."""
    mine = threading.Lock()

    def send(name):
        while True:
            try:
                with mine:
                    return send_to_each(sqs, queues, [name], order)
            except ClientError:
                time.sleep(20)

    threads = [threading.Thread(target=send, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# -- 2

POLICY = {
    "amount": [{"numeric": [">=", 2000, "<", 8000]}],
    "tenant": [{"anything-but": ["records", "coffee"]}],
}


def queue_arn(sqs, name):
    """The ARN of a queue, which is made if it is not there."""
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]


def route(sns, sqs, topic, dead="gift-wrapping-dead", **policy):
    """The route with a policy that differs in some keys."""
    queue = queue_arn(sqs, "gift-wrapping")
    queue_arn(sqs, "gift-wrapping-dead")
    subscribe(sns, topic, queue, POLICY | policy, dead_letters=queue_arn(sqs, dead))


def wants_what_is_expensive(sns, sqs, topic):
    """The starter: one bound, any tenant, and no dead letters."""
    queue = queue_arn(sqs, "gift-wrapping")
    queue_arn(sqs, "gift-wrapping-dead")
    subscribe(sns, topic, queue, policy={"amount": [{"numeric": [">", 2000]}]})


def puts_the_bounds_side_by_side(sns, sqs, topic):
    """Gives two conditions on the amount, of which one is enough."""
    route(sns, sqs, topic, amount=[{"numeric": [">=", 2000]}, {"numeric": ["<", 8000]}])


def takes_in_eighty(sns, sqs, topic):
    """Takes in orders of exactly 80 euros."""
    route(sns, sqs, topic, amount=[{"numeric": [">=", 2000, "<=", 8000]}])


def compares_euros(sns, sqs, topic):
    """Compares the amount with euros, and it is in cents."""
    route(sns, sqs, topic, amount=[{"numeric": [">=", 20, "<", 80]}])


def forgets_coffee(sns, sqs, topic):
    """Leaves out only one of the two tenants."""
    route(sns, sqs, topic, tenant=[{"anything-but": ["records"]}])


def lists_the_tenants_of_today(sns, sqs, topic):
    """Names the tenants that there are, so that a new one gets no presents wrapped."""
    route(sns, sqs, topic, tenant=["books", "garden", "toys", "paper", "wool", "cycling"])


def leaves_dead_letters_to_the_queue(sns, sqs, topic):
    """Gives the dead-letter queue to the queue, where it is for what workers fail at."""
    queue, dead = queue_arn(sqs, "gift-wrapping"), queue_arn(sqs, "gift-wrapping-dead")
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": "3"})
    url = sqs.get_queue_url(QueueName="gift-wrapping")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": redrive})
    subscribe(sns, topic, queue, POLICY)


def buries_them_elsewhere(sns, sqs, topic):
    """Sends dead letters to a queue of another name."""
    route(sns, sqs, topic, dead="gift-wrapping-dlq")


def keeps_the_envelope(sns, sqs, topic):
    """Subscribes without raw delivery, so that SNS's envelope is around each order."""
    queue, dead = queue_arn(sqs, "gift-wrapping"), queue_arn(sqs, "gift-wrapping-dead")
    attributes = {
        "FilterPolicy": json.dumps(POLICY),
        "FilterPolicyScope": "MessageBody",
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead}),
    }
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=attributes)


def subscribes_by_hand(sns, sqs, topic):
    """Makes the subscription first, and gives it one attribute after the other."""
    queue, dead = queue_arn(sqs, "gift-wrapping"), queue_arn(sqs, "gift-wrapping-dead")
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)["SubscriptionArn"]
    for name, value in {
        "RawMessageDelivery": "true",
        "FilterPolicyScope": "MessageBody",
        "FilterPolicy": json.dumps(POLICY),
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead}),
    }.items():
        sns.set_subscription_attributes(
            SubscriptionArn=subscription, AttributeName=name, AttributeValue=value
        )


def counts_from_one_cent_below(sns, sqs, topic):
    """Says the same bounds in whole cents."""
    route(sns, sqs, topic, amount=[{"numeric": [">", 1999, "<=", 7999]}])


WRONG = {
    "1": [
        sends_everything_again,
        waits_at_each_queue,
        leaves_shipping_for_last,
        gives_up_after_three,
        skips_what_refuses,
        forgets_to_take_it_off,
        waits_a_minute,
        sends_a_summary,
        never_waits,
        holds_a_lock_meanwhile,
    ],
    "2": [
        wants_what_is_expensive,
        puts_the_bounds_side_by_side,
        takes_in_eighty,
        compares_euros,
        forgets_coffee,
        lists_the_tenants_of_today,
        leaves_dead_letters_to_the_queue,
        buries_them_elsewhere,
        keeps_the_envelope,
    ],
}
RIGHT = {
    "1": [comes_back, locks_each_send, asks_each_in_a_thread],
    "2": [subscribes_by_hand, counts_from_one_cent_below],
}
