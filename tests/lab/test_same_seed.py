"""The same seed gives the same trace, in this process and in another."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import boto3
from lab_scene import happenings, make_queue

from helpers import Lab, faults


def shop(seed):
    """Several workers, lost replies, throttles, pools, ids and draws of every kind."""
    with Lab(seed=seed) as lab:
        sqs, url = make_queue(VisibilityTimeout="15")
        sns, dynamodb = boto3.client("sns"), boto3.client("dynamodb")
        topic = sns.create_topic(Name="paid")["TopicArn"]
        dynamodb.create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

        def place():
            for _ in range(25):
                time.sleep(random.expovariate(1.0))
                sqs.send_message(QueueUrl=url, MessageBody=str(uuid.uuid4()))

        def charge():
            while True:
                reply = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
                for message in reply.get("Messages", []):
                    time.sleep(random.uniform(0, 4))
                    with ThreadPoolExecutor(2) as pool:
                        pool.submit(store, message["Body"])
                        pool.submit(sns.publish, TopicArn=topic, Message=message["Body"])
                    lab.mark("charged", order=message["Body"])
                    if random.random() < 0.9:
                        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

        def store(ident):
            dynamodb.put_item(TableName="orders", Item={"id": {"S": ident}})

        with (
            faults.lost_reply("sqs.SendMessage", rate=0.2, seed=seed),
            faults.throttling("dynamodb", rate=0.3, seed=seed),
            faults.error("sns", rate=0.2, seed=seed),
            faults.latency("sqs", median=0.02, p99=0.2, seed=seed),
            lab.running(minutes=10),
        ):
            lab.start(place, copies=2)
            lab.start(charge, copies=3)
        return happenings(lab)


class TestTheSameSeed:
    def test_gives_the_same_trace_in_eight_runs_ids_included(self):
        first = shop(21)
        assert len(first) > 300
        assert "ReadTimeoutError" in str(first)
        assert "ProvisionedThroughputExceededException" in str(first)
        for number in range(2, 9):
            assert shop(21) == first, f"run {number}"

    def test_another_seed_gives_another(self):
        assert shop(21) != shop(22)

    def test_gives_the_same_trace_in_another_process(self):
        code = (
            f"import runpy; shop = runpy.run_path({__file__!r})['shop']; "
            "import hashlib; print(hashlib.sha256(repr(shop(21)).encode()).hexdigest())"
        )
        digests = set()
        for hash_seed in ("1", "2"):
            done = subprocess.run(
                [sys.executable, "-c", code],
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(sys.path),
                    "PYTHONHASHSEED": hash_seed,
                },
                capture_output=True,
                encoding="utf-8",
                check=True,
            )
            digests.add(done.stdout.strip())
        assert len(digests) == 1, digests

    def test_gives_the_same_ids_from_moto(self):
        def ids(seed):
            with Lab(seed=seed):
                sqs, url = make_queue()
                return [
                    sqs.send_message(QueueUrl=url, MessageBody="x")["MessageId"] for _ in range(9)
                ]

        assert ids(1) == ids(1)
        assert not set(ids(1)) & set(ids(2))
