"""CloudWatch metrics of SQS: every minute of the past, as plain boto3 reads it."""

import random
import time
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from counted_calls import calls_of
from emulated_sqs import FIFO, START, delete, make, receive, send
from in_ci import each_seed

from helpers import Lab, trace
from helpers.emulator.opening import correct

BEGIN = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # when a lab begins
STATES = {
    "ApproximateNumberOfMessagesVisible": "waiting",
    "ApproximateNumberOfMessagesNotVisible": "in_flight",
    "ApproximateNumberOfMessagesDelayed": "delayed",
}


def metric(name, *, queue="orders", stat="Sum", minutes=60, begin=BEGIN, cloudwatch=None):
    """The values of a metric, by the minute since the lab began."""
    query = {
        "Id": "m",
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/SQS",
                "MetricName": name,
                "Dimensions": [{"Name": "QueueName", "Value": queue}],
            },
            "Period": 60,
            "Stat": stat,
        },
    }
    end = begin + timedelta(minutes=minutes)
    cloudwatch = cloudwatch or boto3.client("cloudwatch")
    [found] = cloudwatch.get_metric_data(
        MetricDataQueries=[query], StartTime=begin, EndTime=end, ScanBy="TimestampAscending"
    )["MetricDataResults"]
    starts = [(moment - begin) / timedelta(minutes=1) for moment in found["Timestamps"]]
    return dict(zip(starts, found["Values"], strict=True))


class Shop:
    """A queue with delays, timeouts, a dead-letter queue and an idle hour."""

    def __init__(self, seed):
        self.random = random.Random(f"shop {seed}")
        self.sqs = boto3.client("sqs")
        dead = self.sqs.create_queue(QueueName="dead")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
        arn = arn["Attributes"]["QueueArn"]
        attributes = {
            "VisibilityTimeout": "47",
            "MessageRetentionPeriod": "600",
            "RedrivePolicy": f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":2}}',
        }
        self.url = self.sqs.create_queue(QueueName="orders", Attributes=attributes)["QueueUrl"]

    def produce(self):
        for number in range(100):
            time.sleep(self.random.expovariate(0.3))
            self.sqs.send_message(
                QueueUrl=self.url,
                MessageBody="x" * (number + 1),
                DelaySeconds=self.random.choice([0, 0, 90]),
            )

    def consume(self):
        for _ in range(150):
            reply = self.sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=20)
            time.sleep(self.random.expovariate(0.25))
            for message in reply.get("Messages", []):
                if self.random.random() < 0.7:
                    handle = message["ReceiptHandle"]
                    self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=handle)

    def run(self, lab):
        with lab.running(minutes=50):
            lab.start(self.produce)
            lab.start(self.consume)


@pytest.mark.parametrize("seed", each_seed(1, 2, 3))
def test_what_a_queue_held_is_what_the_trace_says_at_the_end_of_each_minute(seed):
    with Lab(seed=seed) as lab:
        Shop(seed).run(lab)
        ends = [60.0 * minute for minute in range(1, 51)]
        for queue in ("orders", "dead"):
            values = {state: metric(name, queue=queue) for name, state in STATES.items()}
            told = trace.backlog_at(lab.trace, ends, queue=queue, until=lab.now)
            for state in STATES.values():
                held = [values[state].get(minute, 0) for minute in range(50)]
                assert held == told[state].tolist(), queue
            assert max(told["waiting"]) > 1


@pytest.mark.parametrize("seed", each_seed(1, 2, 3))
def test_calls_are_counted_in_their_minute(seed):
    with Lab(seed=seed) as lab:
        Shop(seed).run(lab)
        calls = lab.trace[(lab.trace["kind"] == "call") & (lab.trace["resource"] == "orders")]
        calls = calls.assign(minute=calls["processed"] // 60)
        messages = calls["messages"].map(lambda handled: sum(h.what == "received" for h in handled))
        receives = calls["operation"] == "ReceiveMessage"

        def per_minute(rows, values=None):
            found = rows.groupby("minute").size() if values is None else values
            return {minute: count for minute, count in found.items() if count}

        def counted(name):
            return {minute: count for minute, count in metric(name).items() if count}

        sent = calls[calls["operation"] == "SendMessage"]
        assert counted("NumberOfMessagesSent") == per_minute(sent)
        deleted = calls[calls["operation"] == "DeleteMessage"]
        assert counted("NumberOfMessagesDeleted") == per_minute(deleted)
        assert counted("NumberOfEmptyReceives") == per_minute(calls[receives & (messages == 0)])
        received = messages[receives].groupby(calls["minute"]).sum()
        assert counted("NumberOfMessagesReceived") == per_minute(None, received)
        assert counted("NumberOfEmptyReceives")
        assert sum(counted("SentMessageSize").values()) == 100 * 101 / 2
        assert metric("NumberOfMessagesSent", queue="dead") == {}  # they were moved, not sent


@pytest.fixture
def cloudwatch(client):
    correct("cloudwatch")  # as the first request does in a lab
    return boto3.client("cloudwatch", "us-east-1")


def at(timeline, client, url, seconds):
    """Move on and let the queue notice."""
    timeline.shift(seconds)
    client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])


def values(cloudwatch, name, queue="orders"):
    begin = datetime.fromtimestamp(START, UTC)
    return metric(name, queue=queue, begin=begin, cloudwatch=cloudwatch)


def test_the_age_grows_and_falls_also_while_nobody_looks(client, cloudwatch, timeline):
    url = make(client, MessageRetentionPeriod=200)
    timeline.shift(10)
    send(client, url, "a")
    timeline.shift(60)
    send(client, url, "b")
    timeline.shift(300)
    name = "ApproximateAgeOfOldestMessage"
    assert values(cloudwatch, name) == {0: 50, 1: 110, 2: 170, 3: 170}
    held = values(cloudwatch, "ApproximateNumberOfMessagesVisible")
    assert held == {0: 1, 1: 2, 2: 2, 3: 1, 4: 0, 5: 0}


def test_the_age_is_that_of_the_oldest_message_received_less_than_three_times(
    client, cloudwatch, timeline
):
    url = make(client, VisibilityTimeout=1)
    at(timeline, client, url, 60)
    send(client, url, "poison")
    timeline.shift(10)
    send(client, url, "second")
    for _ in range(2):
        receive(client, url, 1)
        timeline.shift(1)
    at(timeline, client, url, 50)  # the second minute is over
    receive(client, url, 1)
    at(timeline, client, url, 58)
    client.purge_queue(QueueUrl=url)
    at(timeline, client, url, 60)
    assert values(cloudwatch, "ApproximateAgeOfOldestMessage") == {1: 60, 2: 110}


def test_the_age_of_a_dead_letter_counts_from_the_move(client, cloudwatch, timeline):
    dlq = make(client, "orders-dlq")
    target = client.get_queue_attributes(QueueUrl=dlq, AttributeNames=["QueueArn"])["Attributes"]
    policy = f'{{"deadLetterTargetArn": "{target["QueueArn"]}", "maxReceiveCount": 1}}'
    url = make(client, VisibilityTimeout=5, RedrivePolicy=policy)
    send(client, url, "poison")
    timeline.shift(20)
    receive(client, url, 1)
    timeline.shift(5)
    assert receive(client, url, 1) == []  # this moves it
    at(timeline, client, dlq, 95)
    found = values(cloudwatch, "ApproximateAgeOfOldestMessage", queue="orders-dlq")
    assert found == {0: 35, 1: 95}


def test_statistics_of_sizes_and_the_list_of_metrics(client, cloudwatch, timeline):
    url = make(client)
    send(client, url, "x", "xx", "xxxxxx")
    timeline.shift(60)
    begin = datetime.fromtimestamp(START, UTC)
    [point] = cloudwatch.get_metric_statistics(
        Namespace="AWS/SQS", MetricName="SentMessageSize", Period=300,
        Dimensions=[{"Name": "QueueName", "Value": "orders"}],
        StartTime=begin, EndTime=begin + timedelta(hours=1),
        Statistics=["Average", "Maximum", "Minimum", "SampleCount"],
    )["Datapoints"]  # fmt: skip
    expected = {"Average": 3, "Maximum": 6, "Minimum": 1, "SampleCount": 3, "Unit": "Bytes"}
    assert point == {**expected, "Timestamp": begin}
    found = cloudwatch.list_metrics(Namespace="AWS/SQS")["Metrics"]
    dimensions = [{"Name": "QueueName", "Value": "orders"}]
    assert {metric["MetricName"] for metric in found} == {
        "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible",
        "NumberOfMessagesSent", "SentMessageSize",
    }  # fmt: skip
    assert all(metric["Dimensions"] == dimensions for metric in found)


def test_a_readers_own_metrics_stay(client, cloudwatch, timeline):
    data = [{"MetricName": "Orders", "Value": 3.0, "Timestamp": datetime.fromtimestamp(START, UTC)}]
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=data)
    make(client)
    timeline.shift(120)
    begin = datetime.fromtimestamp(START, UTC)
    points = cloudwatch.get_metric_statistics(
        Namespace="Shop", MetricName="Orders", Period=60, Statistics=["Sum"],
        StartTime=begin, EndTime=begin + timedelta(hours=1),
    )["Datapoints"]  # fmt: skip
    assert [point["Sum"] for point in points] == [3.0]


def test_metrics_of_a_fair_queue(client, cloudwatch, timeline):
    url = make(client, VisibilityTimeout=3_600)
    for _ in range(50):
        send(client, url, "loud", MessageGroupId="loud")
    timeline.shift(10)
    messages = [message for _ in range(31) for message in receive(client, url, 1)]
    send(client, url, *["quiet"] * 3, MessageGroupId="quiet")
    send(client, url, "alone")
    send(client, url, "late", MessageGroupId="quiet", DelaySeconds=600)
    assert receive(client, url, 1)[0]["Body"] == "quiet"
    at(timeline, client, url, 50)
    minute = {
        "ApproximateNumberOfNoisyGroups": 1,
        "ApproximateNumberOfMessagesVisible": 22,
        "ApproximateNumberOfMessagesVisibleInQuietGroups": 3,
        "ApproximateNumberOfMessagesNotVisible": 32,
        "ApproximateNumberOfMessagesNotVisibleInQuietGroups": 1,
        "ApproximateNumberOfMessagesDelayed": 1,
        "ApproximateNumberOfMessagesDelayedInQuietGroups": 1,
        "ApproximateAgeOfOldestMessage": 60,
        "ApproximateAgeOfOldestMessageInQuietGroups": 50,
    }
    assert {name: values(cloudwatch, name) for name in minute} == {
        name: {0: value} for name, value in minute.items()
    }
    for message in messages:
        delete(client, url, message)
    timeline.shift(420)  # five minutes after the last message in flight the group is quiet
    noisy = values(cloudwatch, "ApproximateNumberOfNoisyGroups")
    assert list(noisy.values()) == [1, 1, 1, 1, 1, 0, 0, 0]


def test_metrics_of_a_fifo_queue(client, cloudwatch, timeline):
    url = make(client, "orders.fifo", VisibilityTimeout=100, **FIFO)
    for group in "abc":
        send(client, url, f"{group}1", f"{group}2", f"{group}1", MessageGroupId=group)
    receive(client, url, 3)
    timeline.shift(60)
    name = "ApproximateNumberOfGroupsWithInflightMessages"
    assert values(cloudwatch, name, "orders.fifo") == {0: 2}
    assert values(cloudwatch, "NumberOfDeduplicatedSentMessages", "orders.fifo") == {0: 3}
    assert values(cloudwatch, "NumberOfMessagesSent", "orders.fifo") == {0: 6}


def test_an_idle_day_costs_no_more_than_an_idle_hour(client, timeline):
    """The past is kept by change, not by minute: a day has 1,380 minutes more."""
    url = make(client)
    send(client, url, "a")

    def catch_up(seconds):
        timeline.shift(seconds)
        calls, _ = calls_of(client.get_queue_attributes, QueueUrl=url, AttributeNames=["All"])
        return calls

    catch_up(60)
    assert catch_up(86_400) < catch_up(3_600) + 100
