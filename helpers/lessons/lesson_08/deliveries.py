"""Replays, duplicates, which bus an event goes to, and kinds of targets."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pandas as pd

from helpers import faults, load
from helpers.lessons.lesson_08.experiment import PLACED, Shop, arrivals, as_entry, opened
from helpers.lessons.lesson_08.outages import an_hour, replay

LIVE = PLACED | {"replay-name": [{"exists": False}]}  # a pattern that wants no replays
REPLAYS = ("yesterday", "to loyalty", "to all", "to all, told apart")


def replays(seed: int = 8) -> pd.DataFrame:
    """Messages in charging and in loyalty, which began a day later: a row for each of `REPLAYS`."""
    with opened(seed) as shop:
        archive = shop.events.create_archive(ArchiveName="orders", EventSourceArn=shop.bus)
        shop.subscribe("charging", PLACED)
        with shop.lab.running(hours=24):
            shop.lab.start(shop.sell, load.orders(rate=1 / 90, hours=1, seed=seed))
        loyalty = shop.subscribe("loyalty", PLACED)  # was not there yesterday
        for name in REPLAYS[1:]:
            if name == "to all, told apart":
                shop.subscribe("charging", LIVE)
            rules = [loyalty] if name == "to loyalty" else []
            replay(shop, archive, name.replace(", ", "-").replace(" ", "-"), (0, 86_400), rules)
            with shop.lab.running(hours=1):
                pass
        found = arrivals(shop.close())
    run = (found["time"] // 3600 - 23).clip(lower=0).astype(int)  # a day, and then an hour for each
    counts = found.groupby([run, "place"]).size().unstack(fill_value=0)
    return counts.reindex(range(4), fill_value=0).set_index(pd.Index(REPLAYS, name="replay"))


def lost_replies(seed: int = 8, rate: float = 0.2) -> pd.DataFrame:
    """Messages that come of lost replies, by whose reply is lost: orders, messages, event ids."""
    lose = {"the bus": ("sqs.SendMessage", "charging"), "the publisher": ("events.PutEvents", None)}
    rows = {}
    for caller, (target, resource) in lose.items():
        with opened(seed) as shop:
            orders = an_hour(seed)
            shop.subscribe("charging", PLACED)
            lost = faults.lost_reply(target, rate=rate, seed=seed, resource=resource)
            with lost, shop.lab.running(hours=2):
                shop.lab.start(shop.sell, orders)
            found = arrivals(shop.close())
        ids = {json.loads(body)["id"] for body in found["body"]}
        rows[caller] = {
            "orders": len(orders),
            "orders that arrived": found["order_id"].nunique(),
            "messages": len(found),
            "event ids": len(ids),
        }
    return pd.DataFrame(rows).T.rename_axis("reply lost to")


def which_bus(seed: int = 8) -> pd.DataFrame:
    """Ten events to each of three buses, and ten in the name of AWS: taken, refused, arrived."""
    ways = {
        "shop": {},
        "default": {"EventBusName": "default"},
        "shpo": {"EventBusName": "shpo"},  # misspelt
        "shop, as aws.s3": {"Source": "aws.s3"},
    }
    anybody = {"detail-type": ["OrderPlaced"]}
    rows = {}
    with opened(seed) as shop:
        for bus in ("shop", "default"):
            shop.events.put_rule(Name="audit", EventBusName=bus, EventPattern=json.dumps(anybody))
            arn = _queue(shop, f"audit-{bus}")
            shop.events.put_targets(
                Rule="audit", EventBusName=bus, Targets=[{"Id": "audit", "Arn": arn}]
            )
        with shop.lab.running(minutes=1):
            for name, more in ways.items():
                entries = [as_entry({"order_id": name}, **more)] * 10
                failed = shop.events.put_events(Entries=entries)["FailedEntryCount"]
                rows[name] = {"taken": 10 - failed, "refused": failed}
        found = arrivals(shop.close())["order_id"].value_counts()
    return pd.DataFrame(rows).T.assign(arrived=found).fillna(0).astype(int).rename_axis("to")


KINDS = ("queue", "topic", "function", "state machine", "log group", "another bus")


def kinds(seed: int = 8) -> pd.Series:
    """How many of some orders arrive at each of these kinds of targets."""
    orders = load.orders(rate=1 / 3, seconds=45, seed=seed)
    with opened(seed) as shop:
        for name in KINDS:
            shop.events.put_rule(
                Name=name.replace(" ", "-"),
                EventBusName="shop",
                EventPattern=json.dumps(PLACED),
            )
            target = {"Id": "1", **_target(shop, name)}
            shop.events.put_targets(
                Rule=name.replace(" ", "-"), EventBusName="shop", Targets=[target]
            )
        with shop.lab.running(minutes=2):
            shop.lab.start(shop.sell, orders)
        started = boto3.client("stepfunctions").list_executions(stateMachineArn=_machine())
        events = shop.close()
    found = arrivals(events)["place"].value_counts().rename({"another-bus": "another bus"})
    logged = events["operation"].eq("PutLogEvents") & events["outcome"].eq("ok")
    found["log group"], found["state machine"] = logged.sum(), len(started["executions"])
    return found.reindex(list(KINDS), fill_value=0).rename(f"of {len(orders)} orders")


def _queue(shop: Shop, name: str) -> str:
    queue = shop.sqs.create_queue(QueueName=name)["QueueUrl"]
    asked = shop.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    arn: str = asked["Attributes"]["QueueArn"]
    return arn


def _machine() -> str:
    [machine] = boto3.client("stepfunctions").list_state_machines()["stateMachines"]
    arn: str = machine["stateMachineArn"]
    return arn


def _target(shop: Shop, kind: str) -> dict[str, Any]:
    """A target of this kind, made for it, as PutTargets takes it."""
    role = {"RoleArn": "arn:aws:iam::123456789012:role/events"}
    if kind == "queue":
        return {"Arn": _queue(shop, "queue")}
    if kind == "topic":
        sns = boto3.client("sns")
        topic = sns.create_topic(Name="orders")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=_queue(shop, "topic"))
        return {"Arn": topic}
    if kind == "function":
        return {"Arn": shop.lab.deploy("see", lambda event, _: shop.arrived(event, "function"))}
    if kind == "state machine":
        done = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
        machine = boto3.client("stepfunctions").create_state_machine(
            name="see", definition=json.dumps(done), roleArn=role["RoleArn"]
        )
        return {"Arn": machine["stateMachineArn"], **role}
    if kind == "log group":
        boto3.client("logs").create_log_group(logGroupName="orders")
        return {"Arn": "arn:aws:logs:eu-west-1:123456789012:log-group:orders"}
    bus = shop.events.create_event_bus(Name="partner")["EventBusArn"]
    shop.events.put_rule(Name="in", EventBusName="partner", EventPattern=json.dumps(PLACED))
    there = {"Id": "1", "Arn": _queue(shop, "another-bus")}
    shop.events.put_targets(Rule="in", EventBusName="partner", Targets=[there])
    return {"Arn": bus, **role}
