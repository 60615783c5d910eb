"""A call that the lab does not model is refused with the way on, or told of and marked."""

from __future__ import annotations

import copy
import pickle

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import Lab, differences
from helpers.emulator.modelled import MODELLED, REFUSED, WHOLE
from helpers.wire import NotModelled, uncorrected

REFUSALS = [key for key, verdict in MODELLED.items() if verdict.kind == REFUSED]


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


def call(service, operation, **params):
    """Call it with whatever it is given: a refusal comes before anything else."""
    return boto3.client(service)._make_api_call(operation, params)


@pytest.mark.parametrize("service", WHOLE)
def test_what_is_refused_says_what_is_missing_and_what_to_use(service, lab):
    refused = [operation for name, operation in REFUSALS if name == service]
    for operation in refused:
        verdict = MODELLED[service, operation]
        with pytest.raises(NotModelled) as refusal:
            call(service, operation)
        assert str(refusal.value).startswith(f"{service}.{operation} is not modelled")
        assert refusal.value.missing == verdict.note in str(refusal.value)
        assert refusal.value.instead == verdict.instead in str(refusal.value)
    assert list(lab.trace.operation) == refused
    assert set(lab.trace.outcome) <= {"NotModelled"}
    assert lab.trace.processed.isna().all()


def test_a_refusal_in_a_worker_comes_out_of_the_run(lab):
    with pytest.raises(NotModelled, match=r"pipes\.CreatePipe"), lab.running(seconds=1):
        lab.start(lambda: call("pipes", "CreatePipe", Name="p"))


def test_a_refusal_can_be_copied_and_sent():
    error = NotModelled("sns", "Subscribe", "nobody reads email", "subscribe a queue")
    for other in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (str(other), other.instead) == (str(error), "subscribe a queue")


def test_a_service_outside_the_table_is_told_of_once_in_one_line(lab, capsys):
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    for _ in range(3):
        kinesis.list_streams()
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("lab: kinesis.CreateStream: ")
    marks = lab.trace[lab.trace.kind == "mark"]
    assert set(marks.name) == {"not modelled"}
    assert list(marks.what) == ["kinesis.CreateStream"] + ["kinesis.ListStreams"] * 3
    assert marks.why.str.contains("kinesis is answered by moto").all()
    boto3.client("kms").list_keys()
    assert "kms.ListKeys" in capsys.readouterr().err


def test_another_lab_tells_again(capsys):
    for _ in range(2):
        with Lab():
            boto3.client("kinesis").list_streams()
    assert len(capsys.readouterr().err.splitlines()) == 2


@pytest.mark.parametrize("service", ["sqs", "sns", "events", "lambda", "stepfunctions",
                                     "dynamodb", "s3", "cloudwatch", "scheduler"])  # fmt: skip
def test_what_is_modelled_says_nothing(service, lab, capsys):
    listed = {
        "sqs": "ListQueues", "sns": "ListTopics", "events": "ListRules",
        "lambda": "ListFunctions", "stepfunctions": "ListStateMachines", "dynamodb": "ListTables",
        "s3": "ListBuckets", "cloudwatch": "ListMetrics", "scheduler": "ListSchedules",
    }  # fmt: skip
    call(service, listed[service])
    assert capsys.readouterr().err == ""
    assert list(lab.trace.kind) == ["call"]


def test_plain_moto_is_not_looked_up(lab, capsys):
    with uncorrected():
        boto3.client("kinesis").list_streams()
        assert call("scheduler", "ListSchedules")["Schedules"] == []
        with pytest.raises(ClientError, match="ResourceNotFound"):
            call("scheduler", "GetSchedule", Name="missing")
    assert capsys.readouterr().err == ""


def test_the_page_of_differences_shows_the_table():
    numbers = differences.modelled()
    assert list(numbers.index)[: len(WHOLE)] == list(WHOLE)
    assert numbers.to_numpy().sum() == len(MODELLED)
    rows = differences.modelled("pipes")
    assert set(rows.index) == set(WHOLE["pipes"])
    assert rows.loc["CreatePipe", "verdict"] == REFUSED
    assert "event source mapping" in rows.loc["CreatePipe", "instead"]
    with pytest.raises(KeyError, match="no line for 'kinesis'; there are lines for sqs"):
        differences.modelled("kinesis")
