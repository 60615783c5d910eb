"""What the tests of workflows share."""

from __future__ import annotations

import json

import boto3
import pytest
from emulated_jsonata import Ended
from emulated_states import ROLE

from helpers import Lab


@pytest.fixture
def lab():
    with Lab(seed=5) as lab:
        yield lab


@pytest.fixture
def run(lab):
    """Runs one execution of a definition, and gives its description."""
    states = boto3.client("stepfunctions")

    def run(definition, given=None, *, language="JSONata", hours=1, work=None):
        name = f"machine-{len(states.list_state_machines()['stateMachines'])}"
        first = next(iter(definition))
        whole = {"StartAt": first, "States": definition}
        if language:
            whole["QueryLanguage"] = language
        machine = states.create_state_machine(
            name=name, definition=json.dumps(whole), roleArn=ROLE
        )["stateMachineArn"]
        with lab.running(hours=hours):
            if work is not None:
                lab.start(work)
            arn = states.start_execution(
                stateMachineArn=machine, name="one", input=json.dumps(given or {})
            )["executionArn"]
        return Ended(states, arn)

    return run


@pytest.fixture
def client(lab):
    return boto3.client("stepfunctions")
