"""The patterns of a whole process, each run once: calls, callbacks, a workflow, a choreography."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

import boto3
from botocore.config import Config

from helpers.elsewhere import functions
from helpers.elsewhere.running import ROLE, drain, held, order_ids, some_orders, until, waits_for
from helpers.lab import Lab
from helpers.patterns import bus, callback, choreography, events, sync, workflow
from helpers.patterns.idempotency import table_of_records


def calls(lab: Lab) -> dict[str, Any]:
    """Functions called one after another: results, errors, and one that takes too long."""
    once = Config(read_timeout=2, retries={"total_max_attempts": 1})
    lambdas, hasty = boto3.client("lambda"), boto3.client("lambda", config=once)
    lab.deploy("price", functions.price, timeout=20)
    lab.deploy("slow", functions.slow, timeout=20)
    placed, results, failed = some_orders(8), [], []

    def ask() -> None:
        for order in placed:
            results.append(sync.call(lambdas, "price", json.loads(order.json()))["price"])
        for client, name in ((lambdas, "price"), (hasty, "slow")):
            try:
                sync.call(client, name, {"order_id": "o-0", "amount": -1})
            except sync.CallFailed as error:
                failed.append(str(error))

    with lab.running():
        lab.start(ask)
    return {
        "right prices, of 8": sum(
            price == order.amount + 490 for price, order in zip(results, placed, strict=False)
        ),
        "the function's own error": any("cannot be negative" in text for text in failed),
        "the caller's time-out": any("timeout" in text.lower() for text in failed),
    }


def sparse_events(lab: Lab) -> dict[str, Any]:
    """An event that names the order, and a receiver that asks for the rest."""
    lambdas, dynamodb = boto3.client("lambda"), boto3.client("dynamodb")
    table_of_records(dynamodb, "orders")
    lab.deploy("get-order", functions.get_order, timeout=20)
    placed = [json.loads(order.json()) for order in some_orders(5)]
    for order in placed:
        item = {"id": {"S": order["order_id"]}, "body": {"S": json.dumps(order)}}
        dynamodb.put_item(TableName="orders", Item=item)
    got = []

    def receive() -> None:
        for order in placed:
            got.append(events.whole_order(lambdas, json.loads(events.sparse(order)["Detail"])))

    with lab.running():
        lab.start(receive)
    return {"whole orders, of 5": sum(a == b for a, b in zip(got, placed, strict=False))}


def callbacks(lab: Lab) -> dict[str, Any]:
    """Twelve executions that wait for an answer: a success, an error, no answer, no heartbeat."""
    states, sqs = boto3.client("stepfunctions"), boto3.client("sqs")
    asked = sqs.create_queue(QueueName="asked")["QueueUrl"]
    parameters = {"QueueUrl": asked, "MessageBody": callback.TOKEN_AND_ORDER}
    limits = {"TimeoutSeconds": 12, "HeartbeatSeconds": 6}
    definition = callback.waiting("sqs:sendMessage", parameters, **limits)
    machine = workflow.create(states, "ask", definition, ROLE)
    late: list[bool] = []
    executions: dict[str, str] = {}

    def start() -> None:
        for number in range(12):
            order: dict[str, Any] = {"order_id": f"o-{number}", "what": number % 4}
            told = states.start_execution(
                stateMachineArn=machine, name=order["order_id"], input=json.dumps(order)
            )
            executions[order["order_id"]] = told["executionArn"]

    def answer() -> None:
        while True:
            got = sqs.receive_message(QueueUrl=asked, WaitTimeSeconds=20).get("Messages", [])
            for message in got:
                sqs.delete_message(QueueUrl=asked, ReceiptHandle=message["ReceiptHandle"])
                body = json.loads(message["Body"])
                lab.start(_answer, states, body["token"], body["order"]["what"], late)

    def ended() -> bool:
        return len(executions) == 12 and len(late) == 3 and not _running(states, executions)

    with until(lab, ended, quiet=0):
        lab.start(start)
        lab.start(answer)
    counts = Counter(_ending(states, execution) for execution in executions.values())
    return {
        "succeeded, of 3": counts["SUCCEEDED"],
        "failed by the answer, of 3": counts["Declined"],
        "timed out or not heard of, of 6": counts["States.Timeout"],
        "given up at the heartbeat, of 3": sum(
            6 <= _lasted(states, execution) < 10 for execution in executions.values()
        ),
        "late answers refused, of 3": late.count(False),
    }


def _answer(states: Any, token: str, what: int, late: list[bool]) -> None:
    """By `what`: succeed, fail, only show signs of life, or stay silent and answer too late."""
    if what == 0:
        callback.answer(states, token, paid=True)
    elif what == 1:
        callback.answer(states, token, error="Declined")
    elif what == 2:
        with callback.heartbeat(states, token, 2) as over:
            over.wait(60)
    else:
        time.sleep(15)
        late.append(callback.answer(states, token, paid=True))


def _running(states: Any, executions: dict[str, str]) -> bool:
    return any(
        states.describe_execution(executionArn=arn)["status"] == "RUNNING"
        for arn in list(executions.values())
    )


def _lasted(states: Any, execution: str) -> float:
    """Seconds from the start of an execution to its end."""
    seen = states.describe_execution(executionArn=execution)
    return float((seen["stopDate"] - seen["startDate"]).total_seconds())


def _ending(states: Any, execution: str) -> str:
    """The status of an execution, or the error with which it failed."""
    seen = states.describe_execution(executionArn=execution)
    if seen["status"] == "SUCCEEDED":
        return "SUCCEEDED"
    return str(seen.get("error", seen["status"]))


def order_process(lab: Lab) -> dict[str, Any]:
    """The order process as a workflow: charged, reserved, shipped, or undone and told."""
    states, sqs = boto3.client("stepfunctions"), boto3.client("sqs")
    busses, dynamodb = boto3.client("events"), boto3.client("dynamodb")
    shipping = sqs.create_queue(QueueName="shipping")["QueueUrl"]
    busses.create_event_bus(Name="shop")
    for kind in ("OrderAccepted", "OrderRejected"):
        bus.subscribe(busses, sqs, "shop", kind, {"detail-type": [kind]})
    dynamodb.create_table(
        TableName="stock", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "sku", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "sku", "AttributeType": "S"}],
    )  # fmt: skip
    dynamodb.get_waiter("table_exists").wait(TableName="stock")
    for sku, pieces in (("many", "100"), ("none", "0")):
        dynamodb.put_item(TableName="stock", Item={"sku": {"S": sku}, "pieces": {"N": pieces}})
    lab.deploy("charge", functions.charge, timeout=20)
    lab.deploy("refund", functions.refund, timeout=20)
    machine = workflow.create(states, "order", workflow.order_process(shipping), ROLE)
    placed = [_stocked(number) for number in range(9)]

    def start() -> None:
        for order in placed:
            workflow.start(states, machine, order)

    queues = {
        kind: sqs.get_queue_url(QueueName=kind)["QueueUrl"]
        for kind in ("OrderAccepted", "OrderRejected")
    }
    with until(lab, lambda: sum(held(sqs, queue) for queue in queues.values()) >= 9):
        lab.start(start)
    left = dynamodb.get_item(TableName="stock", Key={"sku": {"S": "many"}}, ConsistentRead=True)
    return {
        "accepted, of 3": len(drain(sqs, queues["OrderAccepted"])),
        "rejected, of 6": len(drain(sqs, queues["OrderRejected"])),
        "to be shipped, of 3": len(drain(sqs, shipping)),
        "pieces left, of 100": int(left["Item"]["pieces"]["N"]),
    }


def _stocked(number: int) -> dict[str, Any]:
    """An order that is accepted, declined by the bank, or sold out, in turn."""
    kind = number % 3
    sku = "none" if kind == 2 else "many"
    items = [{"sku": sku, "quantity": 2, "unit_price": 100}]
    amount = 20_000 if kind == 1 else 200
    return {"order_id": f"o-{number}", "amount": amount, "items": items, "tenant": "books"}


def reacting_services(lab: Lab) -> dict[str, Any]:
    """Services that react to each other's events: charged and shipped, or declined."""
    sqs, busses, lambdas = boto3.client("sqs"), boto3.client("events"), boto3.client("lambda")
    busses.create_event_bus(Name="shop")
    lab.deploy("bill", functions.bill, timeout=20)
    lab.deploy("ship", functions.ship, timeout=20)
    bus.subscribe_function(busses, lambdas, "shop", "bill", {"detail-type": ["OrderPlaced"]})
    bus.subscribe_function(busses, lambdas, "shop", "ship", {"detail-type": ["Charged"]})
    for kind in ("Shipped", "Declined"):
        bus.subscribe(busses, sqs, "shop", kind, {"detail-type": [kind]})
    queues = {k: sqs.get_queue_url(QueueName=k)["QueueUrl"] for k in ("Shipped", "Declined")}
    placed = [_stocked(number) for number in range(9)]

    def place() -> None:
        entry = {"Source": "shop.orders", "DetailType": "OrderPlaced", "EventBusName": "shop"}
        for order in placed:
            bus.publish(busses, [entry | {"Detail": json.dumps(order)}])

    with until(lab, lambda: sum(held(sqs, queue) for queue in queues.values()) >= 9):
        lab.start(place)
    ends = {k: order_ids([e["detail"] for e in drain(sqs, queue)]) for k, queue in queues.items()}
    return {"shipped, of 6": len(ends["Shipped"]), "declined, of 3": len(ends["Declined"])}


def started_once(lab: Lab) -> dict[str, Any]:
    """A workflow that is started three times for each order: one execution each."""
    states = boto3.client("stepfunctions")
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
    machine = workflow.create(states, "order", definition, ROLE)
    refused = []

    def start() -> None:
        for order in [{"order_id": f"o-{n}", "amount": n} for n in range(4)] * 3:
            choreography.start_once(states, machine, order)
        try:
            choreography.start_once(states, machine, {"order_id": "o-1", "amount": 99})
        except ValueError as error:
            refused.append(str(error))
        waits_for(lambda: not _running(states, _executions(states, machine)), 60)

    with lab.running():
        lab.start(start)
    found = _executions(states, machine)
    return {
        "executions, of 4": len(found),
        "succeeded": sum(_ending(states, arn) == "SUCCEEDED" for arn in found.values()),
        "another input refused": len(refused) == 1,
    }


def _executions(states: Any, machine: str) -> dict[str, str]:
    told = states.list_executions(stateMachineArn=machine)["executions"]
    return {execution["name"]: execution["executionArn"] for execution in told}
