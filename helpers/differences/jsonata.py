"""Step Functions: JSONata, variables, and how data is read."""

from __future__ import annotations

import json
from typing import Any

import boto3

from helpers.differences.probe import ROLE, difference, kind


def outcome(lab: Any, name: str, states: dict[str, Any], given: Any = None, **more: Any) -> str:
    """Run one execution, and say what it puts out, or which error it ends with."""
    client = boto3.client("stepfunctions")
    definition = json.dumps({"StartAt": next(iter(states)), "States": states, **more})
    try:
        machine = client.create_state_machine(name=name, definition=definition, roleArn=ROLE)
        with lab.running(hours=1):
            started = client.start_execution(
                stateMachineArn=machine["stateMachineArn"],
                name="one",
                input=json.dumps({} if given is None else given),
            )
        ended = client.describe_execution(executionArn=started["executionArn"])
    except Exception as error:
        return kind(error)
    if "output" in ended:
        return json.dumps(json.loads(ended["output"]), separators=(",", ":"))
    return str(ended.get("error") or ended["status"])


@difference(
    "Step Functions: an expression in JSONata, 21 × 2",
    aws="42",
    source="Developer Guide, JSONata",
)
def expression(lab: Any) -> str:
    """A state doubles a number, in JSONata."""
    double = {"Type": "Pass", "Output": "{% $states.input.n * 2 %}", "End": True}
    return outcome(lab, "double", {"Double": double}, {"n": 21}, QueryLanguage="JSONata")


@difference(
    "Step Functions: JSONata finds nothing",
    aws="caught",
    source="Developer Guide, handling errors",
)
def undefined(lab: Any) -> str:
    """An expression asks for what is not there, and a Catch waits for the error."""
    inner = {"Type": "Pass", "Output": "{% $states.input.missing %}", "End": True}
    both = {
        "Type": "Parallel",
        "Branches": [{"StartAt": "In", "States": {"In": inner}}],
        "Catch": [
            {"ErrorEquals": ["States.QueryEvaluationError"], "Output": "caught", "Next": "End"}
        ],
        "End": True,
    }
    states = {"Both": both, "End": {"Type": "Succeed"}}
    return outcome(lab, "undefined", states, QueryLanguage="JSONata").strip('"')


@difference(
    "Step Functions: a variable by its path",
    aws='{"id":"o-1"}',
    source="Developer Guide, variables",
)
def variable(lab: Any) -> str:
    """A state assigns a value, and a later one reads it by a path."""
    states = {
        "Take": {"Type": "Pass", "Assign": {"order.$": "$"}, "Next": "Use"},
        "Use": {"Type": "Pass", "Parameters": {"id.$": "$order.id"}, "End": True},
    }
    return outcome(lab, "variable", states, {"id": "o-1"})


@difference(
    "Step Functions: $.lines[0].sku",
    aws='{"sku":"a"}',
    source="Developer Guide, paths",
)
def path(lab: Any) -> str:
    """A path leads to a field of the first element of a list."""
    use = {"Type": "Pass", "Parameters": {"sku.$": "$.lines[0].sku"}, "End": True}
    return outcome(lab, "path", {"Use": use}, {"lines": [{"sku": "a"}]})


@difference(
    "Step Functions: Default and a rule lead to one",
    aws="not said which of the two assigns last",
    choice="rule",
    source="Developer Guide, Choice state",
)
def choice(lab: Any) -> str:
    """A rule that matches and Default lead to one state; the rule and the state assign."""
    states = {
        "Start": {"Type": "Pass", "Assign": {"by": "nobody"}, "Next": "Which"},
        "Which": {
            "Type": "Choice",
            "Choices": [{"Condition": True, "Next": "End", "Assign": {"by": "rule"}}],
            "Default": "End",
            "Assign": {"by": "Default"},
        },
        "End": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $by %}", "End": True},
    }
    return outcome(lab, "choice", states, QueryLanguage="JSONata").strip('"')


@difference(
    "Step Functions: Map, 100 items, no limit given",
    aws="40 at a time at most",
    source="Developer Guide, inline Map",
)
def concurrency(lab: Any) -> str:
    """An inline Map state over 100 items, each of which waits for a minute."""
    wait = {"Type": "Wait", "Seconds": 60, "End": True}
    each = {
        "Type": "Map",
        "ItemProcessor": {"StartAt": "Wait", "States": {"Wait": wait}},
        "End": True,
    }
    client = boto3.client("stepfunctions")
    definition = json.dumps({"StartAt": "Each", "States": {"Each": each}})
    machine = client.create_state_machine(name="items", definition=definition, roleArn=ROLE)
    with lab.running(seconds=61):
        started = client.start_execution(
            stateMachineArn=machine["stateMachineArn"],
            name="one",
            input=json.dumps(list(range(100))),
        )
    ended = client.describe_execution(executionArn=started["executionArn"])
    return "100 at a time" if ended["status"] == "SUCCEEDED" else "40 at a time at most"
