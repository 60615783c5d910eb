"""What carries the project's tag in an account and region, whoever made it.

AWS's tagging service knows all kinds that take tags but for roles, which IAM is asked for. What
takes no tags goes with what it belongs to: a subscription with its topic, an archive with its bus,
a schedule with its group. A schedule of the default group is found in the register alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from helpers.account.kinds import KINDS
from helpers.account.register import Entry
from helpers.account.roles import PRINCIPALS
from helpers.account.tags import EXPIRES_TAG, MOMENT, OWNER_TAG, PROJECT, PROJECT_TAG

Aws = Callable[[str], Any]

# Kinds by their ARN, after arn:partition: [Service Authorization Reference], in the order in which
# they are removed: what uses something goes before it.
_BY_ARN = [
    ("event source mapping", r"lambda:[^:]+:\d+:event-source-mapping:(.+)"),
    ("rule", r"events:[^:]+:\d+:rule/(.+)"),
    ("schedule group", r"scheduler:[^:]+:\d+:schedule-group/(.+)"),
    ("alarm", r"cloudwatch:[^:]+:\d+:alarm:(.+)"),
    ("function", r"lambda:[^:]+:\d+:function:([^:]+)"),
    ("state machine", r"states:[^:]+:\d+:stateMachine:([^:]+)"),
    ("activity", r"states:[^:]+:\d+:activity:([^:]+)"),
    ("topic", r"sns:[^:]+:\d+:([^:]+)"),
    ("queue", r"sqs:[^:]+:\d+:(.+)"),
    ("event bus", r"events:[^:]+:\d+:event-bus/(.+)"),
    ("table", r"dynamodb:[^:]+:\d+:table/([^/]+)"),
    ("bucket", r"s3:::([^/]+)"),
    ("log group", r"logs:[^:]+:\d+:log-group:([^:]+)(?::\*)?"),
]


class Found(NamedTuple):
    """A thing with the project's tag, as an entry of the register would have it."""

    entry: Entry
    expires_is_known: bool


def tagged_things(aws: Aws, account: str, region: str) -> list[Found]:
    """All of them that can be removed, in the order in which they are.

    Raises
    ------
    ClientError, BotoCoreError
        If AWS does not say.
    """
    found = [
        (order, kind, name, tags)
        for arn, tags in _tagged(aws("resourcegroupstaggingapi"))
        for order, kind, name in [_kind(arn)]
        if kind
    ]
    found += [(len(_BY_ARN), "role", name, tags) for name, tags in _roles(aws("iam"), region)]
    return [
        _found(account, region, kind, name, tags)
        for _, kind, name, tags in sorted(found, key=lambda each: each[:3])
    ]


def _tagged(client: Any) -> list[tuple[str, dict[str, str]]]:
    wanted = [{"Key": PROJECT_TAG, "Values": [PROJECT]}]
    pages = client.get_paginator("get_resources").paginate(TagFilters=wanted)
    return [
        (each["ResourceARN"], {tag["Key"]: tag["Value"] for tag in each["Tags"]})
        for page in pages
        for each in page["ResourceTagMappingList"]
    ]


def _kind(arn: str) -> tuple[int, str, str]:
    rest = arn.split(":", 2)[2]
    for order, (kind, pattern) in enumerate(_BY_ARN):
        if found := re.fullmatch(pattern, rest):
            name = found[1]
            if kind == "rule" and "/" not in name:
                name = f"default/{name}"
            return order, kind, name
    return len(_BY_ARN), "", arn


def _roles(iam: Any, region: str) -> list[tuple[str, dict[str, str]]]:
    """A run's roles end with whose they are and their region; only of these the tags are asked."""
    ends = tuple(f"-{service}-{region}" for service in PRINCIPALS)
    names = [
        role["RoleName"]
        for page in iam.get_paginator("list_roles").paginate()
        for role in page["Roles"]
        if role["RoleName"].endswith(ends)
    ]
    found = []
    for name in names:
        tags = {t["Key"]: t["Value"] for t in iam.list_role_tags(RoleName=name)["Tags"]}
        if tags.get(PROJECT_TAG) == PROJECT:
            found.append((name, tags))
    return found


def _found(account: str, region: str, kind: str, name: str, tags: dict[str, str]) -> Found:
    try:
        expires = datetime.strptime(tags.get(EXPIRES_TAG, ""), MOMENT).replace(tzinfo=UTC)
    except ValueError:
        expires = None
    details = {"ident": name} if kind == "event source mapping" else {}
    entry = Entry(
        id="", account=account, region=region, kind=kind, name=name, service=KINDS[kind].service,
        owner=tags.get(OWNER_TAG, "nobody"), process=0, started=0.0, host="", made_at=0.0,
        expires_at=expires.timestamp() if expires else float("inf"), details=details,
    )  # fmt: skip
    return Found(entry, expires is not None)
