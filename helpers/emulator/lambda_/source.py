"""A queue as the source of events: what a poller asks of SQS, by plain calls.

Each call makes one attempt. A delete that fails leaves the messages in the queue, and they are
delivered again after their visibility timeout: a duplicate.
"""

from __future__ import annotations

import time

from botocore.exceptions import BotoCoreError, ClientError

from helpers.emulator.clients import client
from helpers.emulator.lambda_.batch import Record, record

BACK_OFF = (1.0, 30.0)  # first and longest wait after SQS has not answered, seconds


class Source:
    """The queue of one mapping."""

    def __init__(self, arn: str) -> None:
        self.arn = arn
        self.fifo = arn.endswith(".fifo")
        self.sqs = client("sqs", arn.split(":")[3])
        self._url: str | None = None
        self._back_off = BACK_OFF[0]

    @property
    def url(self) -> str:
        if self._url is None:
            self._url = self.sqs.get_queue_url(QueueName=self.arn.split(":")[5])["QueueUrl"]
        return self._url

    def receive(self, count: int, wait: int) -> list[Record]:
        """Up to ten messages, as records. After an error none, and after a pause."""
        try:
            found = self.sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=min(10, count),
                WaitTimeSeconds=wait,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            )
        except (ClientError, BotoCoreError):
            pause, self._back_off = self._back_off, min(2 * self._back_off, BACK_OFF[1])
            time.sleep(pause)
            return []
        self._back_off = BACK_OFF[0]
        return [record(message, self.arn) for message in found.get("Messages", [])]

    def delete(self, records: list[Record]) -> None:
        """Delete messages, ten in a call. What cannot be deleted stays."""
        for start in range(0, len(records), 10):
            entries = [
                {"Id": str(number), "ReceiptHandle": entry["receiptHandle"]}
                for number, entry in enumerate(records[start : start + 10])
            ]
            try:
                self.sqs.delete_message_batch(QueueUrl=self.url, Entries=entries)
            except (ClientError, BotoCoreError):
                continue

    def visibility(self) -> float:
        """The queue's visibility timeout in seconds; zero if SQS does not tell."""
        try:
            found = self.sqs.get_queue_attributes(
                QueueUrl=self.url, AttributeNames=["VisibilityTimeout"]
            )
        except (ClientError, BotoCoreError):
            return 0.0
        return float(found["Attributes"]["VisibilityTimeout"])
