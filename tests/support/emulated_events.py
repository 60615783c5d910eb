"""What the tests of the bus have in common: queues as targets, rules, and events."""

from __future__ import annotations

import json

from lab_clients import client

ACCOUNT, REGION = "123456789012", "eu-west-1"
ENTRY = {"Source": "shop", "DetailType": "OrderPlaced", "Detail": '{"order": 1}'}
ANY = {"source": [{"exists": True}]}


class Queue:
    """A queue, and what has arrived in it."""

    def __init__(self, name: str, **attributes: str) -> None:
        self.sqs = client("sqs")
        self.name = name
        self.url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"

    def messages(self) -> list[dict]:
        found = []
        while batch := self.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            found += batch
        return found

    def bodies(self) -> list[str]:
        return [message["Body"] for message in self.messages()]

    def events(self) -> list[dict]:
        return [json.loads(body) for body in self.bodies()]

    def dead_letters(self) -> list[dict]:
        """The message attributes of each dead letter."""
        return [
            {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
            for message in self.messages()
        ]


def rule(name: str, *targets: object, pattern: dict | None = None, **more: object) -> str:
    """A rule with its targets, each a queue or a dictionary for PutTargets. Returns its ARN."""
    events = client("events")
    arn = events.put_rule(Name=name, EventPattern=json.dumps(pattern or ANY), **more)["RuleArn"]
    bus = {key: more[key] for key in ("EventBusName",) if key in more}
    given = [
        {"Id": str(number)} | ({"Arn": target.arn} if isinstance(target, Queue) else target)
        for number, target in enumerate(targets)
    ]
    if given:
        events.put_targets(Rule=name, Targets=given, **bus)
    return arn


def publish(*details: dict, **more: object) -> list[str]:
    """Publish events, ten at a time. Returns their ids."""
    events, ids = client("events"), []
    entries = [{**ENTRY, "Detail": json.dumps(detail), **more} for detail in details or [{}]]
    for first in range(0, len(entries), 10):
        answer = events.put_events(Entries=entries[first : first + 10])
        assert answer["FailedEntryCount"] == 0
        ids += [entry["EventId"] for entry in answer["Entries"]]
    return ids


def let_pass(lab: object, seconds: float = 1) -> None:
    with lab.running(seconds=seconds):
        pass
