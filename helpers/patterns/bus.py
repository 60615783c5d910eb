"""A bus between systems: publish, route by rules, and bring back what the bus gave up.

Lesson 08 writes these functions out. They run unchanged on an AWS account.
"""

import json
import random
import time


def publish(events, entries, attempts=3):
    """Publish up to ten events. Those that the bus does not take are tried again."""
    for attempt in range(attempts):
        time.sleep(attempt * random.random())
        told = events.put_events(Entries=entries)["Entries"]
        entries = [entry for entry, it in zip(entries, told, strict=True) if "ErrorCode" in it]
        if not entries:
            return
    raise RuntimeError(f"the bus did not take {entries}")


def let_in(sqs, queue, rule):
    """Let this rule send to a queue, beside those that may already. Returns the queue's ARN."""
    asked = {"QueueUrl": queue, "AttributeNames": ["QueueArn", "Policy"]}
    known = sqs.get_queue_attributes(**asked)["Attributes"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": known["QueueArn"],
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.loads(known.get("Policy") or '{"Version": "2012-10-17", "Statement": []}')
    if statement not in policy["Statement"]:
        policy["Statement"].append(statement)
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    return known["QueueArn"]


def subscribe(events, sqs, bus, name, pattern, dead_letters=None, **target):
    """Send what matches the pattern to the queue of this name. Returns the rule's ARN."""
    rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))["RuleArn"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    target |= {"Id": name, "Arn": let_in(sqs, queue, rule)}
    if dead_letters:
        target["DeadLetterConfig"] = {"Arn": let_in(sqs, dead_letters, rule)}
    if events.put_targets(Rule=name, EventBusName=bus, Targets=[target])["FailedEntryCount"]:
        raise RuntimeError(f"the rule did not take {name} as its target")
    return rule


def subscribe_function(events, client, bus, name, pattern):
    """Send what matches the pattern to the Lambda function of this name. Returns the rule's ARN."""
    rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))["RuleArn"]
    allowed = {"Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}
    client.add_permission(FunctionName=name, StatementId=bus, SourceArn=rule, **allowed)
    arn = client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": name, "Arn": arn}])
    return rule


def redeliver(sqs, dead_letters):
    """Send each dead letter to the queue that it was meant for, and to no other."""
    asked = {"QueueUrl": dead_letters, "MessageAttributeNames": ["TARGET_ARN"]}
    asked |= {"MaxNumberOfMessages": 10, "WaitTimeSeconds": 20}
    while letters := sqs.receive_message(**asked).get("Messages"):
        for letter in letters:
            arn = letter["MessageAttributes"]["TARGET_ARN"]["StringValue"]
            queue = sqs.get_queue_url(QueueName=arn.split(":")[-1])["QueueUrl"]
            sqs.send_message(QueueUrl=queue, MessageBody=letter["Body"])
            sqs.delete_message(QueueUrl=dead_letters, ReceiptHandle=letter["ReceiptHandle"])
