"""An exercise that takes a moment: a worker that counts ten messages."""

import boto3

from helpers.lessons.exercise import Failed


def rule(lab, answer, seed):
    sqs, counted = boto3.client("sqs"), []
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    for number in range(10):
        sqs.send_message(QueueUrl=queue, MessageBody=str(number))
    with lab.running(minutes=1):
        lab.start(answer, sqs, queue, counted.append)
    if len(counted) != 10:
        raise Failed(f"{len(counted)} of 10 were counted.")


def right(sqs, queue, count):
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            count(message["Body"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
