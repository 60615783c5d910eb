"""Step Functions: what is wrong with a definition is said when the state machine is created."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_states import create, machine, task
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import Lab
from helpers.emulator.stepfunctions.validation import diagnose

END = {"Type": "Pass", "End": True}
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:f"


@pytest.fixture(scope="module", autouse=True)
def lab():
    with Lab(seed=1) as lab:
        yield lab


def complaints(definition, **settings):
    """Code and location of everything that is wrong, by both ways to ask."""
    client = boto3.client("stepfunctions")
    text = definition if isinstance(definition, str) else json.dumps(definition)
    answer = client.validate_state_machine_definition(definition=text, **settings)
    found = answer["diagnostics"]
    assert answer["result"] == ("FAIL" if found else "OK")
    if found:
        with pytest.raises(ClientError) as caught:
            create(text, name="refused", **settings)
        error = caught.value.response["Error"]
        assert error["Code"] == "InvalidDefinition"
        assert error["Message"].startswith("Invalid State Machine Definition: '")
        for one in found:
            told = f"{one['code']}: {one['message']} at {one.get('location', 'null')}"
            assert told in error["Message"]
        names = [held["name"] for held in client.list_state_machines()["stateMachines"]]
        assert "refused" not in names
    return [(one["code"], one.get("location")) for one in found]


def flow(**states):
    return {"StartAt": next(iter(states)), "States": states}


SCHEMA, TARGET, ENDLESS = (
    "SCHEMA_VALIDATION_FAILED",
    "MISSING_TRANSITION_TARGET",
    "MISSING_END_STATE",
)
CHOICE = {"Variable": "$.x", "IsPresent": True}
BROKEN = {
    "no JSON": ("{", [("INVALID_JSON_DESCRIPTION", None)]),
    "nothing": ("{}", [("MISSING_DESCRIPTION", None)]),
    "no StartAt": ({"States": {"A": END}}, [(SCHEMA, "/")]),
    "no States": ({"StartAt": "A"}, [(SCHEMA, "/")]),
    "empty States": ({"StartAt": "A", "States": {}}, [(SCHEMA, "/States")]),
    "StartAt nowhere": (
        {"StartAt": "B", "States": {"A": END}}, [(TARGET, "/StartAt"), (TARGET, "/States/A")],
    ),
    "unknown type": (flow(A={"Type": "Magic", "End": True}), [(SCHEMA, "/States/A/Type")]),
    "neither Next nor End": (flow(A={"Type": "Pass"}), [(SCHEMA, "/States/A")]),
    "Next and End": (flow(A={**END, "Next": "A"}), [(SCHEMA, "/States/A")]),
    "dangling Next": (
        flow(A={"Type": "Pass", "Next": "B"}), [(TARGET, "/States/A/Next"), (ENDLESS, None)],
    ),
    "dangling Default": (
        flow(A={"Type": "Choice", "Choices": [{**CHOICE, "Next": "E"}], "Default": "B"}, E=END),
        [(TARGET, "/States/A/Default")],
    ),
    "dangling Choice": (
        flow(A={"Type": "Choice", "Choices": [{**CHOICE, "Next": "B"}], "Default": "E"}, E=END),
        [(TARGET, "/States/A/Choices[0]/Next")],
    ),
    "Choice without Next": (
        flow(A={"Type": "Choice", "Choices": [CHOICE], "Default": "E"}, E=END),
        [(SCHEMA, "/States/A/Choices[0]")],
    ),
    "Choice without Choices": (flow(A={"Type": "Choice"}), [(SCHEMA, "/States/A")]),
    "dangling Catch": (
        flow(A=task(FUNCTION, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "B"}])),
        [(TARGET, "/States/A/Catch[0]/Next")],
    ),
    "unreachable": (flow(A=END, B=END), [(TARGET, "/States/B")]),
    "unreachable loop": (
        flow(A=END, B={"Type": "Pass", "Next": "C"}, C={"Type": "Pass", "Next": "B"}),
        [(TARGET, "/States/B"), (TARGET, "/States/C")],
    ),
    "no end": (
        flow(A={"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "Next": "A"}), [(ENDLESS, None)],
    ),
    "task without Resource": (flow(A={"Type": "Task", "End": True}), [(SCHEMA, "/States/A")]),
    "time-out on Pass": (flow(A={**END, "TimeoutSeconds": 5}), [(SCHEMA, "/States/A")]),
    "retry on Wait": (
        flow(A={"Type": "Wait", "Seconds": 1, "End": True, "Retry": []}), [(SCHEMA, "/States/A")],
    ),
    "in a branch": (
        flow(P={"Type": "Parallel", "Branches": [flow(A=END), flow(B=END, C=END)], "End": True}),
        [(TARGET, "/States/P/Branches[1]/States/C")],
    ),
    "in a map": (
        flow(M={"Type": "Map", "ItemProcessor": flow(A={"Type": "Pass"}), "End": True}),
        [(SCHEMA, "/States/M/ItemProcessor/States/A")],
    ),
    "heartbeat not below time-out": (
        flow(A=task(FUNCTION, TimeoutSeconds=60, HeartbeatSeconds=60)), [(SCHEMA, "/")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_definition_is_refused(name):
    definition, expected = BROKEN[name]
    assert complaints(definition) == expected


SOUND = {
    "a loop with a way out": flow(
        A={"Type": "Pass", "Next": "B"},
        B={"Type": "Choice", "Choices": [{**CHOICE, "Next": "A"}], "Default": "E"},
        E={"Type": "Succeed"},
    ),
    "back to itself": flow(
        A=task(FUNCTION, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "A"}]),
    ),
    "only reached by a catch": flow(
        A=task(FUNCTION, Catch=[{"ErrorEquals": ["E"], "Next": "F"}]), F={"Type": "Fail"},
    ),
    "branches": flow(P={"Type": "Parallel", "Branches": [flow(A=END), flow(B=END)], "End": True}),
    "a map": flow(M={"Type": "Map", "ItemProcessor": flow(A=END), "End": True}),
    "JSONata": {"QueryLanguage": "JSONata", **flow(A={"Type": "Pass", "Output": 1, "End": True})},
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_definition_is_not(name):
    assert complaints(SOUND[name]) == []


GOOD, BAD = (
    "lambda:invoke", "lambda:invoke.waitForTaskToken", "sqs:sendMessage",
    "sqs:sendMessage.waitForTaskToken", "sns:publish.waitForTaskToken",
    "events:putEvents.waitForTaskToken", "dynamodb:putItem", "states:startExecution",
    "states:startExecution.sync", "states:startExecution.sync:2",
    "states:startExecution.waitForTaskToken", "aws-sdk:sqs:sendMessage",
    "aws-sdk:sqs:receiveMessage.waitForTaskToken", "aws-sdk:sfn:startSyncExecution",
    "aws-sdk:dynamodb:query", "aws-sdk:eventbridge:putEvents",
), (
    "kafka:send", "sqs:sendMessage.sync", "sqs:receiveMessage", "sns:publish.sync:2",
    "lambda:invoke.sync", "dynamodb:putItem.waitForTaskToken", "dynamodb:query",
    "events:putEvents.sync", "states:startExecution.sync:3", "states:describeExecution",
    "aws-sdk:sqs:sendMessage.sync", "aws-sdk:sfn:startExecution.sync:2", "aws-sdk:sqs:fly",
)  # fmt: skip


@pytest.mark.parametrize("integration", GOOD)
def test_an_integration_that_exists(integration):
    assert complaints(flow(A=task(f"arn:aws:states:::{integration}", {}))) == []


@pytest.mark.parametrize("integration", BAD)
def test_one_that_does_not(integration):
    assert complaints(flow(A=task(f"arn:aws:states:::{integration}", {}))) == [
        (SCHEMA, "/States/A/Resource")
    ]


@pytest.mark.parametrize("resource", ["", "f", 7, "arn:aws:sqs:eu-west-1:123456789012:queue"])
def test_what_is_no_resource(resource):
    assert complaints(flow(A=task(resource))) == [(SCHEMA, "/States/A/Resource")]


@pytest.mark.parametrize("integration", GOOD)
def test_express_has_request_and_response_only(integration):
    found = complaints(flow(A=task(f"arn:aws:states:::{integration}", {})), type="EXPRESS")
    assert found == ([(SCHEMA, "/States/A/Resource")] if "." in integration else [])


def test_an_update_is_checked_too(lab):
    client = boto3.client("stepfunctions")
    arn = machine({"A": END}, name="updated")
    broken = json.dumps(flow(A={"Type": "Pass", "Next": "B"}))
    with pytest.raises(ClientError, match="MISSING_TRANSITION_TARGET"):
        client.update_state_machine(stateMachineArn=arn, definition=broken)
    assert client.describe_state_machine(stateMachineArn=arn)["definition"] != broken


def test_diagnostics_come_up_to_the_number_asked_for():
    client = boto3.client("stepfunctions")
    states = {str(number): {"Type": "Pass"} for number in range(5)}
    text = json.dumps({"StartAt": "0", "States": states})
    answer = client.validate_state_machine_definition(definition=text, maxResults=3)
    assert (len(answer["diagnostics"]), answer["truncated"]) == (3, True)


FULL = {
    "StartAt": "C",
    "States": {
        "C": {"Type": "Choice", "Choices": [{**CHOICE, "Next": "T"}], "Default": "P"},
        "T": task(FUNCTION, Catch=[{"ErrorEquals": ["E"], "Next": "P"}], TimeoutSeconds=9),
        "P": {"Type": "Parallel", "Branches": [flow(A=END)], "Next": "M"},
        "M": {"Type": "Map", "ItemProcessor": flow(B=END), "End": True},
    },
}
ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just([]) | st.just({})


def places(value, at=()):
    """Every place in a JSON value."""
    yield at
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from places(inner, (*at, key))


@given(place=st.sampled_from([place for place in places(FULL) if place]), odd=ODD | st.just([7]))
@settings(max_examples=300, deadline=None)
def test_nonsense_anywhere_gives_a_verdict(place, odd):
    definition = json.loads(json.dumps(FULL))
    holder = definition
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = odd
    for one in diagnose(json.dumps(definition)):  # and no exception
        assert one.code.isupper()
        assert one.message
