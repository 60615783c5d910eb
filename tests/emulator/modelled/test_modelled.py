"""The table says of every operation what the lab does with it."""

from __future__ import annotations

import botocore.session
import pytest

from helpers.emulator.modelled import ACTS, MODELLED, MOTO, REFUSED, WHOLE, beside

SESSION = botocore.session.Session()
THE_TABLE = [(*key, verdict) for key, verdict in MODELLED.items()]


def operations(service):
    return set(SESSION.get_service_model(service).operation_names)


@pytest.mark.parametrize("service", WHOLE)
def test_every_operation_of_the_api_model_has_a_line(service):
    assert set(WHOLE[service]) == operations(service)


@pytest.mark.parametrize("service", beside.ROWS)
def test_other_lines_are_of_operations_that_there_are(service):
    assert set(beside.ROWS[service]) < operations(service)
    assert service not in WHOLE


def test_a_refusal_names_what_is_missing_and_the_way_on():
    for service, operation, verdict in THE_TABLE:
        assert verdict.kind in (ACTS, MOTO, REFUSED)
        refusal = verdict.kind == REFUSED
        assert bool(verdict.instead) == refusal, (service, operation)
        if refusal:
            assert verdict.note
            assert not verdict.instead.endswith(".")  # NotModelled ends the sentence


def test_nobody_but_the_lab_itself_is_named_as_acting():
    """What moto takes and never carries out is refused until the lab carries it out."""
    acting = {service for service, _, verdict in THE_TABLE if verdict.kind == ACTS}
    assert acting <= set(WHOLE)
