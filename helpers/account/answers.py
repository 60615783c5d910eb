"""Names in answers, without the prefix that they got on the way out. Part of `names`."""

from __future__ import annotations

import functools
from typing import Any

from helpers.account.models import model
from helpers.account.shapes import TOLD


def without_prefix(prefix: str, service: str, operation: str, answer: Any) -> Any:
    """A copy of an answer in which the names are as the cells wrote them."""
    if not _tells_names(service, operation):
        return answer
    shape = model(service).operation_model(operation).output_shape
    return _back(shape, answer, TOLD[service], prefix)


@functools.cache
def _tells_names(service: str, operation: str) -> bool:
    shape = model(service).operation_model(operation).output_shape
    return service in TOLD and shape is not None and _has(shape, TOLD[service])


def _back(shape: Any, value: Any, wanted: frozenset[str], prefix: str) -> Any:
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        return {
            key: _back(shape.members[key], each, wanted, prefix) if key in shape.members else each
            for key, each in value.items()
        }
    if kind == "list" and isinstance(value, list):
        return [_back(shape.member, each, wanted, prefix) for each in value]
    if kind == "map" and isinstance(value, dict):
        return {
            _back(shape.key, key, wanted, prefix): _back(shape.value, each, wanted, prefix)
            for key, each in value.items()
        }
    if kind == "string" and shape.name in wanted and isinstance(value, str):
        return value.removeprefix(prefix)
    return value


def _has(shape: Any, wanted: frozenset[str]) -> bool:
    """Whether a value of this shape may have one of these shapes in it."""
    open_now, seen = [shape], set[str]()
    while open_now:
        each = open_now.pop()
        if each.name in wanted and each.type_name == "string":
            return True
        if each.name in seen:
            continue
        seen.add(each.name)
        if each.type_name == "structure":
            open_now += each.members.values()
        elif each.type_name == "list":
            open_now.append(each.member)
        elif each.type_name == "map":
            open_now += [each.key, each.value]
    return False
