"""What lesson 11's cells rest on: executions as a table, and who answers them."""

import json
import time

import boto3
import pandas as pd
import pytest

from helpers import Lab, faults, load, trace
from helpers.lessons.arns import execution_arn
from helpers.lessons.lesson_11 import crew, experiment, waits
from helpers.patterns.callback import TOKEN_AND_ORDER, answer, heartbeat, outcome, waiting

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
        lab.start(waits.start_each, client, machine, orders)
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
        lab.start(waits.start_each, client, machine, orders)
        lab.start(crew.dispatch, sqs, queue, 2, work)
    ends = waits.executions(machine)
    placed = {order.order_id: order.placed_at for order in orders}
    beats = waits.heartbeats(lab.trace, ends, pd.Series(placed))
    assert [round(x) for x in beats[orders[0].order_id]] == [600, 1200]
    assert [round(x) for x in beats[orders[1].order_id]] == [600, 1200, 1800, 2400, 3000]
    assert trace.calls(lab.trace)["operation"].eq("DeleteMessage").sum() == 2


def test_an_old_read_says_running_and_the_outcome_is_waited_for(lab):
    client, tokens = boto3.client("stepfunctions"), []
    waits.old_reads(client, lambda: 30)
    lab.deploy("mail", lambda event, _: tokens.append(event["token"]))
    to = {"FunctionName": "mail", "Payload": TOKEN_AND_ORDER}
    machine = waits.create(waiting("lambda:invoke", to))
    arn = client.start_execution(stateMachineArn=machine, input="{}")["executionArn"]
    with lab.running(seconds=10):
        pass
    answer(client, tokens[0], by="ines")
    with lab.running(seconds=60):
        time.sleep(10)
        old = client.describe_execution(executionArn=arn)
        assert (old["status"], "output" in old, "stopDate" in old) == ("RUNNING", False, False)
        end = outcome(client, arn)
        assert json.loads(end["output"]) == {"by": "ines"}
        assert 30 <= time.time() - end["stopDate"].timestamp() <= 35


def test_a_heart_goes_on_after_an_error_and_ends_with_the_wait(lab):
    client, tokens, over_at = boto3.client("stepfunctions"), [], []
    lab.deploy("mail", lambda event, _: tokens.append(event["token"]))
    to = {"FunctionName": "mail", "Payload": TOKEN_AND_ORDER}
    machine = waits.create(waiting("lambda:invoke", to, HeartbeatSeconds=300, TimeoutSeconds=2000))
    arn = client.start_execution(stateMachineArn=machine, input="{}")["executionArn"]

    def work():
        time.sleep(1)
        with heartbeat(client, tokens[0], 100) as over:
            over.wait()
            over_at.append(lab.now)

    def outage():
        time.sleep(450)
        with faults.error("stepfunctions.SendTaskHeartbeat", status=503):
            time.sleep(100)

    with lab.running(seconds=3000):
        lab.start(work)
        lab.start(outage)
    assert client.describe_execution(executionArn=arn)["error"] == "States.Timeout"
    assert 2000 <= over_at[0] <= 2110


@pytest.mark.parametrize("minutes", [20, 90])
def test_a_loop_decides_by_what_it_finds_when_it_looks(minutes):
    _, loop = experiment.by_loop(3, minutes, number=8)
    assert (loop["status"] == "SUCCEEDED").all()
    assert (loop["states"] == experiment.states_by_formula(loop, minutes)).all()
    thinks_twice = loop.index[1::2]
    assert set(loop.index[loop["second"]]) <= set(thinks_twice)
    assert (loop.loc[thinks_twice, "second"] == (loop.loc[thinks_twice, "late"] >= 30)).all()
