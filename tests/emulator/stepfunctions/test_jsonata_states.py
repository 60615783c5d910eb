"""JSONata in the fields of every state, and beside states in JSONPath."""

from __future__ import annotations

import json
import time

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_jsonata import ERROR, expression, passing

ROLE = "arn:aws:iam::123456789012:role/lab"
SEND = "arn:aws:states:::sqs:sendMessage"


class TestEveryState:
    def test_choice(self, run):
        definition = {
            "Size": {
                "Type": "Choice",
                "Choices": [
                    {
                        "Condition": expression("$states.input.n > 100"),
                        "Next": "End",
                        "Assign": {"size": "large"},
                        "Output": {"was": expression("$states.input.n")},
                    },
                    {"Condition": expression("$states.input.n > 10"), "Next": "End"},
                    {"Condition": expression("$states.input.n = 7"), "Next": "Lucky"},
                ],
                "Default": "End",
                "Assign": {"size": "small"},
            },
            "Lucky": {"Type": "Fail", "Error": "Lucky"},
            "End": passing(
                {
                    "input": expression("$states.input"),
                    "size": expression("$exists($size) ? $size : 'none'"),
                }
            )["Only"],
        }
        assert run(definition, {"n": 500}).output == {"input": {"was": 500}, "size": "large"}
        assert run(definition, {"n": 50}).output == {"input": {"n": 50}, "size": "none"}
        assert run(definition, {"n": 5}).output == {"input": {"n": 5}, "size": "small"}
        assert run(definition, {"n": 7}).error == "Lucky"

    def test_wait(self, run):
        seconds = {
            "Type": "Wait",
            "Seconds": expression("$states.input.minutes * 60"),
            "Output": expression("$millis() - $toMillis($states.context.State.EnteredTime)"),
            "End": True,
        }
        ended = run({"Wait": seconds}, {"minutes": 20})
        assert (ended.seconds, ended.output) == (1200, 1_200_000)
        moment = {"Type": "Wait", "Timestamp": expression("$states.input.at"), "End": True}
        ended = run({"Wait": moment}, {"at": "2026-11-02T09:30:00.250Z"})
        assert ended.seconds == 1800.25

    def test_pass_succeed_and_fail(self, run):
        ended = run(
            {"End": {"Type": "Succeed", "Output": expression("$states.input.n * 2")}}, {"n": 2}
        )
        assert (ended.status, ended.output) == ("SUCCEEDED", 4)
        fail = {
            "Type": "Fail",
            "Error": expression("'Out' & $states.input.of"),
            "Cause": expression("'none of ' & $states.input.n & ' left'"),
        }
        ended = run({"End": fail}, {"of": "Stock", "n": 3})
        assert (ended.error, ended.cause) == ("OutStock", "none of 3 left")

    def test_map(self, run):
        definition = {
            "Each": {
                "Type": "Map",
                "Items": expression("$states.input.items"),
                "ItemSelector": {
                    "item": expression("$states.context.Map.Item.Value"),
                    "number": expression("$states.context.Map.Item.Index"),
                    "of": expression("$count($states.input.items)"),
                },
                "ItemProcessor": {
                    "StartAt": "Work",
                    "States": {"Work": {"Type": "Wait", "Seconds": 1, "End": True}},
                },
                "MaxConcurrency": expression("$states.input.at_once"),
                "Output": {
                    "results": expression("$states.result"),
                    "input": expression("$states.input.at_once"),
                },
                "End": True,
            }
        }
        ended = run(definition, {"items": ["a", "b", "c"], "at_once": 2})
        assert ended.output == {
            "results": [
                {"item": item, "number": number, "of": 3} for number, item in enumerate("abc")
            ],
            "input": 2,
        }
        assert ended.seconds == 2

    def test_items_may_be_written_out(self, run):
        work = {"Type": "Pass", "Output": expression("$states.input * 2"), "End": True}
        each = {
            "Type": "Map",
            "Items": [1, expression("$states.input.n"), 3],
            "ItemProcessor": {"StartAt": "Work", "States": {"Work": work}},
            "End": True,
        }
        assert run({"Each": each}, {"n": 10}).output == [2, 20, 6]

    def test_parallel(self, run):
        def branch(output):
            return {"StartAt": output, "States": {output: passing(expression(output))["Only"]}}

        both = {
            "Type": "Parallel",
            "Arguments": {"n": expression("$states.input.n + 1")},
            "Branches": [branch("$states.input.n"), branch("$states.input.n * 10")],
            "Output": {"both": expression("$states.result"), "n": expression("$states.input.n")},
            "End": True,
        }
        assert run({"Both": both}, {"n": 1}).output == {"both": [2, 20], "n": 1}

    def test_task_with_a_callback(self, lab, run):
        sqs, states = boto3.client("sqs"), boto3.client("stepfunctions")
        url = sqs.create_queue(QueueName="approvals")["QueueUrl"]
        ask = {
            "Type": "Task",
            "Resource": f"{SEND}.waitForTaskToken",
            "Arguments": {
                "QueueUrl": url,
                "MessageBody": {
                    "token": expression("$states.context.Task.Token"),
                    "order": expression("$states.input.order"),
                },
            },
            "TimeoutSeconds": expression("$states.input.patience * 60"),
            "Assign": {"by": expression("$states.result.by")},
            "Output": {
                "order": expression("$states.input.order"),
                "approved": expression("$states.result.approved"),
            },
            "Next": "End",
        }
        end = {
            "Type": "Pass",
            "Output": {"all": expression("$states.input"), "by": expression("$by")},
        }
        definition = {"Ask": ask, "End": {**end, "End": True}}

        def approve():
            [message] = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
            body = json.loads(message["Body"])
            assert body["order"] == "o-1"
            time.sleep(1800)
            answer = json.dumps({"approved": True, "by": "Ada"})
            states.send_task_success(taskToken=body["token"], output=answer)

        given = {"order": "o-1", "patience": 45}
        ended = run(definition, given, work=approve)
        assert ended.output == {"all": {"order": "o-1", "approved": True}, "by": "Ada"}
        assert ended.seconds == 1800
        ended = run(definition, {"order": "o-2", "patience": 45})
        assert (ended.error, ended.seconds) == ("States.Timeout", 2700)

    @pytest.mark.parametrize(
        ("field", "state"),
        [
            ("Seconds", {"Type": "Wait", "Seconds": expression("'ten'"), "End": True}),
            ("Timestamp", {"Type": "Wait", "Timestamp": expression("10"), "End": True}),
            ("Error", {"Type": "Fail", "Error": expression("404")}),
            ("Cause", {"Type": "Fail", "Error": "E", "Cause": expression("[1]")}),
            (
                "Choices[1]/Condition",
                {
                    "Type": "Choice",
                    "Choices": [
                        {"Condition": expression("false"), "Next": "Other"},
                        {"Condition": expression("1"), "Next": "Other"},
                    ],
                },
            ),
            (
                "Items",
                {
                    "Type": "Map",
                    "Items": expression("'abc'"),
                    "ItemProcessor": {"StartAt": "In", "States": {"In": {"Type": "Succeed"}}},
                    "End": True,
                },
            ),
            (
                "TimeoutSeconds",
                {
                    "Type": "Task",
                    "Resource": SEND,
                    "Arguments": {},
                    "TimeoutSeconds": expression("'1'"),
                    "End": True,
                },
            ),
        ],
    )
    def test_a_value_of_another_type_fails_the_state(self, run, field, state):
        definition = {"Only": state}
        if state["Type"] == "Choice":
            definition["Other"] = {"Type": "Succeed"}
        ended = run(definition)
        assert (ended.status, ended.error) == ("FAILED", ERROR)
        told = [(row["location"], row["cause"]) for row in ended.details("EvaluationFailed")]
        assert told == [(field, ended.cause)]
        assert f"'{field}' returned a value of type" in ended.cause
        assert ended.cause.count("An error occurred") == 1


class TestLanguages:
    def test_one_state_may_be_jsonata(self, run):
        definition = {
            "A": {
                "Type": "Pass",
                "QueryLanguage": "JSONata",
                "Assign": {"v": expression("$states.input.n + 1")},
                "Output": {"n": expression("$states.input.n * 2")},
                "Next": "B",
            },
            "B": {"Type": "Pass", "Parameters": {"v.$": "$v", "n.$": "$.n"}, "End": True},
        }
        assert run(definition, {"n": 4}, language=None).output == {"v": 5, "n": 8}

    @pytest.mark.parametrize("holder", ["Map", "Parallel"])
    def test_inside_a_jsonata_state_it_is_the_state_machines(self, run, holder):
        inner = {"In": {"Type": "Pass", "Parameters": {"v.$": "$"}, "End": True}}
        flow = {"StartAt": "In", "States": inner}
        outer = {"Type": holder, "QueryLanguage": "JSONata", "End": True}
        if holder == "Map":
            outer |= {"Items": expression("$states.input"), "ItemProcessor": flow}
        else:
            outer |= {"Branches": [flow], "Arguments": expression("$states.input[0]")}
        assert run({"Out": outer}, [7], language=None).output == [{"v": 7}]

    def test_a_jsonata_machine_has_no_jsonpath_states(self, run):
        jsonpath = {"Type": "Pass", "QueryLanguage": "JSONPath", "End": True}
        field = {"Type": "Pass", "Parameters": {}, "End": True}
        plain = {"Type": "Pass", "Parameters": {"v.$": "$.n"}, "End": True}
        for refused in (jsonpath, field):
            with pytest.raises(ClientError) as error:
                run({"Only": refused})
            assert error.value.response["Error"]["Code"] == "InvalidDefinition"
            # what was refused leaves nothing behind for the next definition
            assert run({"Only": plain}, {"n": 4}, language=None).output == {"v": 4}
