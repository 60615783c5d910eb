"""What an execution tells of its status on the default bus.

Sources: Step Functions Developer Guide, "Automating Step Functions event delivery with EventBridge"
and its examples; EventBridge Events Reference, "AWS Step Functions events", November 2026.
"""

from __future__ import annotations

import json

import boto3
import pytest
from emulated_states import Flow, create, machine

from helpers import Lab

DETAIL_TYPE = "Step Functions Execution Status Change"
PASS = {"P": {"Type": "Pass", "Result": "Hello World!", "End": True}}
WAIT = {"W": {"Type": "Wait", "Seconds": 100, "End": True}}
NOON = 1_793_606_400_000  # 2026-11-02T08:00:00Z in milliseconds


@pytest.fixture
def lab():
    with Lab(seed=4) as lab:
        yield lab


@pytest.fixture
def told(lab):
    """The events that reach a queue of a rule for them all, oldest first."""
    events, sqs = boto3.client("events"), boto3.client("sqs")
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    names = ["QueueArn"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]["QueueArn"]
    events.put_rule(Name="all", EventPattern=json.dumps({"source": ["aws.states"]}))
    events.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": arn}])

    def read(seconds=0.0):
        with lab.running(seconds=seconds):
            pass
        found = []
        while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in got:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return sorted(found, key=lambda event: event["detail"]["status"] != "RUNNING")

    return read


def test_each_change_is_an_event_of_the_documented_form(lab, told):
    flow = Flow(machine(PASS), {"a": "ü"})
    started, ended = told(1)
    assert started | {"id": "", "detail": {}} == {
        "version": "0",
        "id": "",
        "detail-type": DETAIL_TYPE,
        "source": "aws.states",
        "account": "123456789012",
        "time": "2026-11-02T08:00:00Z",
        "region": "eu-west-1",
        "resources": [flow.arn],
        "detail": {},
    }
    expected = {
        "executionArn": flow.arn,
        "stateMachineArn": flow.end["stateMachineArn"],
        "name": flow.end["name"],
        "status": "RUNNING",
        "startDate": NOON,
        "stopDate": None,
        "input": flow.end["input"],
        "output": None,
        "inputDetails": {"included": True},
        "outputDetails": None,
    }
    assert started["detail"].items() >= expected.items()
    expected |= {
        "status": "SUCCEEDED",
        "stopDate": NOON,
        "output": '"Hello World!"',
        "outputDetails": {"included": True},
    }
    assert ended["detail"].items() >= expected.items()


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_every_way_to_end_has_its_status(lab, told, status):
    states = {
        "FAILED": {"F": {"Type": "Fail", "Error": "Broken", "Cause": "why"}},
        "TIMED_OUT": WAIT,
        "ABORTED": WAIT,
    }[status]
    definition = {"StartAt": next(iter(states)), "States": states}
    if status == "TIMED_OUT":
        definition["TimeoutSeconds"] = 10

    flow = Flow(create(definition))
    if status == "ABORTED":
        told(5)
        boto3.client("stepfunctions").stop_execution(executionArn=flow.arn, error="Broken")
    found = told(20)
    assert [event["detail"]["status"] for event in found][-1] == status
    assert len([event for event in found if event["detail"]["status"] == status]) == 1
    detail = found[-1]["detail"]
    assert detail["output"] is None
    assert detail["error"] == flow.end.get("error")
    assert detail["stopDate"] == round(flow.end["stopDate"].timestamp() * 1000)


def test_a_rule_may_ask_for_one_status_of_one_state_machine(lab):
    events, heard = boto3.client("events"), []
    lab.deploy("hear", lambda event, context: heard.append(event["detail"]["name"]))
    arn = machine({"F": {"Type": "Fail"}}, name="failing")
    pattern = {
        "source": ["aws.states"],
        "detail-type": [DETAIL_TYPE],
        "detail": {"status": ["FAILED", "TIMED_OUT", "ABORTED"], "stateMachineArn": [arn]},
    }
    events.put_rule(Name="broken", EventPattern=json.dumps(pattern))
    function = "arn:aws:lambda:eu-west-1:123456789012:function:hear"
    events.put_targets(Rule="broken", Targets=[{"Id": "f", "Arn": function}])
    Flow(arn, name="one")
    Flow(machine(PASS), name="two")
    with lab.running(seconds=5):
        pass
    assert heard == ["one"]


def test_an_express_workflow_tells_nothing(lab, told):
    """Developer Guide: "Express Workflows do not emit events to EventBridge\""""
    Flow(machine(PASS, type="EXPRESS"))
    assert told(1) == []


def test_what_is_larger_than_248_kb_is_left_out(lab, told):
    large = {"a": "x" * 130_000}
    arn = machine({"P": {"Type": "Pass", "End": True}})
    Flow(arn, large)
    started, ended = (event["detail"] for event in told(1))
    assert started["inputDetails"] == {"included": True}
    assert (ended["input"], ended["inputDetails"]) == (None, {"included": False})
    assert json.loads(ended["output"]) == large


def test_a_reader_cannot_put_such_an_event(lab):
    entry = {"Source": "aws.states", "DetailType": DETAIL_TYPE, "Detail": "{}"}
    answer = boto3.client("events").put_events(Entries=[entry])
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
