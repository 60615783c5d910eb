"""The policy of a bus: PutPermission and RemovePermission.

It is kept and told again; nobody is asked for a permission in a lab. Statements followed, as
recorded in the tests of LocalStack (test_put_permission and test_remove_permission, December 2024):

- Two statements may have the same principal; everybody is `"*"`. moto keeps one of a principal.
- A `Policy` takes the place of all that was there. moto adds to it, and fails without a Sid.
- A statement that is not there is told so, also on a bus without a policy.

"Event bus policy size: 10,240", in characters (User Guide, "Amazon EventBridge quotas", November
2026).
"""

import json
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.events.exceptions import ValidationException
from moto.events.models import EventBus

EVERYBODY = {"AWS": "arn:aws:iam::*:root"}  # what moto makes of "*"
LONGEST = 10_240  # characters
Statement = dict[str, Any]


def policy(bus: EventBus) -> str | None:
    """The policy as JSON, or None. Replaces the property `EventBus.policy`."""
    statements = vars(bus).get("permissions") or []
    return _text(statements) if statements else None


def add_permission(
    bus: EventBus,
    statement_id: str,
    action: str,
    principal: Any,
    condition: dict[str, Any] | None,
) -> None:
    """Keep a statement. Replaces `EventBus.add_permission`."""
    statement = {
        "Sid": statement_id,
        "Effect": "Allow",
        "Principal": "*" if principal == EVERYBODY else principal,
        "Action": action,
        "Resource": bus.arn,
    } | ({"Condition": condition} if condition else {})
    others = vars(bus).get("permissions") or []
    sids = [other.get("Sid") for other in others]
    if statement_id in sids:
        at = sids.index(statement_id)
        _keep(bus, [*others[:at], statement, *others[at + 1 :]])
    else:
        _keep(bus, [*others, statement])


def add_policy(bus: EventBus, document: Any) -> None:
    """Keep the statements of a policy and no others. Replaces `EventBus.add_policy`.

    Raises
    ------
    ValidationException
        If it has none.
    """
    found = document.get("Statement") if isinstance(document, dict) else None
    statements = [found] if isinstance(found, dict) else found
    if not isinstance(statements, list) or not all(isinstance(one, dict) for one in statements):
        raise ValidationException(
            "Parameter Policy is not valid. Reason: Statement has to be an object, or an array of "
            f"objects, got {json.dumps(found)[:256]}."
        )
    _keep(bus, statements)


def remove_statement(bus: EventBus, sid: str | None) -> bool:
    """Drop a statement, if it is there. Replaces `EventBus.remove_statement`."""
    statements = vars(bus).get("permissions") or []
    left = [statement for statement in statements if statement.get("Sid") != sid]
    bus.permissions = left
    return len(left) < len(statements)


def remove_statements(bus: EventBus) -> None:
    """Drop all. Replaces `EventBus.remove_statements`."""
    bus.permissions = []


def has_permissions(bus: EventBus) -> bool:
    """Always: a statement that is not there is told so. Replaces `EventBus.has_permissions`."""
    return True


def _keep(bus: EventBus, statements: list[Statement]) -> None:
    if len(_text(statements)) > LONGEST:
        raise JsonRESTError(
            "PolicyLengthExceededException",
            f"The event bus policy is too long: {len(_text(statements))} characters of {LONGEST}.",
        )
    bus.permissions = statements


def _text(statements: list[Statement]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
