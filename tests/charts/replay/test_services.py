"""Functions, buses and workflows in a replay: what is shown is what the services did."""

import itertools
import json
import random
import threading
import time
from collections import Counter

import boto3
import pytest
from in_ci import each_seed

from helpers import Lab, faults, trace
from helpers.charts.replay.film import film

ROLE = "arn:aws:iam::123456789012:role/lab"


def named(shown, counts):
    return Counter({shown.places[n].name: count for n, count in counts.items() if count})


@pytest.mark.parametrize("seed", each_seed(1, 2))
def test_calls_that_run_are_at_their_function_and_failures_are_told_apart(seed):
    lab, draws = Lab(seed=seed), random.Random(seed)

    def charge(order, context):
        time.sleep(draws.uniform(1, 9))
        if draws.random() < 0.3:
            raise ValueError("no")
        lab.mark("charged", order_id=order["order_id"])

    lab.deploy("charge", charge, timeout=20)
    client = boto3.client("lambda")

    def checkout(number):
        client.invoke(FunctionName="charge", Payload=json.dumps({"order_id": f"o-{number}"}))

    def open_shop():
        for number in range(80):
            time.sleep(draws.expovariate(1))
            threading.Thread(target=checkout, args=(number,), name=f"o-{number}").start()

    with lab.running(minutes=4):
        lab.start(open_shop)
    events, shown = lab.trace, film(lab.trace)
    calls = events[events["operation"] == "Invoke"]
    for moment in range(5, 90, 7):
        running = ((calls["time"] <= moment) & (moment < calls["end"])).sum()
        assert named(shown, shown.at(moment)) == Counter({"charge": running})
    ends = Counter(shown.places[dot.gone].name for dot in shown.dots)
    charged = trace.effects(events, "charged", of="charged").sum()
    assert ends == {"done": charged, "failed": 80 - charged}
    assert {shown.places[place].name for _, _, place, _ in shown.effects} == {"charge"}


def test_an_event_waits_at_its_rule_until_the_target_takes_it():
    lab = Lab(seed=3)
    events, sqs, functions = (boto3.client(name) for name in ("events", "sqs", "lambda"))
    sqs.create_queue(QueueName="pack")
    arn = "arn:aws:sqs:eu-west-1:123456789012:pack"
    mail = lab.deploy("mail", lambda event, context: time.sleep(2))
    functions.add_permission(
        FunctionName="mail",
        StatementId="bus",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    for name, target in (("to-pack", arn), ("to-mail", mail)):
        events.put_rule(Name=name, EventPattern='{"source": ["shop"]}')
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": target}])

    def checkout():
        for number in range(30):
            time.sleep(1)
            detail = json.dumps({"order_id": f"o-{number}"})
            events.put_events(
                Entries=[{"Source": "shop", "DetailType": "Placed", "Detail": detail}]
            )

    away = faults.error("sqs.SendMessage", resource="pack", status=503)
    with away, lab.running(minutes=2):
        lab.start(checkout)
    with lab.running(minutes=28):
        pass
    shown = film(lab.trace)
    assert named(shown, shown.at(20.5)) == {"to-pack": 20, "mail": 2}
    assert named(shown, shown.at(1799)) == {"pack": 30}
    edges = {(shown.places[a].name, shown.places[b].name) for a, b in shown.ways}
    assert {("senders", "to-pack"), ("to-pack", "pack"), ("to-mail", "mail")} <= edges
    columns = {place.name: place.column for place in shown.places}
    assert columns["senders"] < columns["to-pack"] < columns["pack"]


def test_functions_that_tell_each_other_over_a_bus_stand_around_one():
    lab = Lab(seed=3)
    events, functions = boto3.client("events"), boto3.client("lambda")
    steps = ["placed", "charge", "reserve", "pack", "ship"]

    def says(kind, order_id):
        detail = json.dumps({"order_id": order_id})
        events.put_events(Entries=[{"Source": "shop", "DetailType": kind, "Detail": detail}])

    def step(name):
        def work(event, context):
            time.sleep(1)
            says(name, event["detail"]["order_id"])

        return lab.deploy(name, work)

    for before, name in itertools.pairwise(steps):
        told = step(name)
        pattern = json.dumps({"source": ["shop"], "detail-type": [before]})
        events.put_rule(Name=name, EventPattern=pattern)
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": told}])
        allowed = {"Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}
        functions.add_permission(FunctionName=name, StatementId="bus", **allowed)
    says("placed", "o-1")
    with lab.running(minutes=1):
        pass
    shown = film(lab.trace)
    names = [place.name for place in sorted(shown.places, key=lambda place: place.column)]
    assert names == ["senders", "bus", *steps[1:], "done"]
    assert len({place.column for place in shown.places if place.kind == "function"}) == 1


def test_an_attempt_of_a_function_after_another_is_a_redelivery():
    lab = Lab(seed=4)
    tries = []

    def work(event, context):
        tries.append(lab.now)
        time.sleep(1)
        if len(tries) < 3:
            raise ValueError("not yet")

    lab.deploy("work", work)
    client = boto3.client("lambda")
    client.invoke(FunctionName="work", InvocationType="Event", Payload='{"order_id": "o-1"}')
    with lab.running(minutes=10):
        pass
    [dot] = film(lab.trace).dots
    runs = [
        kind for _, place, kind, _ in dot.visits if film(lab.trace).places[place].kind == "function"
    ]
    assert runs == ["first", "redelivery", "redelivery"]
    assert len(tries) == 3


@pytest.mark.parametrize("seed", each_seed(1, 2))
def test_the_tokens_of_a_workflow_are_in_the_states_that_its_history_names(seed):
    lab, draws = Lab(seed=seed), random.Random(seed)
    states = boto3.client("stepfunctions")

    def wait(field, **more):
        return {"Type": "Wait", "SecondsPath": f"$.{field}", **more}

    def branch(name):
        return {"StartAt": name, "States": {name: wait(name, End=True)}}

    definition = {
        "StartAt": "Check",
        "States": {
            "Check": wait("Check", Next="Good?"),
            "Good?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.Check", "NumericGreaterThan": 8, "Next": "Refuse"}],
                "Default": "Both",
            },
            "Both": {
                "Type": "Parallel",
                "Branches": [branch("Pack"), branch("Mail")],
                "End": True,
            },
            "Refuse": {"Type": "Fail"},
        },
    }
    machine = states.create_state_machine(
        name="order", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    started = []

    def checkout():
        for number in range(40):
            time.sleep(draws.expovariate(0.5))
            given = {name: draws.randint(1, 10) for name in ("Check", "Pack", "Mail")}
            given["order_id"] = f"o-{number}"
            started.append(states.start_execution(stateMachineArn=machine, input=json.dumps(given)))

    with lab.running(minutes=4):
        lab.start(checkout)
    shown = film(lab.trace)
    changes = []  # moment, state, one more or less
    epoch = started[0]["startDate"].timestamp()
    first = min(dot.visits[0][0] for dot in shown.dots)
    ends = Counter()
    for one in started:
        history = states.get_execution_history(executionArn=one["executionArn"], maxResults=1000)
        for event in history["events"]:
            moment = event["timestamp"].timestamp() - epoch + first
            for kind, change in (("stateEnteredEventDetails", 1), ("stateExitedEventDetails", -1)):
                if kind in event:
                    changes.append((moment, event[kind]["name"], change))
        ends[history["events"][-1]["type"]] += 1
    for moment in (10.1, 25.3, 40.7, 61.9, 77.2):
        counts = Counter()
        for at, name, change in changes:
            counts[name] += change * (at <= moment)
        del counts["Refuse"]  # it is never left, and over at once
        assert named(shown, shown.at(moment)) == +counts
    told = Counter(shown.places[d.gone].name for d in shown.dots if "#" not in d.ident)
    assert told == {"done": ends["ExecutionSucceeded"], "failed": ends["ExecutionFailed"]}
    assert min(ends.values()) > 3
