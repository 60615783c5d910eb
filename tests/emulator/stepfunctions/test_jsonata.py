"""JSONata and variables in workflows, as Step Functions documents them."""

from __future__ import annotations

import hashlib
import json
import math
import time
import uuid

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from helpers import Lab
from helpers.emulator.stepfunctions.jsonata.functions import QueryError
from helpers.emulator.stepfunctions.jsonata.interpreter import evaluate

ROLE = "arn:aws:iam::123456789012:role/lab"
ERROR = "States.QueryEvaluationError"
SEND = "arn:aws:states:::sqs:sendMessage"


@pytest.fixture
def lab():
    with Lab(seed=5) as lab:
        yield lab


@pytest.fixture
def run(lab):
    """Runs one execution of a definition, and gives its description."""
    states = boto3.client("stepfunctions")

    def run(definition, given=None, *, language="JSONata", hours=1, work=None):
        name = f"machine-{len(states.list_state_machines()['stateMachines'])}"
        first = next(iter(definition))
        whole = {"StartAt": first, "States": definition}
        if language:
            whole["QueryLanguage"] = language
        machine = states.create_state_machine(
            name=name, definition=json.dumps(whole), roleArn=ROLE
        )["stateMachineArn"]
        with lab.running(hours=hours):
            if work is not None:
                lab.start(work)
            arn = states.start_execution(
                stateMachineArn=machine, name="one", input=json.dumps(given or {})
            )["executionArn"]
        return Ended(states, arn)

    return run


class Ended:
    """An execution that is over."""

    def __init__(self, states, arn):
        described = states.describe_execution(executionArn=arn)
        self.status = described["status"]
        self.error, self.cause = described.get("error"), described.get("cause")
        self.output = json.loads(described["output"]) if "output" in described else None
        self.seconds = (described["stopDate"] - described["startDate"]).total_seconds()
        self.events = states.get_execution_history(executionArn=arn, maxResults=1000)["events"]

    def details(self, kind):
        """The details of all events of one kind."""
        name = kind[0].lower() + kind[1:] + "EventDetails"
        return [event[name] for event in self.events if event["type"] == kind]


def expression(text):
    return f"{{% {text} %}}"


def passing(output, **more):
    return {"Only": {"Type": "Pass", "Output": output, "End": True, **more}}


class TestExpressions:
    def test_a_value_keeps_its_type_and_an_object_its_shape(self, run):
        given = {"n": None, "items": [{"n": 1}, {"n": 2}, {"n": 3}], "text": 'say "hi"\n€'}
        output = {
            "null": expression("$states.input.n"),
            "two": expression("$states.input.items[n > 1]"),
            "sum": expression("$sum($states.input.items.n)"),
            "half": expression("$sum($states.input.items.n) / 4"),
            "text": expression("$states.input.text"),
            "list": ["plain", expression("1 = 1"), {"deep": expression("$count([1..4])")}],
            "literal": "$states.input.n",
        }
        assert run(passing(output), given).output == {
            "null": None,
            "two": [{"n": 2}, {"n": 3}],
            "sum": 6,
            "half": 1.5,
            "text": 'say "hi"\n€',
            "list": ["plain", True, {"deep": 4}],
            "literal": "$states.input.n",
        }

    def test_the_context_object(self, run):
        ended = run(passing(expression("$states.context")), {"a": 1})
        context = ended.output
        assert context["Execution"]["Name"] == "one"
        assert context["Execution"]["Input"] == {"a": 1}
        assert context["Execution"]["StartTime"] == "2026-11-02T08:00:00.000Z"
        assert context["State"] == {"Name": "Only", "EnteredTime": "2026-11-02T08:00:00.000Z"}

    def test_without_output_a_state_passes_its_input_or_its_result(self, run):
        definition = {"Only": {"Type": "Pass", "End": True}}
        assert run(definition, {"a": 1}).output == {"a": 1}

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("$states.input.missing", "returned nothing (undefined)."),
            ("$states.result", "returned nothing (undefined)."),
            ("$states.errorOutput", "returned nothing (undefined)."),
            ("$unassigned", "returned nothing (undefined)."),
            ("function($x){ $x }", "returned an unsupported result type."),
            ("$abs('x')", "threw an error during evaluation. T0410: "),
            ("'a' + 1", "threw an error during evaluation. T2001: "),
            ("$nothing()", "threw an error during evaluation. T1006: "),
            ("$eval('1')", "threw an error during evaluation. T1006: "),
            ("$error('no stock')", "threw an error during evaluation. D3137: no stock"),
            ("($f := function($n){ 1 + $f($n) }; $f(1))", "RecursionError"),
        ],
    )
    def test_what_fails_or_has_no_value_fails_the_state(self, run, capsys, text, told):
        definition = {"First": {"Type": "Wait", "Seconds": 1, "Next": "Only"}}
        definition["Only"] = {"Type": "Succeed", "Output": {"a": [{"b": expression(text)}]}}
        ended = run(definition)
        beginning = (
            "An error occurred while executing the state 'Only' (entered at the event id #4). The "
            f"JSONata expression '{text}' specified for the field 'Output/a[0]/b' "
        )
        assert (ended.status, ended.error) == ("FAILED", ERROR)
        assert ended.cause.startswith(beginning)
        assert told in ended.cause[len(beginning) :]
        [details] = ended.details("EvaluationFailed")
        assert details == {
            "error": ERROR, "cause": ended.cause, "location": "Output/a[0]/b", "state": "Only",
        }  # fmt: skip
        assert capsys.readouterr() == ("", "")

    @pytest.mark.parametrize("text", ["a[1,2)", "$states.input.", "", "1 +"])
    def test_what_is_no_jsonata_is_refused_with_the_definition(self, run, text):
        with pytest.raises(ClientError, match="INVALID_JSONATA_EXPRESSION") as refused:
            run(passing({"v": expression(text)}))
        assert refused.value.response["Error"]["Code"] == "InvalidDefinition"

    def test_a_hundred_calls_inside_each_other(self, run):
        text = "($f := function($n){ $n <= 1 ? 1 : $n + $f($n - 1) }; $f(100))"
        assert run(passing(expression(text))).output == 5050


class TestFunctions:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("$partition([1..7], 3)", [[1, 2, 3], [4, 5, 6], [7]]),
            ("$partition([1..2], 3)", [[1, 2]]),
            ("$partition([1..4], 2.9)", [[1, 2], [3, 4]]),
            ("$range(0, 10, 2)", [0, 2, 4, 6, 8, 10]),
            ("$range(5, 1, -2)", [5, 3, 1]),
            ("$range(1, 1, 1)", 1),
            ("$hash('order-1', 'SHA-256')", hashlib.sha256(b"order-1").hexdigest()),
            ("$hash('ü', 'MD5')", hashlib.md5("ü".encode()).hexdigest()),
            ("$parse('{\"a\": [1, null]}')", {"a": [1, None]}),
            ("$random(3) = $random(3)", True),
            ("$count($distinct($map([1..50], function(){ $uuid() })))", 50),
            ("$toMillis($states.context.Execution.StartTime) = $millis()", True),
            ("$now()", "2026-11-02T08:00:00.000Z"),
        ],
    )
    def test_the_functions_of_step_functions(self, run, text, value):
        assert run(passing({"v": expression(text)})).output == {"v": value}

    @pytest.mark.parametrize(
        "text",
        [
            "$partition([1..4], 0)",
            "$range(1, 5, -1)",
            "$range(1, 5, 0)",
            "$hash('a', 'sha-256')",
            "$hash('a', 'CRC-32')",
            "$hash(1, 'MD5')",
            "$parse('{')",
        ],
    )
    def test_what_they_cannot_do_fails_the_state(self, run, text):
        assert run(passing({"v": expression(text)})).error == ERROR

    def test_draws_come_from_the_seed(self):
        def drawn(seed):
            with Lab(seed=seed) as lab:
                states = boto3.client("stepfunctions")
                texts = ("$random()", "$uuid()", "$shuffle([1..20])")
                definition = passing([expression(text) for text in texts])
                machine = states.create_state_machine(
                    name="draws",
                    definition=json.dumps(
                        {"QueryLanguage": "JSONata", "StartAt": "Only", "States": definition}
                    ),
                    roleArn=ROLE,
                )["stateMachineArn"]
                with lab.running(seconds=1):
                    for number in range(3):
                        states.start_execution(stateMachineArn=machine, name=str(number))
                rows = states.list_executions(stateMachineArn=machine)["executions"]
                return [
                    states.describe_execution(executionArn=row["executionArn"])["output"]
                    for row in rows
                ]

        first = drawn(1)
        assert len(set(first)) == 3
        assert drawn(1) == first
        assert drawn(2) != first
        number, drawn_id, _ = json.loads(first[0])
        assert 0 <= number < 1
        assert uuid.UUID(drawn_id).version == 4

    @given(st.lists(st.integers(), min_size=1, max_size=40), st.integers(1, 50))
    def test_pieces_put_together_are_the_array(self, array, size):
        pieces = evaluate("$partition($array, $size)", {"array": array, "size": size})
        assert [element for piece in pieces for element in piece] == array
        assert all(len(piece) == size for piece in pieces[:-1])
        assert 1 <= len(pieces[-1]) <= size

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5)
            | st.floats(allow_nan=False, allow_infinity=False),
            lambda inner: st.lists(inner, max_size=4)
            | st.dictionaries(st.text(max_size=3), inner, max_size=4),
            max_leaves=12,
        )
    )  # fmt: skip
    def test_any_json_comes_through_as_it_is(self, value):
        assert evaluate("$value", {"value": value}) == value
        assert evaluate("$states.input", {"states": {"input": value}}) == value

    @given(st.floats(1e300, 1e308), st.floats(1e10, 1e300))
    def test_numbers_without_end_are_errors(self, large, factor):
        assert math.isinf(large * factor)
        with pytest.raises(QueryError):
            evaluate("$a * $b", {"a": large, "b": factor})


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


CAUGHT = {
    "Type": "Pass",
    "Output": {
        "error": expression("$error"),
        "was": expression("$states.input"),
        "assigned": expression("$exists($sent)"),
    },
    "End": True,
}


class TestCatch:
    @pytest.fixture
    def task(self, lab):
        url = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
        return {
            "Type": "Task",
            "Resource": SEND,
            "Arguments": {"QueueUrl": url, "MessageBody": expression("$states.input.order")},
            "Catch": [
                {"ErrorEquals": ["Other"], "Next": "Caught"},
                {
                    "ErrorEquals": [ERROR],
                    "Next": "Caught",
                    "Assign": {"error": expression("$states.errorOutput.Error")},
                    "Output": {
                        "cause": expression("$states.errorOutput.Cause"),
                        "input": expression("$states.input"),
                    },
                },
            ],
            "End": True,
        }

    @pytest.mark.parametrize(
        ("field", "sent", "change"),
        [
            ("Arguments/MessageBody", 0, {}),
            ("Output/id", 1, {"Output": {"id": expression("$states.result.Nothing")}}),
            ("Assign/id", 1, {"Assign": {"id": expression("$states.result.Nothing")}}),
            (
                "Output",
                1,
                {"Assign": {"sent": True}, "Output": expression("$states.input.nothing")},
            ),
        ],
    )
    def test_an_expression_of_any_field_is_caught(self, lab, run, task, field, sent, change):
        given = {"order": "o-1"} if change else {"none": 0}
        ended = run({"Send": {**task, **change}, "Caught": CAUGHT}, given)
        assert ended.status == "SUCCEEDED"
        assert ended.output["error"] == ERROR
        assert ended.output["was"]["input"] == given
        assert f"specified for the field '{field}'" in ended.output["was"]["cause"]
        assert ended.output["assigned"] is False
        assert len(lab.trace[lab.trace.operation == "SendMessage"]) == sent
        assert len(ended.details("EvaluationFailed")) == 1

    def test_retried_first(self, lab, run, task):
        retry = {"ErrorEquals": [ERROR], "IntervalSeconds": 10, "MaxAttempts": 2, "BackoffRate": 2}
        change = {"Output": expression("$states.result.Nothing"), "Retry": [retry]}
        ended = run({"Send": {**task, **change}, "Caught": CAUGHT}, {"order": "o-1"})
        assert ended.seconds == 30
        assert len(lab.trace[lab.trace.operation == "SendMessage"]) == 3
        assert len(ended.details("EvaluationFailed")) == 3

    def test_an_output_that_succeeds_in_the_second_attempt(self, run, task):
        retry = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 2}
        text = "$states.context.State.RetryCount = 1 ? $exists($states.errorOutput) : $error('no')"
        ended = run({"Send": {**task, "Output": expression(text), "Retry": [retry]},
                     "Caught": CAUGHT}, {"order": "o-1"})  # fmt: skip
        assert (ended.status, ended.output) == ("SUCCEEDED", False)

    def test_arguments_of_a_parallel_state(self, run, task):
        both = {
            "Type": "Parallel",
            "Arguments": {"order": expression("$states.input.order")},
            "Branches": [{"StartAt": "In", "States": {"In": {"Type": "Succeed"}}}],
            "Catch": task["Catch"],
            "End": True,
        }
        ended = run({"Both": both, "Caught": CAUGHT}, {"none": 0})
        assert ended.output["error"] == ERROR
        assert [row["location"] for row in ended.details("EvaluationFailed")] == ["Arguments/order"]
        assert run({"Both": both, "Caught": CAUGHT}, {"order": 1}).output == [{"order": 1}]

    def test_in_a_branch_it_fails_the_whole_and_says_once_where(self, run):
        inner = passing(expression("$states.input.missing"))["Only"]
        both = {
            "Type": "Parallel",
            "Branches": [{"StartAt": "In", "States": {"In": inner}}],
            "End": True,
        }
        ended = run({"Both": both})
        assert ended.error == ERROR
        assert ended.cause.startswith("An error occurred while executing the state 'In' (entered")
        assert ended.cause.count("An error occurred") == 1


class TestVariables:
    def test_they_are_there_from_the_next_state_on(self, run):
        definition = {
            "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
            "B": {
                "Type": "Pass",
                "Assign": {"x": 2, "before": expression("$x")},
                "Output": {"x": expression("$x")},
                "Next": "C",
            },
            "C": {
                "Type": "Pass",
                "Output": {
                    "x": expression("$x"),
                    "before": expression("$before"),
                    "input": expression("$states.input"),
                },
                "End": True,
            },
        }
        ended = run(definition)
        assert ended.output == {"x": 2, "before": 1, "input": {"x": 1}}
        exits = [e["stateExitedEventDetails"] for e in ended.events if "Exited" in e["type"]]
        assert [row.get("assignedVariables") for row in exits] == [
            {"x": "1"}, {"before": "1", "x": "2"}, None,
        ]  # fmt: skip

    def test_null_and_quotes_are_values(self, run):
        definition = {
            "A": {"Type": "Pass", "Assign": {"n": expression("null"), "s": 'a "b" ü'}, "Next": "B"},
            "B": passing([expression("$n"), expression("$exists($n)"), expression("$s")])["Only"],
        }
        ended = run(definition)
        assert ended.output == [None, True, 'a "b" ü']
        written = ended.events[2]["stateExitedEventDetails"]["assignedVariables"]
        read = {name: json.loads(text) for name, text in written.items()}
        assert read == {"n": None, "s": 'a "b" ü'}

    def test_a_branch_reads_those_around_it_and_keeps_its_own(self, run):
        inner = {
            "In": {"Type": "Pass", "Assign": {"own": expression("$outer + 1")}, "Next": "Out"},
            "Out": passing(expression("$own"))["Only"],
        }
        each = {"StartAt": "In", "States": inner}
        other = {name.lower(): state for name, state in inner.items()}
        other["in"] = {**inner["In"], "Next": "out"}
        definition = {
            "First": {"Type": "Pass", "Assign": {"outer": 1}, "Next": "Both"},
            "Both": {
                "Type": "Parallel",
                "Branches": [each, {"StartAt": "in", "States": other}],
                "Assign": {"both": expression("$states.result")},
                "Next": "Each",
            },
            "Each": {
                "Type": "Map",
                "Items": expression("[1..3]"),
                "ItemProcessor": {
                    "StartAt": "Item",
                    "States": {
                        "Item": {
                            "Type": "Pass",
                            "Assign": {"own": expression("$states.input * 10 + $outer")},
                            "Next": "Done",
                        },
                        "Done": passing(expression("$own"))["Only"],
                    },
                },
                "Assign": {"each": expression("$states.result")},
                "Next": "Last",
            },
            "Last": passing(
                [expression("$both"), expression("$each"), expression("$exists($own)")]
            )["Only"],
        }
        assert run(definition).output == [[2, 2], [11, 21, 31], False]

    def test_a_branch_cannot_write_those_around_it(self, run):
        inner = {"In": {"Type": "Pass", "Assign": {"outer": 2}, "End": True}}
        definition = {
            "First": {"Type": "Pass", "Assign": {"outer": 1}, "Next": "Both"},
            "Both": {
                "Type": "Parallel",
                "Branches": [{"StartAt": "In", "States": inner}],
                "End": True,
            },
        }
        ended = run(definition)
        assert (ended.status, ended.error) == ("FAILED", "States.Runtime")
        assert "outer" in ended.cause

    def test_in_jsonpath_states(self, run):
        definition = {
            "Take": {"Type": "Pass", "Assign": {"order.$": "$.order", "wait": 3}, "Next": "Use"},
            "Use": {
                "Type": "Pass",
                "Parameters": {
                    "id.$": "$order.id",
                    "first.$": "$order.lines[0].sku",
                    "all.$": "$order.lines[*].sku",
                    "whole.$": "$order",
                    "text.$": "States.Format('{} in {} s', $order.id, $wait)",
                },
                "Next": "Wait",
            },
            "Wait": {"Type": "Wait", "SecondsPath": "$wait", "Next": "Which"},
            "Which": {
                "Type": "Choice",
                "Choices": [
                    {
                        "Variable": "$order.id",
                        "StringEquals": "o-1",
                        "Assign": {"seen.$": "$order.id"},
                        "Next": "End",
                    }
                ],
            },
            "End": {"Type": "Pass", "Parameters": {"in.$": "$", "seen.$": "$seen"}, "End": True},
        }
        order = {"id": "o-1", "lines": [{"sku": "a"}, {"sku": "b"}]}
        ended = run(definition, {"order": order}, language=None)
        assert ended.output == {
            "in": {
                "id": "o-1",
                "first": "a",
                "all": ["a", "b"],
                "whole": order,
                "text": "o-1 in 3 s",
            },
            "seen": "o-1",
        }
        assert ended.seconds == 3

    def test_a_variable_that_nobody_assigned(self, run):
        use = {"Type": "Pass", "Parameters": {"id.$": "$order.id"}, "End": True}
        ended = run({"Use": use}, language=None)
        assert (ended.status, ended.error) == ("FAILED", "States.Runtime")
        assert "'$order' has not been assigned" in ended.cause


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


GIVEN = {"lines": [{"sku": "a"}, {"sku": "b"}], "one": [{"sku": "a"}], "a,b": {"x": [1]}}


class TestPaths:
    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("$.lines[0].sku", "a"),
            ("$.one[0].sku", "a"),
            ("$.lines[-1].sku", "b"),
            ("$.lines[-1]", {"sku": "b"}),
            ("$['a,b']['x'][0]", 1),
            ("$['a,b'].x", [1]),
            ("$.lines[*].sku", ["a", "b"]),
            ("$.one[*].sku", ["a"]),
            ("$.one[?(@.sku=='a')].sku", ["a"]),
            ("$.lines[0:1]", [{"sku": "a"}]),
        ],
    )
    def test_a_path_to_one_place_gives_what_is_there(self, run, path, value):
        only = {"Type": "Pass", "Parameters": {"v.$": path}, "End": True}
        assert run({"Only": only}, GIVEN, language=None).output == {"v": value}

    def test_texts_are_read_as_json(self, run):
        name = 'Prüfen "sofort"'
        definition = {name: {"Type": "Pass", "Assign": {"v": "tab\tü"}, "Next": "End"}}
        definition["End"] = {"Type": "Pass", "Parameters": {"v.$": "$v"}, "End": True}
        ended = run(definition, language=None)
        assert ended.output == {"v": "tab\tü"}
        assert ended.events[1]["stateEnteredEventDetails"]["name"] == name
