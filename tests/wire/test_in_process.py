"""Nothing leaves the machine, whatever lies about in the environment."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ProfileNotFound
from project import ROOT

from helpers import Lab
from helpers.wire import RealNetworkRefused, WireError
from helpers.wire.accounts import ENVIRONMENT, REGION

SETTINGS = """\
[default]
region = us-west-2
retry_mode = adaptive
credential_process = touch {witness}
[profile mine]
sso_start_url = https://example.awsapps.com/start
sso_region = us-west-2
sso_account_id = 111122223333
sso_role_name = Reader
region = us-west-2
"""
LYING_ABOUT = {
    "credentials": {
        "AWS_ACCESS_KEY_ID": "AKIAREADER",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
    },
    "a profile": {"AWS_PROFILE": "mine"},
    "a default profile": {"AWS_DEFAULT_PROFILE": "mine"},
    "endpoints ignored": {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    },
    "a retry mode": {"AWS_RETRY_MODE": "adaptive", "AWS_MAX_ATTEMPTS": "1"},
    "a web identity": {
        "AWS_ROLE_ARN": "arn:aws:iam::1:role/r",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/x",
    },
    "container credentials": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/"},
    "a region": {"AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-west-2"},
    "a settings file": {},
}


@pytest.fixture
def connections(monkeypatch):
    """Every attempt to open a connection, none of which succeeds."""
    attempts = []

    def connect(_, address):
        attempts.append(address)
        raise AssertionError(f"a connection to {address} was tried")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect)
    monkeypatch.setattr(socket, "create_connection", lambda address, *_, **__: connect(0, address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *address, **__: connect(0, address))
    return attempts


@pytest.fixture
def no_lab():
    """None that another test left open, which would put its settings back when the next opens."""
    Lab(seed=1).close()


@pytest.fixture
def settings_file(no_lab, tmp_path, monkeypatch):
    """A configuration file with everything that could lead elsewhere."""
    witness = tmp_path / "process-was-run"
    config = tmp_path / "config"
    config.write_text(SETTINGS.format(witness=witness), encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return witness


def send_and_receive(sqs):
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    return sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"]


@pytest.mark.parametrize("lying", LYING_ABOUT)
def test_moto_answers_whatever_lies_about(lying, monkeypatch, settings_file, connections):
    for name, value in LYING_ABOUT[lying].items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    before = dict(os.environ)
    with Lab(seed=1) as lab:
        sqs = boto3.client("sqs")
        assert sqs.meta.region_name == REGION
        assert send_and_receive(sqs) == "x"
        assert send_and_receive(boto3.Session().client("sqs", region_name="us-east-1")) == "x"
        topic = boto3.resource("sns").create_topic(Name="paid")
        topic.publish(Message="x")
        sender = boto3.client("sts").get_caller_identity()
        assert sender["Account"] == "123456789012"
        assert len(lab.trace) == 9
        assert {n: v for n, v in os.environ.items() if n.startswith("AWS_")} == {
            **ENVIRONMENT,
            **({"AWS_CA_BUNDLE": os.environ["AWS_CA_BUNDLE"]} if "AWS_CA_BUNDLE" in before else {}),
        }
    assert dict(os.environ) == before
    assert connections == []
    assert not settings_file.exists()


def test_settings_made_in_the_open_lab_do_not_lead_out_either(connections):
    before = dict(os.environ)
    with Lab(seed=1):
        os.environ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
        os.environ["AWS_ENDPOINT_URL_SQS"] = "http://127.0.0.1:9"
        assert send_and_receive(boto3.client("sqs")) == "x"
        os.environ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "false"
        with pytest.raises(RealNetworkRefused, match=r"http://127\.0\.0\.1:9"):
            send_and_receive(boto3.Session().client("sqs"))
    assert connections == []
    kept = {name: value for name, value in os.environ.items() if before.get(name) != value}
    assert kept == {  # for the next lab: the reader has set them
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:9",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
    }
    for name in kept:
        del os.environ[name]


@pytest.mark.parametrize("url", ["http://127.0.0.1:4566", "https://sqs.internal.example.com"])
@pytest.mark.parametrize("service", ["sqs", "sns", "lambda", "dynamodb", "events", "stepfunctions"])
def test_an_explicit_endpoint_is_refused_by_name(url, service, connections):
    with Lab(seed=1) as lab:
        client = boto3.client(service, endpoint_url=url)
        call = {
            "sqs": "list_queues", "sns": "list_topics", "lambda": "list_functions",
            "dynamodb": "list_tables", "events": "list_rules",
            "stepfunctions": "list_state_machines",
        }[service]  # fmt: skip
        with pytest.raises(RealNetworkRefused, match=f"nothing in this process answers for {url}"):
            getattr(client, call)()
        assert list(lab.trace.outcome) == ["RealNetworkRefused"]  # and botocore did not try again
        assert lab.now == 0
    assert connections == []


def test_a_profile_by_name_is_a_clear_error(settings_file, connections):
    with Lab(seed=1), pytest.raises(ProfileNotFound, match="mine"):
        boto3.Session(profile_name="mine").client("sqs")
    assert connections == []


def test_a_session_made_before_the_lab_does_not_lead_out(settings_file, connections, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:9/sqs")
    session = boto3.Session(aws_access_key_id="AKIAREADER", aws_secret_access_key="secret")
    early = session.client("sqs", config=Config(retries={"mode": "standard"}))
    assert early.meta.endpoint_url == "http://127.0.0.1:9/sqs"
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    with Lab(seed=1):
        with pytest.raises(RealNetworkRefused, match=r"127\.0\.0\.1:9/sqs"):
            early.list_queues()
        with pytest.raises(WireError, match="adaptive"):  # the settings file's retry mode
            session.client("sqs").list_queues()
        late = session.client("sqs", config=Config(retries={"mode": "standard"}))
        assert late.meta.endpoint_url == f"https://sqs.{REGION}.amazonaws.com"
        assert send_and_receive(late) == "x"
    assert connections == []


def test_a_client_used_after_the_lab_is_refused(connections):
    with Lab(seed=1):
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    for client in (sqs, boto3.client("sqs", aws_access_key_id="a", aws_secret_access_key="b",
                                     region_name="eu-west-1")):  # fmt: skip
        with pytest.raises(RealNetworkRefused, match="while the lab is open"):
            client.send_message(QueueUrl=url, MessageBody="x")
    assert connections == []


def test_a_service_that_nobody_answers_for_is_refused_by_address(connections):
    with Lab(seed=1):
        chime = boto3.client("chime", region_name="us-east-1")
        with pytest.raises(RealNetworkRefused, match="chime"):
            chime.list_accounts()
    assert connections == []


def test_who_goes_without_boto3_is_refused(connections):
    Lab()
    assert not requests.post("https://sqs.eu-west-1.amazonaws.com/", timeout=5).ok
    assert connections == []


@pytest.mark.parametrize("wait", [0, 20])
def test_queues_of_one_name_in_two_regions_are_two(wait):
    with Lab():
        regions = [boto3.client("sqs", region_name=name) for name in (REGION, "us-east-1")]
        urls = [sqs.create_queue(QueueName="orders")["QueueUrl"] for sqs in regions]
        regions[1].send_message(QueueUrl=urls[1], MessageBody="x")
        found = [
            sqs.receive_message(QueueUrl=url, WaitTimeSeconds=wait).get("Messages", [])
            for sqs, url in zip(regions, urls, strict=True)
        ]
    assert [len(messages) for messages in found] == [0, 1]


BEFORE_THE_LAB = """
import socket, sys
opened = []
socket.socket.connect = lambda self, address: opened.append(address)
socket.getaddrinfo = lambda *address, **_: opened.append(address) or []
import boto3
if {moto}:
    import moto
early = boto3.client(
    "sqs", region_name="eu-west-1", aws_access_key_id="AKIAREADER", aws_secret_access_key="s"
)
assert ("moto" in sys.modules) is {moto}
from helpers import Lab
from helpers.wire.accounts import RealNetworkRefused
lab = Lab(seed=1)
try:
    url = early.create_queue(QueueName="orders")["QueueUrl"]
    print("answered", url, list(lab.trace.outcome))
except RealNetworkRefused as error:
    print("refused", error)
lab.close()
try:
    early.list_queues()
except RealNetworkRefused as error:
    print("then refused")
print(len(opened), "connections")
"""


@pytest.mark.parametrize("moto_first", [False, True])
def test_a_client_made_before_the_lab(moto_first):
    done = subprocess.run(
        [sys.executable, "-c", BEFORE_THE_LAB.format(moto=moto_first)],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    first, then, count = done.stdout.splitlines()
    if moto_first:
        assert first.startswith("answered https://")
        assert "/123456789012/orders ['ok']" in first
    else:  # it knows nothing of moto, and must not reach the network
        assert first.startswith("refused")
        assert "Make clients after" in first
    assert then == "then refused"
    assert count == "0 connections"


def test_what_a_reader_hangs_on_a_session_ends_with_its_lab():
    said = []
    with Lab():
        boto3.DEFAULT_SESSION.events.register("before-call.sqs", lambda **_: said.append("here"))
        boto3.client("sqs").list_queues()
    with Lab():
        boto3.client("sqs").list_queues()
    assert said == ["here"]


@pytest.mark.parametrize(
    ("service", "region", "operation"),
    [("s3", "eu-west-1", "get_object"), ("s3", "us-east-1", "put_object")],
)
def test_a_url_is_signed_without_leaving(service, region, operation, connections):
    with Lab(seed=1):
        client = boto3.client(service, region_name=region)
        url = client.generate_presigned_url(operation, Params={"Bucket": "b", "Key": "k"})
        assert url.startswith("https://")
        assert "Signature=" in url
        post = client.generate_presigned_post("b", "k")
    assert post["fields"]["key"] == "k"
    assert connections == []


def test_a_url_of_another_service_is_signed_too(connections):
    with Lab(seed=1):
        url = boto3.client("sqs").generate_presigned_url("list_queues")
    assert "Signature" in url
    assert connections == []


def test_a_service_that_needs_another_package_names_it(monkeypatch, connections):
    def missing(service):
        raise ModuleNotFoundError("No module named 'absent'", name="absent")

    with Lab(seed=1):
        monkeypatch.setattr("moto.backends.get_backend", missing)
        with pytest.raises(RealNetworkRefused, match="needs the package 'absent'"):
            boto3.client("xray").get_sampling_rules()
    assert connections == []
