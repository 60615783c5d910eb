"""Intrinsic functions of JSONPath states.

Sources, November 2026: Amazon States Language, "Intrinsic Functions"; Step Functions Developer
Guide, "Intrinsic functions for JSONPath states" and "Handling errors in Step Functions workflows";
recordings of AWS in localstack/localstack (tests of intrinsic functions) and what floci-io/floci
measured of AWS (pull request 3002). Where a test follows one of them, it says so.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_states import Flow, machine, task
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import Lab
from helpers.emulator.stepfunctions.intrinsics.functions import string_split
from helpers.emulator.stepfunctions.intrinsics.reading import MOST_NESTED

INVOKE = "arn:aws:states:::lambda:invoke"


@pytest.fixture
def lab():
    with Lab(seed=5) as lab:
        lab.deploy("echo", lambda event, context: event)
        yield lab


def run(lab: Lab, states: dict[str, Any], data: Any = None) -> Flow:
    flow = Flow(machine(states, name=f"flow-{lab.now}"), data)
    with lab.running(seconds=5):
        pass
    return flow


def value(lab: Lab, function: str, data: Any = None) -> Any:
    flow = run(lab, {"P": {"Type": "Pass", "Parameters": {"a.$": function}, "End": True}}, data)
    assert flow.status == "SUCCEEDED", flow.end
    return flow.output["a"]


def failure(lab: Lab, function: str, data: Any = None) -> dict[str, Any]:
    flow = run(lab, {"P": {"Type": "Pass", "Parameters": {"a.$": function}, "End": True}}, data)
    assert flow.status == "FAILED"
    return flow.end


def quoted(text: str) -> str:
    """A text as an intrinsic function writes it."""
    for character in "\\'{}":
        text = text.replace(character, f"\\{character}")
    return f"'{text}'"


class TestTexts:
    @pytest.mark.parametrize(
        ("template", "text"),
        [  # each escape that the language has; aws/aws-cdk, issues 29261 and 29267
            (r"It\'s {}", "It's 7"),
            (r"\{{}\}", "{7}"),
            (r"a\\b {}", r"a\b 7"),
            ("für {} €", "für 7 €"),
            ("日本 {} 🚀", "日本 7 🚀"),
            ('say "{}"', 'say "7"'),
            ("two\nlines\t{}", "two\nlines\t7"),
            ("(a, b) {}", "(a, b) 7"),
        ],
    )
    def test_escapes_and_letters_of_any_kind(self, lab, template, text):
        assert value(lab, f"States.Format('{template}', $.n)", {"n": 7}) == text

    @settings(max_examples=15)
    @given(st.text(max_size=30))
    def test_a_text_comes_out_as_it_was_put_in(self, text):
        with Lab(seed=5) as lab:
            assert value(lab, f"States.Array({quoted(text)})") == [text]

    def test_an_open_escape_is_an_error_at_run_time(self, lab):
        assert failure(lab, r"States.Format('a\nb')")["error"] == "States.IntrinsicFailure"

    def test_a_template_may_come_from_the_input_or_the_context(self, lab):
        assert value(lab, "States.Format($.t, 1)", {"t": "n={}"}) == "n=1"
        assert value(lab, "States.Format('{}', $$.State.Name)") == "P"

    def test_objects_and_lists_are_told_as_java_tells_them(self, lab):  # recorded, 2023
        data = {"o": {"Arg1": 1, "Arg2": []}, "l": ["a", None, True]}
        assert value(lab, "States.Format('{} {}', $.o, $.l)", data) == (
            "{Arg1=1, Arg2=[]} [a, null, true]"
        )


class TestFunctions:
    @pytest.mark.parametrize(
        ("function", "result"),
        [  # the examples of the Developer Guide, and the edges beside them
            ("States.ArrayPartition($.l, 4)", [[1, 2, 3, 4], [5]]),
            ("States.ArrayContains($.l, 5)", True),
            ("States.ArrayContains($.l, true)", False),
            ("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]),
            ("States.ArrayRange(3, 1, -1)", [3, 2, 1]),
            ("States.ArrayGetItem($.l, 4)", 5),
            ("States.ArrayLength($.l)", 5),
            ("States.ArrayUnique($.twice)", [1, True, "1", {"a": 1}]),
            ("States.Base64Encode('für')", base64.b64encode("für".encode()).decode()),
            ("States.Base64Decode('ZsO8cg==')", "für"),
            ("States.Hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
            ("States.JsonMerge($.m, $.o, false)", {"a": {"a3": 1}, "b": 2, "c": 3}),
            ("States.JsonToString($.u)", '{"u":"ü"}'),
            ("States.StringToJson('\\{\"foo\": \"bar\"\\}')", {"foo": "bar"}),
            ("States.MathAdd(111, -1)", 110),
            ("States.MathAdd(1.5, -1.5)", 1),
            ("States.StringSplit('This.is+a,test=string', '.+,=')",
             ["This", "is", "a", "test", "string"]),
            ("States.StringSplit(',,,,', ',')", []),
            ("States.Array()", []),
            ("States.Array('a', 1, 2.5, true, null, $.l)",
             ["a", 1, 2.5, True, None, [1, 2, 3, 4, 5]]),
            ("States.ArrayLength($.rows[*].none)", 0),
        ],
    )  # fmt: skip
    def test_give_what_the_guide_says(self, lab, function, result):
        data = {
            "l": [1, 2, 3, 4, 5],
            "twice": [1, True, 1, "1", {"a": 1}, {"a": 1}],
            "m": {"a": {"a1": 1}, "b": 2},
            "o": {"a": {"a3": 1}, "c": 3},
            "u": {"u": "ü"},
            "rows": [1],
        }
        found = value(lab, function, data)
        assert json.dumps(found) == json.dumps(result)  # true is not 1

    def test_draws_are_within_bounds_and_alike_by_the_seed(self, lab):
        function = "States.Array(States.MathRandom(1, 3, 7), States.MathRandom(1, 3, 7))"
        first, second = value(lab, function)
        assert first == second
        assert first in (1, 2)
        assert len(value(lab, "States.UUID()")) == 36

    def test_ten_functions_may_be_nested(self, lab):
        deepest = "States.Array(" * MOST_NESTED + "1" + ")" * MOST_NESTED
        assert json.dumps(value(lab, deepest)).count("[") == MOST_NESTED
        with pytest.raises(ClientError, match="valid intrinsic function call"):
            value(lab, f"States.Array({deepest})")

    @given(st.text(alphabet="ab,;", max_size=20))
    def test_a_split_text_has_no_delimiter_left_and_nothing_else_lost(self, text):
        parts = string_split(text, ",;")
        assert "".join(parts) == text.replace(",", "").replace(";", "")
        assert all(part and not set(part) & set(",;") for part in parts)


class TestFailures:
    @pytest.mark.parametrize(
        "function",
        [
            "States.StringToJson($.x)",
            "States.StringToJson($.l)",
            "States.ArrayGetItem($.l, 2)",
            "States.ArrayGetItem($.l, -1)",
            "States.ArrayLength($.x)",
            "States.ArrayPartition($.l, 0)",
            "States.ArrayRange(1, 2000, 1)",
            "States.ArrayRange(1, 2, 0)",
            "States.Base64Decode('?')",
            "States.Base64Encode($.long)",
            "States.Hash('a', 'SHA-3')",
            "States.JsonMerge($.o, $.o, true)",
            "States.JsonMerge($.o, $.l, false)",
            "States.MathAdd($.x, 1)",
            "States.MathRandom(3, 3)",
            "States.StringSplit($.l, ',')",
            "States.Format('{} {}', 1)",
            "States.Format('{}', 1, 2)",
        ],
    )
    def test_are_caught_by_name_and_by_all(self, lab, function):
        """[Developer Guide: States.IntrinsicFailure, which States.ALL matches]"""
        data = {"x": "no json", "l": [1, 2], "o": {}, "long": "x" * 10_001}
        for name in ("States.IntrinsicFailure", "States.ALL"):
            ask = task(
                INVOKE,
                {"FunctionName": "echo", "Payload": {"a.$": function}},
                Catch=[{"ErrorEquals": [name], "Next": "Caught"}],
            )
            flow = run(lab, {"Ask": ask, "Caught": {"Type": "Pass", "End": True}}, data)
            assert flow.output["Error"] == "States.IntrinsicFailure"

    def test_in_a_result_selector_are_tried_again(self, lab):
        ask = task(
            INVOKE,
            {"FunctionName": "echo"},
            ResultSelector={"a.$": "States.StringToJson($.Payload)"},
            Retry=[{"ErrorEquals": ["States.IntrinsicFailure"], "MaxAttempts": 1}],
        )
        flow = run(lab, {"Ask": ask})
        assert flow.end["error"] == "States.IntrinsicFailure"
        assert flow.types.count("TaskScheduled") == 2

    def test_without_a_catch_say_which_function_in_which_state(self, lab):
        told = failure(lab, "States.StringToJson($.x)", {"x": "{"})
        assert told["error"] == "States.IntrinsicFailure"
        assert told["cause"].startswith(
            "An error occurred while executing the state 'P' (entered at the event id #2). "
            "The function 'States.StringToJson($.x)' had the following error: "
        )

    @pytest.mark.parametrize("path", ["$.nope", "$.a.b", "$.items[5]"])
    def test_a_path_that_leads_nowhere_is_caught_by_nothing(self, lab, path):
        """[floci-io/floci, pull request 3002, measured on AWS in us-east-1]"""
        ask = task(
            INVOKE,
            {"FunctionName": "echo", "Payload": {"v.$": f"States.Format('{{}}', {path})"}},
            Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
        )
        data = {"items": [1, 2]}
        flow = run(lab, {"Ask": ask, "Caught": {"Type": "Pass", "End": True}}, data)
        assert flow.end["error"] == "States.Runtime"
        assert flow.end["cause"] == (
            "An error occurred while executing the state 'Ask' (entered at the event id #2). "
            f"The function 'States.Format('{{}}', {path})' had the following error: The JsonPath "
            f"argument for the field '{path}' could not be found in the input "
            "'{\"items\":[1,2]}'"
        )
        assert flow.types == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]


class TestReading:
    @pytest.mark.parametrize(
        "written",
        [
            "States.Nope($.x)",
            "States.Format()",
            "States.MathAdd(1)",
            "States.UUID('a')",
            "States.Format('a'",
            "States.Format('a') b",
            "States.Format('a' 'b')",
            "States.Array(States.Nope())",
            "Format('a')",
        ],
    )
    def test_what_is_no_function_is_refused_with_the_definition(self, lab, written, capfd):
        """[localstack/localstack, issue 6811: the wording of AWS's own refusal]"""
        client = boto3.client("stepfunctions")
        definition = {
            "StartAt": "P",
            "States": {"P": {"Type": "Pass", "Parameters": {"out.$": written}, "End": True}},
        }
        with pytest.raises(ClientError) as caught:
            client.create_state_machine(
                name="flow",
                definition=json.dumps(definition),
                roleArn="arn:aws:iam::123456789012:role/lab",
            )
        assert caught.value.response["Error"]["Code"] == "InvalidDefinition"
        assert (
            "SCHEMA_VALIDATION_FAILED: The value for the field 'out.$' must be a valid JSONPath "
            "or a valid intrinsic function call at /States/P/Parameters"
        ) in caught.value.response["Error"]["Message"]
        assert capfd.readouterr().err == ""
