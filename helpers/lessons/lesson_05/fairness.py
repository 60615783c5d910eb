"""The fair queue, closer: what CloudWatch says of it, and its rule with the clock stopped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pandas as pd

from helpers.lab import Lab
from helpers.lessons.lesson_05.designs import PATIENT
from helpers.lessons.lesson_05.experiment import run
from helpers.lessons.lesson_05.shops import NOISY

VISIBLE = "ApproximateNumberOfMessagesVisible"
WATCHED = {
    "ApproximateNumberOfNoisyGroups": "noisy groups",
    VISIBLE: "waiting",
    f"{VISIBLE}InQuietGroups": "waiting in quiet groups",
}
OPENED = datetime(2026, 11, 2, 8, tzinfo=UTC)  # when every lab begins


def watched(*, seed: int = 3, minutes: float = 5) -> pd.DataFrame:
    """What CloudWatch says of the fair queue in a sale: a row per minute, a column per metric."""
    lab = run("fair queue", seed=seed, minutes=minutes)
    end = OPENED + timedelta(minutes=minutes)
    found = read_metrics(boto3.client("cloudwatch"), "orders-fair", list(WATCHED), OPENED, end)
    lab.close()
    frame = pd.DataFrame(found).rename(columns=WATCHED).astype(int)
    # boto3 gives moments in the zone of the reader's machine; the lab's day is one in UTC.
    return frame.rename(index=lambda moment: f"{moment.astimezone(UTC):%H:%M}")


def read_metrics(
    cloudwatch: Any, queue: str, names: Iterable[str], start: datetime, end: datetime
) -> dict[str, dict[datetime, float]]:
    """The largest value of each metric in each minute."""
    common = {"Namespace": "AWS/SQS", "Dimensions": [{"Name": "QueueName", "Value": queue}]}
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": common | {"MetricName": name},
                "Period": 60,
                "Stat": "Maximum",
            },
        }
        for number, name in enumerate(names)
    ]
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=start, EndTime=end, ScanBy="TimestampAscending"
    )
    return {
        name: dict(zip(result["Timestamps"], result["Values"], strict=True))
        for name, result in zip(names, answer["MetricDataResults"], strict=True)
    }


def ahead_of_cycling(in_flight: int, *, burst: int = 60, seed: int = 3) -> int:
    """How many orders of a burst go out before the order of cycling that was sent after it.

    No time passes, so there is no processing time: the first half of AWS's rule acts alone.

    Parameters
    ----------
    in_flight : int
        Orders that are in flight already, a multiple of ten; each is a tenant of its own.
    """
    with Lab(seed=seed):
        sqs = boto3.client("sqs")
        queue = sqs.create_queue(QueueName="orders-fair", Attributes=PATIENT)["QueueUrl"]
        ten = [{"Id": f"{number}", "MessageBody": NOISY} for number in range(10)]
        for _ in range(in_flight // 10):
            sqs.send_message_batch(QueueUrl=queue, Entries=ten)
            sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        for entry in (ten * (burst // 10 + 1))[:burst]:
            body = entry["MessageBody"]
            sqs.send_message(QueueUrl=queue, MessageBody=body, MessageGroupId=NOISY)
        sqs.send_message(QueueUrl=queue, MessageBody="cycling", MessageGroupId="cycling")
        for place in range(burst + 1):
            [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
            if message["Body"] == "cycling":
                return place
    raise RuntimeError("the order of cycling never came")
