"""Task tokens: one answer counts, a heart beats while it works, somebody answers for the dead."""

import json
import threading
import time
from collections import Counter
from random import Random

import boto3
import pytest
from botocore.config import Config
from botocore.session import Session
from in_ci import each_seed

from helpers import Lab, faults, load
from helpers.lessons.lesson_11 import waits
from helpers.patterns.callback import (
    TOKEN_AND_ORDER,
    answer,
    answer_for_the_dead,
    heartbeat,
    waiting,
    with_failures_to,
)

SEEDS = each_seed(1, 2, 3)
HOUR = 3600


@pytest.fixture(params=SEEDS)
def lab(request):
    with Lab(seed=request.param) as lab:
        yield lab


@pytest.fixture
def client(lab):
    return boto3.client("stepfunctions")


def ask(lab, begin, number=70, every=60.0, hours=40, flow=lambda asking: asking, **limits):
    """So many orders, each handed to `begin(name, token)` in a thread. Returns the executions."""

    def mail(event, context):
        mine = (event["order"]["order_id"], event["token"])
        threading.Thread(target=begin, args=mine, name=mine[0]).start()

    lab.deploy("mail", mail)
    to = {"FunctionName": "mail", "Payload": TOKEN_AND_ORDER}
    machine = waits.create(flow(waiting("lambda:invoke", to, **limits)))
    orders = load.orders(arrivals=[every * n for n in range(number)], seed=lab.seed)
    with lab.running(hours=hours):
        lab.start(waits.start_each, boto3.client("stepfunctions"), machine, orders)
    ends = waits.executions(machine)
    assert set(ends.index) == {order.order_id for order in orders}
    return ends


def shape(name):
    return Session().get_service_model("stepfunctions").shape_for(name).metadata


def test_the_limits_that_the_lesson_names_are_the_model_s():
    assert shape("TaskToken") == {"min": 1, "max": 2048, "sensitive": True}
    limits = [shape(n)["max"] for n in ("SensitiveData", "SensitiveError", "SensitiveCause")]
    assert limits == [262_144, 256, 32_768]
    model = Session().get_service_model("stepfunctions")
    told = model.shape_for("TaskTimedOut").documentation
    assert "has either expired or the task associated with the token has already" in told
    heart = model.operation_model("SendTaskHeartbeat").documentation
    assert "maximum allowed duration, regardless of the number of" in heart


def test_the_first_answer_counts_and_no_other(lab):
    """Three answer each, at random, some after the time-out, and replies get lost."""
    patient = Config(retries={"mode": "standard", "total_max_attempts": 10})
    client = boto3.client("stepfunctions", config=patient)
    draws, told, first = Random(lab.seed), Counter(), {}

    def begin(name, token):
        def clerk(number, hours):
            time.sleep(hours * HOUR)
            error = "Refused" if number == 2 else None
            said = answer(client, token, error, by=number)
            told[name, said] += 1
            if said:
                first[name] = number

        for number in range(3):
            job = (number, draws.uniform(0.1, 30))
            threading.Thread(target=clerk, args=job, name=name).start()

    with faults.lost_reply("stepfunctions.SendTaskFailure", rate=0.1, seed=lab.seed) as lost:
        ends = ask(lab, begin, TimeoutSeconds=10 * HOUR)
    assert lost.hits
    for name, end in ends.iterrows():
        by = {"SUCCEEDED": json.loads(end["output"] or "{}").get("by")}.get(end["status"])
        by = 2 if end["error"] == "Refused" else by
        assert told[name, True] <= 1
        assert told[name, True] + told[name, False] == 3
        if name in first:
            assert first[name] == by  # True is always true; False need not be
        else:
            assert by in (2, None)
    assert {"Refused", "States.Timeout"} <= set(ends["error"])
    assert ends["lasted"].max() == pytest.approx(10 * HOUR, abs=1)


def test_what_is_no_token_is_an_error_and_not_a_late_answer(client):
    with pytest.raises(client.exceptions.InvalidToken):
        answer(client, "nonsense", by="ines")


def test_a_start_that_is_repeated_asks_once(lab, client):
    asked = Counter()
    lab.deploy("mail", lambda event, context: asked.update([event["order"]["order_id"]]))
    to = {"FunctionName": "mail", "Payload": TOKEN_AND_ORDER}
    machine = waits.create(waiting("lambda:invoke", to, TimeoutSeconds=HOUR))
    orders = load.orders(arrivals=[1.0 * n for n in range(70)], seed=lab.seed)
    with lab.running(minutes=10):
        lab.start(waits.start_each, client, machine, orders, copies=3)
    assert set(asked.values()) == {1}
    assert len(asked) == len(waits.executions(machine)) == 70


def test_a_heart_beats_while_the_work_lasts_and_stops_with_it(lab, client):
    draws, seen = Random(lab.seed), {}

    def begin(name, token):
        hours = draws.choice([0.2, 2, 3, 5, None])
        with heartbeat(client, token, HOUR / 2) as over:
            closed = over.wait(hours and hours * HOUR)
        seen[name] = (hours, closed, closed or answer(client, token, order_id=name), lab.now)

    ends = ask(lab, begin, HeartbeatSeconds=HOUR, TimeoutSeconds=4 * HOUR)
    for name, (hours, closed, counted, _) in seen.items():
        in_time = hours is not None and hours < 4
        assert (closed, counted) == (not in_time, True)
        assert ends.loc[name, "status"] == ("SUCCEEDED" if in_time else "FAILED")
        lasted = hours * HOUR if in_time else 4 * HOUR
        assert ends.loc[name, "lasted"] == pytest.approx(lasted, abs=1)
    assert len(seen) == len(ends)  # nobody works for ever
    beats = lab.trace.query("operation == 'SendTaskHeartbeat'")
    assert set(beats["outcome"]) == {"ok", "TaskTimedOut"}
    assert (beats.query("outcome != 'ok'").groupby("caller").size() == 1).all()


def test_a_heart_stops_when_the_work_raises(lab, client):
    def begin(name, token):
        try:
            with heartbeat(client, token, 600):
                time.sleep(1500)
                raise MemoryError
        except MemoryError:
            pass

    ends = ask(lab, begin, HeartbeatSeconds=1800, TimeoutSeconds=8 * HOUR)
    assert ends["lasted"].sub(1200 + 1800).abs().max() < 1
    assert not [t for t in threading.enumerate() if t.name.startswith("heart of")]


def test_failures_go_to_the_function_and_are_told_apart(lab, client):
    draws, fates, processed = Random(lab.seed), {}, {}

    def process(event, context):
        processed[event["order"]["order_id"]] = event["why"], event["order"]["failure"]["Error"]

    def begin(name, token):
        fates[name] = draws.choice(["answers", "refuses", "dies", "hangs"])
        if fates[name] == "dies":
            return
        with heartbeat(client, token, HOUR / 2) as over:
            if over.wait(None if fates[name] == "hangs" else 2 * HOUR):
                return
        answer(client, token, "Refused" if fates[name] == "refuses" else None)

    lab.deploy("on-failure", process)
    limits = {"HeartbeatSeconds": HOUR, "TimeoutSeconds": 4 * HOUR}
    ends = ask(lab, begin, flow=lambda asking: with_failures_to("on-failure", asking), **limits)
    assert set(ends["status"]) == {"SUCCEEDED"}
    why = {
        "refuses": ("failed", "Refused"),
        "dies": ("no heartbeat", "States.Timeout"),
        "hangs": ("failed", "States.Timeout"),
    }
    assert processed == {name: why[fate] for name, fate in fates.items() if fate in why}


def test_the_function_behind_the_dead_letter_queue_answers_once_and_survives_used_tokens(
    lab, client
):
    tokens = {}
    ask(lab, tokens.__setitem__, hours=3, TimeoutSeconds=100 * HOUR)
    names = list(tokens)
    for name in names[::3]:
        assert answer(client, tokens[name], by="a worker")
    bodies = [json.dumps({"token": tokens[name], "order": {}}) for name in names]
    for _ in range(2):  # delivered at least once
        for first in range(0, len(bodies), 10):
            records = [{"body": body} for body in bodies[first : first + 10]]
            answer_for_the_dead({"Records": records}, None)
    with lab.running(seconds=1):
        pass
    arn = client.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    ends = waits.executions(arn)
    answered = ends.loc[names[::3]]
    assert set(answered["status"]) == {"SUCCEEDED"}
    assert set(ends.drop(answered.index)["error"]) == {"WorkerDied"}
