"""One process over several services: choreographed by events, orchestrated by a workflow, or both.

Lesson 12 writes these functions out. They run unchanged on an AWS account.
"""

import contextlib
import json

from helpers.patterns.bus import publish


class Refused(Exception):
    """The work cannot be done, however often it is tried."""


def reacts(events, bus, source, work, done, refused=None):
    """Make a function that does its work for each event, and publishes how that ended."""

    def handler(event, context):
        kind = done
        try:
            work(event["detail"])
        except Refused:
            kind = refused
        entry = {"Source": source, "DetailType": kind, "Detail": json.dumps(event["detail"])}
        publish(events, [entry | {"EventBusName": bus}])

    return handler


def calling(function, then=None):
    """A state that calls a function, again if need be, and hands on what it was given itself."""
    never, often = {"ErrorEquals": ["Refused"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"]}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": function, "Payload": "{% $states.input %}"},
        "Output": "{% $states.input %}",
        "Retry": [never, often | {"IntervalSeconds": 2, "BackoffRate": 2, "MaxAttempts": 4}],
        **({"Next": then} if then else {"End": True}),
    }


def workflow(steps, undo, finished, cancelled):
    """Steps in a row. Where one is refused, those before it are undone, the last one first.

    `undo` names what undoes a step. `finished` and `cancelled` are the states that come last.
    """
    states, back = {}, "cancelled"
    for step, then in zip(steps, [*steps[1:], "finished"], strict=True):
        refused = {"ErrorEquals": ["Refused"], "Next": back, "Output": "{% $states.input %}"}
        states[step] = calling(step, then) | {"Catch": [refused]}
        if step in undo and then != "finished":  # nothing can be refused after the last step
            states[undo[step]] = calling(undo[step], back)
            back = undo[step]
    states |= {"finished": finished, "cancelled": cancelled}
    return {"QueryLanguage": "JSONata", "StartAt": steps[0], "States": states}


def start_once(states, machine, order):
    """Start the workflow for an order. A second start for the same order changes nothing."""
    named = {"name": order["order_id"], "input": json.dumps(order)}
    with contextlib.suppress(states.exceptions.ExecutionAlreadyExists):  # then it is done
        states.start_execution(stateMachineArn=machine, **named)


def how_far(states, execution):
    """The states that an execution has entered, and when."""
    pages = states.get_paginator("get_execution_history").paginate(executionArn=execution)
    events = [event for page in pages for event in page["events"]]
    key = "stateEnteredEventDetails"
    return {event[key]["name"]: event["timestamp"] for event in events if key in event}


def publishing(bus, source, kind):
    """A last state that publishes its input as an event. Without an answer, it tries again."""
    entry = {"Source": source, "DetailType": kind, "Detail": "{% $states.input %}"}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::events:putEvents",
        "Arguments": {"Entries": [entry | {"EventBusName": bus}]},
        "TimeoutSeconds": 10,
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 4}],
        "End": True,
    }


def subscribe_workflow(events, bus, name, pattern, machine, role):
    """Start a workflow for what matches the pattern; its input is the event's detail."""
    rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))["RuleArn"]
    target = {"Id": name, "Arn": machine, "RoleArn": role, "InputPath": "$.detail"}
    if events.put_targets(Rule=name, EventBusName=bus, Targets=[target])["FailedEntryCount"]:
        raise RuntimeError(f"the rule did not take {name} as its target")
    return rule
