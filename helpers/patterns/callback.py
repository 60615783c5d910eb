"""Hand out a task token, answer with it, show signs of life, answer for the dead.

Lesson 11 writes these functions out. They run unchanged on an AWS account.
"""

import contextlib
import json
import threading
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError

TOKEN_AND_ORDER = {"token.$": "$$.Task.Token", "order.$": "$"}


def waiting(resource, parameters, **limits):
    """A workflow of one state: it hands out a token, and waits until an answer comes with it."""
    resource = f"arn:aws:states:::{resource}.waitForTaskToken"
    ask = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}
    return {"StartAt": "Ask", "States": {"Ask": ask | limits}}


def answer(client, token, error=None, **output):
    """Answer with an output, or with the name of an error. False if nobody waits any more."""
    try:
        if error:
            client.send_task_failure(taskToken=token, error=error)
        else:
            client.send_task_success(taskToken=token, output=json.dumps(output))
    except client.exceptions.TaskTimedOut:
        return False
    return True


def outcome(client, execution, every=5):
    """How an execution ended. A read may be old, so RUNNING means "not yet, or not known yet"."""
    while True:
        seen = client.describe_execution(executionArn=execution)
        if seen["status"] != "RUNNING":
            return seen
        time.sleep(every)


@contextlib.contextmanager
def heartbeat(client, token, seconds):
    """Send a heartbeat every `seconds` seconds. Yields an event, set when nobody waits any more."""
    over, name = threading.Event(), f"heart of {threading.current_thread().name}"

    def beat():
        while not over.wait(seconds):
            try:
                client.send_task_heartbeat(taskToken=token)
            except client.exceptions.TaskTimedOut:
                over.set()
            except (BotoCoreError, ClientError):
                pass  # the next heartbeat may get through

    heart = threading.Thread(target=beat, name=name, daemon=True)
    heart.start()
    try:
        yield over
    finally:
        over.set()
        heart.join()


def catch(error, then):
    """A rule for Catch: after this error, go on at another state, with the order."""
    return {"ErrorEquals": [error], "ResultPath": "$.failure", "Next": then}


def hand_to(function, why):
    """A state that calls a function with the order and a word on why it was given up."""
    call = {"FunctionName": function, "Payload": {"why": why, "order.$": "$"}}
    invoke = "arn:aws:states:::lambda:invoke"
    return {"Type": "Task", "Resource": invoke, "Parameters": call, "End": True}


def with_failures_to(function, flow):
    """Let a Lambda function process what fails: a worker not heard of, and all the rest."""
    states = flow["States"]
    states["Ask"]["Catch"] = [
        catch("States.HeartbeatTimeout", "Unheard"),
        catch("States.ALL", "Failed"),
    ]
    states["Unheard"] = hand_to(function, "no heartbeat")
    states["Failed"] = hand_to(function, "failed")
    return flow


def answer_for_the_dead(event, context):
    """A Lambda function behind a dead-letter queue: nobody else is left who could answer."""
    client = boto3.client("stepfunctions")
    for record in event["Records"]:
        answer(client, json.loads(record["body"])["token"], error="WorkerDied")
