"""One warehouse for many tenants: workers of one queue or of several, and the metrics of fairness.

Lesson 05 writes these functions out. They run unchanged on an AWS account.
"""

import itertools
import random
import time


def pack_from_queue(sqs, queue, pack):
    """Take orders from the queue for ever; delete each when it is packed."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            pack(message["Body"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def pack_in_turn(sqs, queues, pack, pause):
    """Ask one queue after the other for ever; rest when all were empty, `pause` s on average."""
    empty = 0
    for queue in itertools.cycle(queues):
        messages = sqs.receive_message(QueueUrl=queue).get("Messages", [])
        for message in messages:
            pack(message["Body"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        empty = 0 if messages else empty + 1
        if empty == len(queues):
            time.sleep(random.uniform(0, 2 * pause))
            empty = 0


def read_metrics(cloudwatch, queue, names, start, end):
    """What CloudWatch says of a queue, minute by minute: a dictionary of lists per metric."""
    common = {"Namespace": "AWS/SQS", "Dimensions": [{"Name": "QueueName", "Value": queue}]}
    queries = [
        {"Id": f"m{number}", "MetricStat": {"Metric": common | {"MetricName": name},
                                            "Period": 60, "Stat": "Maximum"}}
        for number, name in enumerate(names)
    ]  # fmt: skip
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=start, EndTime=end, ScanBy="TimestampAscending"
    )
    return {
        name: dict(zip(result["Timestamps"], result["Values"], strict=True))
        for name, result in zip(names, answer["MetricDataResults"], strict=True)
    }
