"""JSONata expressions: the values they give, the functions and paths they know, how they fail."""

from __future__ import annotations

import hashlib
import json
import math
import uuid

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_jsonata import ERROR, expression, passing
from hypothesis import given
from hypothesis import strategies as st

from helpers import Lab
from helpers.emulator.stepfunctions.jsonata.functions import QueryError
from helpers.emulator.stepfunctions.jsonata.interpreter import evaluate

ROLE = "arn:aws:iam::123456789012:role/lab"


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
