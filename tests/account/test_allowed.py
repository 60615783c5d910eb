"""What a run sends to an account: nothing that its policy would not allow."""

from __future__ import annotations

import pytest

from helpers.account.allowed import refuse_beyond
from helpers.account.strangers import NotOfThisRun

BEYOND = [
    ("iam", "DeleteUser"), ("iam", "UpdateAccountPasswordPolicy"), ("iam", "DeleteAccessKey"),
    ("dynamodb", "DeleteBackup"), ("sns", "SetSMSAttributes"), ("cloudwatch", "DeleteDashboards"),
    ("logs", "DeleteResourcePolicy"),
]  # fmt: skip
WITHIN = [
    ("sqs", "SendMessage"), ("sqs", "ReceiveMessage"), ("sqs", "DeleteMessageBatch"),
    ("sns", "Publish"), ("events", "PutEvents"), ("lambda", "Invoke"),
    ("stepfunctions", "StartExecution"), ("dynamodb", "PutItem"), ("iam", "ListUsers"),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation"), BEYOND)
def test_what_no_run_does_is_not_sent(service, operation):
    with pytest.raises(NotOfThisRun, match=f"{service}.{operation} is not sent to your account"):
        refuse_beyond(service, operation, {})


@pytest.mark.parametrize(("service", "operation"), WITHIN)
def test_what_runs_do_and_what_only_looks_is_sent(service, operation):
    refuse_beyond(service, operation, {})
