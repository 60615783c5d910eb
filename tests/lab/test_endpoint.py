"""A lab on an endpoint: the same cells, on the wall clock, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time

import boto3
import pytest
import warm_python
from botocore.config import Config
from botocore.exceptions import ClientError
from moto_server import python
from project import ROOT
from served import free_port

from helpers import Lab, charts, faults, load, trace
from helpers.lab import LabError, beside
from helpers.patterns.worker import charge_cards
from helpers.wire import RealNetworkRefused, WireError, on_endpoint
from helpers.wire.addresses import EndpointRefused

QUICK = Config(read_timeout=1, retries={"mode": "standard", "max_attempts": 5})


@pytest.fixture
def endpoint(moto_server, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_server)
    return moto_server


@pytest.fixture
def lab(endpoint):
    lab = Lab(seed=11, longest=30)
    yield lab
    lab.close()


def queues(endpoint):
    """The queues that are there, asked in a process that has no lab."""
    code = "import boto3; print(*boto3.client('sqs').list_queues().get('QueueUrls', []))"
    done = python(endpoint, "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def shop(lab, orders, client):
    """Orders through a queue, and a worker that ends when all are charged."""
    sqs, patient = client, boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    charged = set()

    def place_orders():
        for number in range(orders):
            sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"order_id": f"o-{number}"}))

    def charge(order):
        lab.mark("charged", order_id=order["order_id"])
        charged.add(order["order_id"])

    def charge_cards():
        while True:
            got = patient.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", [])
            for message in got:
                charge(json.loads(message["Body"]))
                patient.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            if not got and len(charged) == orders:  # what is sent twice has come twice
                return

    lab.start(place_orders)
    lab.start(charge_cards)


def test_the_lessons_code_runs_unchanged_and_is_recorded(lab, endpoint):
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]

    def place_orders():
        for number in range(20):
            sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"order_id": f"o-{number}"}))

    def charge(order):
        lab.mark("charged", order_id=order["order_id"])

    with lab.running(seconds=4):
        lab.start(place_orders)
        lab.start(charge_cards, sqs, queue, charge, copies=2)
    frame = lab.trace
    assert set(frame.dropna(subset="order_id").order_id) == {f"o-{n}" for n in range(20)}
    assert set(frame.resource.dropna()) == {"orders"}  # the prefix is not the reader's
    assert {"cell", "place_orders", "charge_cards-1"} <= set(frame.caller)
    held = trace.backlog(frame)
    assert held.waiting.max() > 0
    assert held.iloc[-1][["waiting", "in_flight"]].sum() == 0
    assert len(trace.deliveries(frame)) == 20
    assert trace.duplicates(frame).empty
    charts.backlog(frame)
    assert "o-7" in charts.journey(frame, "o-7")._repr_mimebundle_()["text/html"]
    assert charts.replay(frame) is not None


def test_time_is_real_and_a_run_is_cut(endpoint, capsys):
    with Lab(seed=1, longest=0.5) as lab:
        began = time.monotonic()
        with lab.running(hours=36):
            lab.start(time.sleep, 3600)
        assert 0.5 <= time.monotonic() - began < 20
        assert lab.now >= 0.5
        assert len(load.orders(rate=10, minutes=10, seed=1)) < 10
        load.orders(rate=10, minutes=10, seed=1)
    told = capsys.readouterr().err
    assert "a run of 36 h is cut to 0.5 s" in told
    assert told.count("of a load of") == 1
    assert len(load.orders(rate=1, minutes=10, seed=1)) > 500  # loads are whole again


def test_a_lost_reply_makes_a_duplicate_on_a_real_wire(lab):
    sqs = boto3.client("sqs", config=QUICK)
    fault = faults.lost_reply("sqs.SendMessage", rate=0.3, seed=1)
    with fault, lab.running():
        shop(lab, 11, sqs)  # the last of which is not lost: the worker would not wait for it
    assert fault.hits > 0
    twice = trace.duplicates(lab.trace)
    assert len(twice) == fault.hits
    assert set(twice.cause) == {"lost reply"}
    lost = lab.trace[lab.trace.outcome == "ReadTimeoutError"]
    assert (lost.end - lost.time).min() >= 1  # the caller has waited for it
    assert lost.processed.notna().all()  # and the service had done it


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (faults.throttling("sqs.SendMessage", rate=0.3, seed=1), "RequestThrottled"),
        (faults.error("sqs.SendMessage", rate=0.3, seed=1), "ServiceUnavailable"),
        (faults.refused("sqs.SendMessage", rate=0.3, seed=1), "EndpointConnectionError"),
    ],
    ids=["throttling", "error", "refused"],
)
def test_faults_strike_before_the_wire(lab, fault, outcome):
    with fault, lab.running():
        shop(lab, 20, boto3.client("sqs", config=QUICK))
    assert fault.hits == (lab.trace.outcome == outcome).sum() > 0
    assert trace.duplicates(lab.trace).empty
    assert set(lab.trace.order_id.dropna()) == {f"o-{n}" for n in range(20)}


def test_latency_is_waited_for(lab):
    with faults.latency("sqs.SendMessage", median=0.3), lab.running():
        sqs = boto3.client("sqs")
        queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
        sqs.send_message(QueueUrl=queue, MessageBody="{}")
    sent = lab.trace[lab.trace.operation == "SendMessage"].iloc[0]
    assert sent.end - sent.time >= 0.3


def test_what_was_made_is_removed_with_the_lab(endpoint):
    with Lab(seed=1):
        boto3.client("sqs").create_queue(QueueName="orders")
        (url,) = queues(endpoint)
        assert url.endswith("-orders")
    assert queues(endpoint) == []


def test_the_next_lab_and_an_error_remove_it_too(endpoint):
    Lab(seed=1)
    boto3.client("sqs").create_queue(QueueName="orders")
    second = Lab(seed=2)
    assert queues(endpoint) == []
    with pytest.raises(KeyError), second:
        boto3.client("sqs").create_queue(QueueName="orders")
        raise KeyError("o-17")
    assert queues(endpoint) == []


def test_two_labs_on_one_emulator_do_not_meet(endpoint):
    """A class shares an emulator: each reader's queues carry a prefix of their own."""
    program = (
        "import boto3, sys; from helpers import Lab\n"
        "with Lab(seed=1):\n"
        "    queue = boto3.client('sqs').create_queue(QueueName='orders')['QueueUrl']\n"
        "    print(queue, flush=True); sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        encoding="utf-8", cwd=ROOT, env=os.environ | {"AWS_ENDPOINT_URL": endpoint},
    )  # fmt: skip
    theirs = other.stdout.readline().strip()
    with Lab(seed=1):
        sqs = boto3.client("sqs")
        ours = sqs.create_queue(QueueName="orders")["QueueUrl"]
        assert ours != theirs
        sqs.send_message(
            QueueUrl=sqs.get_queue_url(QueueName="orders")["QueueUrl"], MessageBody="x"
        )
        assert sqs.receive_message(QueueUrl=ours)["Messages"][0]["Body"] == "x"
    assert queues(endpoint) == [theirs]
    other.communicate()
    assert queues(endpoint) == []


def test_an_interrupt_leaves_nothing_at_work(endpoint):
    program = (
        "import boto3, time, threading; from helpers import Lab\n"
        "lab = Lab(seed=1)\n"
        "queue = boto3.client('sqs').create_queue(QueueName='orders')['QueueUrl']\n"
        "def work():\n"
        "    while True:\n"
        "        boto3.client('sqs').receive_message(QueueUrl=queue, WaitTimeSeconds=1)\n"
        "try:\n"
        "    with lab.running(minutes=1):\n"
        "        lab.start(work, copies=3); lab.start(time.sleep, 3600)\n"
        "        print('running', flush=True)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', sorted({t.name for t in threading.enumerate()}))\n"
        "print(len(lab.trace) > 0); lab.close(); print('closed')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, encoding="utf-8",
        cwd=ROOT, env=os.environ | {"AWS_ENDPOINT_URL": endpoint},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert process.stdout.readline() == "running\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=100)
    assert told == "interrupted ['MainThread']\nTrue\nclosed\n"
    assert queues(endpoint) == []


def test_a_dead_endpoint_is_told_in_a_sentence(monkeypatch):
    url = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    before = dict(os.environ)
    with pytest.raises(EndpointRefused, match=f"{url} does not answer.*Start the emulator"):
        Lab(seed=1)
    assert dict(os.environ) == before
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    with Lab(seed=1):  # and the next lab works
        assert boto3.client("sqs").list_queues()


def test_a_service_without_an_endpoint_is_refused_by_name(moto_server, monkeypatch):
    for service in ("SQS", "STS"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", moto_server)
    with Lab(seed=1):
        assert boto3.client("sqs").list_queues()
        with pytest.raises(RealNetworkRefused, match=r"sns\.eu-west-1.*no endpoint is set"):
            boto3.client("sns").list_topics()


def test_keys_of_the_readers_own_are_refused(lab, endpoint):
    session = boto3.Session(aws_access_key_id="AKIAREADER", aws_secret_access_key="s")
    with pytest.raises(RealNetworkRefused, match="AKIAREADER"):
        session.client("sqs").list_queues()
    with pytest.raises(RealNetworkRefused, match="no other address"):
        boto3.client("sqs", endpoint_url="http://127.0.0.1:9").list_queues()


def test_after_the_lab_nothing_is_sent(endpoint):
    with Lab(seed=1):
        sqs = boto3.client("sqs")
    with pytest.raises(RealNetworkRefused, match="while the lab is open"):
        sqs.list_queues()


def test_a_lab_in_this_process_may_come_first(endpoint):
    program = (
        "import os, boto3; url = os.environ.pop('AWS_ENDPOINT_URL')\n"
        "from helpers import Lab\n"
        "lab = Lab(seed=1); os.environ['AWS_ENDPOINT_URL'] = url; lab = Lab(seed=1)\n"
        "print(boto3.client('sqs').create_queue(QueueName='orders')['QueueUrl']); lab.close()\n"
    )
    done = warm_python.run(["-c", program], os.environ | {"AWS_ENDPOINT_URL": endpoint})
    assert done.stdout.startswith(endpoint), done.stderr


def test_a_lab_that_fails_leaves_loads_whole(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(EndpointRefused) as kept:  # as a notebook keeps its last traceback
        Lab(seed=1)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert len(load.orders(rate=1, minutes=10, seed=1)) > 500
    assert kept.value


def test_checks_have_whole_loads(lab):
    with beside(seed=1):
        assert len(load.orders(rate=1, minutes=10, seed=1)) > 500
    assert len(load.orders(rate=1, minutes=10, seed=1)) < 50


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_fork_does_not_remove_what_its_parent_made(lab, endpoint):
    boto3.client("sqs").create_queue(QueueName="orders")
    child = os.fork()
    if not child:
        lab.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert len(queues(endpoint)) == 1


@pytest.mark.parametrize("wait", [-1, 21])
def test_an_invalid_wait_is_sent_as_it_is(lab, wait, monkeypatch):
    sqs, sent = boto3.client("sqs"), []
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    real = on_endpoint.real_api_call

    def watched(client, operation, params):
        sent.append(params.get("WaitTimeSeconds"))
        return real(client, operation, params | {"WaitTimeSeconds": 0})

    monkeypatch.setattr(on_endpoint, "real_api_call", watched)
    sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=wait)
    assert sent == [wait]


def test_calls_have_a_bound(endpoint):
    with Lab(seed=1, calls=3):
        sqs = boto3.client("sqs")
        for _ in range(3):
            sqs.list_queues()
        with pytest.raises(WireError, match="would be call 4 of this lab, which makes 3 at most"):
            sqs.list_queues()


@pytest.mark.parametrize("bad", [{"calls": 0}, {"calls": 2.5}, {"longest": 0}, {"longest": "x"},
                                 {"longest": float("inf")}])  # fmt: skip
def test_bounds_are_numbers(endpoint, bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        Lab(seed=1, **bad)


def test_checks_and_sliders_stay_in_this_process(lab):
    with lab.running(seconds=0.1):
        boto3.client("sqs").create_queue(QueueName="orders")
    with beside(seed=1) as other:
        with other.running(hours=36):
            other.start(time.sleep, 3600)
        assert other.now == 36 * 3600
        assert boto3.client("sqs").list_queues().get("QueueUrls", []) == []
    assert len(boto3.client("sqs").list_queues()["QueueUrls"]) == 1
    assert lab.now < 3600


def test_a_thread_that_is_none_of_the_labs_is_told(lab):
    outcomes, go, sqs = [], threading.Event(), boto3.client("sqs")

    def call():
        go.wait()
        try:
            sqs.list_queues()
            outcomes.append("answered")
        except LabError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=call) for _ in range(2)]
    threads[0].start()
    with lab.running(seconds=1):
        go.set()
        time.sleep(0.5)
    threads[0].join()
    assert "is not one of its workers" in outcomes[0]
    threads[1].start()  # between runs each thread has its turn
    threads[1].join()
    assert outcomes[1:] == ["answered"]


@pytest.mark.parametrize(
    ("status", "code", "lacking"),
    [
        (501, "InternalFailure", True), (400, "InvalidAction", True), (404, "404", True),
        (400, "UnknownOperationException", True), (400, "QueueDoesNotExist", False),
        (403, "AccessDenied", False), (404, "ResourceNotFoundException", False),
    ],
)  # fmt: skip
def test_what_an_emulator_does_not_know_is_said(lab, monkeypatch, status, code, lacking):
    told = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    error = ClientError(told, "ListQueues")

    def refuse(*_):
        raise error

    monkeypatch.setattr(on_endpoint, "real_api_call", refuse)
    with pytest.raises(ClientError) as caught:
        boto3.client("sqs").list_queues()
    assert ("The emulator at this endpoint does not know that" in str(caught.value)) is lacking


@pytest.mark.parametrize("what", ["serve", "bus_waits_at_most"])
def test_what_only_this_process_has_is_said(lab, what):
    arguments = {"serve": ("http://shop.example/", print), "bus_waits_at_most": (5,)}[what]
    with pytest.raises(WireError, match="this process alone"):
        getattr(lab, what)(*arguments)
