import pytest
from hand_made_trace import Scene

from helpers import costs
from helpers.trace import Handling


def happened(scene, time, what, ident, *, service="lambda", resource="work", body="{}"):
    scene.trace.record_call(
        time=time, end=time, caller=f"{service}:{resource}", service=service, operation=None,
        call=None, attempt=None, outcome="ok", processed=time, resource=resource,
        messages=scene.in_turn([Handling(what, ident, body)]),
    )  # fmt: skip


def units(scene, **options):
    bill = costs.billed(scene.frame, 1, **options)
    return {(row.service, row.what): row.units for row in bill.itertuples()}


def test_two_seconds_at_half_a_gigabyte_are_one_gb_second():
    scene = Scene()
    happened(scene, 1, "began", "a")
    happened(scene, 3, "ended", "a")
    assert units(scene, memory=512) == {("lambda", "requests"): 1, ("lambda", "duration (x86)"): 1}
    assert units(scene, memory={"work": 1024})["lambda", "duration (x86)"] == 2
    assert units(scene)["lambda", "duration (x86)"] == 0.25


def test_a_duration_is_rounded_up_to_a_millisecond():
    scene = Scene()
    happened(scene, 1, "began", "a")
    happened(scene, 1.0001, "ended", "a")
    assert units(scene, memory=1024)["lambda", "duration (x86)"] == 0.001


def test_a_retry_is_a_request_of_its_own_though_its_id_is_the_same():
    scene = Scene()
    for time in (1, 61):
        happened(scene, time, "began", "a")
        happened(scene, time + 1, "ended", "a")
    assert units(scene, memory=1024) == {
        ("lambda", "requests"): 2,
        ("lambda", "duration (x86)"): 2,
    }


def test_an_invocation_that_takes_no_time_is_a_millisecond():
    scene = Scene()
    for what in ("began", "ended"):
        happened(scene, 1, what, "a")
    assert units(scene, memory=1024)["lambda", "duration (x86)"] == 0.001


def test_an_invocation_that_still_runs_counts_until_the_end_of_the_trace():
    scene = Scene()
    happened(scene, 1, "began", "a")
    scene.mark(5, "end")
    assert units(scene, memory=1024)["lambda", "duration (x86)"] == 4


def test_a_standard_workflow_is_billed_per_state_that_is_entered():
    scene = Scene()
    for what in ("entered", "left", "entered", "left", "over"):
        happened(scene, 1, what, "run", service="stepfunctions", resource="order")
    assert units(scene) == {("stepfunctions", "state transitions"): 2}
    scene.mark(1, "retried", machine="order", state="Charge")
    scene.mark(1, "retried", machine="fast", state="Charge")
    assert units(scene)["stepfunctions", "state transitions"] == 4
    assert units(scene, express=["fast"])["stepfunctions", "state transitions"] == 3


@pytest.mark.parametrize("told", [True, False])
def test_an_express_workflow_is_billed_per_execution_and_tenth_of_a_second(told):
    scene = Scene()
    if not told:  # it is seen from the call that waits for it
        row = {"service": "stepfunctions", "resource": "order"}
        scene.call("StartSyncExecution", 2.41, began=1, **row)
    happened(scene, 1, "entered", "run", service="stepfunctions", resource="order")
    happened(scene, 1, "entered", "run#2", service="stepfunctions", resource="order")
    happened(scene, 2.51, "over", "run", service="stepfunctions", resource="order")
    assert units(scene, express=["order"] if told else ()) == {
        ("stepfunctions", "express requests"): 1,
        ("stepfunctions", "express duration"): pytest.approx(1.6 / 16),
    }
