"""When the emulator itself breaks, the reader learns in which call, and what broke."""

from __future__ import annotations

import boto3
import pytest
from moto.dynamodb.models import DynamoDBBackend
from moto.sqs.models import SQSBackend

from helpers import Lab
from helpers.clock.tasks import ClockError
from helpers.emulator.failures import EmulatorError


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


def break_with(monkeypatch, error, owner=SQSBackend, method="list_queues"):
    def broken(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(owner, method, broken)


def test_a_python_exception_names_service_operation_and_parameters(lab, monkeypatch):
    cause = KeyError("MessageGroup")
    break_with(monkeypatch, cause)
    with pytest.raises(EmulatorError) as caught:
        boto3.client("sqs").list_queues(QueueNamePrefix="secret", MaxResults=5)
    error = caught.value
    assert (error.service, error.operation) == ("sqs", "ListQueues")
    assert set(error.parameters) == {"QueueNamePrefix", "MaxResults"}
    assert error.__cause__ is cause
    for part in ("sqs ListQueues", "QueueNamePrefix", "KeyError: 'MessageGroup'", "report"):
        assert part in str(error)
    assert "secret" not in str(error)  # names of parameters, not their values


@pytest.mark.parametrize(
    ("service", "operation", "owner", "method", "parameters"),
    [
        ("dynamodb", "ListTables", DynamoDBBackend, "list_tables", {"Limit": 1}),
        ("sqs", "ListQueues", SQSBackend, "list_queues", {}),
    ],
)
def test_it_is_one_place_for_all_services(
    lab, monkeypatch, service, operation, owner, method, parameters
):
    break_with(monkeypatch, AttributeError("'NoneType' object has no attribute 'x'"), owner, method)
    client = boto3.client(service)
    with pytest.raises(EmulatorError, match=f"{service} {operation}"):
        client._make_api_call(operation, parameters)


def test_what_moto_does_not_have_is_said_to_be_missing(lab, monkeypatch):
    break_with(monkeypatch, NotImplementedError("The list_queues action has not been implemented"))
    with pytest.raises(EmulatorError, match=r"sqs ListQueues .* is not part of this emulator"):
        boto3.client("sqs").list_queues()


@pytest.mark.parametrize("error", [ClockError("time stands still"), KeyboardInterrupt()])
def test_what_is_meant_for_the_reader_passes_untouched(lab, monkeypatch, error):
    break_with(monkeypatch, error)
    with pytest.raises(type(error)) as caught:
        boto3.client("sqs").list_queues()
    assert caught.value is error


def test_a_worker_that_meets_it_ends_the_run_with_it(lab, monkeypatch):
    break_with(monkeypatch, ZeroDivisionError("division by zero"))

    def work():
        boto3.client("sqs").list_queues()

    with pytest.raises(EmulatorError, match="sqs ListQueues"), lab.running():
        lab.start(work)
