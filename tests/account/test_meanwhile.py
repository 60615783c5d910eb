"""What ends by itself, or is removed by others, while a run's things are removed."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from kept_run import (
    PREFIX,
    Cell,
    Refusing,
    arn,
    denied,
    keeper,
    left_over,
    make_one_of_each,
)

ALLOWED = {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [ALLOWED]})
ENDS = ("abort", "cancel", "delete", "detach", "remove", "stop", "unsubscribe")


class Late:
    """A client that is too late: what it ends has been ended a moment before.

    Parameters
    ----------
    answers : dict of str to ClientError
        What a call is answered then, by its name. Any other gets the emulator's own answer.
    """

    def __init__(self, client, answers):
        self._client, self._answers = client, answers

    def __getattr__(self, name):
        real = getattr(self._client, name)

        def late(**params):
            real(**params)
            if name in self._answers:
                raise self._answers[name]
            return real(**params)

        return late if name.startswith(ENDS) else real


def make_what_nobody_registered():
    """What goes with what it is in, or on."""
    boto3.client("s3").create_multipart_upload(Bucket=f"{PREFIX}letters", Key="half")
    events, iam, bus = boto3.client("events"), boto3.client("iam"), f"{PREFIX}shop"
    events.put_rule(Name="theirs", EventBusName=bus, EventPattern='{"source": ["them"]}')
    on_it = arn("events", f"event-bus/{bus}")
    events.create_archive(ArchiveName="theirs", EventSourceArn=on_it)
    [role, *_] = [each["RoleName"] for each in iam.list_roles()["Roles"]]
    iam.put_role_policy(RoleName=role, PolicyName="theirs", PolicyDocument=POLICY)
    made = iam.create_policy(PolicyName="theirs", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=role, PolicyArn=made)


def refused(code, operation):
    return ClientError({"Error": {"Code": code, "Message": "It is over"}}, operation)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        # ministack answers so; AWS's reference does not say what it answers
        {"stop_execution": refused("ValidationException", "StopExecution")},
        {"cancel_replay": refused("IllegalStatusException", "CancelReplay")},
        {"delete_rule": refused("ResourceNotFoundException", "DeleteRule")},
    ],
    ids=["as the emulator", "an execution", "a replay", "a rule"],
)
def test_what_is_over_already_counts_as_removed(answers, lab, tmp_path):
    kept = keeper(tmp_path, client=lambda service: Late(boto3.client(service), answers))
    make_one_of_each(Cell(kept))
    make_what_nobody_registered()
    lines = []
    done = kept.remove_all(lines.append)
    assert lines == [f"Removed {len(done)} of {len(done)} resources."]
    assert left_over() == {}


@pytest.mark.parametrize("asked", [{}, {"describe_execution": denied("D", "states:describe")}])
def test_what_goes_on_and_cannot_be_stopped_is_told_with_the_first_reason(asked, lab, tmp_path):
    errors = {"stop_execution": denied("StopExecution", "states:stopexecution")} | asked
    kept = keeper(tmp_path, client=lambda service: Refusing(boto3.client(service), errors))
    make_one_of_each(Cell(kept))
    lines = []
    kept.remove_all(lines.append)
    assert f"Not removed: state machine {PREFIX}order" in lines[0]
    assert "lack the permission states:stopexecution" in lines[0]
    assert [entry.kind for entry in kept.kept] == ["state machine"]
