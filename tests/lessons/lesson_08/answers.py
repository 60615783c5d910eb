"""What learners answer to the exercises of lesson 08: a pattern, a route, a consumer."""

import contextlib
import json

from helpers.patterns.bus import let_in, subscribe

PLACED = {"source": ["shop.checkout"], "detail-type": ["OrderPlaced"]}
DAY = 86_400

# -- 1


def wants_a_channel():
    """Takes `anything-but` for a test that an order without a channel passes."""
    detail = {"tenant": ["records", "wool"], "amount": [{"numeric": [">", 5000]}]}
    channel = [{"anything-but": {"prefix": "b2b-"}}]
    return PLACED | {"detail": detail | {"channel": channel, "test": [{"exists": False}]}}


def takes_fifty_for_more_than_fifty():
    """Lets through an order of exactly 50 euros."""
    detail = {"tenant": ["records", "wool"], "amount": [{"numeric": [">=", 5000]}]}
    channel = [{"exists": False}, {"anything-but": {"prefix": "b2b-"}}]
    return PLACED | {"detail": detail | {"channel": channel, "test": [{"exists": False}]}}


def counts_in_euros():
    """Takes the amount for euros."""
    detail = {"tenant": ["records", "wool"], "amount": [{"numeric": [">", 50]}]}
    channel = [{"exists": False}, {"anything-but": {"prefix": "b2b-"}}]
    return PLACED | {"detail": detail | {"channel": channel, "test": [{"exists": False}]}}


def wants_test_to_be_something_else():
    """Refuses the text true in `test`, and wants the field to be there."""
    detail = {"tenant": ["records", "wool"], "amount": [{"numeric": [">", 5000]}]}
    channel = [{"exists": False}, {"anything-but": {"prefix": "b2b-"}}]
    return PLACED | {"detail": detail | {"channel": channel, "test": [{"anything-but": "true"}]}}


def excludes_a_boolean():
    """Gives `anything-but` a value that it does not take."""
    detail = {"tenant": ["records", "wool"], "amount": [{"numeric": [">", 5000]}]}
    return PLACED | {"detail": detail | {"test": [{"anything-but": True}]}}


def forgets_who_speaks():
    """Does not say of which source and kind the event has to be."""
    channel = [{"exists": False}, {"anything-but": {"prefix": "b2b-"}}]
    return {
        "detail": {
            "tenant": ["records", "wool"],
            "amount": [{"numeric": [">", 5000]}],
            "channel": channel,
            "test": [{"exists": False}],
        }
    }


def gives_json():
    """Returns the pattern as text."""
    return json.dumps(PLACED)


def says_it_with_or():
    """Puts the two cases of the channel beside each other with `$or`."""
    either = [
        {"channel": [{"exists": False}]},
        {"channel": [{"anything-but": {"prefix": "b2b-"}}]},
    ]
    detail = {"tenant": ["wool", "records"], "amount": [{"numeric": [">", 5000]}]}
    return PLACED | {"detail": detail | {"test": [{"exists": False}], "$or": either}}


def says_it_with_a_wildcard():
    """Uses a wildcard in place of a prefix, and a list of patterns for each shop."""
    channel = [{"exists": False}, {"anything-but": {"wildcard": "b2b-*"}}]
    tenant = [{"prefix": "records"}, {"equals-ignore-case": "wool"}]
    detail = {"tenant": tenant, "amount": [{"numeric": [">=", 5001]}], "test": [{"exists": False}]}
    return PLACED | {"detail": detail | {"channel": channel}}


# -- 2


def gives_up_at_once(events, sqs):
    """The starter: no retries, and no dead-letter queue."""
    policy = {"MaximumRetryAttempts": 0}
    subscribe(events, sqs, "shop", "charging", PLACED, None, RetryPolicy=policy)


def trusts_the_retries(events, sqs):
    """Leaves the retries at a day, and has no dead-letter queue."""
    subscribe(events, sqs, "shop", "charging", PLACED)


def leaves_the_retention(events, sqs):
    """Has a dead-letter queue that forgets after four days."""
    queue = sqs.create_queue(QueueName="charging-dead-letters")["QueueUrl"]
    subscribe(events, sqs, "shop", "charging", PLACED, queue)
    return queue


def keeps_and_does_not_retry(events, sqs):
    """Has a dead-letter queue for 14 days, and leaves even a short outage to people."""
    kept = {"MessageRetentionPeriod": str(14 * DAY)}
    queue = sqs.create_queue(QueueName="charging-dead-letters", Attributes=kept)["QueueUrl"]
    policy = {"MaximumRetryAttempts": 0}
    subscribe(events, sqs, "shop", "charging", PLACED, queue, RetryPolicy=policy)
    return queue


def has_no_policy(events, sqs):
    """Makes rule, target and dead-letter queue, and lets the rule into neither of the queues."""
    kept = {"MessageRetentionPeriod": str(14 * DAY)}
    queue = sqs.create_queue(QueueName="charging-dead-letters", Attributes=kept)["QueueUrl"]
    events.put_rule(Name="charging", EventBusName="shop", EventPattern=json.dumps(PLACED))
    target = {"Id": "1", "Arn": arn_of(sqs, "charging")}
    target["DeadLetterConfig"] = {"Arn": arn_of(sqs, "charging-dead-letters")}
    events.put_targets(Rule="charging", EventBusName="shop", Targets=[target])
    return queue


def lets_the_rule_into_the_target_alone(events, sqs):
    """Lets the rule into charging, and forgets the dead-letter queue."""
    kept = {"MessageRetentionPeriod": str(14 * DAY)}
    queue = sqs.create_queue(QueueName="charging-dead-letters", Attributes=kept)["QueueUrl"]
    subscribe(events, sqs, "shop", "charging", PLACED)
    target = {"Id": "charging", "Arn": arn_of(sqs, "charging")}
    target["DeadLetterConfig"] = {"Arn": arn_of(sqs, "charging-dead-letters")}
    events.put_targets(Rule="charging", EventBusName="shop", Targets=[target])
    return queue


def returns_the_target(events, sqs):
    """Returns the queue that the orders never reached."""
    kept = {"MessageRetentionPeriod": str(14 * DAY)}
    queue = sqs.create_queue(QueueName="charging-dead-letters", Attributes=kept)["QueueUrl"]
    subscribe(events, sqs, "shop", "charging", PLACED, queue)
    return sqs.get_queue_url(QueueName="charging")["QueueUrl"]


def retries_for_a_day(events, sqs):
    """Leaves the retries as they are: the queue gets what is older than a day."""
    kept = {"MessageRetentionPeriod": str(14 * DAY)}
    queue = sqs.create_queue(QueueName="given-up", Attributes=kept)["QueueUrl"]
    subscribe(events, sqs, "shop", "charging", PLACED, queue)
    return queue


def lets_in_all_rules_of_the_bus(events, sqs):
    """Writes one statement for all rules of the bus, without a word of the lesson's functions."""
    kept = {"MessageRetentionPeriod": str(13 * DAY)}
    queue = sqs.create_queue(QueueName="dead", Attributes=kept)["QueueUrl"]
    rule = events.put_rule(
        Name="charging", EventBusName="shop", EventPattern=json.dumps(PLACED)
    )["RuleArn"]  # fmt: skip
    for name in ("charging", "dead"):
        statement = {
            "Sid": "bus",
            "Effect": "Allow",
            "Principal": {"Service": ["events.amazonaws.com"]},
            "Action": ["sqs:SendMessage"],
            "Resource": arn_of(sqs, name),
            "Condition": {"ArnLike": {"aws:SourceArn": rule.rpartition("/")[0] + "/*"}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    target = {"Id": "1", "Arn": arn_of(sqs, "charging")}
    target |= {"DeadLetterConfig": {"Arn": arn_of(sqs, "dead")}}
    target |= {"RetryPolicy": {"MaximumEventAgeInSeconds": 6 * 3600}}
    events.put_targets(Rule="charging", EventBusName="shop", Targets=[target])
    return queue


def sets_the_retention_afterwards(events, sqs):
    """Takes half a day of retries, and sets the queue's retention at the end."""
    queue = sqs.create_queue(QueueName="dead")["QueueUrl"]
    policy = {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 43_200}
    rule = subscribe(events, sqs, "shop", "charging", PLACED, queue, RetryPolicy=policy)
    let_in(sqs, queue, rule)
    fortnight = {"MessageRetentionPeriod": "1209600"}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes=fortnight)
    return queue


def arn_of(sqs, name):
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    asked = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
    return sqs.get_queue_attributes(**asked)["Attributes"]["QueueArn"]


# -- 3


def ignores_replays(event, charge, done):
    """The starter: charges what is no replay, as often as it comes."""
    if "replay-name" not in event:
        charge(event["detail"])


def goes_by_the_events_id(event, charge, done):
    """Takes the event's id for a key."""
    if event["id"] not in done:
        charge(event["detail"])
        done[event["id"]] = True


def notes_it_first(event, charge, done):
    """Notes the order before the charge: one that fails is done for ever."""
    key = event["detail"]["order_id"]
    if key not in done:
        done[key] = True
        charge(event["detail"])


def swallows_the_error(event, charge, done):
    """Takes a charge that failed for one that is done."""
    key = event["detail"]["order_id"]
    if key not in done:
        done[key] = True
        with contextlib.suppress(ConnectionError):
            charge(event["detail"])


REMEMBERED = set()


def remembers_in_the_process(event, charge, done):
    """Remembers in a set of the process, which is gone with it."""
    key = event["detail"]["order_id"]
    if key not in REMEMBERED:
        charge(event["detail"])
        REMEMBERED.add(key)


def remembers_in_a_default(event, charge, done, known={}):  # noqa: B006
    """Remembers in a default argument, and not in what outlives the process."""
    key = event["detail"]["order_id"]
    if not known.get(key):
        charge(event["detail"])
        known[key] = event["time"]


def knows_orders_by_customer(event, charge, done):
    """Takes a customer's second order for the first one."""
    key = event["detail"]["customer"]
    if key not in done:
        charge(event["detail"])
        done[key] = True


class Later(Exception):
    """The message shall come again."""


def asks_for_another_try(event, charge, done):
    """Raises an error of its own, so that the message comes again."""
    order = event["detail"]
    if done.get(order["order_id"]) == "charged":
        return
    try:
        charge(order)
    except ConnectionError as error:
        raise Later(order["order_id"]) from error
    done[order["order_id"]] = "charged"


def keeps_a_list(event, charge, done):
    """Keeps one list in the dictionary."""
    charged = done.setdefault("charged", [])
    if event["detail"]["order_id"] in charged:
        return
    charge(event["detail"])
    charged.append(event["detail"]["order_id"])


WRONG = {
    "1": [
        wants_a_channel,
        takes_fifty_for_more_than_fifty,
        counts_in_euros,
        wants_test_to_be_something_else,
        excludes_a_boolean,
        forgets_who_speaks,
        gives_json,
    ],
    "2": [
        gives_up_at_once,
        trusts_the_retries,
        leaves_the_retention,
        keeps_and_does_not_retry,
        has_no_policy,
        lets_the_rule_into_the_target_alone,
        returns_the_target,
    ],
    "3": [
        ignores_replays,
        goes_by_the_events_id,
        notes_it_first,
        swallows_the_error,
        remembers_in_the_process,
        remembers_in_a_default,
        knows_orders_by_customer,
    ],
}
RIGHT = {
    "1": [says_it_with_or, says_it_with_a_wildcard],
    "2": [retries_for_a_day, lets_in_all_rules_of_the_bus, sets_the_retention_afterwards],
    "3": [asks_for_another_try, keeps_a_list],
}
