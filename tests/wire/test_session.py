"""What clients share of botocore's making is the same for all of them, and no more than that."""

import boto3
import botocore.session
from botocore.client import ClientCreator
from botocore.hooks import EventAliaser

from helpers import Lab


def in_a_lab(use):
    with Lab(seed=1):
        return use()


def test_clients_of_all_labs_share_the_api_model_and_nothing_of_each_other():
    one, other = (in_a_lab(lambda: boto3.client("sqs")) for _ in range(2))
    assert one.meta.service_model is other.meta.service_model
    assert one.meta.events is not other.meta.events
    assert one.meta.config is not other.meta.config


def test_a_session_of_the_reader_s_own_has_models_of_its_own():
    """It may look for them in a folder that the lab does not know."""
    own = in_a_lab(lambda: boto3.Session(botocore_session=botocore.session.Session()).client("sqs"))
    shared = in_a_lab(lambda: boto3.client("sqs"))
    assert own.meta.service_model is not shared.meta.service_model
    assert own.meta.service_model.operation_names == shared.meta.service_model.operation_names


def test_an_event_is_heard_by_the_name_that_its_service_had_earlier_in_every_lab():
    def heard():
        said, workflows = [], boto3.client("stepfunctions")
        workflows.meta.events.register("before-call.stepfunctions", lambda **_: said.append("old"))
        workflows.meta.events.register("before-call.sfn", lambda **_: said.append("new"))
        workflows.list_state_machines()
        return said

    assert in_a_lab(heard) == in_a_lab(heard) == ["old", "new"]


def test_botocore_is_as_it_was_when_the_lab_has_closed():
    def what_makes_clients():
        return EventAliaser.__copy__, ClientCreator._load_service_model

    before = what_makes_clients()
    assert all(a is not b for a, b in zip(in_a_lab(what_makes_clients), before, strict=True))
    assert what_makes_clients() == before
