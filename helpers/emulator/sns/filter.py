"""Filter policies of SNS subscriptions: which messages a subscription accepts.

Statements followed (SNS Developer Guide, "Amazon SNS subscription filter policies", "Filter policy
constraints in Amazon SNS", "String value matching", "Numeric value matching", November 2026):

- All keys of a policy have to match, and of each key any of its values; `$or` stands for any of
  several sets of keys. `MessageBody` looks at a body that is a JSON object, and may be nested;
  `MessageAttributes` looks at the attributes, and may not.
- Of an array (a `String.Array` attribute, an array in the body) any element has to match. So
  `anything-but` accepts `["rugby", "baseball"]` when only rugby is unwanted.
- Attributes of type Binary are ignored; a Number attribute is compared as a number.
- At most five keys (in a nested policy, leaf keys), 150 combinations (the product of values and
  depth of each key), 256 KB; three wildcards in a pattern, 100 points of wildcards in all.

The operators, the nesting and the words of the refusals are those of event patterns
(`event_patterns.matching`): the answers of SNS recorded in LocalStack's tests
(test_sns_filter_policy, May 2024) have them. EventBridge has more operators than SNS; what SNS does
not document is refused. What a refusal says of too many wildcards is not known, and the position in
the text is left out.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from helpers.emulator.event_patterns.matching import InvalidPattern, compiled

SCOPES = ("MessageAttributes", "MessageBody")
LARGEST = 256 * 1024  # bytes
MOST_KEYS = 5
MOST_COMBINATIONS = 150
MOST_WILDCARDS = 3
MOST_WILDCARD_POINTS = 100
OPERATORS = {
    *("anything-but", "cidr", "equals-ignore-case", "exists"),
    *("numeric", "prefix", "suffix", "wildcard"),
}
INSIDE_ANYTHING_BUT = {"prefix", "suffix", "wildcard"}
TOO_COMPLEX = "FilterPolicy: Filter policy is too complex"


class InvalidPolicy(ValueError):
    """A filter policy that SNS refuses. The text is AWS's, after "Invalid parameter: "."""


class FilterPolicy:
    """A filter policy, ready to be matched: what moto calls `FilterPolicyMatcher`.

    Raises
    ------
    InvalidPolicy
        If SNS would refuse it.
    """

    def __init__(self, policy: dict[str, Any], scope: str | None) -> None:
        self.scope = scope or SCOPES[0]
        _check(policy, self.scope)
        self._pattern = compiled(json.dumps(policy)) if policy else None

    def matches(self, message_attributes: Mapping[str, Any] | None, message: str) -> bool:
        """Whether the subscription accepts a message.

        Parameters
        ----------
        message_attributes
            By name, "Type" and "Value", as moto keeps them.
        """
        if self._pattern is None:
            return True
        if self.scope == "MessageBody":
            found = _parsed(message)
            return isinstance(found, dict) and self._pattern.matches(found)
        return self._pattern.matches(_as_object(message_attributes or {}))


def parsed_policy(text: str) -> dict[str, Any]:
    """The policy in an attribute of a subscription."""
    if len(text.encode()) > LARGEST:
        raise InvalidPolicy("FilterPolicy: Filter policy is too large")
    try:
        policy = json.loads(text)
    except ValueError as error:
        raise InvalidPolicy(f"FilterPolicy: failed to parse JSON. {error}") from None
    if not isinstance(policy, dict):
        raise InvalidPolicy("FilterPolicy: Filter is not an object")
    return policy


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _as_object(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Message attributes as the JSON object that they stand for."""
    found = {}
    for name, attribute in attributes.items():
        kind, _, custom = attribute["Type"].partition(".")
        text = attribute["Value"]
        if custom == "Array":
            elements = _parsed(text)
            found[name] = elements if isinstance(elements, list) else text
        elif kind == "Number":
            number = float(text)
            if math.isfinite(number):
                found[name] = int(number) if number.is_integer() else number
        elif kind != "Binary":
            found[name] = text
    return found


# Refusing.


def _check(policy: dict[str, Any], scope: str) -> None:
    if scope not in SCOPES:
        raise InvalidPolicy(
            f"FilterPolicyScope: Invalid value [{scope}]. "
            "Please use either MessageBody or MessageAttributes"
        )
    if not policy:
        return
    fields = list(_fields(policy, 1))
    for _, _, values in fields:
        for value in values:
            _check_value(value)
    try:
        compiled(json.dumps(policy))
    except InvalidPattern as error:
        raise InvalidPolicy(f"FilterPolicy: {error.reason}") from None
    if scope == "MessageAttributes" and any(depth > 1 for _, depth, _ in fields):
        raise InvalidPolicy(
            "Filter policy scope MessageAttributes does not support nested filter policy"
        )
    if len({path for path, _, _ in fields}) > MOST_KEYS:
        raise InvalidPolicy(f"FilterPolicy: Filter policy can not have more than {MOST_KEYS} keys")
    if _combinations(policy, 1) > MOST_COMBINATIONS:
        raise InvalidPolicy(TOO_COMPLEX)
    if sum(_wildcard_points(values) for _, _, values in fields) > MOST_WILDCARD_POINTS:
        raise InvalidPolicy(TOO_COMPLEX)


def _fields(
    policy: dict[str, Any], depth: int, path: str = ""
) -> Iterator[tuple[str, int, list[Any]]]:
    """Every list of values: the path to it, how deep it stands, and the values."""
    for key, value in policy.items():
        if _is_or(key, value):
            for option in value:
                yield from _fields(option, depth, path)
        elif isinstance(value, dict):
            yield from _fields(value, depth + 1, f"{path}{key}.")
        elif isinstance(value, list):
            yield f"{path}{key}", depth, value


def _is_or(key: str, value: Any) -> bool:
    return (
        key == "$or"
        and isinstance(value, list)
        and all(isinstance(option, dict) for option in value)
    )


def _check_value(value: Any) -> None:
    """Refuse the operators that only event patterns have."""
    if not isinstance(value, dict) or len(value) != 1:
        return
    [(operator, argument)] = value.items()
    if operator not in OPERATORS:
        raise InvalidPolicy(f"FilterPolicy: Unrecognized match type {operator}")
    if operator in ("prefix", "suffix"):
        _check_string(operator, argument)
    if operator == "anything-but" and isinstance(argument, dict):
        for inside, text in argument.items():
            if inside not in INSIDE_ANYTHING_BUT:
                raise InvalidPolicy(f"FilterPolicy: Unsupported anything-but pattern: {inside}")
            _check_string(inside, text)


def _check_string(operator: str, argument: Any) -> None:
    if not isinstance(argument, str):
        raise InvalidPolicy(f"FilterPolicy: {operator} match pattern must be a string")


def _combinations(policy: dict[str, Any], depth: int) -> int:
    """How many combinations of values a policy stands for, each key weighed by its depth."""
    total = 1
    for key, value in policy.items():
        if _is_or(key, value):
            total *= sum(_combinations(option, depth) for option in value)
        elif isinstance(value, dict):
            total *= _combinations(value, depth + 1)
        else:
            total *= len(value) * depth
    return total


def _wildcard_points(values: list[Any]) -> int:
    """Points of one key: the sum over its patterns, times their number."""
    points = []
    for value in values:
        if isinstance(value, dict) and "anything-but" in value:
            inside = value["anything-but"]
            _stars(inside)
            points.append(1)
        elif stars := _stars(value):
            points.append(1 if stars == 1 else 3 * stars)
    return sum(points) * len(points)


def _stars(value: Any) -> int:
    """Wildcards in a pattern; a backslash takes the meaning from a star."""
    if not (isinstance(value, dict) and "wildcard" in value):
        return 0
    stars = sum(found == "*" for found in re.findall(r"\\.|\*", value["wildcard"]))
    if stars > MOST_WILDCARDS:
        raise InvalidPolicy(TOO_COMPLEX)
    return stars
