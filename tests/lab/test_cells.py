"""Cells of a notebook: calls between runs, in any order, and Python as it was afterwards."""

from __future__ import annotations

import os
import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.client import BaseClient
from lab_scene import make_queue, poll_for_ever
from moto.awslambda.models import LambdaFunction
from moto.core import botocore_stubber
from moto.sqs import models as sqs_models

from helpers import Lab
from helpers.faults import fault
from helpers.lab import LabError


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
        assert os.environ.pop("AWS_REGION") == "us-east-1"  # the reader's own setting stays
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
