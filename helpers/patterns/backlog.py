"""A backlog: how long it stays, who waits while it does, and when to add workers.

Lesson 04 writes these functions out. They run unchanged on an AWS account.
"""

import json
import math
import threading
import time
from datetime import UTC, datetime, timedelta


def recovery_time(backlog, capacity, arrival_rate):
    """Seconds until a backlog is gone; infinite without headroom. Rates in orders per second."""
    headroom = capacity - arrival_rate
    return backlog / headroom if headroom > 0 else math.inf


def take(sqs, queue, wait):
    """One message, with the time it was sent, or None if none comes within `wait` seconds."""
    answer = sqs.receive_message(
        QueueUrl=queue, WaitTimeSeconds=wait, MessageSystemAttributeNames=["SentTimestamp"]
    )
    return next(iter(answer.get("Messages", [])), None)


def age(message):
    """Seconds since a message was sent to the queue from which it was taken."""
    return time.time() - int(message["Attributes"]["SentTimestamp"]) / 1000


def fresh_first(sqs, fresh, late, work, limit):
    """Work for ever on orders younger than `limit` seconds; older ones when there is time."""
    while True:
        queue, message = fresh, take(sqs, fresh, wait=1)
        if message is None:
            queue, message = late, take(sqs, late, wait=1)
        if message is None:
            continue
        if queue == fresh and age(message) > limit:
            sqs.send_message(QueueUrl=late, MessageBody=message["Body"])
        else:
            work(json.loads(message["Body"]))
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def shed(sqs, queue, work, apologise, limit):
    """Work for ever on orders younger than `limit` seconds; apologise for the others."""
    while True:
        message = take(sqs, queue, wait=20)
        if message is None:
            continue
        act = apologise if age(message) > limit else work
        act(json.loads(message["Body"]))
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def age_of_oldest(cloudwatch, queue_name):
    """Age of the oldest message at the end of the last full minute, in seconds; 0 if none."""
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{"Name": "QueueName", "Value": queue_name}],
    }
    stat = {"Metric": metric, "Period": 60, "Stat": "Maximum"}
    now = datetime.now(UTC)
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "age", "MetricStat": stat}],
        StartTime=now - timedelta(minutes=2),
        EndTime=now,
        ScanBy="TimestampDescending",
    )
    return next(iter(answer["MetricDataResults"][0]["Values"]), 0.0)


def scale(read_age, start_worker, steps):
    """Once a minute, have as many workers as the age asks for.

    `steps` maps the age in seconds from which a number of workers is wanted to that number.
    """
    running = []
    while True:
        seconds = read_age()
        wanted = max(workers for start, workers in steps.items() if seconds >= start)
        while len(running) < wanted:
            running.append(threading.Event())
            start_worker(running[-1])
        while len(running) > wanted:
            running.pop().set()
        time.sleep(60)
