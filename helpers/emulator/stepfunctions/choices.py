"""Comparisons of a Choice state: missing values, moments, wildcards, and the context object.

- A comparison whose path leads nowhere, on either side, ends the execution with ``States.Runtime``:
  "Invalid path '$.foo': The choice state's condition path references an invalid value." `IsPresent`
  alone may ask for it [AWS's words as several public projects quote them, among them the test cases
  of a Step Functions emulator that were run against AWS; no page of AWS's states it]. For moto such
  a comparison is false.
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

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.state.choice.comparison.comparison_func import (
    ComparisonFuncValue,
)
from moto.stepfunctions.parser.asl.component.state.choice.comparison.comparison_operator_type import (  # noqa: E501
    ComparisonOperatorType,
)
from moto.stepfunctions.parser.asl.component.state.choice.comparison.comparison_variable import (
    ComparisonVariable,
)
from moto.stepfunctions.parser.asl.component.state.choice.comparison.operator.implementations.is_operator import (  # noqa: E501
    IsTimestamp,
)
from moto.stepfunctions.parser.asl.component.state.choice.comparison.operator.implementations.string_operators import (  # noqa: E501
    StringMatches,
)
from moto.stepfunctions.parser.asl.component.state.choice.comparison.variable import (
    NoSuchVariable,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

from helpers.emulator.guard import applied

RUNTIME = "States.Runtime"

COMPARISON = "moto.stepfunctions.parser.asl.component.state.choice.comparison"
OPERATORS = f"{COMPARISON}.operator.implementations.is_operator"
TEXTS = f"{COMPARISON}.operator.implementations.string_operators"
EXPECTED_SOURCES = {
    f"{COMPARISON}.comparison_variable:ComparisonVariable._eval_body": "55861cce2bef",
    f"{COMPARISON}.comparison_func:ComparisonFuncValue._eval_body": "af61904b5960",
    f"{OPERATORS}:IsTimestamp.is_timestamp": "7698265427fe",
    f"{OPERATORS}:IsTimestamp.string_to_timestamp": "8748c8176609",
    f"{TEXTS}:StringMatches._compare": "95c2424d22ca",
}
PART_OF_PATTERN = re.compile(r"\\([*\\])|(\*)|(.)", re.DOTALL)
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

_compare = ComparisonFuncValue._eval_body


def read_and_compare(comparison: ComparisonVariable, env: Environment) -> None:
    """Replaces `ComparisonVariable._eval_body`: both sides have to be there."""
    comparison.variable.eval(env)
    function = comparison.comparison_function
    asks = function.operator_type is ComparisonOperatorType.IsPresent
    if isinstance(env.stack[-1], NoSuchVariable) and not asks:
        raise _leads_nowhere(env, comparison.variable.string_sampler.literal_value)
    try:
        function.eval(env)
    except NoSuchJsonPathError as missing:
        raise _leads_nowhere(env, missing.json_path) from None


def _leads_nowhere(env: Environment, path: str) -> FailureEventException:
    cause = f"Invalid path '{path}': The choice state's condition path references an invalid value."
    details = {"executionFailedEventDetails": {"error": RUNTIME, "cause": cause}}
    kind = HistoryEventType.ExecutionFailed
    return FailureEventException(FailureEvent(env, ErrorName(RUNTIME), kind, details))


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
        (ComparisonVariable, {"_eval_body": read_and_compare}),
        (ComparisonFuncValue, {"_eval_body": compare}),
        (IsTimestamp, {"string_to_timestamp": staticmethod(timestamp)}),
        (StringMatches, {"_compare": staticmethod(string_matches)}),
    )
