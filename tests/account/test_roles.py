"""The roles that a run makes on an account."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError
from kept_run import ACCOUNT, PREFIX, REGION, ROLE, Cell, denied, keeper, left_over, send
from uploaded_function import archive

from helpers.account import service_roles


def test_a_role_is_made_once_and_can_do_no_more_than_its_runs_work(kept, lab):
    role = kept.role("lambda")
    assert kept.role("lambda") == role == f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}lambda-{REGION}"
    assert [entry.kind for entry in kept.kept] == ["role"]
    iam, name = boto3.client("iam"), role.rpartition("/")[2]
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert [each["Principal"] for each in trust] == [{"Service": "lambda.amazonaws.com"}]
    assert trust[0]["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    policy = iam.get_role_policy(RoleName=name, PolicyName="run")["PolicyDocument"]
    for statement in policy["Statement"]:
        assert not [action for action in statement["Action"] if "*" in action]
        resources = statement["Resource"]
        resources = resources if isinstance(resources, list) else [resources]
        if resources == ["*"]:
            named = {action.partition(":")[2] for action in statement["Action"]}
            assert {name for name in named if not name.startswith("SendTask")} == {"ListStreams"}
            continue
        assert statement["Condition"] == {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
        for resource in resources:
            assert f":{REGION}:{ACCOUNT}:" in resource
            assert PREFIX in resource or resource.endswith("event-bus/default")


def test_a_role_of_no_service_is_refused(kept):
    with pytest.raises(ValueError, match="got 'sqs'"):
        kept.role("sqs")


def test_a_role_whose_policy_was_refused_gets_it_at_the_next_try(lab, tmp_path):
    class Refusing:
        def __init__(self, client):
            self._client = client

        def __getattr__(self, name):
            if name == "put_role_policy" and broken:
                raise denied("PutRolePolicy", "iam:PutRolePolicy")
            return getattr(self._client, name)

    broken = True
    kept = keeper(tmp_path, client=lambda service: Refusing(boto3.client(service)))
    with pytest.raises(ClientError, match="lack the permission iam:PutRolePolicy"):
        kept.role("events")
    broken = False
    name = kept.role("events").rpartition("/")[2]
    assert boto3.client("iam").list_role_policies(RoleName=name)["PolicyNames"] == ["run"]
    assert len(kept.kept) == 1
    kept.remove_all(lambda line: None)
    assert left_over() == {}


def test_a_role_that_iam_has_just_made_is_waited_for(kept, monkeypatch):
    """AWS refuses a role for some seconds after it was made."""
    monkeypatch.setattr(service_roles, "PAUSE", 0.01)
    tries = []

    def make(client, operation, params):
        tries.append(operation)
        if len(tries) < 3:
            told = "The role defined for the function cannot be assumed by Lambda."
            raise ClientError(
                {"Error": {"Code": "InvalidParameterValueException", "Message": told}}, operation
            )
        return send(client, operation, params)

    code = {"ZipFile": archive({"f.py": "def handler(event, context): return 1"})}
    given = {"Runtime": "python3.12", "Handler": "f.handler", "Role": ROLE, "Code": code}
    Cell(kept, make).lambda_("CreateFunction", FunctionName="charge", **given)
    assert tries == ["CreateFunction"] * 3


def test_a_role_that_is_not_new_is_not_waited_for(kept):
    told = {"Code": "InvalidParameterValueException", "Message": "cannot assume this role"}

    def make(client, operation, params):
        raise ClientError({"Error": told}, operation)

    with pytest.raises(ClientError, match="cannot assume"):
        kept.call(make, boto3.client("lambda"), "GetFunction", {"FunctionName": "f"})
