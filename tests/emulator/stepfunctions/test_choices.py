"""What a Choice state does with a value that is not there."""

from __future__ import annotations

import pytest
from emulated_executions import pass_time
from emulated_states import Flow, machine


def choose(rule, given):
    states = {
        "A": {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], "Default": "No"},
        "Yes": {"Type": "Pass", "Result": "yes", "End": True},
        "No": {"Type": "Pass", "Result": "no", "End": True},
    }
    return Flow(machine(states), given)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"Variable": "$.absent", "StringEquals": "x"}, "$.absent"),
        ({"Variable": "$.absent", "NumericLessThan": 1}, "$.absent"),
        ({"Variable": "$.absent", "IsNull": True}, "$.absent"),
        ({"Variable": "$.absent", "IsString": False}, "$.absent"),
        ({"Variable": "$.n", "NumericEqualsPath": "$.absent.deep"}, "$.absent.deep"),
        ({"Not": {"Variable": "$.absent", "BooleanEquals": True}}, "$.absent"),
    ],
)
def test_a_comparison_with_it_ends_the_execution(lab, rule, path):
    flow = choose(rule, {"n": 1})
    pass_time(lab)
    assert flow.status == "FAILED"
    assert flow.end["error"] == "States.Runtime"
    assert flow.end["cause"].endswith(
        f"Invalid path '{path}': The choice state's condition path references an invalid value."
    )


@pytest.mark.parametrize(
    ("given", "expected"), [({}, "no"), ({"ok": False}, "no"), ({"ok": True}, "yes")]
)
def test_whether_it_is_there_can_be_asked_first(lab, given, expected):
    """Step Functions Developer Guide, "Choice state": IsPresent, and And that stops at a no."""
    there = {"Variable": "$.ok", "IsPresent": True}
    flow = choose({"And": [there, {"Variable": "$.ok", "BooleanEquals": True}]}, given)
    pass_time(lab)
    assert flow.output == expected


def test_a_value_of_another_type_is_no_match(lab):
    flow = choose({"Variable": "$.n", "StringEquals": "1"}, {"n": 1})
    pass_time(lab)
    assert flow.output == "no"
