"""What a run does to an account, at most: what `data/policies/run.json` allows, whoever runs it.

A reader with the rights of an administrator could do more by a slip of a cell. What changes
something is sent only if the policy that the project hands out has its action.
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from helpers.account.actions import actions_of
from helpers.account.strangers import NotOfThisRun

POLICY = Path(__file__).resolve().parents[2] / "data" / "policies" / "run.json"
# What only looks: a missing right is AWS's to tell.
_LOOKING = re.compile("Get|List|Describe|Head|Query|Scan|BatchGet|TransactGet|Lookup|Test|Simulate")


def refuse_beyond(service: str, operation: str, params: dict[str, Any]) -> None:
    """Refuse what changes an account otherwise than a run does.

    Raises
    ------
    NotOfThisRun
        With the call and the action that the policy lacks.
    """
    if _LOOKING.match(operation):
        return
    for action in actions_of(service, operation, params):
        if not any(fnmatchcase(action.lower(), pattern) for pattern in _actions()):
            raise NotOfThisRun(
                f"{service}.{operation} is not sent to your account: a run does no {action}. "
                "data/policies/run.json has what it does"
            )


@cache
def _actions() -> tuple[str, ...]:
    statements = json.loads(POLICY.read_text(encoding="utf-8"))["Statement"]
    found: list[str] = []
    for statement in statements:
        if statement["Effect"] == "Allow":
            actions = statement["Action"]
            found += [actions] if isinstance(actions, str) else actions
    return tuple(action.lower() for action in found)
