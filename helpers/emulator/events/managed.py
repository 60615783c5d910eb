"""Rules that a service of AWS made and manages: here, those of archives.

"If you see this error in response to DeleteRule or RemoveTargets, you can use the Force parameter
in those calls to delete the rule or remove targets from the rule. You cannot modify these managed
rules by using DisableRule, EnableRule, PutTargets, PutRule, TagResource, or UntagResource." (API
model: ManagedRuleException.) The words are those of terraform-provider-aws, pull request 11897.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.events.responses import EventsHandler


def refuse(rule: Any, *, may_force: bool = False) -> None:
    """Refuse to change a rule, if a service manages it.

    Raises
    ------
    JsonRESTError
        ManagedRuleException.
    """
    if getattr(rule, "managed_by", None):
        way_on = " Set 'force' parameter to true to override." if may_force else ""
        raise JsonRESTError("ManagedRuleException", f"{rule.name} is a managed rule.{way_on}")


def unless_managed(
    original: Callable[..., Any], *, may_force: bool = False
) -> Callable[[EventsHandler], Any]:
    """A method of the handler that leaves managed rules alone.

    Parameters
    ----------
    original
        It is asked for ``Name`` or ``Rule``, and ``EventBusName``.
    may_force : bool
        Whether the request may have ``Force``.
    """

    @wraps(original)
    def method(handler: EventsHandler) -> Any:
        backend = handler.events_backend
        bus = backend._get_event_bus(handler._get_param("EventBusName") or "default")
        rule = bus.rules.get(handler._get_param("Name") or handler._get_param("Rule"))
        if not (may_force and handler._get_param("Force")):
            refuse(rule, may_force=may_force)
        return original(handler)

    return method
