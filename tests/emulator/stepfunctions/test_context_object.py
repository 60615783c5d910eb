"""The context object, in JSONPath and JSONata alike.

Sources: Step Functions Developer Guide, "Accessing execution data from the Context object",
November 2026; localstack/localstack, recordings of test_context_object.py, September 2024.
"""

from __future__ import annotations

import json

import pytest
from emulated_states import Flow, machine, task

from helpers import Lab

INVOKE = "arn:aws:states:::lambda:invoke"
START = "2026-11-02T08:00:00.000Z"


@pytest.fixture
def lab():
    with Lab(seed=6) as lab:
        lab.deploy("echo", lambda event, context: event)
        yield lab


def run(lab, states, data=None, **settings):
    flow = Flow(machine(states, **settings), data)
    with lab.running(minutes=1):
        pass
    return flow


WAIT = {"Type": "Wait", "Seconds": 10, "Next": "P"}
LAST = {"Type": "Pass", "End": True}


class TestMoments:
    def test_are_texts_with_milliseconds_and_a_z(self, lab):
        told = {"started.$": "$$.Execution.StartTime", "entered.$": "$$.State.EnteredTime"}
        flow = run(lab, {"W": WAIT, "P": {**LAST, "Parameters": told}})
        assert flow.end["output"] == (
            '{"started":"2026-11-02T08:00:00.000Z","entered":"2026-11-02T08:00:10.000Z"}'
        )

    def test_are_the_same_in_jsonata(self, lab):
        context = "{% $states.context %}"
        jsonata = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": context, "End": True}
        flow = run(lab, {"W": WAIT, "P": jsonata})
        assert flow.output["Execution"]["StartTime"] == START
        assert flow.output["State"]["EnteredTime"] == "2026-11-02T08:00:10.000Z"

    @pytest.mark.parametrize("field", ["InputPath", "OutputPath"])
    def test_the_whole_object_may_be_the_input_or_the_output(self, lab, field):
        """Recorded: these fields, and no Task or Map outside of one."""
        flow = run(lab, {"P": {**LAST, field: "$$"}}, {"input-value": 0})
        context = flow.output
        assert context == {
            "Execution": {
                "Id": flow.arn,
                "Input": {"input-value": 0},
                "StartTime": START,
                "Name": flow.end["name"],
                "RoleArn": "arn:aws:iam::123456789012:role/lab",
                "RedriveCount": 0,
            },
            "StateMachine": {"Id": flow.end["stateMachineArn"], "Name": "flow"},
            "State": {"Name": "P", "EnteredTime": START},
        }

    def test_reach_a_task_and_its_result_selector(self, lab):
        states = {
            "P": task(
                INVOKE,
                {"FunctionName": "echo", "Payload.$": "$$.Execution.StartTime"},
                ResultSelector={"sent.$": "$.Payload", "at.$": "$$.State.EnteredTime"},
            )
        }
        assert run(lab, states).output == {"sent": START, "at": START}

    def test_can_be_compared_and_waited_for(self, lab):
        states = {
            "C": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$$.Execution.StartTime", "IsTimestamp": True, "Next": "W"}
                ],
                "Default": "F",
            },
            "W": {"Type": "Wait", "TimestampPath": "$$.Execution.StartTime", "Next": "P"},
            "P": LAST,
            "F": {"Type": "Fail"},
        }
        assert run(lab, states).status == "SUCCEEDED"

    def test_hold_in_items_of_a_map(self, lab):
        states = {
            "M": {
                "Type": "Map",
                "ItemsPath": "$$.Execution.Input.items",
                "ItemSelector": {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value"},
                "ItemProcessor": {"StartAt": "P", "States": {"P": LAST}},
                "End": True,
            }
        }
        flow = run(lab, states, {"items": ["a", "b"]})
        assert json.loads(flow.end["output"]) == [{"i": 0, "v": "a"}, {"i": 1, "v": "b"}]
