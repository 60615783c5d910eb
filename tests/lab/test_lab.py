"""The lab: what a notebook may rely on, in order and out of order."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.client import BaseClient
from moto.awslambda.models import LambdaFunction
from moto.core import botocore_stubber
from moto.sqs import models as sqs_models

from helpers import Lab, faults, load
from helpers.clock import Clock, Deadlock, RealTimePassed
from helpers.faults import fault
from helpers.lab import LabError
from helpers.lab import lab as lab_module
from helpers.lab.progress import Progress, span
from helpers.trace import COLUMNS, Trace


@pytest.fixture
def lab():
    lab = Lab(seed=11)
    yield lab
    lab.close()


@pytest.fixture(autouse=True)
def nothing_left_open():
    """A test that fails leaves no lab behind for the next one."""
    yield
    if lab_module._open is not None:
        lab_module._open.close()


def make_queue(name="orders", **attributes):
    sqs = boto3.client("sqs")
    return sqs, sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def happenings(lab):
    """Everything that the trace holds, comparable (NaN equals NaN)."""
    return [repr(row) for row in lab.trace.to_dict("records")]


class TestRunning:
    @pytest.mark.parametrize(
        ("given", "seconds"),
        [
            ({"seconds": 7.5}, 7.5),
            ({"minutes": 15}, 900),
            ({"hours": 2}, 7200),
            ({"days": 3}, 259_200),
            ({"days": 1, "hours": 1, "minutes": 1, "seconds": 1}, 90_061),
        ],
    )
    def test_time_passes_by_the_sum_of_what_is_given(self, lab, given, seconds):
        with lab.running(**given):
            pass
        assert lab.now == seconds

    def test_without_a_length_a_run_ends_with_its_workers(self, lab):
        with lab.running():
            lab.start(time.sleep, 12.5)
            lab.start(time.sleep, 40)
        assert lab.now == 40

    @pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), "5", None])
    def test_a_bad_length_is_refused_by_value(self, lab, value):
        with pytest.raises(ValueError, match=f"minutes={value!r}"):
            with lab.running(minutes=value):
                pass
        assert lab.now == 0

    def test_a_run_inside_a_run_is_refused_and_leaves_the_outer_one_seeded(self, lab):
        def draw():
            time.sleep(1)
            drawn.append((uuid.uuid4(), random.random()))

        drawn = []
        for nested in (False, True):
            with Lab(seed=5) as fresh, fresh.running(seconds=2):
                if nested:
                    with pytest.raises(LabError, match="cannot stand inside another"):
                        with fresh.running(seconds=1):
                            pass
                fresh.start(draw)
        assert drawn[0] == drawn[1]

    def test_an_endless_worker_is_stopped_and_the_next_run_goes_on_from_there(self, lab):
        ticks = []

        def forever():
            while True:
                time.sleep(10)
                ticks.append(lab.now)

        for _ in range(2):
            with lab.running(minutes=1):
                lab.start(forever)
        assert ticks == [10 * n for n in range(1, 13)]

    def test_an_exception_of_a_worker_comes_out_and_the_lab_lives_on(self, lab):
        sqs, url = make_queue()

        def broken():
            time.sleep(30)
            raise KeyError("no such order")

        with pytest.raises(KeyError, match="no such order") as caught:
            with lab.running(minutes=5):
                lab.start(broken)
        assert caught.traceback[-1].name == "broken"
        assert lab.now == 30
        sqs.send_message(QueueUrl=url, MessageBody="still here")

    def test_a_worker_that_waits_in_real_time_is_named(self, lab):
        def calls_a_shell():
            time.sleep(60)
            subprocess.run([sys.executable, "-c", "import time; time.sleep(0.2)"], check=True)

        with pytest.warns(RealTimePassed, match=r"calls_a_shell waited .* in calls_a") as told:
            with lab.running():
                lab.start(calls_a_shell)
        assert lab.now == 60.0
        assert told[0].filename == __file__

    def test_a_deadlock_names_who_waits(self, lab):
        def stuck():
            threading.Event().wait()

        with pytest.raises(Deadlock, match="stuck waits for a notice"):
            with lab.running(minutes=5):
                lab.start(stuck)


class TestWorkers:
    def test_copies_are_numbered_and_named_in_the_trace(self, lab):
        sqs, url = make_queue()

        def send(body):
            sqs.send_message(QueueUrl=url, MessageBody=body)

        with lab.running():
            assert len(lab.start(send, "a", copies=3)) == 3
            lab.start(partial(send, "b"))
            lab.start(make_queue, "other")
        sends = lab.trace[lab.trace.operation == "SendMessage"]
        assert list(sends.caller) == ["send-1", "send-2", "send-3", "send-4"]
        assert list(lab.trace.caller)[-1] == "make_queue"

    def test_names_begin_anew_in_every_run(self, lab):
        for _ in range(2):
            with lab.running():
                (thread,) = lab.start(make_queue)
                assert thread.name == "make_queue"

    def test_a_worker_outside_a_run_is_refused(self, lab):
        with pytest.raises(LabError, match="start inside a run"):
            lab.start(time.sleep, 1)

    @pytest.mark.parametrize("copies", [0, -1, 1.5, "2"])
    def test_a_bad_number_of_copies_is_refused_by_value(self, lab, copies):
        with lab.running(seconds=1), pytest.raises(ValueError, match=f"got {copies!r}"):
            lab.start(time.sleep, 1, copies=copies)

    def test_what_would_do_nothing_when_called_is_refused(self, lab):
        def generator():
            yield 1

        async def coroutine():
            pass

        with lab.running(seconds=1):
            for function in (generator, coroutine):
                with pytest.raises(TypeError, match="plain function that waits"):
                    lab.start(function)
            with pytest.raises(TypeError, match="got 'send'"):
                lab.start("send")


class TestRecord:
    def test_the_columns_are_there_when_nothing_has_happened(self, lab):
        assert tuple(lab.trace.columns) == COLUMNS
        assert len(lab.trace) == 0

    def test_a_mark_has_its_time_its_thread_and_its_fields(self, lab):
        def charge():
            time.sleep(3)
            lab.mark("charged", order_id="o-1", amount=250)

        with lab.running():
            lab.start(charge)
        lab.mark("counted", total=1)
        charged, counted = lab.trace.to_dict("records")
        assert (charged["time"], charged["end"], charged["kind"]) == (3, 3, "mark")
        assert (charged["caller"], charged["name"]) == ("charge", "charged")
        assert (charged["order_id"], charged["amount"]) == ("o-1", 250)
        assert (counted["caller"], counted["total"]) == ("cell", 1)

    @pytest.mark.parametrize("column", COLUMNS)
    def test_a_field_called_like_a_column_is_refused_by_name(self, lab, column):
        with pytest.raises(ValueError, match=f"'{column}'"):
            lab.mark("charged", **{column: 1})
        assert len(lab.trace) == 0

    def test_a_stopped_call_is_not_called_ok(self, lab):
        sqs, url = make_queue()
        with lab.running(seconds=30):
            lab.start(partial(poll_for_ever, sqs, url))
        polls = lab.trace[lab.trace.operation == "ReceiveMessage"]
        assert list(polls.outcome) == ["ok", "Stopped"]
        assert list(polls.end) == [20, 30]
        assert polls.processed.isna().tolist() == [False, True]

    def test_the_frame_is_the_readers_own(self, lab):
        lab.mark("a")
        frame = lab.trace
        frame["extra"] = 1
        frame.loc[0, "name"] = "b"
        assert "extra" not in lab.trace
        assert list(lab.trace.name) == ["a"]


def poll_for_ever(sqs, url):
    while True:
        sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)


class TestBetweenCells:
    def test_a_call_outside_a_run_takes_virtual_time_for_itself_only(self, lab):
        sqs, url = make_queue()
        assert lab.now == 0
        assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
        assert lab.now == 20
        sqs.send_message(QueueUrl=url, MessageBody="x")
        assert lab.now == 20
        assert list(lab.trace.caller.unique()) == ["cell"]

    def test_time_stands_still_so_a_received_message_stays_invisible(self, lab):
        sqs, url = make_queue(VisibilityTimeout="30")
        sqs.send_message(QueueUrl=url, MessageBody="x")
        assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1
        for _ in range(50):
            assert "Messages" not in sqs.receive_message(QueueUrl=url)
        with lab.running(seconds=29):
            pass
        assert "Messages" not in sqs.receive_message(QueueUrl=url)
        with lab.running(seconds=1):
            pass
        assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1

    def test_the_kernels_own_clock_is_not_disturbed(self, lab):
        before = time.time(), time.monotonic()
        with lab.running(days=100):
            pass
        assert time.time() - before[0] < 3600
        assert time.monotonic() - before[1] < 3600

    def test_ordinary_threads_between_runs_are_served_one_after_another(self, lab):
        sqs, url = make_queue()
        with ThreadPoolExecutor(8) as pool:
            bodies = [str(n) for n in range(200)]
            list(pool.map(lambda body: sqs.send_message(QueueUrl=url, MessageBody=body), bodies))
        attributes = sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        assert attributes["Attributes"]["ApproximateNumberOfMessages"] == "200"
        assert len(lab.trace) == 202

    def test_an_ordinary_thread_during_a_run_is_told_so(self, lab):
        sqs, url = make_queue()
        go, answers = threading.Event(), []

        def call():
            go.wait()
            try:
                sqs.send_message(QueueUrl=url, MessageBody="x")
            except LabError as error:
                answers.append(str(error))

        stranger = threading.Thread(target=call, name="stranger", daemon=True)
        stranger.start()

        def worker():
            go.set()
            stranger.join()  # a thread of real time: a short real wait

        with lab.running():
            lab.start(worker)
        assert "'stranger' called the lab while a run was on" in answers[0]
        assert list(lab.trace.operation) == ["CreateQueue"]


class TestOrderOfCells:
    def test_the_opening_cell_run_again_replaces_the_lab(self, lab):
        sqs, _ = make_queue()
        lab.mark("before")
        second = Lab(seed=11)
        with pytest.raises(LabError, match="this lab is closed"):
            with lab.running(seconds=1):
                pass
        assert sqs.list_queues().get("QueueUrls", []) == []  # an empty account
        assert second.now == 0
        assert list(second.trace.operation) == ["ListQueues"]
        second.close()

    def test_a_second_lab_while_one_runs_is_refused(self, lab):
        with lab.running(seconds=10):
            with pytest.raises(LabError, match="running already"):
                Lab(seed=2)
        with Lab(seed=2):
            with pytest.raises(LabError, match="running already"):
                Lab(seed=3)

    def test_a_closed_lab_says_so(self, lab):
        lab.mark("kept")
        lab.close()
        lab.close()
        for use in (
            lambda: lab.running(seconds=1).__enter__(),
            lambda: lab.start(time.sleep, 1),
            lambda: lab.mark("late"),
            lambda: lab.deploy("f", print),
            lab.__enter__,
        ):
            with pytest.raises(LabError, match="this lab is closed"):
                use()
        assert list(lab.trace.name) == ["kept"]
        assert lab.now == 0

    def test_a_running_lab_cannot_be_closed(self, lab):
        with lab.running(seconds=10):
            with pytest.raises(LabError, match="running"):
                lab.close()
        assert lab.now == 10

    def test_clients_outlive_the_lab_that_they_were_made_in(self, lab):
        sqs, _ = make_queue()
        lab.close()
        with Lab(seed=12) as second:
            url = sqs.create_queue(QueueName="orders")["QueueUrl"]
            with second.running():
                second.start(partial(sqs.send_message, QueueUrl=url, MessageBody="x"))
            assert list(second.trace.operation) == ["CreateQueue", "SendMessage"]

    @pytest.mark.parametrize("seed", [1.5, "11", None])
    def test_a_seed_is_a_whole_number(self, seed):
        with pytest.raises(TypeError, match=f"got {seed!r}"):
            Lab(seed=seed)

    def test_a_refused_lab_leaves_the_open_one_alone(self, lab):
        make_queue()
        with pytest.raises(ValueError, match="patience"):
            Lab(seed=1, patience=-1)
        assert len(boto3.client("sqs").list_queues()["QueueUrls"]) == 1

    def test_an_interrupt_in_the_middle_leaves_a_usable_lab(self, lab):
        sqs, url = make_queue()

        def press_interrupt():
            time.sleep(25)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            with lab.running(hours=1):
                lab.start(poll_for_ever, sqs, url)
                lab.start(press_interrupt)
        assert lab.now == 25
        with lab.running(hours=1):
            lab.start(poll_for_ever, sqs, url)
        assert lab.now == 3625
        assert lab.trace.outcome.value_counts()["ok"] == 1 + 1 + 180


class TestPutBack:
    def test_everything_is_as_it_was(self, monkeypatch):
        monkeypatch.setenv("AWS_PROFILE", "mine")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREADER")
        monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
        session = object()
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)

        def state():
            return {
                "environment": dict(os.environ),
                "session": boto3.DEFAULT_SESSION,
                "api call": BaseClient._make_api_call,
                "stubber": botocore_stubber.BotocoreStubber.__call__,
                "sqs": sqs_models.Queue,
                "send": sqs_models.SQSBackend.send_message,
                "lambda": vars(LambdaFunction)["invoke"],
                "urandom": os.urandom,
                "random": random.getstate(),
                "sleep": time.sleep,
                "time": time.time,
                "start": threading.Thread.start,
                "signing": AWSPreparedRequest,
                "faults": list(fault.active),
                "threads": [t for t in threading.enumerate() if hasattr(t, "_task")],
            }

        before = state()
        with pytest.raises(ZeroDivisionError):
            with Lab(seed=3) as lab:
                lab.deploy("f", lambda event, context: time.sleep(900), timeout=900)
                os.environ["AWS_REGION"] = "us-east-1"
                random.random()
                aws = boto3.client("lambda")
                _, url = make_queue()
                with lab.running(seconds=5):
                    lab.start(partial(aws.invoke, FunctionName="f", InvocationType="Event"))
                    lab.start(poll_for_ever, boto3.client("sqs"), url)
                    lab.start(lambda: 1 / 0)
        after = state()
        before.pop("random"), after.pop("random")  # the reader's own draw above
        assert after == before

    def test_the_labs_draws_do_not_disturb_the_readers(self):
        random.seed(1)
        expected = [random.random() for _ in range(3)]
        random.seed(1)
        drawn = [random.random()]
        with Lab(seed=4) as lab:
            drawn.append(random.random())
            with lab.running(seconds=1):
                lab.start(lambda: random.random())
            make_queue()
        assert [*drawn, random.random()] == expected

    def test_other_threads_get_real_randomness(self):
        drawn = []
        for _ in range(2):
            with Lab(seed=4) as lab:
                go = threading.Event()

                def draw(go=go):
                    go.wait()
                    drawn.append(uuid.uuid4())

                stranger = threading.Thread(target=draw, daemon=True)
                stranger.start()
                with lab.running(seconds=1):
                    go.set()
                    stranger.join()
        assert drawn[0] != drawn[1]


def shop(seed):
    """Several workers, lost replies, throttles, pools, ids and draws of every kind."""
    with Lab(seed=seed) as lab:
        sqs, url = make_queue(VisibilityTimeout="15")
        sns, dynamodb = boto3.client("sns"), boto3.client("dynamodb")
        topic = sns.create_topic(Name="paid")["TopicArn"]
        dynamodb.create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

        def place():
            for _ in range(25):
                time.sleep(random.expovariate(1.0))
                sqs.send_message(QueueUrl=url, MessageBody=str(uuid.uuid4()))

        def charge():
            while True:
                reply = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
                for message in reply.get("Messages", []):
                    time.sleep(random.uniform(0, 4))
                    with ThreadPoolExecutor(2) as pool:
                        pool.submit(store, message["Body"])
                        pool.submit(sns.publish, TopicArn=topic, Message=message["Body"])
                    lab.mark("charged", order=message["Body"])
                    if random.random() < 0.9:
                        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

        def store(ident):
            dynamodb.put_item(TableName="orders", Item={"id": {"S": ident}})

        with (
            faults.lost_reply("sqs.SendMessage", rate=0.2, seed=seed),
            faults.throttling("dynamodb", rate=0.3, seed=seed),
            faults.error("sns", rate=0.2, seed=seed),
            faults.latency("sqs", median=0.02, p99=0.2, seed=seed),
            lab.running(minutes=10),
        ):
            lab.start(place, copies=2)
            lab.start(charge, copies=3)
        return happenings(lab)


class TestTheSameSeed:
    def test_gives_the_same_trace_in_twenty_runs_ids_included(self):
        first = shop(21)
        assert len(first) > 300
        assert "ReadTimeoutError" in str(first)
        assert "ProvisionedThroughputExceededException" in str(first)
        for number in range(2, 21):
            assert shop(21) == first, f"run {number}"

    def test_another_seed_gives_another(self):
        assert shop(21) != shop(22)

    def test_gives_the_same_trace_in_another_process(self):
        code = (
            f"import runpy; shop = runpy.run_path({__file__!r})['shop']; "
            "import hashlib; print(hashlib.sha256(repr(shop(21)).encode()).hexdigest())"
        )
        digests = set()
        for hash_seed in ("1", "2"):
            done = subprocess.run(
                [sys.executable, "-c", code],
                env={**os.environ, "PYTHONHASHSEED": hash_seed},
                capture_output=True,
                text=True,
                check=True,
            )
            digests.add(done.stdout.strip())
        assert len(digests) == 1, digests

    def test_gives_the_same_ids_from_moto(self):
        def ids(seed):
            with Lab(seed=seed):
                sqs, url = make_queue()
                return [
                    sqs.send_message(QueueUrl=url, MessageBody="x")["MessageId"] for _ in range(9)
                ]

        assert ids(1) == ids(1)
        assert not set(ids(1)) & set(ids(2))


def test_the_example_of_the_design_runs_as_written():
    lab = Lab(seed=11)
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    charged = []

    def charge(order):
        charged.append(order)

    def place_orders():
        for order in load.orders(rate=2.0, minutes=10, seed=11):
            time.sleep(order.gap)
            sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    def charge_cards():
        while True:
            for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20).get(
                "Messages", []
            ):
                charge(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    with lab.running(minutes=15):
        lab.start(place_orders)
        lab.start(charge_cards, copies=2)

    assert lab.now == 900
    orders = list(load.orders(rate=2.0, minutes=10, seed=11))
    assert len(orders) > 1000
    assert sorted(map(str, charged)) == sorted(str(json.loads(order.json())) for order in orders)
    deleted = lab.trace[lab.trace.operation == "DeleteMessage"]
    assert len(deleted) == len(orders)
    assert set(deleted.caller) == {"charge_cards-1", "charge_cards-2"}
    lab.close()


class TestProgress:
    def progress(self, monkeypatch, static=""):
        monkeypatch.setenv("NB_STATIC", static)
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
        clock, trace = Clock(epoch=0.0), Trace()
        progress = Progress(clock, 86400.0, trace)
        clock.now_ns = 12 * 3600 * 10**9
        for _ in range(1234):
            trace.record_mark("x", time=0.0, caller="cell")
        return progress

    def test_a_run_of_more_than_two_seconds_shows_how_far_it_is(self, monkeypatch, capsys):
        progress = self.progress(monkeypatch)
        progress.look(1.99)
        assert capsys.readouterr().err == ""
        progress.look(2.3)
        said = capsys.readouterr().err
        assert "12 h of 24 h (50%) simulated, 1,234 happenings, 2 s real" in said
        progress.look(2.4)
        assert capsys.readouterr().err == ""  # not more often than a person can read
        progress.look(2.6)
        assert "Interrupt the kernel to stop" in capsys.readouterr().err

    def test_the_line_is_taken_away_at_the_end(self, monkeypatch, capsys):
        progress = self.progress(monkeypatch)
        progress.close()
        assert capsys.readouterr().err == ""
        progress.look(3.0)
        capsys.readouterr()
        progress.close()
        assert capsys.readouterr().err == "\r\x1b[K"

    def test_a_rendered_page_gets_none(self, monkeypatch, capsys):
        progress = self.progress(monkeypatch, static="1")
        progress.look(60.0)
        progress.close()
        assert capsys.readouterr() == ("", "")

    @pytest.mark.parametrize(
        ("seconds", "text"),
        [(0, "0 s"), (45, "45 s"), (720, "12 min"), (12_600, "3.5 h"), (172_800, "2 d")],
    )
    def test_lengths_of_time_read_as_a_person_says_them(self, seconds, text):
        assert span(seconds) == text
