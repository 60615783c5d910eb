"""What `lab.deploy` promises of a function whose globals are those of a notebook or a script."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import json, time
import boto3
from helpers import Lab

seen, record, count = set(), [], 0

def note(number):
    seen.add(number)

def handler(event, context):
    global count
    count += 1
    note(event)
    record.append(event)
    time.sleep(1)
    return [sorted(seen), count]

lab = Lab(seed=1)
lab.deploy("f", handler)
answers = {}

def call(number):
    reply = boto3.client("lambda").invoke(FunctionName="f", Payload=json.dumps(number))
    answers[number] = json.loads(reply["Payload"].read())

with lab.running():
    lab.start(call, 1)
    lab.start(call, 2)
call(3)
print(json.dumps([answers, record, sorted(seen)]))
"""


def test_environments_share_no_global_and_the_notebook_sees_them_all():
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, encoding="utf-8")
    assert run.stdout.strip() == (
        '[{"1": [[1], 1], "2": [[2], 1], "3": [[2, 3], 2]}, [1, 2, 3], [1, 2, 3]]'
    ), run.stderr
