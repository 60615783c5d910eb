"""What answers a workflow in lesson 11: dispatched workers, a crew at a queue, customers.

What the lesson is about, the answer and the function behind the dead-letter queue, is passed in or
comes from `helpers.patterns.callback`.
"""

import json
import threading
import time
from random import Random

import boto3
import pandas as pd

from helpers import load, trace
from helpers.lessons.lesson_11.waits import create, executions, history
from helpers.patterns.callback import TOKEN_AND_ORDER, answer, start_each, waiting
from helpers.patterns.redelivery import arn_of, queue_with_dead_letters, work_off

HOUR = 3600  # seconds


def draw_fate(draws):
    """What becomes of a worker, and after how many seconds (None: never).

    Of a hundred, 65 work for two hours on average, 20 die within four, and 15 hang.
    """
    [drawn] = draws.choices(["works", "dies", "hangs"], [65, 20, 15])
    works = min(draws.expovariate(1 / 2), 7) * HOUR
    return drawn, {"works": works, "dies": draws.uniform(0, 4) * HOUR, "hangs": None}[drawn]


def dispatch(sqs, queue, number, work):
    """Take `number` messages; start `work(order_id, token)` for each in a thread, and delete it."""
    while number:
        polled = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in polled.get("Messages", []):
            body = json.loads(message["Body"])
            name = body["order"]["order_id"]
            threading.Thread(target=work, args=(name, body["token"]), name=name).start()
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            number -= 1


def crew(lab, function, number=20):
    """Workers that delete last, and `function` behind the dead-letter queue, until all is over.

    Most checks take 20 s. One in ten is "slow": 400 s, longer than its message is hidden. One in
    five is "deadly" to every worker. A message is hidden for 300 s and delivered three times.

    Returns a DataFrame of `waits.executions` with `kind`, and how often an order was delivered,
    worked (checked to the end) and its answer counted.
    """
    client, sqs = boto3.client("stepfunctions"), boto3.client("sqs")
    queue, dead = queue_with_dead_letters(sqs, "checks", tries=3, timeout=300)
    lab.deploy("answer-for-the-dead", function, timeout=30)
    source = {"EventSourceArn": arn_of(sqs, dead), "FunctionName": "answer-for-the-dead"}
    boto3.client("lambda").create_event_source_mapping(**source)
    message = {"QueueUrl": queue, "MessageBody": TOKEN_AND_ORDER}
    machine = create(waiting("sqs:sendMessage", message, TimeoutSeconds=8 * HOUR))
    orders = load.orders(arrivals=[45.0 * n for n in range(number)], seed=lab.seed)
    drawn = [("slow", "deadly", "deadly", *["quick"] * 7)[n % 10] for n in range(number)]
    Random(lab.seed).shuffle(drawn)
    kinds = {order.order_id: kind for order, kind in zip(orders, drawn, strict=True)}

    def check(body):
        name = body["order"]["order_id"]
        lab.mark("delivered", order_id=name)
        if kinds[name] == "deadly":
            raise MemoryError("the worker is dead; a new one takes its place")
        time.sleep(20 if kinds[name] == "quick" else 400)
        counted = answer(client, body["token"], credit="good")
        lab.mark("worked", order_id=name)
        if counted:
            lab.mark("counted", order_id=name)

    with lab.running(seconds=45 * number + 1300):
        lab.start(start_each, client, machine, orders)
        lab.start(work_off, sqs, queue, check, copies=6)
    ends = executions(machine).assign(kind=pd.Series(kinds))
    for name in ("delivered", "worked", "counted"):
        ends[name] = trace.effects(lab.trace, name).reindex(ends.index, fill_value=0)
    return ends


def looking(function, seconds):
    """A workflow that looks for an answer every `seconds` seconds, by calling `function`."""
    call = {"FunctionName": function, "Payload": {"order_id.$": "$.order_id"}}
    there = {"Variable": "$.found.Payload", "IsNull": False, "Next": "Done"}
    states = {
        "Wait": {"Type": "Wait", "Seconds": seconds, "Next": "Look"},
        "Look": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": call,
            "ResultPath": "$.found",
            "Next": "Answered",
        },
        "Answered": {"Type": "Choice", "Choices": [there], "Default": "Wait"},
        "Done": {"Type": "Succeed"},
    }
    return {"StartAt": "Wait", "States": states}


def callback_and_loop(lab, minutes, number=10):
    """The same answers for two workflows: one with a callback, one that looks every `minutes`.

    Answers take five hours on average, as the lab's seed draws them, and say yes. Every second one
    is followed by a no half an hour later.

    Returns a dictionary of "callback" and "loop" to a DataFrame of `waits.executions`, with `hours`
    (until the answer), `states` (entered), `events` (in the history), `late` (minutes from the
    answer to the end) and `second` (whether the no won).
    """
    client, draws, tokens, said = boto3.client("stepfunctions"), Random(lab.seed), {}, {}
    lab.deploy("mail", lambda event, _: tokens.update({event["order"]["order_id"]: event["token"]}))
    lab.deploy("look", lambda event, _: said.get(event["order_id"]))
    ask = waiting("lambda:invoke", {"FunctionName": "mail", "Payload": TOKEN_AND_ORDER})
    flows = {"callback": ask, "loop": looking("look", 60 * minutes)}
    machines = {name: create(flow, name) for name, flow in flows.items()}
    orders = load.orders(arrivals=[0.0] * number, seed=lab.seed)
    hours = pd.Series({order.order_id: draws.expovariate(1 / 5) for order in orders})

    def customer(order_id, words):
        time.sleep(hours[order_id] * HOUR)
        for word in words:
            said[order_id] = word
            answer(client, tokens[order_id], word=word)
            time.sleep(HOUR / 2)

    with lab.running(days=3):
        for machine in machines.values():
            lab.start(start_each, client, machine, orders)
        for n, order in enumerate(orders):
            lab.start(customer, order.order_id, ["yes", "no"][: 1 + n % 2])
    return {name: _measured(executions(machine), hours) for name, machine in machines.items()}


def _measured(ends, hours):
    histories = [history(arn)["type"] for arn in ends["arn"]]
    return ends.assign(
        hours=hours,
        states=[int(events.str.endswith("StateEntered").sum()) for events in histories],
        events=[len(events) for events in histories],
        late=((ends["lasted"] - hours * HOUR) / 60).round(3) + 0.0,  # no -0.0
        second=ends["output"].str.contains('"no"'),
    )
