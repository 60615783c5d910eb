"""Paths and what they find, in fields of JSONPath states; and a Choice without a match.

Sources: Step Functions Developer Guide, "Using paths to access input" and "Handling errors in Step
Functions workflows", November 2026; floci-io/floci, pull request 3002, for what was measured on
AWS; localstack/localstack, recordings of missing paths, 2023 to 2024.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from emulated_states import Flow, machine, task
from hypothesis import given
from hypothesis import strategies as st
from moto.stepfunctions.parser.asl.utils.json_path import extract_json

from helpers import Lab
from helpers.emulator.stepfunctions.jsonpath import quoted

LAST = {"Type": "Pass", "End": True}
PUT = "arn:aws:states:::events:putEvents"


@pytest.fixture
def lab():
    with Lab(seed=8) as lab:
        yield lab


def run(lab: Lab, states: dict[str, Any], data: Any = None) -> Flow:
    flow = Flow(machine(states), data)
    with lab.running(seconds=1):
        pass
    return flow


class TestNames:
    def test_may_have_any_letters(self, lab):
        states = {
            "Größe": {
                "Type": "Pass",
                "InputPath": "$.größe",
                "Parameters": {"é.$": "$.日本[0].straße", "s.$": "$.a b.1c"},
                "ResultPath": "$.ergebnis.ü",
                "OutputPath": "$.ergebnis.ü",
                "End": True,
            }
        }
        data = {"größe": {"日本": [{"straße": "ß"}], "a b": {"1c": 1}}}
        assert run(lab, states, data).output == {"é": "ß", "s": 1}

    @given(st.text(alphabet=st.characters(categories=("L", "N")), min_size=1, max_size=8))
    def test_lead_to_what_is_there(self, name):
        assert extract_json(quoted(f"$.{name}.in"), {name: {"in": 1}}) == 1

    @pytest.mark.parametrize(
        "path", ["$", "$.a.b", "$.a-b", "$['a b'].c", "$.a[0]", "$..a", "$.*", "$.a[?(@.é=='ü')].b"]
    )
    def test_that_are_plain_stay_as_they_are(self, path):
        assert quoted(path) == path


class TestMissing:
    def test_an_element_behind_the_end_is_null_in_a_template(self, lab):
        """Measured on AWS by floci-io/floci"""
        states = {"P": {**LAST, "Parameters": {"a.$": "$.items[5]"}}}
        assert run(lab, states, {"items": [1, 2]}).output == {"a": None}

    @pytest.mark.parametrize("path", ["$.nope", "$.nope[0]", "$.items[5].x"])
    def test_anything_else_ends_the_execution(self, lab, path):
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "C"}]
        parameters = {"FunctionName": "f", "Payload": {"a.$": path}}
        states = {
            "A": task("arn:aws:states:::lambda:invoke", parameters, Catch=catch),
            "C": LAST,
        }
        flow = run(lab, states, {"items": [1]})
        assert flow.types == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]
        assert flow.end["error"] == "States.Runtime"
        assert flow.end["cause"].startswith(
            "An error occurred while executing the state 'A' (entered at the event id #2). "
            f"The JSONPath '{path}' specified for the field '"
        )

    def test_items_have_to_be_an_array(self, lab):
        inside = {"StartAt": "P", "States": {"P": LAST}}
        states = {"M": {"Type": "Map", "ItemsPath": "$.x", "ItemProcessor": inside, "End": True}}
        flow = run(lab, states, {"x": 1})
        assert flow.end["error"] == "States.Runtime"
        assert flow.end["cause"].endswith('Reference path "$.x" must point to array.')


class TestChoice:
    def choose(self, lab, rule, data=None, **more):
        states = {"C": {"Type": "Choice", "Choices": [{**rule, "Next": "Y"}], **more}, "Y": LAST}
        return run(lab, states, data)

    def test_without_a_match_or_default_says_so(self, lab):
        flow = self.choose(lab, {"Variable": "$.x", "NumericEquals": 1}, {"x": 2})
        assert flow.end["error"] == "States.NoChoiceMatched"

    @pytest.mark.parametrize(
        ("text", "is_one"),
        [
            ("2026-11-02T08:00:00Z", True),
            ("2026-11-02T08:00:00.123Z", True),
            ("2026-11-02T08:00:00+01:00", True),
            ("2026-11-02 08:00:00Z", False),
            ("2026-11-02T08:00:00", False),
            ("2026-02-30T08:00:00Z", False),
            ("2026-11-02", False),
        ],
    )
    def test_knows_a_timestamp(self, lab, text, is_one):
        """[Amazon States Language, "Timestamps": RFC 3339]"""
        flow = self.choose(lab, {"Variable": "$.t", "IsTimestamp": is_one}, {"t": text})
        assert flow.status == "SUCCEEDED"

    def test_compares_moments_whatever_their_form(self, lab):
        rule = {"Variable": "$.t", "TimestampEquals": "2026-11-02T08:00:00Z"}
        flow = self.choose(lab, rule, {"t": "2026-11-02T09:00:00.000+01:00"})
        assert flow.status == "SUCCEEDED"

    def test_compares_with_the_context_object(self, lab):
        rule = {"Variable": "$.t", "TimestampEqualsPath": "$$.Execution.StartTime"}
        flow = self.choose(lab, rule, {"t": "2026-11-02T08:00:00Z"})
        assert flow.status == "SUCCEEDED"


class TestPutEvents:
    def test_a_refused_entry_is_an_error_with_the_answer_as_its_cause(self, lab):
        catch = [{"ErrorEquals": ["EventBridge.FailedEntry"], "Next": "C"}]
        entry = {"Detail": {"a": 1}, "DetailType": "x", "Source.$": "$.source"}
        states = {"A": task(PUT, {"Entries": [entry]}, Catch=catch), "C": LAST}
        flow = run(lab, states, {"source": None})
        assert json.loads(flow.output["Cause"])["FailedEntryCount"] == 1

    def test_a_misspelt_name_within_an_entry_is_refused(self, lab):
        client = boto3.client("stepfunctions")
        entry = {"Detail": {"any": 1}, "DetailType": "x", "Sorce": "y"}
        definition = {"StartAt": "A", "States": {"A": task(PUT, {"Entries": [entry]})}}
        answer = client.validate_state_machine_definition(definition=json.dumps(definition))
        assert [one["message"] for one in answer["diagnostics"]] == [
            "The field 'Sorce' is not supported by Step Functions"
        ]


def test_the_cause_of_a_fail_state_may_come_from_a_function(lab):
    """[Step Functions Developer Guide, "Fail workflow state": CausePath]"""
    fail = {"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('für {}', $.e)"}
    flow = run(lab, {"F": fail}, {"e": "Boom"})
    assert (flow.end["error"], flow.end["cause"]) == ("Boom", "für Boom")
