"""Each pattern at work in a lab, a thread for each role: who calls what is what a policy allows.

A scenario sets its stage from the cell, and runs its roles: functions of these names, whose calls
are theirs. What works for a role under a name of its own (a function on Lambda, a workflow, the
poller of a mapping) is in `ACTING`.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from types import SimpleNamespace

import boto3
from policy_needs import policy

from helpers.lessons.arns import ROLE, arn
from helpers.patterns import (
    backlog,
    black_friday,
    bus,
    callback,
    choreography,
    coupling,
    events,
    idempotency,
    outbox,
    queue,
    redelivery,
    router,
    sync,
    tenants,
    worker,
    workflow,
)

ORDER = {"order_id": "o-1", "tenant": "records", "amount": 20_000,
         "items": [{"sku": "a", "quantity": 4}]}  # fmt: skip
TEXT = json.dumps(ORDER)
LINE = SimpleNamespace(json=lambda: TEXT, tenant="records", order_id="o-1")
ENTRY = {"Source": "shop", "DetailType": "placed", "Detail": TEXT, "EventBusName": "shop"}

# By pattern: the role for which a caller of the trace works.
ACTING = {
    "redelivery": {"lambda:charge": "function", "beat": "work"},
    "outbox": {"relay": "function", "lambda:relay": "function"},
    "callback": {
        "lambda:answer-for-the-dead": "function", "answer-for-the-dead": "function",
        "states:ask": "states", "heart of work": "work",
    },
    "workflow": {"states:order": "states"},
    "choreography": {"charge": "function", "states:order": "states", "events:start": "rule"},
}  # fmt: skip


class Stage:
    """A lab, clients by their names, and roles that run one after another or together."""

    def __init__(self, lab):
        self.lab = lab

    def __getattr__(self, name):
        return boto3.client(name.rstrip("_"))

    def run(self, *roles, seconds=60):
        with self.lab.running(seconds=seconds):
            for role in roles:
                self.lab.start(role)

    def queue(self, name, *bodies, policy=None):
        """A queue with messages in it. Its URL."""
        attributes = {"Policy": policy} if policy else {}
        made = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        for body in bodies:
            self.sqs.send_message(QueueUrl=made, MessageBody=body)
        return made

    def table(self, name, key="id", **item):
        self.dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        if item:
            self.dynamodb.put_item(TableName=name, Item=item)


def nothing(*_, **__):
    """What the work of a pattern does here."""


def of_worker(stage):
    orders = stage.queue("orders", TEXT)

    def work():
        worker.charge_cards(boto3.client("sqs"), orders, nothing)

    stage.run(work)


def of_queue(stage):
    sqs, orders = stage.sqs, stage.queue("orders", TEXT)
    requests, replies, pending = stage.queue("requests"), stage.queue("replies"), {}

    def work():
        queue.charge_from_queue(sqs, orders, nothing)

    def ask():
        collect = threading.Thread(
            target=queue.collect_replies, args=(sqs, replies, pending), name="ask", daemon=True
        )
        collect.start()
        assert queue.ask(sqs, requests, replies, "how many?", pending, 30) == "three"

    def answer():
        queue.answer_requests(sqs, requests, lambda body: "three")

    stage.run(work, ask, answer)


def of_sync(stage):
    stage.lab.deploy("charge-card", lambda event, context: 1)

    def call():
        assert sync.call(boto3.client("lambda"), "charge-card", ORDER) == 1

    stage.run(call)


def of_backlog(stage):
    sqs, orders, late = stage.sqs, stage.queue("orders", TEXT), stage.queue("late-orders")
    stage.run(lambda: time.sleep(5), seconds=5)  # the first order is late by now
    stage.sqs.send_message(QueueUrl=orders, MessageBody=TEXT)

    def work():
        backlog.fresh_first(sqs, orders, late, nothing, limit=3)

    def shed():
        backlog.shed(sqs, offers, nothing, nothing, limit=3)

    def watch():
        backlog.age_of_oldest(stage.cloudwatch, "orders")

    offers = stage.queue("offers", TEXT)
    stage.run(work, shed, watch)


def of_tenants(stage):
    sqs, orders = stage.sqs, stage.queue("orders")

    def send():
        tenants.send_for_shop(sqs, orders, LINE)

    def pack():
        tenants.pack_from_queue(sqs, orders, nothing)

    stage.run(send, pack)


def of_redelivery(stage):
    sqs = stage.sqs
    told = stage.sns.create_topic(Name="told")["TopicArn"]
    made = {}

    def setup():
        made["orders"], made["dead"] = redelivery.queue_with_dead_letters(sqs, "orders", tries=1)
        redelivery.alarm_on(stage.cloudwatch, "dead-orders", told)

    def work():
        [message] = sqs.receive_message(QueueUrl=made["orders"])["Messages"]
        with redelivery.keep_hidden(sqs, made["orders"], message):
            time.sleep(5)
        redelivery.work_off(sqs, made["orders"], nothing)

    def redrive():
        assert redelivery.redrive(sqs, made["dead"], rate=1) == 1

    stage.run(setup)
    for _ in range(2):  # one is not deleted, and a dead letter in the end
        sqs.send_message(QueueUrl=made["orders"], MessageBody=TEXT)
    stage.run(work, seconds=120)
    stage.run(redrive)
    stage.lab.deploy("charge", lambda event, context: redelivery.work_on_batch(event, nothing))
    orders = arn("sqs", "orders")
    stage.lambda_.create_event_source_mapping(FunctionName="charge", EventSourceArn=orders)
    stage.run(lambda: time.sleep(30))


def of_router(stage):
    names = router.recipients(ORDER)
    let_in = json.dumps(policy("router-queue"))
    queues = {n: stage.queue(n, policy=let_in if n == "charging" else None) for n in names}
    dead = stage.queue("dead-letters", TEXT)
    topic = stage.sns.create_topic(Name="placed")["TopicArn"]

    def send():
        router.send_to_each(stage.sqs, queues, names, ORDER)

    def setup():
        router.subscribe(stage.sns, topic, arn("sqs", "charging"), {"pieces": [{"exists": True}]},
                         "MessageAttributes", arn("sqs", "dead-letters"))  # fmt: skip

    def publish():
        router.publish(stage.sns, topic, ORDER)

    def redeliver():
        router.put_back(stage.sqs, dead, queues["charging"])

    for role in (send, setup, publish, redeliver):
        stage.run(role)


def of_bus(stage):
    stage.events.create_event_bus(Name="shop")
    dead = stage.queue("dead-letters")
    stage.lab.deploy("audit", nothing)
    target = {"TARGET_ARN": {"DataType": "String", "StringValue": arn("sqs", "charging")}}

    def setup():
        pattern = {"source": ["shop"]}
        bus.subscribe(stage.events, stage.sqs, "shop", "charging", pattern, dead)
        bus.subscribe_function(stage.events, stage.lambda_, "shop", "audit", pattern)

    def publish():
        bus.publish(stage.events, [ENTRY])

    def redeliver():
        bus.redeliver(stage.sqs, dead)

    stage.run(setup)
    stage.sqs.send_message(QueueUrl=dead, MessageBody=TEXT, MessageAttributes=target)
    stage.run(publish)
    stage.run(redeliver)


def of_events(stage):
    stage.events.create_event_bus(Name="shop")
    stage.lab.deploy("get-order", lambda event, context: ORDER)
    orders = stage.queue("orders", json.dumps({"detail": {"order_id": "o-1"}}))

    def publish():
        bus.publish(stage.events, [events.sparse(ORDER), events.full(ORDER)])

    def react():
        functions = stage.lambda_
        events.in_rounds(
            stage.sqs, orders, lambda detail: events.whole_order(functions, detail), every=5
        )

    stage.run(publish, react)


def of_workflow(stage):
    stage.table("stock", "sku", sku={"S": "a"}, pieces={"N": "9"})
    stage.events.create_event_bus(Name="shop")
    shipping = stage.queue("shipping")
    stage.lab.deploy("charge", nothing)
    stage.lab.deploy("refund", nothing)
    states, made = stage.stepfunctions, {}

    def setup():
        made["order"] = workflow.create(states, "order", workflow.order_process(shipping), ROLE)

    def start():
        workflow.start(states, made["order"], ORDER)
        workflow.start(states, made["order"], ORDER | {"order_id": "o-2", "items": [
            {"sku": "a", "quantity": 99}]})  # fmt: skip

    stage.run(setup)
    stage.run(start, seconds=600)


def of_callback(stage):
    asked, states = stage.queue("asked"), stage.stepfunctions
    dead = stage.queue("dead-asked")
    stage.lab.deploy("on-failure", nothing)
    stage.lab.deploy("answer-for-the-dead", callback.answer_for_the_dead)
    stage.lambda_.create_event_source_mapping(
        FunctionName="answer-for-the-dead", EventSourceArn=arn("sqs", "dead-asked")
    )
    parameters = {"QueueUrl": asked, "MessageBody": callback.TOKEN_AND_ORDER}
    flow = callback.waiting("sqs:sendMessage", parameters, HeartbeatSeconds=30)
    flow = callback.with_failures_to("on-failure", flow)
    machine = workflow.create(states, "ask", flow, ROLE)

    def work():
        for number in range(2):
            [message] = stage.sqs.receive_message(QueueUrl=asked, WaitTimeSeconds=20)["Messages"]
            token = json.loads(message["Body"])["token"]
            with callback.heartbeat(states, token, 5):
                time.sleep(12)
            assert callback.answer(states, token, error="Refused" if number else None, done=True)
            stage.sqs.delete_message(QueueUrl=asked, ReceiptHandle=message["ReceiptHandle"])

    def watch():
        assert callback.outcome(states, execution)["status"] == "SUCCEEDED"

    execution = states.start_execution(stateMachineArn=machine, input=TEXT)["executionArn"]
    states.start_execution(stateMachineArn=machine, input=TEXT)
    stage.run(work, watch, seconds=120)
    states.start_execution(stateMachineArn=machine, input=TEXT)
    stage.run(lambda: time.sleep(5), seconds=5)
    [lost] = stage.sqs.receive_message(QueueUrl=asked)["Messages"]
    stage.sqs.send_message(QueueUrl=dead, MessageBody=lost["Body"])
    stage.run(lambda: time.sleep(20))


def of_choreography(stage):
    stage.events.create_event_bus(Name="shop")
    reacts = choreography.reacts(stage.events, "shop", "charge", nothing, "Charged", "Refused")
    stage.lab.deploy("charge", reacts)
    stage.lab.deploy("refund", nothing)
    last = choreography.publishing("shop", "order", "Finished")
    flow = choreography.workflow(["charge"], {}, last, last)
    states = stage.stepfunctions
    machine = workflow.create(states, "order", flow, ROLE)

    def setup():
        choreography.subscribe_workflow(
            stage.events, "shop", "start", {"source": ["shop"]}, machine, ROLE
        )

    def start():
        choreography.start_once(states, machine, ORDER | {"detail": ORDER})
        time.sleep(30)
        choreography.start_once(states, machine, ORDER | {"detail": ORDER})

    stage.run(setup)
    detail = ENTRY | {"Detail": json.dumps({"order_id": "o-2", "detail": ORDER})}
    stage.events.put_events(Entries=[detail])
    stage.run(start, seconds=120)


def of_coupling(stage):
    stage.lab.deploy("charge", nothing)
    stage.table("orders", "order_id")
    orders = stage.queue("orders")
    topic = stage.sns.create_topic(Name="placed")["TopicArn"]

    def call():
        coupling.pass_by_call(stage.lambda_, "charge", ORDER)

    def write():
        coupling.pass_by_table(stage.dynamodb, "orders", ORDER)

    def send():
        coupling.pass_by_queue(stage.sqs, orders, ORDER)

    def publish():
        coupling.pass_by_topic(stage.sns, topic, ORDER)

    def tell():
        coupling.pass_by_bus(stage.events, "shop", ORDER)

    for role in (call, write, send, publish, tell):
        stage.run(role)


def of_idempotency(stage):
    dynamodb = stage.dynamodb
    stage.table("orders")

    def setup():
        idempotency.table_of_records(dynamodb, "charges")

    def work():
        assert idempotency.once(dynamodb, "charges", "o-1", lambda: 1) == 1
        with contextlib.suppress(ZeroDivisionError):
            idempotency.once(dynamodb, "charges", "o-2", lambda: 1 / 0)
        idempotency.set_status(dynamodb, "o-1", "charged", 1)

    def together():
        count = {"TableName": "orders", "Key": {"id": {"S": "o-1"}},
                 "UpdateExpression": "SET paid = :p",
                 "ExpressionAttributeValues": {":p": {"BOOL": True}}}  # fmt: skip
        assert idempotency.together(dynamodb, "charges", "o-3", [{"Update": count}])

    for role in (setup, work, together):
        stage.run(role)


def of_outbox(stage):
    dynamodb, made = stage.dynamodb, {}
    stage.events.create_event_bus(Name="shop")
    stage.lab.deploy("relay", outbox.relay)

    def setup():
        made["stream"] = outbox.table_with_stream(dynamodb, "orders")

    def write():
        outbox.write_order(dynamodb, ORDER)

    stage.run(setup)
    stage.lambda_.create_event_source_mapping(
        FunctionName="relay", EventSourceArn=made["stream"], StartingPosition="LATEST"
    )
    stage.run(write)


def of_black_friday(stage):
    session, made = boto3, {}

    def setup():
        made["orders"] = black_friday.open_queue(session)

    def take():
        black_friday.take_order(session, made["orders"], LINE)
        black_friday.take_order_of(session, made["orders"], LINE)

    def charge():
        def refused_once(order, token):
            tried.append(token)
            if len(tried) == 1:
                raise RuntimeError("declined")
            return 1

        black_friday.charge_once(session, made["orders"], refused_once)

    tried = []
    stage.run(setup)
    stage.run(take, charge, seconds=120)


SCENARIOS = {
    name.removeprefix("of_"): scenario
    for name, scenario in list(globals().items())
    if name.startswith("of_")
}
