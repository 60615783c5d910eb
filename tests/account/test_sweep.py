"""What a run left is found and removed, on a server that plays AWS, and nothing else is."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest
from moto_server import environment, python, served
from policy_needs import grants, policy
from project import ROOT

ACCOUNT = "123456789012"
MAKER = str(ROOT / "tests" / "support" / "made_on_endpoint.py")
LEFT = """
import boto3, json
c = boto3.client
found = {
    "queues": c("sqs").list_queues().get("QueueUrls", []),
    "topics": c("sns").list_topics()["Topics"],
    "subscriptions": c("sns").list_subscriptions()["Subscriptions"],
    "buses": c("events").list_event_buses()["EventBuses"][1:],
    "archives": c("events").list_archives()["Archives"],
    "functions": c("lambda").list_functions()["Functions"],
    "mappings": c("lambda").list_event_source_mappings()["EventSourceMappings"],
    "tables": c("dynamodb").list_tables()["TableNames"],
    "machines": c("stepfunctions").list_state_machines()["stateMachines"],
    "buckets": c("s3").list_buckets()["Buckets"],
    "roles": c("iam").list_roles()["Roles"],
}
print(json.dumps({kind: len(things) for kind, things in found.items() if things}))
"""
ALL = {
    "queues": 1, "topics": 1, "subscriptions": 1, "buses": 1, "archives": 1, "functions": 1,
    "mappings": 1, "tables": 1, "machines": 1, "buckets": 1, "roles": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def address():
    with served() as address:
        yield address


@pytest.fixture
def server(address):
    """The server, with nothing on it."""
    urllib.request.urlopen(f"{address}/moto-api/reset", data=b"", timeout=30).close()
    return address


def left_on(address):
    done = python(address, "-c", LEFT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def sweep(address, folder, *options, **env):
    return python(address, "-m", "helpers.sweep", "--register", str(folder), *options, **env)


def make(address, folder, prefix="eda-1-", hours="1", end="end"):
    done = python(address, MAKER, str(folder), prefix, hours, end)
    assert done.returncode == 0, done.stderr
    return done.stdout


def started(address, folder, prefix):
    maker = subprocess.Popen(
        [sys.executable, MAKER, str(folder), prefix, "1", "wait"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=environment(address),
        cwd=ROOT,
    )
    assert maker.stdout.readline() == "made\n"
    return maker


def ended(maker, how):
    maker.send_signal(how)
    maker.wait(60)
    maker.stdin.close()
    maker.stdout.close()


def test_a_run_removes_all_by_itself(server, tmp_path):
    said = make(server, tmp_path, end="remove")
    assert "Removed 13 of 13 resources." in said
    assert left_on(server) == {}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows kills otherwise")
def test_what_a_killed_kernel_left_is_removed_and_a_second_sweep_has_nothing_to_do(
    server, tmp_path
):
    maker = started(server, tmp_path, "eda-1-")
    try:
        in_use = sweep(server, tmp_path, "--account", ACCOUNT)
        assert "Nothing to remove" in in_use.stdout
        assert "Left: 13 resources in use" in in_use.stdout
        assert left_on(server) == ALL
    finally:
        ended(maker, signal.SIGKILL)
    assert "13 resources are in the register" in sweep(server, tmp_path, "--list").stdout
    first = sweep(server, tmp_path, "--account", ACCOUNT)
    assert (first.returncode, first.stdout) == (0, "Removed 13 of 13 resources.\n"), first.stderr
    assert left_on(server) == {}
    again = sweep(server, tmp_path, "--account", ACCOUNT)
    assert (again.returncode, again.stdout) == (
        0,
        f"Nothing to remove in account {ACCOUNT}.\n",
    )
    assert list(tmp_path.glob("*.jsonl")) == [], "nothing is left to be told"


def test_two_runs_at_once_and_only_the_ended_one_is_swept(server, tmp_path):
    one, two = (started(server, tmp_path, prefix) for prefix in ("eda-1-", "eda-2-"))
    try:
        ended(one, signal.SIGTERM)
        done = sweep(server, tmp_path, "--account", ACCOUNT)
        assert "Removed 13 of 13 resources." in done.stdout
        assert "Left: 13 resources in use" in done.stdout
        assert left_on(server) == ALL
    finally:
        ended(two, signal.SIGTERM)
    sweep(server, tmp_path, "--account", ACCOUNT)
    assert left_on(server) == {}


def test_two_sweeps_at_once(server, tmp_path):
    make(server, tmp_path)
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "helpers.sweep", "--register", str(tmp_path),
             "--account", ACCOUNT],
            stdout=subprocess.PIPE, encoding="utf-8", env=environment(server), cwd=ROOT,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [each.communicate(timeout=120)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    assert left_on(server) == {}
    assert sweep(server, tmp_path, "--list").stdout == "0 resources are in the register.\n"


def test_expired_only_leaves_what_is_not_expired(server, tmp_path):
    make(server, tmp_path, "eda-1-", hours="1")
    make(server, tmp_path, "eda-2-", hours="-1")
    done = sweep(server, tmp_path, "--account", ACCOUNT, "--expired-only")
    assert "Removed 13 of 13 resources." in done.stdout
    assert left_on(server) == ALL
    listed = sweep(server, tmp_path, "--list").stdout
    assert "queue eda-1-orders in 123456789012 eu-west-1, of me, made 20" in listed
    assert "its process has ended" in listed
    assert "eda-2-" not in listed


def test_another_account_is_refused_and_nothing_is_touched(server, tmp_path):
    make(server, tmp_path)
    done = sweep(server, tmp_path, "--account", "210987654321", "--tags", "--region", "eu-west-1")
    assert done.returncode == 2
    assert f"Your credentials are of account {ACCOUNT}, and you named 210987654321" in done.stdout
    assert left_on(server) == ALL
    assert "13 resources are in the register" in sweep(server, tmp_path, "--list").stdout


def test_no_account_is_no_sweep(server, tmp_path):
    make(server, tmp_path)
    done = sweep(server, tmp_path)
    assert done.returncode == 2
    assert "Name the account" in done.stdout
    assert left_on(server) == ALL


@pytest.mark.parametrize("wrong", ["1234", "12345678901x", "", "my-account"])
def test_what_is_no_account_is_refused_with_it(tmp_path, wrong):
    done = sweep("http://127.0.0.1:9", tmp_path, "--account", wrong)
    assert done.returncode == 2
    assert f"twelve digits of an AWS account, as text, got {wrong!r}" in done.stderr


def test_what_the_register_has_of_other_accounts_is_told(server, tmp_path):
    make(server, tmp_path)
    (path,) = tmp_path.glob("*.jsonl")
    path.write_text(
        path.read_text(encoding="utf-8").replace(ACCOUNT, "210987654321"), encoding="utf-8"
    )
    done = sweep(server, tmp_path, "--account", ACCOUNT)
    assert "Not touched: what the register has of other accounts (210987654321)." in done.stdout
    assert left_on(server) == ALL


def test_another_machines_run_is_left_until_it_expires(server, tmp_path):
    make(server, tmp_path)
    (path,) = tmp_path.glob("*.jsonl")
    elsewhere = path.read_text(encoding="utf-8").replace(
        f'"host": "{socket.gethostname()}"', '"host": "elsewhere"'
    )
    path.write_text(elsewhere, encoding="utf-8")
    done = sweep(server, tmp_path, "--account", ACCOUNT)
    assert "made on another machine and not expired" in done.stdout
    assert left_on(server) == ALL
    path.write_text(elsewhere.replace('"expires_at": 1', '"expires_at": -1'), encoding="utf-8")
    sweep(server, tmp_path, "--account", ACCOUNT)
    assert left_on(server) == {}


def test_a_damaged_register_is_told_and_the_rest_is_removed(server, tmp_path):
    make(server, tmp_path)
    (path,) = tmp_path.glob("*.jsonl")
    with path.open("a", encoding="utf-8") as file:
        file.write('{"made": {"id": "cut')
    done = sweep(server, tmp_path, "--account", ACCOUNT)
    assert f"Damaged, and left aside: {path}, line" in done.stdout
    assert "Removed 13 of 13 resources." in done.stdout
    assert left_on(server) == {}


def test_what_a_later_version_made_is_told_and_the_rest_is_removed(server, tmp_path):
    make(server, tmp_path)
    (path,) = tmp_path.glob("*.jsonl")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"kind": "topic"', '"kind": "hologram"'), encoding="utf-8")
    done = sweep(server, tmp_path, "--account", ACCOUNT)
    assert done.returncode == 1
    assert "Not removed: hologram eda-1-placed" in done.stdout
    assert "This version of the lab knows no 'hologram'" in done.stdout
    assert "Removed 12 of 13 resources." in done.stdout


def test_what_no_register_has_is_found_by_its_tag_when_it_is_expired(server, tmp_path):
    make(server, tmp_path / "lost", "eda-1-", hours="1")
    make(server, tmp_path / "lost", "eda-2-", hours="-1")
    stranger = "import boto3; boto3.client('sqs').create_queue(QueueName='eda-3-mine')"
    assert python(server, "-c", stranger).returncode == 0
    here = tmp_path / "here"
    options = ("--account", ACCOUNT, "--tags", "--region", "eu-west-1")
    done = sweep(server, here, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "queue eda-1-orders of me, in use until" in done.stdout
    assert left_on(server) == ALL | {"queues": 2}
    sweep(server, here, *options, "--owner", "another")
    assert left_on(server) == ALL | {"queues": 2}
    done = sweep(server, here, *options, "--owner", "me")
    assert left_on(server) == {"queues": 1}, "what carries no tag stays"


def test_without_a_region_the_tags_are_not_looked_for(server, tmp_path):
    done = sweep(server, tmp_path, "--account", ACCOUNT, "--tags")
    assert done.returncode == 2
    assert "Say where to look for tags: --region" in done.stdout


def test_an_endpoint_out_of_reach_is_told_and_the_register_kept(server, tmp_path):
    make(server, tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    done = sweep(nobody, tmp_path, "--account", ACCOUNT)
    assert done.returncode == 2
    assert "Nothing is touched, since sts did not answer: Could not connect" in done.stdout
    assert "Traceback" not in done.stderr
    assert left_on(server) == ALL


def test_no_credentials_are_told(tmp_path, server):
    make(server, tmp_path)
    keys = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": str(tmp_path)}
    done = sweep(server, tmp_path, "--account", ACCOUNT, **keys)
    assert done.returncode == 2
    assert "Unable to locate credentials" in done.stdout
    assert left_on(server) == ALL


DENY = """
import json, sys
from botocore.exceptions import ClientError
import botocore.client
real = botocore.client.BaseClient._make_api_call
def refuse(self, operation, params):
    if operation == "DeleteTable":
        said = "User: me is not authorized to perform: dynamodb:DeleteTable on resource: stock"
        told = {"Code": "AccessDeniedException", "Message": said}
        raise ClientError({"Error": told}, operation)
    return real(self, operation, params)
botocore.client.BaseClient._make_api_call = refuse
from helpers.sweep import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_missing_permission_is_named_and_only_that_is_left(server, tmp_path):
    make(server, tmp_path)
    options = ("--register", str(tmp_path), "--account", ACCOUNT)
    done = python(server, "-c", DENY, *options)
    assert done.returncode == 1
    assert "Not removed: table eda-1-stock in eu-west-1." in done.stdout
    assert "Your credentials lack the permission dynamodb:DeleteTable." in done.stdout
    assert "Removed 12 of 13 resources." in done.stdout
    assert left_on(server) == {"tables": 1}
    assert sweep(server, tmp_path, *options[2:]).stdout == "Removed 1 of 1 resources.\n"
    assert left_on(server) == {}


USER = """
import boto3, sys
iam = boto3.client("iam")
iam.create_user(UserName="reader")
iam.put_user_policy(UserName="reader", PolicyName="run", PolicyDocument=sys.argv[1])
key = iam.create_access_key(UserName="reader")["AccessKey"]
print(key["AccessKeyId"], key["SecretAccessKey"])
"""


@pytest.fixture
def asking(server):
    """Let the server ask for permissions from now on, of a user who has only these actions.

    moto looks at actions alone, so resources and conditions are left out.
    """

    def ask(after):
        data = {"Content-Type": "application/octet-stream"}
        request = urllib.request.Request(f"{server}/moto-api/reset-auth", after, data)
        urllib.request.urlopen(request, timeout=30).close()

    def user(without):
        statements = [
            {"Effect": "Allow", "Action": action, "Resource": "*"}
            for action in sorted({action for action, _ in grants(policy("run"))} - {without})
        ]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        done = python(server, "-c", USER, document)
        assert done.returncode == 0, done.stderr
        ask(b"0")
        key, secret = done.stdout.split()
        return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}

    yield user
    ask(b"inf")


def test_a_user_with_the_policy_of_a_run_can_make_it_all_and_one_who_lacks_a_right_is_told(
    server, tmp_path, asking
):
    keys = asking("dynamodb:DeleteTable")
    done = python(server, MAKER, str(tmp_path), "eda-1-", "1", "end", **keys)
    assert (done.returncode, done.stdout) == (0, "made\n"), done.stderr
    done = sweep(server, tmp_path, "--account", ACCOUNT, **keys)
    assert done.returncode == 1
    assert "Not removed: table eda-1-stock in eu-west-1." in done.stdout
    assert "Your credentials lack the permission dynamodb:DeleteTable." in done.stdout
    # moto takes the signature of these two for wrong, since they have a query: its own gap.
    left = [line for line in done.stdout.splitlines() if line.startswith("Not removed:")]
    assert {line.split(" eda-1-")[0].removeprefix("Not removed: ") for line in left} == {
        "table", "function", "event source mapping",
    }  # fmt: skip


def test_a_run_that_lacks_a_right_says_which_and_leaves_what_can_be_swept(server, tmp_path, asking):
    keys = asking("events:PutTargets")
    done = python(server, MAKER, str(tmp_path), "eda-1-", "1", "end", **keys)
    assert done.returncode == 1
    assert "Your credentials lack the permission events:PutTargets." in done.stderr
    done = sweep(server, tmp_path, "--account", ACCOUNT, **keys)
    assert done.stdout == "Removed 5 of 5 resources.\n"
