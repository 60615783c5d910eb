"""The exercises of lesson 10: what may be tried again; when a step is done; which resource goes."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import boto3
from botocore.exceptions import ClientError

from helpers import faults, load, trace
from helpers.lab import Lab
from helpers.lessons.arns import ROLE
from helpers.lessons.exercise import Exercise, Failed, often
from helpers.lessons.lesson_10.fulfilment import Fulfilment, paid_and_shipped
from helpers.patterns.shop import open_shop
from helpers.patterns.workflow import create, order_process, start

SEEDS = (1101, 1102, 1103)
ARN = "arn:aws:states:::"


def _made(workflows: Any, name: str, definition: Any) -> str:
    try:
        return create(workflows, name, definition, ROLE)
    except ClientError as error:
        told = str(error).partition("Definition: ")[2].strip("'")
        raise Failed(f"CreateStateMachine refuses the definition: «{told}».") from error


def _named(events: Any, name: str) -> Counter[str]:
    """How many marks of this name each order has."""
    rows = events[events["name"] == name]
    return Counter(rows["order_id"] if len(rows) else ())


# -- 1

ENDED = {
    "paid twice": "had paid twice",
    "paid for nothing": "had paid for nothing",
    "got it for nothing": "got the goods for nothing",
    "shipped twice": "got the goods twice",
}


def again(lab: Lab, make: Callable[[], Any], seed: int) -> None:
    """Nobody pays twice, nobody is given up for a throttle, and a declined card is asked once."""
    given = make()
    if not (isinstance(given, tuple) and len(given) == 2 and all(map(_is_rules, given))):
        raise Failed("The function has to return two lists of rules: those of Retry and of Catch.")
    placed = [3.0 * number for number in range(18)]
    orders = load.orders(arrivals=[*placed, *(400 + at for at in placed[:14])], seed=seed)
    shop = Fulfilment(lab, orders, declined=0.15)

    def trouble() -> None:  # first the provider does not answer, later its answers are lost
        shop.flaky = 0.25
        time.sleep(390)
        shop.flaky = 0
        with faults.lost_reply("lambda.Invoke", rate=0.25, seed=seed, resource="charge"):
            time.sleep(450)

    definition = order_process(shop.shipping)
    definition["States"]["Charge"] |= dict(zip(("Retry", "Catch"), given, strict=True))
    machine = _made(shop.workflows, "order", definition)
    busy = faults.throttling("lambda.Invoke", rate=0.15, seed=seed, resource="charge")
    with busy, lab.running(minutes=14):
        lab.start(trouble)
        lab.start(
            open_shop,
            orders,
            lambda order: start(shop.workflows, machine, json.loads(order.json())),
        )
    events = lab.trace
    charged, declined = _named(events, "charged"), _named(events, "declined")
    for name, row in paid_and_shipped(lab, orders).iterrows():
        if declined[name] > 1:
            raise Failed(
                f"The card of order {name} was declined, and asked {often(declined[name])}."
            )
        if row["fate"] not in ("shipped", "called off"):
            money = f"charged {often(charged[name])}" if charged[name] else "never charged"
            raise Failed(
                f"Order {name} was {money}, and in the end the customer {ENDED[row['fate']]}."
            )
        given_up = row["fate"] == "called off" and not charged[name] and not declined[name]
        if given_up and row["placed"] < 400:
            raise Failed(
                f"Order {name} was called off, and its card was never charged or declined."
            )


def _is_rules(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(rule, dict) for rule in value)


# -- 2


def invoiced(lab: Lab, make: Callable[[str, str], Any], seed: int) -> None:
    """Each order that was shipped has one invoice, written after that, and no other has one.

    The order process runs once for each order.
    """
    draws = Random(f"sales {seed}")
    orders = load.orders(arrivals=[2.0 * number for number in range(16)], seed=seed)
    shop = Fulfilment(lab, orders, seconds=draws.uniform(2, 6), declined=0.3)
    invoices = shop.sqs.create_queue(QueueName="invoices")["QueueUrl"]
    process = create(shop.workflows, "order", order_process(shop.shipping), ROLE)
    definition = make(process, invoices)
    if not isinstance(definition, dict):
        raise Failed(f"The function has to return a definition, a dictionary, got {definition!r}.")
    sale = _made(shop.workflows, "sale", definition)
    with lab.running(minutes=5):
        lab.start(
            open_shop, orders, lambda order: start(shop.workflows, sale, json.loads(order.json()))
        )
    sent = trace.messages(lab.trace).query("what == 'sent'")
    sent = sent.assign(order_id=[trace.field(body, "order_id") for body in sent["body"]])
    written = sent[sent["queue"] == "invoices"].groupby("order_id")["time"].agg(["size", "min"])
    shipped = sent[sent["queue"] == "shipping"].groupby("order_id")["time"].min()
    runs = _named(lab.trace, "charged") + _named(lab.trace, "declined")
    for order in orders:
        name = order.order_id
        if runs[name] > 1:
            raise Failed(f"The order process ran {often(runs[name])} for order {name}.")
        if name not in shipped.index and name in written.index:
            raise Failed(f"Order {name} was called off, and has an invoice.")
        if name in shipped.index and name not in written.index:
            raise Failed(f"Order {name} was shipped, and has no invoice.")
        if name in shipped.index and written.loc[name, "size"] > 1:
            raise Failed(f"Order {name} has {written.loc[name, 'size']} invoices.")
        if name in shipped.index and written.loc[name, "min"] < shipped[name]:
            raise Failed(f"The invoice of order {name} was written before it was shipped.")
    for sold in shop.workflows.list_executions(stateMachineArn=sale)["executions"]:
        if sold["status"] != "SUCCEEDED":
            raise Failed(f"The sale of order {sold['name']} ended as {sold['status']}.")


# -- 3

CALLS = (
    "lambda:invoke", "sqs:sendMessage", "sns:publish", "events:putEvents", "dynamodb:getItem",
    "states:startExecution", "glue:startJobRun", "batch:submitJob", "ecs:runTask",
    "aws-sdk:glue:startJobRun", "aws-sdk:sfn:startExecution", "aws-sdk:s3:putObject",
)  # fmt: skip
PATTERNS = ("", ".sync", ".waitForTaskToken")


def accepted_or_refused(lab: Lab, answer: Callable[[str, str], Any], seed: int) -> None:
    """The reader's function says the same as CreateStateMachine. Three seeds ask about all."""
    workflows = boto3.client("stepfunctions")
    every = [(f"{ARN}{call}{pattern}", kind) for call in CALLS for pattern in PATTERNS
             for kind in ("STANDARD", "EXPRESS")]  # fmt: skip
    Random("resources").shuffle(every)
    for number, (resource, kind) in enumerate(every[seed % len(SEEDS) :: len(SEEDS)]):
        said = answer(resource, kind)
        if said is not True and said is not False:
            raise Failed(f"The function has to return True or False, got {said!r}.")
        task = {"Type": "Task", "Resource": resource, "Arguments": {}, "End": True}
        states = {"QueryLanguage": "JSONata", "StartAt": "Only", "States": {"Only": task}}
        try:
            workflows.create_state_machine(
                name=f"m-{number}", definition=json.dumps(states), roleArn=ROLE, type=kind
            )
        except workflows.exceptions.InvalidDefinition:
            taken = False
        else:
            taken = True
        if said != taken:
            verdict = "is taken" if taken else "is refused"
            workflow = "a standard workflow" if kind == "STANDARD" else "an express workflow"
            raise Failed(
                f"Your function gave {said} for '{resource}' in {workflow}, and it {verdict}."
            )


EXERCISES = {
    "1": Exercise(again, SEEDS, "Nobody paid twice, and no throttle cost an order."),
    "2": Exercise(invoiced, SEEDS, "Every order that was shipped has its invoice, and no other."),
    "3": Exercise(accepted_or_refused, SEEDS, "You and CreateStateMachine agree."),
}
