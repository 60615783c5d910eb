"""LogType=Tail: the end of the log comes with the answer [API model: Invoke]."""

from __future__ import annotations

import base64
import logging
import sys
import time

import boto3
import pytest

from helpers import Lab


@pytest.fixture
def lab():
    with Lab(seed=5) as lab:
        yield lab


def log(**options):
    reply = boto3.client("lambda").invoke(FunctionName="f", LogType="Tail", **options)
    return base64.b64decode(reply["LogResult"]).decode()


def test_what_is_printed_and_logged(lab, capsys):
    def handler(event, context):
        print("hello")
        time.sleep(1.5)
        logging.getLogger("shop").warning("low stock")
        context.log("bare\n")
        return context.aws_request_id

    lab.deploy("f", handler, memory=256)
    reply = boto3.client("lambda").invoke(FunctionName="f", LogType="Tail")
    request = reply["Payload"].read().decode().strip('"')
    assert base64.b64decode(reply["LogResult"]).decode() == (
        f"START RequestId: {request} Version: $LATEST\n"
        "hello\n"
        f"[WARNING]\t2026-11-02T08:00:01.500Z\t{request}\tlow stock\n"
        "bare\n"
        f"END RequestId: {request}\n"
        f"REPORT RequestId: {request}\tDuration: 1500.00 ms\tMemory Size: 256 MB\t\n"
    )
    assert capsys.readouterr().out == "hello\nbare\n"


def test_an_error(lab):
    def handler(event, context):
        raise ValueError("card declined")

    lab.deploy("f", handler)
    lines = log().splitlines()
    assert lines[1:3] == ["[ERROR] ValueError: card declined", "Traceback (most recent call last):"]
    assert lines[3].endswith("in handler")


def test_the_last_four_kilobytes(lab):
    lab.deploy("f", lambda event, context: print("x" * 9000))
    assert len(log()) == 4096
    assert log().endswith("MB\t\n")


def test_without_it_there_is_no_log(lab):
    lab.deploy("f", lambda event, context: print("x"))
    assert "LogResult" not in boto3.client("lambda").invoke(FunctionName="f")


def test_each_invocation_hears_its_own_and_stdout_comes_back(lab):
    before, handlers = sys.stdout, list(logging.getLogger().handlers)
    logs = {}

    def handler(event, context):
        print(event)
        time.sleep(event)
        print(event)

    def call(number):
        logs[number] = log(Payload=str(number))

    lab.deploy("f", handler, timeout=9)
    with lab.running():
        for number in (3, 1, 2):
            lab.start(call, number)
    for number, text in logs.items():
        assert text.splitlines()[1:-2] == [str(number)] * 2
    assert (sys.stdout, logging.getLogger().handlers) == (before, handlers)


def test_a_handler_that_is_ended_leaves_stdout_as_it_was(lab):
    before = sys.stdout
    lab.deploy("f", lambda event, context: time.sleep(60))
    assert "Task timed out after 3.00 seconds" in log()
    assert sys.stdout is before
