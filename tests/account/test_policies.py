"""The policies that readers take home allow what the patterns do, all of it and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import PurePath

import boto3
import parliament
import pytest
from kept_run import PREFIX
from pattern_runs import SCENARIOS
from policy_needs import ACCOUNT, FOLDER, REGION, allows, grants, policy
from policy_record import recorded, recorded_run, used_by_readers
from project import ROOT

from helpers import Lab
from helpers.account import roles
from helpers.account.actions import actions_of, refused_action
from helpers.account.names import Names
from helpers.emulator.modelled import MODELLED, REFUSED
from helpers.patterns import bus

FILES = sorted(path.stem for path in FOLDER.glob("*.json"))
NAMES = Names("eda-7f3a-", ACCOUNT, REGION)
# Not those of a role: who may take one on, and who may send to a queue.
RESOURCE_POLICIES = {"router-queue"}
TRUST = {name for name in FILES if name.startswith("trust-")}
# Where an action is of one kind of resource or of another, the linter wants both. A standard
# workflow has no execution of the other kind, and no map run. Strict: a mended linter is noticed.
EXPRESS = ("RESOURCE_MISMATCH", "states:DescribeExecution", ":express:")
FALSE_ALARMS = {
    "callback-watch": [EXPRESS],
    "choreography-start": [EXPRESS],
    "run": [("RESOURCE_MISMATCH", "states:ListExecutions", ":mapRun:"), EXPRESS],
}


def file_of(pattern, role):
    return f"{pattern}-{role}".replace("_", "-")


def linted(document):
    """What the linter says, as text. It wants a resource, which who may take on a role has not."""
    statements = [
        {"Resource": f"arn:aws:iam::{ACCOUNT}:role/lab"} | each
        if each["Action"] == "sts:AssumeRole"
        else each
        for each in document["Statement"]
    ]
    found = parliament.analyze_policy_string(json.dumps(document | {"Statement": statements}))
    return [f"{each.issue} {each.detail}" for each in found.findings]


# -- least privilege


def test_every_pattern_that_calls_aws_has_a_scenario():
    patterns = {path.stem for path in (ROOT / "helpers" / "patterns").glob("*.py")}
    assert patterns - {"__init__", "shop"} == set(SCENARIOS), "the shop calls nobody"


@pytest.mark.parametrize("pattern", SCENARIOS)
def test_a_role_may_do_all_that_it_does(pattern):
    used, _ = recorded(pattern)
    assert used
    for role, needed in used.items():
        document = policy(file_of(pattern, role))
        missing = {need for need in needed if not allows(document, *need)}
        assert not missing, f"{file_of(pattern, role)}.json does not allow {sorted(missing)}"


@pytest.mark.parametrize("pattern", SCENARIOS)
def test_a_role_may_do_nothing_that_it_does_not(pattern):
    """Each action is used, on each resource for which it is allowed."""
    used, _ = recorded(pattern)
    for role, needed in used.items():
        for action, resource in grants(policy(file_of(pattern, role))):
            one = {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}
            assert any(allows(one, *need) for need in needed), (
                f"{file_of(pattern, role)}.json allows {action} on {resource}, which is not used"
            )


def test_there_is_no_file_but_those_of_the_roles():
    wanted = {file_of(pattern, role) for pattern in SCENARIOS for role in recorded(pattern)[0]}
    assert set(FILES) == wanted | RESOURCE_POLICIES | TRUST | {"run"}


# -- who runs the lab on an account


def test_who_runs_the_patterns_may_do_all_that_it_takes():
    """Made under a run's prefix, tagged, removed, and swept by the tags."""
    document = policy("run")
    needed = recorded_run() | used_by_readers()
    missing = {need for need in needed if not allows(document, *need)}
    assert not missing, f"run.json does not allow {sorted(missing)}"


def test_who_runs_the_patterns_may_do_no_more():
    needed = recorded_run() | used_by_readers()
    for action, resource in grants(policy("run")):
        one = {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}
        assert any(allows(one, *need) for need in needed), (
            f"run.json allows {action} on {resource}, which is not used"
        )


def test_who_runs_the_patterns_may_touch_nothing_without_the_prefix():
    theirs = {
        (action, place.replace(PREFIX, "shop-"))
        for action, place in recorded_run()
        if PREFIX in place
    }
    assert len(theirs) > 50
    assert not [need for need in theirs if allows(policy("run"), *need)]


def test_the_policy_of_a_run_fits_in_a_managed_policy():
    """6,144 characters, white space aside [IAM quotas]."""
    assert len(re.sub(r"\s", "", json.dumps(policy("run")))) < 6_144


def test_what_one_role_needs_another_may_not():
    """The check can fail: the sender's policy does not do for the worker."""
    used, _ = recorded("tenants")
    assert not all(allows(policy("tenants-send"), *need) for need in used["pack"])
    assert not allows(policy("worker-work"), "sqs:ReceiveMessage", f"arn:aws:sqs:{REGION}:1:orders")


@pytest.mark.parametrize("name", FILES)
def test_no_action_is_a_wildcard_and_no_resource_is_wider_than_it_must(name):
    for action, resource in grants(policy(name)):
        assert "*" not in action
        if resource == "*" and name not in TRUST:
            data = parliament.expand_action(action)
            assert data, action
            service, _, privilege = action.partition(":")
            (known,) = [
                each
                for service_data in parliament.iam_definition
                if service_data["prefix"] == service
                for each in service_data["privileges"]
                if each["privilege"].lower() == privilege.lower()
            ]
            kinds = [each["resource_type"] for each in known["resource_types"]]
            assert not any(kinds), f"{action} can be restricted to {kinds}"


# -- what services may do by the policies of resources


def test_a_topic_is_let_in_by_the_queues_policy():
    _, resources = recorded("router")
    for action, place in resources["sns"]:
        (statement,) = policy("router-queue")["Statement"]
        assert (statement["Action"], statement["Resource"]) == (action, place)
        assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
        assert statement["Condition"] == {
            "ArnEquals": {"aws:SourceArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:placed"}
        }


def test_the_queue_policy_that_a_rule_gets_is_right_and_lets_in_no_other():
    with Lab(seed=1):
        sqs, events = boto3.client("sqs"), boto3.client("events")
        queue = sqs.create_queue(QueueName="charging")["QueueUrl"]
        rules = [
            events.put_rule(Name=name, EventPattern='{"source": ["shop"]}')["RuleArn"]
            for name in ("one", "two")
        ]
        for rule in [*rules, rules[0]]:
            place = bus.let_in(sqs, queue, rule)
        asked = {"QueueUrl": queue, "AttributeNames": ["Policy"]}
        document = json.loads(sqs.get_queue_attributes(**asked)["Attributes"]["Policy"])
    assert linted(document) == []
    assert [statement["Condition"] for statement in document["Statement"]] == [
        {"ArnEquals": {"aws:SourceArn": rule}} for rule in rules
    ]
    assert grants(document) == {("sqs:SendMessage", place)}
    assert {json.dumps(each["Principal"]) for each in document["Statement"]} == {
        '{"Service": "events.amazonaws.com"}'
    }


@pytest.mark.parametrize("service", ["lambda", "stepfunctions", "events"])
def test_who_may_take_on_a_role_is_what_a_run_makes_too(service):
    name = f"trust-{roles.PRINCIPALS[service].partition('.')[0]}"
    assert policy(name) == roles.trust(service, NAMES)


# -- the linter


@pytest.mark.parametrize("name", FILES)
def test_the_linter_finds_nothing(name):
    found = linted(policy(name))
    false = FALSE_ALARMS.get(name, [])
    assert len(found) == len(false), found
    for told, words in zip(found, false, strict=True):
        assert all(word in told for word in words), told


@pytest.mark.parametrize("service", roles.PRINCIPALS)
def test_the_linter_finds_nothing_in_the_roles_of_a_run(service):
    assert linted(roles.trust(service, NAMES)) == []
    assert linted(roles.permissions(service, NAMES)) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ({"Action": "sqs:SendMesage", "Resource": "*"}, "UNKNOWN_ACTION"),
        ({"Action": "sqs:SendMessage", "Resource": "arn:aws:sns:*:*:q"}, "RESOURCE_MISMATCH"),
        ({"Action": "sqs:SendMessage", "Resource": "queue"}, "INVALID_ARN"),
        ({"Effect": "allow", "Action": "sqs:SendMessage", "Resource": "*"}, "MALFORMED"),
    ],
)
def test_the_linter_does_find_mistakes(statement, said):
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | statement]}
    assert any(said in each for each in linted(document))


@pytest.mark.parametrize("service", roles.PRINCIPALS)
def test_a_role_of_a_run_fits_in_a_roles_policy(service):
    """10,240 characters for all inline policies of a role, white space aside [IAM quotas]."""
    assert len(re.sub(r"\s", "", json.dumps(roles.permissions(service, NAMES)))) < 10_240


# -- from operations to actions


KNOWN = {
    f"{service['prefix']}:{each['privilege']}".lower()
    for service in parliament.iam_definition
    for each in service["privileges"]
}


def test_every_operation_that_the_lab_models_has_actions_that_iam_knows():
    wanted = [call for call, verdict in MODELLED.items() if verdict.kind is not REFUSED]
    assert len(wanted) > 200
    unknown = {
        f"{service}.{operation}": action
        for service, operation in wanted
        for action in actions_of(service, operation)
        if action.lower() not in KNOWN
    }
    assert unknown == {}


@pytest.mark.parametrize(
    ("call", "params", "actions"),
    [
        ("sqs.SendMessageBatch", {}, ["sqs:SendMessage"]),
        ("lambda.Invoke", {}, ["lambda:InvokeFunction"]),
        ("dynamodbstreams.GetRecords", {}, ["dynamodb:GetRecords"]),
        (
            "dynamodb.TransactWriteItems",
            {"TransactItems": [{"Put": {}}, {"ConditionCheck": {}}, {"Put": {}}]},
            ["dynamodb:PutItem", "dynamodb:ConditionCheckItem"],
        ),
        (
            "events.PutTargets",
            {"Targets": [{"Id": "a"}, {"Id": "b", "RoleArn": "arn:…"}]},
            ["events:PutTargets", "iam:PassRole"],
        ),
        ("events.PutTargets", {"Targets": [{"Id": "a"}]}, ["events:PutTargets"]),
        (
            "stepfunctions.CreateStateMachine",
            {"roleArn": "arn:…", "tags": [{"key": "a", "value": "b"}]},
            ["states:CreateStateMachine", "iam:PassRole", "states:TagResource"],
        ),
    ],
)
def test_what_a_call_needs(call, params, actions):
    assert actions_of(*call.split("."), params) == actions


def test_the_action_that_aws_names_is_read():
    said = (
        "User: arn:aws:iam::123456789012:user/me is not authorized to perform: sqs:createqueue on "
        "resource: arn:aws:sqs:eu-west-1:123456789012:q because no identity-based policy allows it"
    )
    assert refused_action(said) == "sqs:createqueue"
    assert refused_action("Access denied") is None


def test_the_files_have_no_account_and_no_region_of_their_own():
    for path in FOLDER.glob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\d{12}|eu-west-1", text), PurePath(path).name
        assert set(re.findall(r"\$\{\w+\}", text)) <= {"${Region}", "${Account}", "${Role}"}
