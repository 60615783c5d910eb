"""Whether a queue's policy lets a rule of EventBridge send to it.

The lab does not look at policies, and AWS does. So the check of an exercise reads them. It knows
what such a policy is made of in the SQS Developer Guide and in the EventBridge User Guide ("Using
resource-based policies for Amazon EventBridge", November 2026), and takes a condition that it does
not know for one that is not met.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

SERVICE = "events.amazonaws.com"
ACTIONS = {"sqs:sendmessage", "sqs:*", "*"}
EXACT = {"ArnEquals", "StringEquals"}
LIKE = {"ArnLike", "StringLike", "ArnEquals"}  # ArnEquals takes wildcards too


def admits(policy: str | None, queue: str, rule: str) -> bool:
    """Whether a policy, as JSON, lets the rule send to the queue. Both are given as ARNs."""
    statements = json.loads(policy or "{}").get("Statement", [])
    if isinstance(statements, dict):
        statements = [statements]
    effects = {each["Effect"] for each in statements if _concerns(each, queue, rule)}
    return effects == {"Allow"}


def _concerns(statement: dict[str, Any], queue: str, rule: str) -> bool:
    return (
        _principal(statement.get("Principal"))
        and any(action.lower() in ACTIONS for action in _list(statement.get("Action")))
        and any(fnmatchcase(queue, each) for each in _list(statement.get("Resource")))
        and all(
            _met(operator, key, _list(values), rule)
            for operator, asked in statement.get("Condition", {}).items()
            for key, values in asked.items()
        )
    )


def _principal(principal: Any) -> bool:
    if isinstance(principal, dict):
        return SERVICE in _list(principal.get("Service")) or "*" in _list(principal.get("AWS"))
    return bool(principal == "*")


def _met(operator: str, key: str, values: list[str], rule: str) -> bool:
    known = {"aws:sourcearn": rule, "aws:sourceaccount": rule.split(":")[4]}
    value = known.get(key.lower())
    operator = operator.removesuffix("IfExists")
    if value is None:
        return False
    like = operator in LIKE and any(fnmatchcase(value, each) for each in values)
    return like or (operator in EXACT and value in values)


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []
