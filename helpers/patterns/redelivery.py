"""A queue delivers again: keep a message while you work, give up on one that fails, bring it back.

Lesson 06 writes these functions out. They run unchanged on an AWS account.
"""

import contextlib
import json
import threading
import time


def queue_with_dead_letters(sqs, name, tries, timeout=30):
    """Make a queue, and one for what was delivered `tries` times and never deleted. Their URLs."""
    fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    longest = {"MessageRetentionPeriod": str(14 * 86400)}
    dead = sqs.create_queue(QueueName=f"dead-{name}", Attributes=fifo | longest)["QueueUrl"]
    policy = {"deadLetterTargetArn": arn_of(sqs, dead), "maxReceiveCount": tries}
    given = {"VisibilityTimeout": str(timeout), "RedrivePolicy": json.dumps(policy)}
    return sqs.create_queue(QueueName=name, Attributes=fifo | given)["QueueUrl"], dead


def arn_of(sqs, queue):
    """The queue's ARN."""
    answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]


def work_off(sqs, queue, work, most=1):
    """Take messages for ever, up to `most` in one receive. What fails comes again."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20, MaxNumberOfMessages=most)
        for message in answer.get("Messages", []):
            with contextlib.suppress(Exception):  # better: write it to the log
                work(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def work_on_batch(event, work):
    """What a function answers to a batch: which records failed. The others are deleted."""
    failed = []
    for record in event["Records"]:
        try:
            work(json.loads(record["body"]))
        except Exception:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def alarm_on(cloudwatch, queue, topic):
    """Tell the topic when a message has waited in the queue of this name, looked at each minute."""
    what = {"Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible"}
    of = {"Dimensions": [{"Name": "QueueName", "Value": queue}], "Statistic": "Maximum"}
    when = {"Period": 60, "EvaluationPeriods": 1, "Threshold": 0}
    then = {"ComparisonOperator": "GreaterThanThreshold", "AlarmActions": [topic]}
    cloudwatch.put_metric_alarm(AlarmName=f"waiting in {queue}", **what, **of, **when, **then)


def redrive(sqs, dead, rate):
    """Send the dead letters back where they came from, `rate` per second. Returns how many went."""
    arn = arn_of(sqs, dead)
    sqs.start_message_move_task(SourceArn=arn, MaxNumberOfMessagesPerSecond=rate)
    while True:
        [task] = sqs.list_message_move_tasks(SourceArn=arn)["Results"]
        if task["Status"] not in ("RUNNING", "CANCELLING"):
            return task["ApproximateNumberOfMessagesMoved"]
        time.sleep(1)


@contextlib.contextmanager
def keep_hidden(sqs, queue, message, seconds=30):
    """Keep a message in flight for as long as the block runs, and `seconds` longer at most."""
    done = threading.Event()
    which = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}

    def beat():
        while not done.is_set():
            sqs.change_message_visibility(VisibilityTimeout=seconds, **which)
            done.wait(seconds / 3)

    heart = threading.Thread(target=beat, daemon=True)
    heart.start()
    try:
        yield
    finally:
        done.set()
        heart.join()
