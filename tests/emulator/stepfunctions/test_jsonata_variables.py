"""Variables of a workflow: who assigns them, and who reads them."""

from __future__ import annotations

import json

from emulated_jsonata import expression, passing

ROLE = "arn:aws:iam::123456789012:role/lab"


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
