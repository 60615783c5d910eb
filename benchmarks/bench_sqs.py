"""What a deep queue costs, as ratios within one run: ``uv run python benchmarks/bench_sqs.py``.

Each figure is the best of several rounds at that depth. The depths take turns, so that another load
on the machine meets all of them.
"""

from __future__ import annotations

import time
from collections import defaultdict

import boto3

from helpers import Lab

DEPTHS = (100, 10_000, 50_000)
TARGETS = {10_000: 1.5, 50_000: 3.0}
ROUNDS, CALLS = 7, 60
KINDS = ("standard", "fifo", "fair")


class DeepQueue:
    """A queue that holds `depth` messages, and the calls that are timed."""

    def __init__(self, kind: str, depth: int) -> None:
        self.kind, self.sqs, self.number = kind, boto3.client("sqs"), 0
        attributes = {"VisibilityTimeout": "43200"}
        if kind == "fifo":
            attributes |= {"FifoQueue": "true"}
        name = f"{kind}-{depth}{'.fifo' if kind == 'fifo' else ''}"
        self.url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        for first in range(0, depth, 10):
            entries = [
                {"Id": str(n), "MessageBody": "x", **self.grouped()}
                for n in range(min(10, depth - first))
            ]
            self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)

    def grouped(self) -> dict[str, str]:
        """A thousand groups, on a queue that has groups."""
        self.number += 1
        if self.kind == "standard":
            return {}
        group = {"MessageGroupId": f"g{self.number % 1000}"}
        return group | ({"MessageDeduplicationId": str(self.number)} if self.kind == "fifo" else {})

    def send(self) -> float:
        """Seconds per SendMessage."""
        begin = time.perf_counter()
        for _ in range(CALLS):
            self.sqs.send_message(QueueUrl=self.url, MessageBody="x", **self.grouped())
        return (time.perf_counter() - begin) / CALLS

    def receive(self) -> float:
        """Seconds per ReceiveMessage; each message is deleted outside the time taken."""
        taken = 0.0
        for _ in range(CALLS):
            begin = time.perf_counter()
            [message] = self.sqs.receive_message(QueueUrl=self.url)["Messages"]
            taken += time.perf_counter() - begin
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return taken / CALLS


def measure(kind: str) -> dict[tuple[str, int], float]:
    """Seconds per call, by call and depth."""
    best: dict[tuple[str, int], float] = defaultdict(lambda: float("inf"))
    with Lab(seed=1):
        queues = {depth: DeepQueue(kind, depth) for depth in DEPTHS}
        for _ in range(ROUNDS):
            for depth, queue in queues.items():
                for call in (queue.send, queue.receive):
                    key = (call.__name__, depth)
                    best[key] = min(best[key], call())
    return best


def main() -> None:
    for kind in KINDS:
        best = measure(kind)
        for call in ("send", "receive"):
            shallow = best[call, DEPTHS[0]]
            told = [f"{shallow * 1e6:5.0f} µs at {DEPTHS[0]}"]
            for depth in DEPTHS[1:]:
                ratio = best[call, depth] / shallow
                told.append(f"{ratio:5.2f} times at {depth:,} (at most {TARGETS[depth]})")
            print(f"{kind:9}{call:8}", ", ".join(told))


if __name__ == "__main__":
    main()
