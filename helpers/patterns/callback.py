"""Hand out a task token, answer with it, show signs of life, answer for the dead.

Lesson 11 writes these functions out. They run unchanged on an AWS account.
"""

import contextlib
import json
import threading
import time

import boto3

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


def start_each(client, machine, orders):
    """Start an execution for each order when it is placed; its name is the order's id."""
    opened = time.time()
    for order in orders:
        time.sleep(max(0, opened + order.placed_at - time.time()))
        client.start_execution(stateMachineArn=machine, name=order.order_id, input=order.json())


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

    heart = threading.Thread(target=beat, name=name, daemon=True)
    heart.start()
    try:
        yield over
    finally:
        over.set()
        heart.join()


def with_failures_to(function, flow):
    """Let a Lambda function process what fails: a worker not heard of, and all the rest."""
    catches = flow["States"]["Ask"]["Catch"] = []
    for why, error in (("unheard", "States.HeartbeatTimeout"), ("failed", "States.ALL")):
        catches.append({"ErrorEquals": [error], "ResultPath": "$.failure", "Next": why})
        call = {"FunctionName": function, "Payload": {"why": why, "order.$": "$"}}
        invoke = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}
        flow["States"][why] = invoke | {"Parameters": call}
    return flow


def answer_for_the_dead(event, context):
    """A Lambda function behind a dead-letter queue: nobody else is left who could answer."""
    client = boto3.client("stepfunctions")
    for record in event["Records"]:
        answer(client, json.loads(record["body"])["token"], error="WorkerDied")
