"""Corrections open when they are needed, refuse a changed moto, and leave nothing behind."""

import subprocess
import sys

import boto3
import pytest

from helpers import Lab
from helpers.clock.swapping import held
from helpers.emulator import guard
from helpers.emulator.opening import WHEN_NEEDED
from helpers.emulator.sns import corrections

FIRST_CALLS = {
    "cloudwatch": ("cloudwatch", "list_metrics"),
    "dynamodb": ("dynamodb", "list_tables"),
    "dynamodbstreams": ("dynamodbstreams", "list_streams"),
    "events": ("events", "list_rules"),
    "lambda": ("lambda", "list_functions"),
    "s3": ("s3", "list_buckets"),
    "scheduler": ("scheduler", "list_schedules"),
    "sns": ("sns", "list_topics"),
    "sqs": ("sqs", "list_queues"),
    "stepfunctions": ("stepfunctions", "list_state_machines"),
}


def call_every_service():
    for service, operation in FIRST_CALLS.values():
        getattr(boto3.client(service), operation)()


def test_every_corrected_service_is_tried_here():
    assert set(WHEN_NEEDED) <= set(FIRST_CALLS)


def test_a_lab_with_queues_does_not_read_the_other_services():
    program = (
        "import sys, boto3; from helpers import Lab; lab = Lab(); "
        "boto3.client('sqs').create_queue(QueueName='orders'); "
        "print(sorted(name for name in sys.modules if name.startswith('moto.')))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8")
    assert said.returncode == 0, said.stderr
    assert "moto.sqs.models" in said.stdout
    for other in ("sns", "stepfunctions", "dynamodb", "awslambda"):
        assert f"moto.{other}.models" not in said.stdout


def test_nothing_is_left_behind():
    with Lab():
        call_every_service()
        replaced = [(owner, dict(before)) for owner, before in guard._in_place]
        corrected = [held(owner, before) for owner, before in replaced]
    assert len(replaced) > 20
    assert guard._in_place == []
    for (owner, before), during in zip(replaced, corrected, strict=True):
        assert held(owner, before) != during


def test_labs_one_after_another_are_corrected_alike():
    seen = []
    for _ in range(2):
        with Lab():
            call_every_service()
            seen.append([(owner, sorted(before)) for owner, before in guard._in_place])
    assert seen[0] == seen[1]


def test_a_moto_that_has_changed_is_refused_at_every_call(monkeypatch):
    place = next(iter(corrections.EXPECTED_SOURCES))
    monkeypatch.setitem(corrections.EXPECTED_SOURCES, place, "000000000000")
    with Lab():
        topics = boto3.client("sns")
        for _ in range(2):
            with pytest.raises(guard.UnexpectedMoto, match=place):
                topics.list_topics()
        assert boto3.client("sqs").list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200
