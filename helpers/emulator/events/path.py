"""The JSON paths that EventBridge knows: what they lead to in an event.

User Guide, "Amazon EventBridge input transformation" (November 2026): "EventBridge does not support
all JSON Path syntax and evaluate it at runtime. Supported syntax includes: dot notation, dashes,
underscores, alphanumeric characters, array indices, wildcards (*), forward slashes".
"""

from __future__ import annotations

import re
from typing import Any

MISSING = object()
STEP = re.compile(r"\.([A-Za-z0-9_/-]+|\*)|\[([0-9]+|\*)\]")


def value_at(path: str, event: Any) -> Any:
    """The value that a path such as ``"$.detail.items[0].sku"`` leads to.

    A wildcard gives an array of what it leads to. A path that leads nowhere, or that EventBridge
    does not support, gives `MISSING`: "there is no validation when creating JSON path".
    """
    if not path.startswith("$"):
        return MISSING
    found, at, several = [event], 1, False
    while at < len(path):
        step = STEP.match(path, at)
        if step is None:
            return MISSING
        name = step[1] or step[2]
        several = several or name == "*"
        found = [below for each in found for below in _below(each, name, indexed=bool(step[2]))]
        at = step.end()
    if several:
        return found
    return found[0] if found else MISSING


def _below(value: Any, name: str, *, indexed: bool) -> list[Any]:
    if name == "*":
        return list(value.values()) if isinstance(value, dict) else _elements(value)
    if indexed:
        return _elements(value)[int(name) :][:1]
    return [value[name]] if isinstance(value, dict) and name in value else []


def _elements(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
