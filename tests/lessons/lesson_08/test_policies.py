"""Which policies let a rule send to a queue, as exercise 08.2 reads them."""

import json

import pytest

from helpers.lessons.lesson_08.policies import admits

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:charging"
RULE = "arn:aws:events:eu-west-1:123456789012:rule/shop/charging"
OTHER = RULE.replace("charging", "shipping")
ALLOWED = {
    "Effect": "Allow",
    "Principal": {"Service": "events.amazonaws.com"},
    "Action": "sqs:SendMessage",
    "Resource": QUEUE,
    "Condition": {"ArnEquals": {"aws:SourceArn": RULE}},
}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize(
    "change",
    {
        "as written": {},
        "all rules of the bus": {"Condition": {"ArnLike": {"AWS:SourceArn": f"{RULE[:-8]}*"}}},
        "several rules": {"Condition": {"ArnEquals": {"aws:SourceArn": [OTHER, RULE]}}},
        "the account": {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}},
        "everybody": {"Principal": "*", "Condition": {}},
        "every action": {"Action": ["sqs:ReceiveMessage", "SQS:*"]},
    }.values(),
)
def test_the_rule_is_let_in(change):
    assert admits(policy(ALLOWED | change), QUEUE, RULE)
    assert admits(policy(ALLOWED | change, ALLOWED), QUEUE, RULE)


@pytest.mark.parametrize(
    "change",
    {
        "another rule": {"Condition": {"ArnEquals": {"aws:SourceArn": OTHER}}},
        "another queue": {"Resource": QUEUE + "-2"},
        "another service": {"Principal": {"Service": "sns.amazonaws.com"}},
        "another action": {"Action": "sqs:ReceiveMessage"},
        "a wildcard where none is one": {"Condition": {"StringEquals": {"aws:SourceArn": "*"}}},
        "a condition that nobody meets": {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
    }.values(),
)
def test_the_rule_is_shut_out(change):
    assert not admits(policy(ALLOWED | change), QUEUE, RULE)


def test_a_denial_outweighs_what_is_allowed():
    assert not admits(policy(ALLOWED, ALLOWED | {"Effect": "Deny"}), QUEUE, RULE)


@pytest.mark.parametrize("nothing", [None, "", "{}", policy()])
def test_a_queue_without_statements_lets_nobody_in(nothing):
    assert not admits(nothing, QUEUE, RULE)
