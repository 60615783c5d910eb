"""One process over several services: choreographed by events, orchestrated by a workflow, or both.

Lesson 12 writes these functions out. They run unchanged on an AWS account.
"""

import json

from helpers.patterns.bus import publish
from helpers.patterns.callback import outcome
from helpers.patterns.workflow import RETRY, caught, never, task


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
    """A state that calls a function. A refusal is final; all else is tried for half a minute."""
    again = RETRY | {"IntervalSeconds": 2, "MaxAttempts": 4, "JitterStrategy": "NONE"}
    called = {"FunctionName": function, "Payload": "{% $states.input %}"}
    return task("lambda:invoke", called, then, Retry=[never("Refused"), again], TimeoutSeconds=90)


def workflow(steps, undo, finished, cancelled):
    """Steps in a row. Where one is refused, those before it are undone, the last one first.

    `undo` names what undoes a step. `finished` and `cancelled` are the states that come last.
    """
    states, back = {}, "cancelled"
    for step, then in zip(steps, [*steps[1:], "finished"], strict=True):
        states[step] = calling(step, then) | {"Catch": [caught("Refused", back)]}
        if step in undo and then != "finished":  # nothing can be refused after the last step
            states[undo[step]] = calling(undo[step], back)
            back = undo[step]
    states |= {"finished": finished, "cancelled": cancelled}
    return {"QueryLanguage": "JSONata", "StartAt": steps[0], "States": states}


def publishing(bus, source, kind):
    """A last state that publishes its input as an event. Without an answer, it tries again."""
    entry = {"EventBusName": bus, "Source": source, "DetailType": kind}
    return task("events:putEvents", {"Entries": [entry | {"Detail": "{% $states.input %}"}]}, None)


def subscribe_workflow(events, bus, name, pattern, machine, role):
    """Start a workflow for what matches the pattern; its input is the event's detail."""
    rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))["RuleArn"]
    target = {"Id": name, "Arn": machine, "RoleArn": role, "InputPath": "$.detail"}
    if events.put_targets(Rule=name, EventBusName=bus, Targets=[target])["FailedEntryCount"]:
        raise RuntimeError(f"the rule did not take {name} as its target")
    return rule


def start_once(states, machine, order):
    """Start the workflow for an order. Again is harmless, unless it had other input or failed."""
    name, given = order["order_id"], json.dumps(order, sort_keys=True)
    try:
        states.start_execution(stateMachineArn=machine, name=name, input=given)
    except states.exceptions.ExecutionAlreadyExists:
        execution = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
        if states.describe_execution(executionArn=execution)["input"] != given:
            raise ValueError(f"{name} was started with another input") from None
        if (ended := outcome(states, execution))["status"] != "SUCCEEDED":
            raise RuntimeError(f"{name} was started before, and has {ended['status']}") from None
