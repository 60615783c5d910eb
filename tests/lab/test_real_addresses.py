"""An account at AWS's own addresses: names, TLS and signatures as they are, on a server here.

The names of AWS are looked up in a table of this test, and a server with a certificate for them
plays AWS. So the whole way out is walked: resolved endpoints, regions, keys, and the guard.
"""

from __future__ import annotations

import socket
import sys
import textwrap
from contextlib import closing

import pytest
import trustme
import warm_python
from moto_server import environment
from served import free_port, serving

NAMES = [
    "sqs.eu-west-1.amazonaws.com", "sts.eu-west-1.amazonaws.com", "sns.eu-west-1.amazonaws.com",
    "iam.amazonaws.com", "sqs.us-east-1.amazonaws.com",
]  # fmt: skip
BEFORE = """
import socket
looked_up, real = [], socket.getaddrinfo
def table(host, port, *_, **__):
    looked_up.append(host)
    if host not in {names!r}:
        raise socket.gaierror(f"{{host}} is not in the table")
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", {port}))]
socket.getaddrinfo = table
import boto3
from helpers import Lab
from helpers.wire import RealNetworkRefused
MINE = {{"account": "123456789012", "regions": ("eu-west-1",), "dollars": 5, "calls": 100}}
"""


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    """A server that answers for AWS's names, and what a program says that talks to it."""
    folder, port = tmp_path_factory.mktemp("aws"), free_port()
    authority = trustme.CA()
    certificate = authority.issue_cert(*NAMES)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    command = [
        sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port), "-s",
        "-c", str(folder / "cert.pem"), "-k", str(folder / "key.pem"),
    ]  # fmt: skip

    def run(program, **more):
        settings = environment("", AWS_CA_BUNDLE=str(folder / "ca.pem"), HOME=str(folder), **more)
        before = BEFORE.format(names=NAMES, port=port)
        return warm_python.run(["-c", before + textwrap.dedent(program)], settings)

    with serving(command, port, ready=lambda: listens(port)):
        yield run


def listens(port):
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_named_account_is_reached_at_its_own_addresses(aws):
    done = aws("""
        with Lab(seed=1, **MINE) as lab:
            sqs = boto3.client("sqs")
            print(sqs.meta.endpoint_url)
            queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
            sqs.send_message(QueueUrl=queue, MessageBody="x")
            print(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"])
        print(sorted(set(looked_up)))
    """)
    told = done.stdout.splitlines()
    assert "https://sqs.eu-west-1.amazonaws.com" in told, done.stderr
    assert "x" in told
    assert told[-1] == str(["sqs.eu-west-1.amazonaws.com", "sts.eu-west-1.amazonaws.com"])


@pytest.mark.parametrize(
    ("client", "why"),
    [
        ('boto3.client("sqs", region_name="us-east-1")', "the region us-east-1"),
        ('boto3.Session("AKIAPROD", "s").client("sqs")', "AKIAPROD"),
        ('boto3.client("sqs", endpoint_url="https://example.com")', "no other address"),
        ('early', "signed with the key early"),
    ],
)  # fmt: skip
def test_no_client_leads_elsewhere(aws, client, why):
    done = aws(f"""
        early = boto3.Session("early", "s", region_name="eu-west-1").client("sqs")
        with Lab(seed=1, **MINE) as lab:
            before = list(looked_up)
            try:
                {client}.create_queue(QueueName="orders")
            except RealNetworkRefused as error:
                print(error)
            print(looked_up == before)
    """)
    assert why in done.stdout, done.stdout + done.stderr
    assert "True" in done.stdout.splitlines()


@pytest.mark.parametrize(
    "opened", ["Lab(seed=1)", "Lab(seed=1, **MINE).close()", "Lab(seed=1).close()"]
)
def test_without_a_named_account_that_is_open_nobody_is_asked(aws, opened):
    done = aws(f"""
        early = boto3.client("sqs")
        lab = {opened}
        before = list(looked_up)
        for client in (early, boto3.client("sns")):
            try:
                client.list_queues() if client is early else client.list_topics()
                print("answered")
            except RealNetworkRefused as error:
                print("refused")
        print(looked_up == before, len(before))
    """)
    *answers, same = [line for line in done.stdout.splitlines() if line[:1] in "arTF"]
    assert same.startswith("True"), done.stdout + done.stderr
    inside = opened == "Lab(seed=1)"
    assert answers == (["answered"] * 2 if inside else ["refused"] * 2)
    assert inside is (same == "True 0") or opened == "Lab(seed=1).close()"


def test_the_account_that_was_named_is_not_taken_for_another(aws):
    done = aws("""
        try:
            Lab(seed=1, **(MINE | {"account": "210987654321"}))
        except Exception as error:
            print(type(error).__name__, error)
        print(sorted(set(looked_up)))
    """)
    assert "belong to the account 123456789012" in done.stdout, done.stderr
    assert done.stdout.splitlines()[-1] == str(["sts.eu-west-1.amazonaws.com"])
