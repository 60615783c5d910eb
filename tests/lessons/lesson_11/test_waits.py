"""What lesson 11's cells rest on: executions as a table, and those who answer them."""

import json
import math

import boto3
import pandas as pd
import pytest

from helpers import Lab, load, trace
from helpers.lessons.arns import execution_arn
from helpers.lessons.lesson_11 import answerers, waits
from helpers.patterns.callback import (
    TOKEN_AND_ORDER,
    answer,
    answer_for_the_dead,
    heartbeat,
    start_each,
    waiting,
)

HOUR = 3600


@pytest.fixture
def lab():
    with Lab(seed=4) as lab:
        yield lab


def test_executions_are_a_table_of_what_each_of_them_says(lab):
    client, tokens = boto3.client("stepfunctions"), {}
    lab.deploy("mail", lambda event, _: tokens.update({event["order"]["order_id"]: event["token"]}))
    to = {"FunctionName": "mail", "Payload": TOKEN_AND_ORDER}
    machine = waits.create(waiting("lambda:invoke", to))
    orders = load.orders(arrivals=[0.0] * 150, seed=4)  # more than a page
    with lab.running(hours=1):
        lab.start(start_each, client, machine, orders)
    names = list(tokens)
    answer(client, tokens[names[0]], by="ines")
    answer(client, tokens[names[1]], "Refused")
    with lab.running(hours=1):
        pass
    ends = waits.executions(machine)
    assert list(ends.index) == sorted(order.order_id for order in orders)
    assert ends["status"].value_counts().to_dict() == {"RUNNING": 148, "SUCCEEDED": 1, "FAILED": 1}
    first, second, third = (ends.loc[name] for name in names[:3])
    assert (json.loads(first["output"]), first["error"]) == ({"by": "ines"}, None)
    assert (second["output"], second["error"]) == (None, "Refused")
    assert (first["lasted"], third["lasted"]) == (HOUR, 0)
    assert first["arn"] == execution_arn(machine, names[0])
    assert waits.history(first["arn"])["seconds"].max() == HOUR


def test_heartbeats_belong_to_their_execution_and_count_from_its_start(lab):
    client, sqs = boto3.client("stepfunctions"), boto3.client("sqs")
    queue = sqs.create_queue(QueueName="checks")["QueueUrl"]
    message = {"QueueUrl": queue, "MessageBody": TOKEN_AND_ORDER}
    machine = waits.create(waiting("sqs:sendMessage", message, TimeoutSeconds=HOUR))
    orders = load.orders(arrivals=[0.0, 1000.0], seed=4)

    def work(order_id, token):
        with heartbeat(client, token, 600) as over:
            over.wait(1300 if order_id == orders[0].order_id else None)

    with lab.running(hours=2):
        lab.start(start_each, client, machine, orders)
        lab.start(answerers.dispatch, sqs, queue, 2, work)
    ends = waits.executions(machine)
    placed = {order.order_id: order.placed_at for order in orders}
    beats = waits.heartbeats(lab.trace, ends, pd.Series(placed))
    assert [round(x) for x in beats[orders[0].order_id]] == [600, 1200]
    assert [round(x) for x in beats[orders[1].order_id]] == [600, 1200, 1800, 2400, 3000]
    assert trace.calls(lab.trace)["operation"].eq("DeleteMessage").sum() == 2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_crew_answers_every_order_once_or_lets_it_be_answered_for(seed):
    with Lab(seed=seed) as lab:
        ends = answerers.crew(lab, answer_for_the_dead, number=50)
    assert ends["kind"].value_counts().to_dict() == {"quick": 35, "deadly": 10, "slow": 5}
    dead = ends["kind"] == "deadly"
    assert (ends.loc[dead, ["delivered", "worked", "counted"]] == [3, 0, 0]).all(axis=None)
    assert set(ends.loc[dead, "error"]) == {"WorkerDied"}
    assert (ends.loc[~dead, "counted"] == 1).all()
    assert (ends.loc[ends["kind"] == "slow", "worked"] >= 2).all()


@pytest.mark.parametrize("minutes", [20, 90])
def test_a_loop_enters_three_states_for_each_interval_and_a_callback_one(minutes):
    with Lab(seed=3) as lab:
        found = answerers.callback_and_loop(lab, minutes, number=8)
    assert (found["callback"]["states"] == 1).all()
    assert not found["callback"]["second"].any()
    loop = found["loop"]
    assert (loop["status"] == "SUCCEEDED").all()
    looks = (loop["hours"] * 60 / minutes).map(math.ceil)
    assert (loop["states"] == 3 * looks + 1).all()
    assert loop["late"].between(0, minutes).all()
    thinks_twice = loop.index[1::2]
    assert set(loop.index[loop["second"]]) <= set(thinks_twice)
    assert (loop.loc[thinks_twice, "second"] == (loop.loc[thinks_twice, "late"] >= 30)).all()
