"""What is refused at the socket, by whatever client and in whatever thread, and what passes."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import subprocess
import sys
import textwrap
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import boto3
import botocore
import pytest
import requests

from helpers import Lab
from helpers.wire import RealNetworkRefused
from helpers.wire.connections import SUFFIXES, is_of_aws

QUEUES = "sqs.eu-west-1.amazonaws.com"


@pytest.fixture(autouse=True, params=["open", "closed"])
def lab(request, monkeypatch):
    """A lab that is open, or one that has been closed: the guard is the same."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Lab(seed=1) as lab:
        if request.param == "open":
            yield lab
    if request.param == "closed":
        yield lab


@pytest.fixture
def server():
    """A server on this machine, and the requests that it got."""
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            got.append(self.requestline)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello")

        do_POST = do_CONNECT = do_GET

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    thread.join()
    server.server_close()


def in_a_loop(coroutine):
    """Run it in a loop of its own, also where a browser's tests have left one running."""
    loop = asyncio.new_event_loop()
    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(loop.run_until_complete, coroutine).result()
        finally:
            loop.close()


CLIENTS = {
    "a name looked up": lambda: socket.getaddrinfo(QUEUES, 443),
    "in the old way": lambda: socket.gethostbyname(QUEUES),
    "a socket": lambda: socket.create_connection((QUEUES, 443), timeout=1),
    "http.client": lambda: http.client.HTTPSConnection(QUEUES, timeout=1).request("GET", "/"),
    "urllib": lambda: urllib.request.urlopen(f"https://{QUEUES}/", timeout=1),
    "asyncio": lambda: in_a_loop(asyncio.open_connection(QUEUES, 443)),
    "a bucket": lambda: urllib.request.urlopen("https://b.s3.us-east-1.amazonaws.com/k"),
    "a function's address": lambda: socket.getaddrinfo("x.lambda-url.eu-west-1.on.aws", 443),
    "another case": lambda: socket.getaddrinfo("SQS.EU-WEST-1.AMAZONAWS.COM.", 443),
    "bytes": lambda: socket.getaddrinfo(QUEUES.encode(), 443),
    "metadata": lambda: urllib.request.urlopen("http://169.254.169.254/latest/", timeout=1),
    "a container's credentials": lambda: socket.create_connection(("169.254.170.2", 80), 1),
    "a datagram": lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"", ("169.254.169.254", 1)),
}


@pytest.mark.parametrize("client", CLIENTS)
def test_aws_is_out_of_reach(client):
    with pytest.raises(RealNetworkRefused, match="nothing of AWS's leaves it"):
        CLIENTS[client]()


def test_from_a_thread_that_was_there_before():
    found = []

    def look_up(lookup=socket.getaddrinfo):  # bound before anything was opened
        try:
            lookup(QUEUES, 443)
        except RealNetworkRefused as error:
            found.append(error)

    thread = threading.Thread(target=look_up)
    thread.start()
    thread.join()
    assert len(found) == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_is_no_way_round(scheme, server, lab):
    address, got = server
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({scheme: address}))
    with pytest.raises(RealNetworkRefused):
        opener.open(f"{scheme}://{QUEUES}/", timeout=5)
    assert got == []


def test_requests_to_aws_fail(lab):
    """While a lab is open moto's own refusal comes first."""
    try:
        answer = requests.post(f"https://{QUEUES}/", timeout=1)
    except (RealNetworkRefused, requests.ConnectionError):
        return
    assert not answer.ok


def test_what_is_not_of_aws_passes(server):
    address, got = server
    for read in (
        lambda: urllib.request.urlopen(f"{address}/urllib").read(),
        lambda: requests.get(f"{address}/requests", timeout=5).content,
    ):
        assert read() == b"hello"
    assert got == ["GET /urllib HTTP/1.1", "GET /requests HTTP/1.1"]


def test_a_program_of_the_readers_passes():
    done = subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, check=True)
    assert done.stdout.strip() == b"1"


@pytest.mark.parametrize("name", ["example.com", "notamazonaws.com", "amazonaws.com.evil.org",
                                  "aws.org", "127.0.0.1", "169.254.1.1", None, 5, ""])  # fmt: skip
def test_other_names_are_not_of_aws(name):
    assert not is_of_aws(name)


def test_the_names_are_those_of_every_partition_that_botocore_knows():
    path = Path(botocore.__path__[0]) / "data" / "partitions.json"
    known = {
        partition["outputs"][name]
        for partition in json.loads(path.read_text(encoding="utf-8"))["partitions"]
        for name in ("dnsSuffix", "dualStackDnsSuffix")
    }
    assert known <= set(SUFFIXES)
    assert all(is_of_aws(f"sqs.x.{suffix}") for suffix in known)


CREDENTIALS = """
    [profile mine]
    region = eu-west-1
    credential_process = touch {witness}
"""


def test_no_program_is_asked_for_credentials(tmp_path, monkeypatch, lab):
    config, witness = tmp_path / "config", tmp_path / "was-run"
    config.write_text(textwrap.dedent(CREDENTIALS).format(witness=witness), encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    with pytest.raises(RealNetworkRefused, match="the program"):
        boto3.Session(profile_name="mine").client("sqs").list_queues()
    assert not witness.exists()


# What moto opens of itself, wherever it does.
OF_MOTO = {
    "a web hook": ("moto.sns.models", "requests.post('{address}/hook', timeout=5)"),
    "a container": ("moto.batch.models", "import docker; docker.from_env().ping()"),
    "a socket": ("moto.events.models", "import socket; socket.create_connection({pair})"),
}


@pytest.mark.parametrize("what", OF_MOTO)
def test_moto_opens_nothing_of_itself(what, server, monkeypatch):
    address, got = server
    monkeypatch.setenv("DOCKER_HOST", address)
    module, code = OF_MOTO[what]
    space = {"__name__": module, "requests": requests}
    pair = ("127.0.0.1", int(address.rpartition(":")[2]))
    exec(f"def act():\n    {code.format(address=address, pair=pair)}", space)
    with pytest.raises(Exception, match="from inside the emulator"):
        space["act"]()
    assert got == []


def test_a_test_under_motos_own_decorator_may_reach_the_web(server):
    """The decorator is below the reader's code on the stack, and opens nothing."""
    address, got = server
    space = {"__name__": "moto.core.models"}
    exec("def decorated(function): return function()", space)
    assert space["decorated"](lambda: urllib.request.urlopen(address).read()) == b"hello"
    assert len(got) == 1
