"""The table of differences is run, is short enough to be read, and leaves an open lab alone."""

import os
import time

import boto3
import pytest

from helpers import Lab, differences
from helpers.differences import DIFFERENCES

# What the lab shows and does not correct: it keeps to the best of what AWS may do.
SHOWN = {
    "SQS standard: 10 messages, one consumer",
    "DynamoDB: read at once, not ConsistentRead",
    "DynamoDB: two transactions at once, one item",
    "DynamoDB: 500 writes at once, 1 unit a second",
}

# What AWS leaves open. The lab does one of the things that AWS may do, and always the same.
CHOSEN = {
    "SQS: delete with an old receipt handle",
    "SQS FIFO: a batch of three comes back",
    "SQS standard: deleted, one server missing",
    "SQS standard: a receive misses a server",
    "SQS fair: 30 of one tenant in flight",
    "SQS: NumberOfMessagesSent in CloudWatch",
    "DynamoDB: an item has expired; two days later",
    "Step Functions: Default and a rule lead to one",
    "EventBridge: a disabled rule",
    "Lambda: mapped to a queue of 30 messages",
}


@pytest.fixture(scope="module")
def table():
    return differences.table().set_index("behaviour")


@pytest.mark.parametrize("behaviour", [known.behaviour for known in DIFFERENCES])
def test_what_is_corrected_is_as_on_aws_and_was_not_before(table, behaviour):
    row = table.loc[behaviour]
    assert row["plain moto"] != row["AWS"]
    assert (row["plain moto"] == row["here"]) == (behaviour in SHOWN)
    assert (row["here"] == row["AWS"]) == (behaviour not in SHOWN | CHOSEN)


def test_every_row_stands_there_once(table):
    assert len(table) == len(DIFFERENCES) == table.index.nunique()
    assert set(table.index) >= SHOWN


def test_what_still_differs_is_shown_and_what_aws_leaves_open_is_called_a_choice(table):
    assert set(table.index[table["as on AWS"] == "no"]) == SHOWN
    assert set(table.index[table["as on AWS"] == "the lab's choice"]) == CHOSEN


def test_a_choice_is_no_statement_of_aws():
    for row in DIFFERENCES:
        assert bool(row.choice) == (row.behaviour in CHOSEN)
        assert row.choice != row.aws


def test_every_cell_is_shown_in_full_and_every_source_named(table):
    cells = table.reset_index().astype(str)
    assert cells.map(len).max(axis=None) <= 50  # pandas cuts off longer ones
    assert cells.map(len).min(axis=None) > 0


def test_some_rows_alone_say_the_same(table):
    some = ["Step Functions: a late task token", "SQS: delete with an old receipt handle"]
    assert differences.table(*some).set_index("behaviour").equals(table.loc[some])
    with pytest.raises(ValueError, match="'SQS: teleports'"):
        differences.table("SQS: teleports")


def test_a_second_run_says_the_same_and_leaves_an_open_lab_as_it_is(table):
    with Lab(seed=5) as lab:
        sqs = boto3.client("sqs")
        queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
        lab.deploy("work", lambda event, context: "the reader's")
        with lab.running(seconds=7):
            lab.start(time.sleep, 1)
        sqs.send_message(QueueUrl=queue, MessageBody="order")
        [message] = sqs.receive_message(QueueUrl=queue, VisibilityTimeout=10)["Messages"]
        rows, docker = len(lab.trace), os.environ.get("DOCKER_HOST")
        again = differences.table().set_index("behaviour")
        assert again.equals(table)
        assert (lab.now, len(lab.trace), os.environ.get("DOCKER_HOST")) == (7, rows, docker)
        assert sqs.list_queues()["QueueUrls"] == [queue]
        answer = boto3.client("lambda").invoke(FunctionName="work")
        assert answer["Payload"].read() == b'"the reader\'s"'
        with lab.running(seconds=11):
            pass
        sqs.receive_message(QueueUrl=queue)
        # Corrected as before: the old receipt handle does not delete.
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        with lab.running(seconds=31):
            pass
        assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "order"
