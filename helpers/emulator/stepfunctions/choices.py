"""Comparisons of a Choice state: moments of every form, wildcards, and the context object.

- A timestamp is one of RFC 3339, with a capital T, and Z or an offset: ``2016-08-18T17:33:00Z``
  [Amazon States Language, "Timestamps"]. Fractions of a second are part of that form, and the
  context object has them. For moto such a text is not a timestamp.
- StringMatches: "*" stands for any characters, a backslash before it for the star itself, and two
  for a backslash [Amazon States Language, "Data-test Expression"]. moto reads the pattern as one of
  file names, where "?" and "[" mean more.
- "Variable to variable comparison operators" may name the context object [Step Functions Developer
  Guide, "Accessing execution data from the Context object", November 2026]. moto looks in the
  input.
"""

import re
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from moto.stepfunctions.parser.asl.component.state.choice.comparison.comparison_func import (
    ComparisonFuncValue,
)
from moto.stepfunctions.parser.asl.component.state.choice.comparison.operator.implementations.is_operator import (  # noqa: E501
    IsTimestamp,
)
from moto.stepfunctions.parser.asl.component.state.choice.comparison.operator.implementations.string_operators import (  # noqa: E501
    StringMatches,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment

from helpers.emulator.guard import applied

COMPARISON = "moto.stepfunctions.parser.asl.component.state.choice.comparison"
OPERATORS = f"{COMPARISON}.operator.implementations.is_operator"
TEXTS = f"{COMPARISON}.operator.implementations.string_operators"
EXPECTED_SOURCES = {
    f"{COMPARISON}.comparison_func:ComparisonFuncValue._eval_body": "af61904b5960",
    f"{OPERATORS}:IsTimestamp.is_timestamp": "7698265427fe",
    f"{OPERATORS}:IsTimestamp.string_to_timestamp": "8748c8176609",
    f"{TEXTS}:StringMatches._compare": "95c2424d22ca",
}
PART_OF_PATTERN = re.compile(r"\\([*\\])|(\*)|(.)", re.DOTALL)
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

_compare = ComparisonFuncValue._eval_body


def timestamp(text: str) -> datetime | None:
    """Replaces `IsTimestamp.string_to_timestamp`: the moment, if the text is one."""
    if not TIMESTAMP.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # the 30th of February
        return None


def string_matches(text: Any, pattern: str) -> bool:
    """Replaces `StringMatches._compare`."""
    read = PART_OF_PATTERN.sub(
        lambda part: ".*" if part[2] else re.escape(part[1] or part[3]), pattern
    )
    return isinstance(text, str) and re.fullmatch(read, text, re.DOTALL) is not None


def compare(function: ComparisonFuncValue, env: Environment) -> None:
    """A path that begins with ``$$`` is one into the context object."""
    path = function.value
    if not (isinstance(path, str) and path.startswith("$$")) or not _reads_path(function):
        _compare(function, env)
        return
    variable = env.stack.pop()
    env.stack += [env.states.context_object.context_object_data, variable]
    _compare(ComparisonFuncValue(function.operator_type, path[1:]), env)
    del env.stack[-2]


def _reads_path(function: ComparisonFuncValue) -> bool:
    return function.operator_type.name.endswith("Path")


def corrections() -> AbstractContextManager[None]:
    """Correct comparisons for as long as the context is open."""
    return applied(
        EXPECTED_SOURCES,
        (ComparisonFuncValue, {"_eval_body": compare}),
        (IsTimestamp, {"string_to_timestamp": staticmethod(timestamp)}),
        (StringMatches, {"_compare": staticmethod(string_matches)}),
    )
