"""What the lab leaves to moto is what moto answers, and nothing that goes wrong is Python's."""

from __future__ import annotations

import re
import time
from datetime import datetime

import moto
import played
import pytest

from helpers import Lab
from helpers.emulator.modelled import MODELLED, MOTO, WHOLE

VARY = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9A-Za-z+/=]{20,}|\d{10,13}"
)
# What differs between any two runs, and what the lab corrects of an operation that it leaves to
# moto otherwise.
OMITTED = {
    "ResponseMetadata", "CreatedTimestamp", "LastModifiedTimestamp", "CodeSha256", "RevisionId",
    "creationDate", "LastModified", "Initiated", "TableId", "UploadId", "CreationTime",
    "ScheduleGroupArn",
}  # fmt: skip


def plain(value):
    """Without ids and times."""
    if isinstance(value, dict):
        return {name: plain(held) for name, held in value.items() if name not in OMITTED}
    if isinstance(value, list):
        return [plain(held) for held in value]
    if isinstance(value, datetime) or (isinstance(value, int) and value > 10**9):
        return "a time"
    if isinstance(value, str):
        return VARY.sub("…", value)
    return value


def in_the_lab(service):
    with Lab(seed=1) as lab:
        player = played.Player(service)
        player.now_ms = round((1793606400 + lab.now) * 1000)
        played.PROGRAMS[service](player)
        if service == "stepfunctions":
            with lab.running(seconds=5):
                pass
            played.after_stepfunctions(player)
        outcomes = lab.trace.outcome
        assert "NotModelled" not in set(outcomes)
        return player.played


def in_plain_moto(service):
    with moto.mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        player = played.Player(service)
        player.now_ms = round(time.time() * 1000)
        played.PROGRAMS[service](player)
        if service == "stepfunctions":
            deadline = time.monotonic() + 30
            machine = player.client.describe_execution
            while machine(executionArn=player.run)["status"] == "RUNNING":
                assert time.monotonic() < deadline
                time.sleep(0.05)
            played.after_stepfunctions(player)
        return player.played


@pytest.mark.parametrize("service", played.PROGRAMS)
def test_an_operation_that_is_motos_answers_as_moto_alone_does(service):
    here, there = in_the_lab(service), in_plain_moto(service)
    left_to_moto = {
        operation for (name, operation), verdict in MODELLED.items()
        if name == service and verdict.kind == MOTO
    }  # fmt: skip
    assert left_to_moto <= {operation for operation, _ in here}
    assert [operation for operation, _ in here] == [operation for operation, _ in there]
    for (operation, answer), (_, expected) in zip(here, there, strict=True):
        if operation in left_to_moto:
            assert plain(answer) == plain(expected), operation


def test_every_service_with_such_an_operation_is_played():
    assert {service for (service, _), verdict in MODELLED.items() if verdict.kind == MOTO} == set(
        played.PROGRAMS
    )
    assert set(WHOLE) - set(played.PROGRAMS) == {"dynamodbstreams"}
