"""Distributed Map: tolerated failures, express children, batches, and what a Map Run tells.

Sources: Step Functions Developer Guide, "Using Map state in Distributed mode", "Setting failure
thresholds", "ItemBatcher (Map)" and "ResultWriter (Map)", November 2026; API model of botocore
1.44.5, DescribeMapRun; aws-samples/step-functions-workflows-collection (a whole number as
percentage).
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_states import Flow, machine, task
from hypothesis import given
from hypothesis import strategies as st

from helpers import Lab
from helpers.emulator.stepfunctions.batches import batched

EXCEEDED = "States.ExceedToleratedFailureThreshold"
PASS = {"P": {"Type": "Pass", "End": True}}
FAIL = {"P": {"Type": "Fail", "Error": "Broken", "Cause": "why"}}
SOME = {  # items below zero fail
    "P": {
        "Type": "Choice",
        "Choices": [{"Variable": "$", "NumericLessThan": 0, "Next": "F"}],
        "Default": "S",
    },
    "F": {"Type": "Fail", "Error": "Broken", "Cause": "why"},
    "S": {"Type": "Succeed"},
}


@pytest.fixture
def lab():
    with Lab(seed=2) as lab:
        yield lab


def distributed(states: dict[str, Any] = PASS, kind: str = "STANDARD", **more: Any) -> dict:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
        "StartAt": next(iter(states)),
        "States": states,
    }
    state = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, **more}
    if "Next" not in state:
        state["End"] = True
    return state


def run(lab, state, items=(1, 2), seconds=1.0, after=None, **more) -> Flow:
    states = {"M": state, **(after or {})}
    arn = machine(states, name=f"flow-{len(lab.trace)}" if lab.now else "flow")
    flow = Flow(arn, {"items": list(items), **more})
    with lab.running(seconds=seconds):
        pass
    return flow


def map_run(flow: Flow) -> dict[str, Any]:
    client = boto3.client("stepfunctions")
    (listed,) = client.list_map_runs(executionArn=flow.arn)["mapRuns"]
    return client.describe_map_run(mapRunArn=listed["mapRunArn"])


class TestThreshold:
    @pytest.mark.parametrize("states", [FAIL, SOME])
    def test_by_default_one_child_that_fails_fails_it_all(self, lab, states):
        flow = run(lab, distributed(states), [1, -1, 2])
        assert (flow.status, flow.end["error"]) == ("FAILED", EXCEEDED)
        assert flow.types[-4:] == [
            "MapRunStarted", "MapRunFailed", "MapStateFailed", "ExecutionFailed",
        ]  # fmt: skip
        assert flow.details("MapRunFailed")[0]["error"] == EXCEEDED
        assert map_run(flow)["status"] == "FAILED"

    @pytest.mark.parametrize("name", [EXCEEDED, "States.ALL", "States.TaskFailed"])
    def test_is_caught(self, lab, name):
        catch = [{"ErrorEquals": [name], "Next": "C"}]
        flow = run(lab, distributed(FAIL, Catch=catch), after={"C": PASS["P"]})
        assert flow.output["Error"] == EXCEEDED

    def test_is_tried_again(self, lab):
        retry = [{"ErrorEquals": [EXCEEDED], "MaxAttempts": 2}]
        flow = run(lab, distributed(FAIL, Retry=retry), seconds=10)
        assert flow.types.count("MapRunFailed") == 3

    @pytest.mark.parametrize(
        ("tolerance", "failing", "status"),
        [  # of 10 items
            ({"ToleratedFailureCount": 2}, 2, "SUCCEEDED"),
            ({"ToleratedFailureCount": 2}, 3, "FAILED"),
            ({"ToleratedFailurePercentage": 20}, 2, "SUCCEEDED"),
            ({"ToleratedFailurePercentage": 20}, 3, "FAILED"),
            ({"ToleratedFailurePercentage": 19.9}, 2, "FAILED"),
            ({"ToleratedFailurePercentage": 100}, 10, "SUCCEEDED"),
            ({"ToleratedFailureCount": 5, "ToleratedFailurePercentage": 20}, 3, "FAILED"),
            ({"ToleratedFailureCount": 1, "ToleratedFailurePercentage": 50}, 2, "FAILED"),
            ({"ToleratedFailureCount": 0, "ToleratedFailurePercentage": 50}, 1, "FAILED"),
            ({"ToleratedFailureCountPath": "$.most"}, 2, "SUCCEEDED"),
            ({"ToleratedFailurePercentagePath": "$.most"}, 1, "FAILED"),
        ],
    )
    def test_is_a_count_a_percentage_or_both(self, lab, tolerance, failing, status):
        items = [-1] * failing + [1] * (10 - failing)
        flow = run(lab, distributed(SOME, **tolerance), items, most=2)
        assert flow.status == status

    @pytest.mark.parametrize(
        ("tolerance", "status"),
        [
            ({"ToleratedFailureCount": "{% $states.input.most %}"}, "SUCCEEDED"),
            ({"ToleratedFailurePercentage": "{% 33.4 %}"}, "SUCCEEDED"),
            ({"ToleratedFailurePercentage": "{% 33.3 %}"}, "FAILED"),
        ],
    )
    def test_may_be_jsonata(self, lab, tolerance, status):
        state = distributed(
            SOME, QueryLanguage="JSONata", Items="{% $states.input.items %}", **tolerance
        )
        del state["ItemsPath"]
        assert run(lab, state, [1, -1, 2], most=1).status == status

    def test_a_tolerated_child_leaves_what_is_known_of_it(self, lab):
        """Developer Guide, ResultWriter: "equivalent to having set Transformation to NONE\""""
        flow = run(lab, distributed(SOME, ToleratedFailureCount=1), [1, -1])
        first, second = flow.output
        assert first == 1
        assert second["ExecutionArn"].startswith(
            "arn:aws:states:eu-west-1:123456789012:execution:flow/"
        )
        assert (
            second.items()
            >= {
                "Status": "FAILED",
                "Error": "Broken",
                "Cause": "why",
                "Input": "-1",
                "StopDate": "2026-11-02T08:00:00.000Z",
            }.items()
        )

    def test_the_children_that_run_are_stopped(self, lab):
        slow = {
            "P": {
                "Type": "Choice",
                "Choices": [{"Variable": "$", "NumericLessThan": 0, "Next": "F"}],
                "Default": "W",
            },
            "F": {"Type": "Wait", "Seconds": 10, "Next": "Fail"},
            "Fail": {"Type": "Fail"},
            "W": {"Type": "Wait", "Seconds": 1000, "End": True},
        }
        flow = run(lab, distributed(slow, MaxConcurrency=3), [1, -1, 2, 3, 4], seconds=60)
        assert flow.end["error"] == EXCEEDED
        assert flow.lasted == pytest.approx(10)
        counts = map_run(flow)["executionCounts"]
        assert (counts["failed"], counts["aborted"], counts["running"]) == (1, 2, 0)


class TestMapRun:
    def test_counts_items_and_executions(self, lab):
        """Recorded: localstack/localstack, test_sfn_api_map_run.py, September 2023"""
        flow = run(lab, distributed(MaxConcurrency=1))
        described = map_run(flow)
        zero = dict.fromkeys(("aborted", "failed", "pending", "running", "timedOut"), 0)
        counts = {**zero, "resultsWritten": 2, "succeeded": 2, "total": 2}
        assert described["itemCounts"].items() >= counts.items()
        assert described["executionCounts"].items() >= counts.items()
        assert (described["status"], described["maxConcurrency"]) == ("SUCCEEDED", 1)

    def test_of_a_stopped_execution_is_aborted(self, lab):
        slow = {"P": {"Type": "Wait", "Seconds": 100, "End": True}}
        flow = run(lab, distributed(slow))
        boto3.client("stepfunctions").stop_execution(executionArn=flow.arn)
        with lab.running(seconds=1):
            pass
        described = map_run(flow)
        assert described["status"] == "ABORTED"
        assert described["executionCounts"]["aborted"] == 2
        assert flow.types[-1] == "ExecutionAborted"

    def test_without_items_succeeds(self, lab):
        assert run(lab, distributed(), []).output == []

    def test_takes_items_as_the_selector_makes_them(self, lab):
        selector = {"n.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index", "all.$": "$.items"}
        flow = run(lab, distributed(ItemSelector=selector), [7, 8])
        assert flow.output == [
            {"n": 7, "i": 0, "all": [7, 8]},
            {"n": 8, "i": 1, "all": [7, 8]},
        ]

    def test_its_children_are_executions_of_their_own(self, lab):
        own = {"id.$": "$$.Execution.Id", "in.$": "$$.Execution.Input"}
        flow = run(lab, distributed({"P": {**PASS["P"], "Parameters": own}}, Label="work"))
        first, second = flow.output
        assert first["id"].startswith(f"{flow.arn.rpartition(':')[0]}/work:")
        assert (first["in"], second["in"]) == (1, 2)
        assert len({first["id"], second["id"], flow.arn}) == 3


class TestExpressChildren:
    def test_run_as_the_others_do(self, lab):
        assert run(lab, distributed(kind="EXPRESS")).output == [1, 2]

    def test_end_after_five_minutes(self, lab):
        slow = {"P": {"Type": "Wait", "Seconds": 301, "End": True}}
        state = distributed(slow, "EXPRESS", ToleratedFailurePercentage=100)
        flow = run(lab, state, [1], seconds=600)
        assert flow.lasted == pytest.approx(300)
        assert flow.output[0]["Status"] == "TIMED_OUT"
        assert map_run(flow)["executionCounts"]["timedOut"] == 1

    def test_standard_ones_go_on(self, lab):
        slow = {"P": {"Type": "Wait", "Seconds": 301, "End": True}}
        assert run(lab, distributed(slow), [1], seconds=600).status == "SUCCEEDED"

    def test_wait_for_no_token(self, lab):
        ask = task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", {"QueueUrl": "q"})
        with pytest.raises(ClientError, match=r"does not support '\.waitForTaskToken'"):
            machine({"M": distributed({"P": ask}, "EXPRESS")})


class TestBatches:
    def test_hold_so_many_items(self, lab):
        flow = run(lab, distributed(ItemBatcher={"MaxItemsPerBatch": 2}), range(5))
        assert flow.output == [{"Items": [0, 1]}, {"Items": [2, 3]}, {"Items": [4]}]
        described = map_run(flow)
        assert described["itemCounts"]["total"] == 5
        assert described["executionCounts"]["total"] == 3

    def test_belong_to_one_definition(self, lab):
        """Another that differs in nothing else has none, whichever is read first."""
        plain, batched = distributed(), distributed(ItemBatcher={"MaxItemsPerBatch": 2})
        for state, out in ((plain, [0, 1]), (batched, [{"Items": [0, 1]}]), (plain, [0, 1])):
            assert run(lab, state, range(2)).output == out

    def test_have_an_input_of_their_own(self, lab):
        batcher = {
            "MaxItemsPerBatchPath": "$.most",
            "BatchInput": {"fixed": 1, "from.$": "$.most"},
        }
        selector = {"v.$": "$$.Map.Item.Value"}
        state = distributed(ItemBatcher=batcher, ItemSelector=selector)
        assert run(lab, state, [7, 8, 9], most=2).output == [
            {"BatchInput": {"fixed": 1, "from": 2}, "Items": [{"v": 7}, {"v": 8}]},
            {"BatchInput": {"fixed": 1, "from": 2}, "Items": [{"v": 9}]},
        ]

    def test_may_be_jsonata(self, lab):
        batcher = {"MaxItemsPerBatch": "{% $states.input.most %}"}
        state = distributed(
            QueryLanguage="JSONata", Items="{% $states.input.items %}", ItemBatcher=batcher
        )
        del state["ItemsPath"]
        assert run(lab, state, [1, 2, 3], most=2).output == [{"Items": [1, 2]}, {"Items": [3]}]

    def test_a_failed_one_has_failed_all_its_items(self, lab):
        batcher = {"MaxItemsPerBatch": 2}
        for most, status in ((2, "SUCCEEDED"), (1, "FAILED")):
            state = distributed(FAIL, ItemBatcher=batcher, ToleratedFailureCount=most)
            flow = run(lab, state, [1, 2])
            assert flow.status == status
            assert map_run(flow)["itemCounts"]["failed"] == 2

    @pytest.mark.parametrize(
        "batcher", [{"MaxItemsPerBatch": 0}, {"MaxInputBytesPerBatch": -1}, {"MaxItems": 1}]
    )
    def test_of_no_size_or_unknown_are_refused(self, lab, batcher):
        with pytest.raises(ClientError) as caught:
            machine({"M": distributed(ItemBatcher=batcher)})
        assert next(iter(batcher)) in caught.value.response["Error"]["Message"]

    @given(
        st.lists(st.text(max_size=20), max_size=30),
        st.integers(0, 4),
        st.sampled_from((0, 40, 100)),
    )
    def test_hold_all_items_in_order_and_keep_to_their_limits(self, items, most, largest):
        told = {"MaxItemsPerBatch": most, "MaxInputBytesPerBatch": largest}

        class Batcher:
            def eval(self, env):
                env.stack.append(told)

        class Env:
            stack: list = []  # noqa: RUF012

        batches = batched(Batcher(), Env(), items)
        assert [item for one, _ in batches for item in one["Items"]] == items
        for one, size in batches:
            assert size == len(one["Items"])
            assert not most or size <= most
            text = json.dumps(one, separators=(",", ":"), ensure_ascii=False)
            assert not largest or len(text.encode()) <= largest or size == 1


@pytest.mark.parametrize("percentage", [-1, 100.5, 101])
def test_a_percentage_is_between_0_and_100(lab, percentage):
    with pytest.raises(ClientError, match="must be from 0 to 100"):
        machine({"M": distributed(ToleratedFailurePercentage=percentage)})


def test_a_map_within_a_parallel_within_a_map_has_these_fields_too(lab):
    inner = distributed(ItemBatcher={"MaxItemsPerBatch": 2}, ToleratedFailurePercentage=5)
    inner["ItemsPath"] = "$"
    parallel = {
        "Type": "Parallel", "End": True,
        "Branches": [{"StartAt": "I", "States": {"I": inner}}],
    }  # fmt: skip
    flow = run(lab, distributed({"Q": parallel}, "EXPRESS"), [[1, 2, 3]])
    assert flow.output == [[[{"Items": [1, 2]}, {"Items": [3]}]]]
