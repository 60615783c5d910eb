"""A lab on an account: named on purpose, agreed to, marked as its own, and left as it was.

No account is reached here: moto's server plays AWS, its STS included. What has to hold of real
addresses is in `tests/wire/test_way_out.py` and `test_real_addresses.py`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from tempfile import TemporaryDirectory

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from kernels import client
from moto_server import environment, python
from nbformat.v4 import new_code_cell, new_notebook
from project import ROOT

from helpers import Lab
from helpers.account.register import Register
from helpers.lab import agreement, behind
from helpers.lab.place import NOBODY, AccountRefused, place
from helpers.lab.settings import asked
from helpers.load import orders
from helpers.wire import RealNetworkRefused
from helpers.wire.addresses import EndpointRefused

MINE = {"account": "123456789012", "regions": ("eu-west-1",)}
CHEAP = MINE | {"calls": 200, "dollars": 5.0}


@pytest.fixture(autouse=True)
def aws(moto_server, monkeypatch, tmp_path):
    """A server that plays AWS, keys for it, and a register of this test's own."""
    for name, value in environment(moto_server).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(behind, "Register", lambda *_: Register(tmp_path / "register"))
    monkeypatch.setattr(agreement, "_agreed", set())
    return moto_server


def made(server):
    """What is there, asked by a process without a lab."""
    code = (
        "import boto3; print(*boto3.client('sqs').list_queues().get('QueueUrls', []), "
        "*[t['TopicArn'] for t in boto3.client('sns').list_topics()['Topics']], "
        "*[r['RoleName'] for r in boto3.client('iam').list_roles()['Roles']])"
    )
    done = python(server, "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_another_account_than_the_keys_is_refused_before_anything_is_made(aws):
    with pytest.raises(AccountRefused, match=r"belong to the account 123456789012.*999999999999"):
        Lab(seed=1, account="999999999999", regions=("eu-west-1",), dollars=100)
    assert made(aws) == []


@pytest.mark.parametrize("dollars", [None, 0.01])
def test_without_anybody_to_ask_the_cost_has_to_be_agreed_to(aws, dollars, capsys):
    with pytest.raises(AccountRefused, match=r"Lab\(account=…, regions=…, dollars=") as refused:
        Lab(seed=1, **MINE, dollars=dollars)
    told = capsys.readouterr().out
    assert "the account 123456789012, eu-west-1: At most $" in told
    asked = float(str(refused.value).rpartition("dollars=")[2].partition(")")[0])
    assert f"${asked:,.2f}" in told
    with Lab(seed=1, **MINE, dollars=asked):
        assert boto3.client("sqs").list_queues()
    assert made(aws) == []


def test_whoever_can_be_asked_types_the_account(monkeypatch, capsys):
    monkeypatch.setattr(agreement, "_can_ask", lambda: True)
    for typed in ("yes", "", "y", "999999999999"):
        monkeypatch.setattr("builtins.input", lambda question, typed=typed: typed)
        with pytest.raises(AccountRefused, match=f"'{typed}' is not 123456789012"):
            Lab(seed=1, **CHEAP)
    questions = []
    monkeypatch.setattr(
        "builtins.input", lambda question: questions.append(question) or " 123456789012 "
    )
    for _ in range(2):
        with Lab(seed=1, **MINE):
            pass
    (question,) = questions  # the second lab is the same, and is agreed to
    assert "123456789012" in question
    with Lab(seed=1, **MINE, calls=11):
        assert len(questions) == 2


def test_a_first_cell_speaks_for_the_labs_of_experiments(aws, capsys):
    Lab.use(**CHEAP, longest=1)
    try:
        with Lab(seed=1) as lab:
            boto3.client("sqs").create_queue(QueueName="orders")
            assert len(made(aws)) == 1
            with lab.running(minutes=3):
                pass
        assert "a run of 3 min is cut to 1 s" in capsys.readouterr().err
        with Lab(seed=1, longest=2) as lab, lab.running(minutes=3):
            pass
        assert "a run of 3 min is cut to 2 s" in capsys.readouterr().err
    finally:
        Lab.use()
    with pytest.raises(TypeError, match="acount"):
        Lab.use(acount="123456789012")


def test_a_lab_that_is_refused_leaves_nothing_set(aws):
    before = dict(os.environ)
    for wrong in ({"account": "999999999999"}, {"dollars": 0.01}):
        with pytest.raises(AccountRefused):
            Lab(seed=1, **(CHEAP | wrong))
        assert dict(os.environ) == before
        assert len(orders(rate=1, minutes=10, seed=1)) > 500
    with pytest.raises(RealNetworkRefused, match="while the lab is open"):
        boto3.client("sqs").list_queues()


def test_who_is_asked_and_goes_away_has_not_agreed(monkeypatch):
    monkeypatch.setattr(agreement, "_can_ask", lambda: True)

    def gone(_):
        raise EOFError

    monkeypatch.setattr("builtins.input", gone)
    with pytest.raises(AccountRefused, match="nobody is there to be asked"):
        Lab(seed=1, **MINE)


def test_all_that_is_made_is_marked_registered_and_removed(aws, tmp_path, capsys):
    register = Register(tmp_path / "register")
    with Lab(seed=1, **CHEAP) as lab:
        sqs, sns = boto3.client("sqs"), boto3.client("sns")
        queue = sqs.create_queue(QueueName="orders", tags={"team": "shop"})["QueueUrl"]
        topic = sns.create_topic(Name="placed")["TopicArn"]
        tags = sqs.list_queue_tags(QueueUrl=queue)["Tags"]
        assert tags["team"] == "shop"
        assert tags["eda-expires"].startswith("20")
        assert {"eda-owner", "eda-project", "eda-run"} <= tags.keys()
        assert {entry.kind for entry in register.read().entries} == {"queue", "topic"}
        assert {name.rpartition("-")[2] for name in made(aws)} == {"orders", "placed"}
        sns.publish(TopicArn=topic, Message="x")
        assert set(lab.trace.resource.dropna()) == {"orders", "placed"}
    assert made(aws) == []
    assert register.read().entries == []
    assert "Removed 2 of 2 resources." in capsys.readouterr().out


def test_a_killed_kernel_loses_nothing(aws, tmp_path):
    program = (
        "import boto3, os, signal; from helpers import Lab\n"
        f"lab = Lab(seed=1, **{CHEAP!r})\n"
        "boto3.client('sqs').create_queue(QueueName='orders')\n"
        "boto3.client('sns').create_topic(Name='placed')\n"
        "print('made', flush=True); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    state = {"XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path)}
    done = python(aws, "-c", program, **state)
    assert done.stdout.endswith("made\n"), done.stderr
    assert len(made(aws)) == 2
    swept = python(aws, "-m", "helpers.sweep", "--account", "123456789012", **state)
    assert made(aws) == [], swept.stdout + swept.stderr


def test_an_error_at_the_end_of_a_script_removes_it_too(aws, tmp_path):
    program = (
        "import boto3; from helpers import Lab\n"
        f"lab = Lab(seed=1, **{CHEAP!r})\n"
        "boto3.client('sqs').create_queue(QueueName='orders')\n"
        "raise KeyError('o-17')\n"
    )
    done = python(aws, "-c", program, XDG_STATE_HOME=str(tmp_path), HOME=str(tmp_path))
    assert "KeyError: 'o-17'" in done.stderr
    assert "Removed 1 of 1 resources." in done.stdout
    assert made(aws) == []


def test_keys_that_are_missing_are_told(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(AccountRefused, match="finds no keys for the account 123456789012"):
        Lab(seed=1, **CHEAP)


@pytest.fixture
def container():
    """An endpoint for credentials, such as a container has, and how often it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            body = json.dumps(
                {"AccessKeyId": "ASIACONTAINER", "SecretAccessKey": "s", "Token": "t",
                 "Expiration": "2099-01-01T00:00:00Z"}
            ).encode()  # fmt: skip
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/keys", asked
    server.shutdown()
    server.server_close()


def keys_of_a_profile(monkeypatch, tmp_path, *_):
    (tmp_path / "credentials").write_text(
        "[shop]\naws_access_key_id = ASIAPROFILE\naws_secret_access_key = s\n", encoding="utf-8"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_PROFILE", "shop")
    return "ASIAPROFILE"


def keys_of_a_program(monkeypatch, tmp_path, *_):
    told = {"Version": 1, "AccessKeyId": "ASIAPROGRAM", "SecretAccessKey": "s", "SessionToken": "t"}
    (tmp_path / "keys.py").write_text(f"print('''{json.dumps(told)}''')", encoding="utf-8")
    (tmp_path / "config").write_text(
        f"[default]\ncredential_process = {sys.executable} {tmp_path / 'keys.py'}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    return "ASIAPROGRAM"


def keys_of_a_container(monkeypatch, tmp_path, url):
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
    return "ASIACONTAINER"


@pytest.mark.parametrize("source", [keys_of_a_profile, keys_of_a_program, keys_of_a_container])
def test_keys_come_from_where_boto3_finds_them(source, monkeypatch, tmp_path, container):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    key = source(monkeypatch, tmp_path, container[0])
    Lab(seed=1, **CHEAP).close()  # also in a kernel that has had a lab, whose guard is closed
    where = place(asked(**MINE))
    assert where.allowed.key == key
    assert "SECRET" not in repr(where)  # keys are in no message and no traceback


@pytest.mark.parametrize("endpoint", [True, False])
def test_without_an_account_nobody_is_asked_for_keys(endpoint, monkeypatch, tmp_path, container):
    url, asked = container
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
    (tmp_path / "config").write_text(
        f"[default]\nsso_start_url = {url}\nsso_region = eu-west-1\nsso_account_id = 1\n"
        f"sso_role_name = r\n[profile other]\ncredential_process = touch {tmp_path / 'run'}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    if not endpoint:
        monkeypatch.delenv("AWS_ENDPOINT_URL")
    with Lab(seed=1):
        boto3.client("sqs").create_queue(QueueName="orders")
        if endpoint:
            assert boto3.Session().get_credentials().access_key == NOBODY
    assert asked == []
    assert not (tmp_path / "run").exists()


def test_a_second_profile_does_not_lead_to_another_account():
    with Lab(seed=1, **CHEAP):
        other = boto3.Session(aws_access_key_id="AKIAPROD", aws_secret_access_key="s")
        with pytest.raises(RealNetworkRefused, match="AKIAPROD"):
            other.client("sqs").create_queue(QueueName="orders")
        assert os.environ["AWS_ACCESS_KEY_ID"] == "key"


def test_a_notebook_without_a_reader_is_not_asked(aws):
    """nbclient runs a kernel that cannot ask: the cell ends with the sentence."""
    opens = 'from helpers import Lab; Lab(seed=1, account="123456789012", regions=("eu-west-1",))'
    book = new_notebook(cells=[new_code_cell(opens)])
    with TemporaryDirectory() as folder:
        runner = client(book, cwd=ROOT, folder=folder, timeout=200)
        runner.allow_errors = True
        runner.execute(env=environment(aws))
    assert "nobody is there to be asked" in book.cells[0].outputs[-1]["evalue"]
    assert made(aws) == []


class AnswersOnce:
    """A client of STS that answers one thing, whatever is asked."""

    def __init__(self, answer):
        self.answer = answer

    def get_caller_identity(self):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


REFUSED = ClientError({"Error": {"Code": "InvalidClientTokenId"}}, "GetCallerIdentity")
NOBODY_THERE = EndpointConnectionError(endpoint_url="http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("answer", "named", "refusal", "why"),
    [
        (REFUSED, True, AccountRefused, "STS refuses the keys for the account 123456789012"),
        (NOBODY_THERE, True, EndpointRefused, "the account 123456789012 does not answer"),
        (NOBODY_THERE, False, EndpointRefused, "Start the emulator"),
        ({"Account": "999999999999"}, True, AccountRefused, "belong to the account 999999999999"),
    ],
)
def test_who_answers_is_looked_at(answer, named, refusal, why):
    where = place(asked(**(MINE if named else {})))
    with pytest.raises(refusal, match=why):
        agreement.account_at(where, lambda _: AnswersOnce(answer))


def test_an_emulator_without_sts_has_an_account_of_noughts():
    where = place(asked())
    assert agreement.account_at(where, lambda _: AnswersOnce(REFUSED)) == agreement.NO_STS
    assert agreement.account_at(where, lambda _: AnswersOnce({"Account": "1" * 12})) == "1" * 12
