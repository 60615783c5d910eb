"""SQS as corrected, in virtual time for one thread: what the tests of the emulator share.

Time stands still but for `Timeline.shift`. A long poll waits on a condition that moves the same
time, and lets happen whatever the test has scheduled meanwhile.
"""

import functools
import os
import threading
from contextlib import contextmanager
from types import SimpleNamespace
from unittest import mock

import boto3
import botocore.loaders
import botocore.session
import pytest
import time_machine
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core import models as core
from moto.sqs import models

from helpers.emulator.opening import corrected

START = 1_767_225_600.0
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


class Timeline:
    """Virtual time for one thread: waiting runs what is scheduled, in order."""

    def __init__(self, traveller):
        self.traveller = traveller
        self.now = START
        self.agenda = []
        self.waits = []

    def at(self, seconds, action):
        self.agenda.append((START + seconds, action))
        self.agenda.sort(key=lambda entry: entry[0])

    def move_to(self, moment):
        self.now = moment
        self.traveller.move_to(moment)

    def shift(self, seconds):
        self.move_to(self.now + seconds)

    @property
    def elapsed(self):
        return self.now - START


@contextmanager
def standing_time():
    """Time that stands still, and a `Timeline` to move it with."""
    with time_machine.travel(START, tick=False) as traveller:
        timeline = Timeline(traveller)

        class VirtualCondition(threading.Condition):
            notified = False

            def notify(self, n=1):
                self.notified = True

            def notify_all(self):
                self.notified = True

            def wait(self, timeout=None):
                self.notified = False
                timeline.waits.append(timeout)
                end = timeline.now + timeout
                while timeline.agenda and timeline.agenda[0][0] <= end:
                    moment, action = timeline.agenda.pop(0)
                    timeline.move_to(moment)
                    action()
                    if self.notified:
                        return True
                timeline.move_to(end)
                return False

        with mock.patch.object(models, "Condition", VirtualCondition):
            yield timeline


@pytest.fixture
def timeline():
    """Time that only the test moves."""
    with standing_time() as timeline:
        yield timeline


FIFO = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}


@functools.cache
def api_models():
    """botocore's models of the services, read once for all tests of a process."""
    return botocore.loaders.create_loader()


@contextmanager
def emulated():
    """A client of moto, corrected."""
    # moto would register each of its 180 addresses for callers without boto3. There are none here.
    silent = mock.patch.object(core, "backend_index", SimpleNamespace(backend_url_patterns=[]))
    with mock.patch.dict(os.environ, CREDENTIALS), corrected(), silent, mock_aws():
        session = botocore.session.Session()
        session.register_component("data_loader", api_models())
        boto3.setup_default_session(botocore_session=session)
        paths = api_models().search_paths
        paths[:] = dict.fromkeys(paths)  # boto3 adds its own with each session
        yield boto3.client("sqs", "us-east-1")


@pytest.fixture
def client(timeline):
    """A client of the corrected SQS, in standing time."""
    with emulated() as client:
        yield client


def make(client, name="orders", **attributes):
    attributes = {key: str(value) for key, value in attributes.items()}
    return client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def arn(client, url):
    return client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]


def send(client, url, *bodies, **options):
    return [client.send_message(QueueUrl=url, MessageBody=body, **options) for body in bodies]


def receive(client, url, count=10, **options):
    options.setdefault("MessageSystemAttributeNames", ["All"])
    answer = client.receive_message(QueueUrl=url, MaxNumberOfMessages=count, **options)
    return answer.get("Messages", [])


def bodies(messages):
    return [message["Body"] for message in messages]


def delete(client, url, message):
    client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def hide(client, url, message, seconds):
    client.change_message_visibility(
        QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds
    )


def counts(client, url):
    """Visible, in flight, delayed."""
    names = ["", "NotVisible", "Delayed"]
    names = [f"ApproximateNumberOfMessages{name}" for name in names]
    found = client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return tuple(int(found[name]) for name in names)


def stored(name="orders"):
    """The queue inside the emulator."""
    return models.sqs_backends["123456789012"]["us-east-1"].get_queue(name)


@contextmanager
def refused(code, text=""):
    with pytest.raises(ClientError) as caught:
        yield
    assert caught.value.response["Error"]["Code"].endswith(code)
    assert text in caught.value.response["Error"]["Message"]


def attribute(value, kind="String"):
    return {"DataType": kind, f"{kind}Value": value}
