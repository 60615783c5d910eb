"""What a schedule calls, with what, how often, and what it gives up.

Sources: `scheduler.targets`, `universal` and `invocations`.
"""

from __future__ import annotations

import json
import re
import threading
import time
from itertools import pairwise

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_events import ANY, Queue, rule
from emulated_schedules import ROLE, firings, schedule

from helpers import Lab, faults
from helpers.emulator.not_modelled import NotModelled

ARN = "arn:aws:{}:eu-west-1:123456789012:{}"
UNIVERSAL = "arn:aws:scheduler:::aws-sdk:{}"
ONCE = "at(2026-11-02T08:05:00)"


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


def run(lab, **duration):
    with lab.running(**(duration or {"minutes": 10})):
        pass


def test_a_queue_a_topic_and_a_function(lab):
    queue, got = Queue("q"), []
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    raw = {"RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=Queue("s").arn, Attributes=raw)
    function = lab.deploy("f", lambda event, context: got.append(event))
    schedule("q", ONCE, queue.arn, Input="any text")
    schedule("t", ONCE, topic, Input="any text")
    schedule("f", ONCE, function, Input='{"order": 1}')
    run(lab)
    assert queue.bodies() == Queue("s").bodies() == ["any text"]
    assert got == [{"order": 1}]
    assert firings(lab, "q") == firings(lab, "t") == firings(lab, "f") == [5]


def test_a_fifo_queue_by_its_group(lab):
    queue = Queue("q.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    group = {"SqsParameters": {"MessageGroupId": "g"}}
    schedule("s", "rate(6 minutes)", queue.arn, Input="<aws.scheduler.scheduled-time>", **group)
    run(lab)
    assert queue.bodies() == ["2026-11-02T08:00:00Z", "2026-11-02T08:06:00Z"]


def test_a_state_machine(lab):
    states = boto3.client("stepfunctions")
    definition = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    machine = states.create_state_machine(
        name="m", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    schedule("s", ONCE, machine, Input='{"order": 1}')
    run(lab)
    [execution] = states.list_executions(stateMachineArn=machine)["executions"]
    found = states.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(found["output"]) == {"order": 1}


def test_an_event_bus(lab):
    queue = Queue("q")
    rule("all", queue, pattern=ANY)
    told = {"EventBridgeParameters": {"Source": "shop", "DetailType": "Closing"}}
    schedule("s", ONCE, ARN.format("events", "event-bus/default"), Input='{"day": 1}', **told)
    run(lab)
    [event] = queue.events()
    assert (event["source"], event["detail-type"]) == ("shop", "Closing")
    assert event["detail"] == {"day": 1}


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("sqs:sendMessage", {"QueueUrl": "URL", "MessageBody": "hello"}),
        ("sns:publish", {"TopicArn": ARN.format("sns", "t"), "Message": "hello"}),
        ("lambda:invoke", {"FunctionName": "f", "InvocationType": "Event", "Payload": '"hello"'}),
        (
            "eventbridge:putEvents",
            {"Entries": [{"Source": "a", "DetailType": "b", "Detail": '{"hello": 1}'}]},
        ),
        ("sfn:startExecution", {"StateMachineArn": "MACHINE", "Input": '"hello"'}),
        ("dynamodb:putItem", {"TableName": "d", "Item": {"id": {"S": "hello"}}}),
        ("scheduler:deleteSchedule", {"Name": "other"}),
    ],
)
def test_a_universal_target_calls_its_operation(lab, action, parameters):
    queue = Queue("q")
    boto3.client("sns").create_topic(Name="t")
    lab.deploy("f", lambda event, context: None)
    definition = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    machine = boto3.client("stepfunctions").create_state_machine(
        name="m", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    boto3.client("dynamodb").create_table(
        TableName="d",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    schedule("other", "rate(1 day)", queue.arn)
    text = json.dumps(parameters).replace("URL", queue.url).replace("MACHINE", machine)
    schedule("s", ONCE, UNIVERSAL.format(action), Input=text)
    run(lab)
    trace = lab.trace
    [call] = trace[trace.caller == "scheduler:s"].itertuples()
    assert (call.time, call.outcome) == (300, "ok")
    assert call.operation.lower() == action.partition(":")[2].lower()


def test_a_universal_target_gives_on_every_parameter(lab):
    """floci, issue 1669: the message attributes were lost, and a filter let nothing through."""
    sns, queue = boto3.client("sns"), Queue("q")
    topic = sns.create_topic(Name="t")["TopicArn"]
    filtered = {"FilterPolicy": '{"k": ["v"]}', "RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes=filtered)
    attributes = {"k": {"DataType": "String", "StringValue": "v"}}
    given = {"TopicArn": topic, "Message": "hello", "MessageAttributes": attributes}
    schedule("s", ONCE, UNIVERSAL.format("sns:publish"), Input=json.dumps(given))
    run(lab)
    assert queue.bodies() == ["hello"]


@pytest.mark.parametrize(
    ("arn", "named"),
    [
        (ARN.format("ecs", "cluster/c"), "ecs"),
        (ARN.format("kinesis", "stream/s"), "kinesis"),
        (ARN.format("states", "activity:a"), "activity"),
        (UNIVERSAL.format("ec2:startInstances"), "ec2.StartInstances"),
        (UNIVERSAL.format("cloudwatch:putCompositeAlarm"), "cloudwatch.PutCompositeAlarm"),
    ],
)
def test_a_target_that_the_lab_would_not_call_is_refused(lab, arn, named):
    with pytest.raises(NotModelled, match=re.escape(named)) as refused:
        schedule("s", ONCE, arn, Input="{}")
    assert refused.value.instead


@pytest.mark.parametrize(
    ("arn", "more"),
    [
        ("queue", {}),
        (UNIVERSAL.format("sqs:receiveMessage"), {"Input": "{}"}),  # read-only, by AWS's list
        (UNIVERSAL.format("sqs:sendTelegram"), {"Input": "{}"}),
        (UNIVERSAL.format("telegraph:send"), {"Input": "{}"}),
        (UNIVERSAL.format("sqs:sendMessage"), {}),
        (UNIVERSAL.format("sqs:sendMessage"), {"Input": "[]"}),
        (ARN.format("lambda", "function:f"), {"Input": "no JSON"}),
        (ARN.format("states", "stateMachine:m"), {"Input": "no JSON"}),
        (ARN.format("events", "event-bus/default"), {"Input": "{}"}),
        (ARN.format("sqs", "q"), {"Input": "x" * (256 * 1024 + 1)}),
    ],
)
def test_a_target_that_aws_would_not_call_is_refused(lab, arn, more):
    with pytest.raises(ClientError) as refused:
        schedule("s", ONCE, arn, **more)
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_context_attributes_and_the_default_notification(lab):
    queue = Queue("q")
    text = " ".join(
        f"<aws.scheduler.{name}>"
        for name in ("schedule-arn", "scheduled-time", "execution-id", "attempt-number", "other")
    )
    arn = schedule("s", ONCE, queue.arn, Input=text)
    run(lab)
    [body] = queue.bodies()
    pattern = rf"{arn} 2026-11-02T08:05:00Z [0-9a-f]{{16}} 1 <aws\.scheduler\.other>"
    assert re.fullmatch(pattern, body)
    schedule("t", "at(2026-11-02T08:15:00)", queue.arn)
    run(lab)
    [event] = [event for event in map(_json, queue.bodies()) if event]
    assert (event["source"], event["detail-type"]) == ("aws.scheduler", "Scheduled Event")
    assert event["resources"] == ["arn:aws:scheduler:eu-west-1:123456789012:schedule/default/t"]
    assert event["time"] == "2026-11-02T08:15:00Z"


def _json(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def test_a_target_that_fails_is_tried_again_and_given_up_after_the_attempts(lab):
    dead = Queue("dead")
    schedule(
        "s", ONCE, ARN.format("sqs", "gone"), Input="attempt <aws.scheduler.attempt-number>",
        RetryPolicy={"MaximumRetryAttempts": 3}, DeadLetterConfig={"Arn": dead.arn},
    )  # fmt: skip
    run(lab)
    [letter] = dead.messages()
    url = "https://sqs.eu-west-1.amazonaws.com/123456789012/gone"
    assert json.loads(letter["Body"]) == {"MessageBody": "attempt 4", "QueueUrl": url}
    told = {name: held["StringValue"] for name, held in letter["MessageAttributes"].items()}
    assert re.fullmatch("[0-9a-f]{16}", told.pop("EXECUTION_ID"))
    assert told == {
        "ERROR_CODE": "AWS.SimpleQueueService.NonExistentQueue",
        "ERROR_MESSAGE": "The specified queue does not exist.",
        "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts",
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": "3",
        "SCHEDULED_TIME": "2026-11-02T08:05:00Z",
        "SCHEDULE_ARN": "arn:aws:scheduler:eu-west-1:123456789012:schedule/default/s",
        "TARGET_ARN": UNIVERSAL.format("sqs:sendMessage"),
    }
    *attempts, _ = firings(lab, "s")
    waits = [60 * (later - moment) for moment, later in pairwise(attempts)]
    assert len(attempts) == 4
    for wait, expected in zip(waits, (1, 2, 4), strict=True):
        assert expected / 2 <= wait <= expected * 1.5


def test_a_permanent_error_is_given_up_at_once_and_exhausts_nothing(lab):
    queue, dead = Queue("q.fifo", FifoQueue="true"), Queue("dead")
    schedule("s", ONCE, queue.arn, DeadLetterConfig={"Arn": dead.arn})  # without a group
    wrong = {"Input": '{"QueueUrl": 1}', "DeadLetterConfig": {"Arn": dead.arn}}
    schedule("t", ONCE, UNIVERSAL.format("sqs:sendMessage"), **wrong)
    run(lab)
    letters = dead.dead_letters()
    assert {letter["ERROR_CODE"] for letter in letters} == {
        "MissingParameter",
        "ValidationException",
    }
    for letter in letters:
        assert letter["RETRY_ATTEMPTS"] == "0"
        assert "EXHAUSTED_RETRY_CONDITION" not in letter


def test_a_firing_that_is_too_old_is_given_up(lab):
    dead = Queue("dead")
    policy = {"MaximumEventAgeInSeconds": 60}
    arn = ARN.format("lambda", "function:gone")
    schedule("s", ONCE, arn, RetryPolicy=policy, DeadLetterConfig={"Arn": dead.arn})
    run(lab)
    [letter] = dead.dead_letters()
    assert letter["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"
    *attempts, buried = firings(lab, "s")
    assert int(letter["RETRY_ATTEMPTS"]) == len(attempts) - 1 > 1
    assert attempts[-1] < buried == 6


def test_firings_that_wait_for_their_next_attempt_need_no_threads(lab):
    schedule("s", "rate(1 minute)", ARN.format("sqs", "gone"))
    run(lab, hours=1)
    assert threading.active_count() < 20


def test_no_retry_and_no_queue_for_dead_letters_is_one_attempt(lab):
    policy = {"MaximumRetryAttempts": 0}
    schedule("s", "rate(5 minutes)", ARN.format("sns", "gone"), RetryPolicy=policy)
    run(lab)
    assert firings(lab, "s") == [0, 5, 10]


def test_a_retry_mends_what_passes(lab):
    schedule("s", ONCE, ARN.format("sqs", "late"), Input="attempt <aws.scheduler.attempt-number>")

    def work():
        time.sleep(310)
        Queue("late")

    with lab.running(minutes=10):
        lab.start(work)
    [body] = Queue("late").bodies()
    assert int(body.split()[1]) > 1


def test_a_lost_reply_makes_a_second_message(lab):
    """At least once, as AWS says of Scheduler: the retry cannot know that the first arrived."""
    queue = Queue("q")
    schedule("s", ONCE, queue.arn, Input="<aws.scheduler.attempt-number>")

    def outage():
        with faults.lost_reply("sqs.SendMessage"):
            time.sleep(330)

    with lab.running(minutes=10):
        lab.start(outage)
    assert sorted(queue.bodies()) == ["1", "2"]
