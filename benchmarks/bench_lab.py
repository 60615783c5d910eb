"""What the lab costs, as ratios within one run: ``uv run python benchmarks/bench_lab.py``.

Each figure is the best of several rounds, and the two sides of a ratio take turns, so that another
load on the machine meets both.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import boto3
import moto

from helpers import Lab
from helpers.emulator.opening import corrected

ROUNDS, CALLS = 7, 200


def traffic(sqs, queue: str, calls: int = CALLS) -> None:
    """The same boto3 calls on both sides: send, receive, delete."""
    for number in range(calls):
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"order_id": number}))
        for message in sqs.receive_message(QueueUrl=queue)["Messages"]:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def seconds(action: Callable[[], None]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def in_moto(*, correct: bool) -> float:
    """Seconds for the traffic against moto alone."""
    with moto.mock_aws():
        sqs = boto3.client("sqs", region_name="eu-west-1")
        queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
        if not correct:
            return seconds(lambda: traffic(sqs, queue))
        with corrected():
            return seconds(lambda: traffic(sqs, queue))


def in_lab() -> float:
    """Seconds for the traffic inside a run of the lab."""
    with Lab(seed=1) as lab:
        sqs = boto3.client("sqs")
        queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
        return seconds(lambda: _run(lab, sqs, queue))


def _run(lab: Lab, sqs, queue: str) -> None:
    with lab.running():
        lab.start(traffic, sqs, queue)


def idle_day(workers: int = 1) -> float:
    """Seconds of real time for a simulated day of long polls on an empty queue, per worker."""
    with Lab(seed=1) as lab:
        sqs = boto3.client("sqs")
        queue = sqs.create_queue(QueueName="orders")["QueueUrl"]

        def poll() -> None:
            while True:
                sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)

        def day() -> None:
            with lab.running(days=1):
                lab.start(poll, copies=workers)

        return seconds(day) / workers


def main() -> None:
    plain, fixed, lab = [], [], []
    for _ in range(ROUNDS):
        plain.append(in_moto(correct=False))
        fixed.append(in_moto(correct=True))
        lab.append(in_lab())
    per_call = 1e6 / (3 * CALLS)
    print(f"moto alone            {min(plain) * per_call:7.0f} µs per call")
    print(f"moto corrected        {min(fixed) * per_call:7.0f} µs per call")
    print(f"the lab               {min(lab) * per_call:7.0f} µs per call")
    print(f"the lab / moto alone  {min(lab) / min(plain):7.2f} (at most 1.10)")
    print(f"one idle worker       {idle_day():7.2f} s of real time per simulated day (at most 2)")
    print(f"two idle workers      {idle_day(2):7.2f} s of real time per simulated day, each")


if __name__ == "__main__":
    main()
