"""What may stand in the fields of one state: which fields, numbers, errors and paths.

- A field on a type of state that does not have it is ``Field '...' is not supported``
  (floci-io/floci, issue 2735, measured on AWS in August 2026).
- "The reserved name States.ALL ... must appear alone in the ErrorEquals array and must appear in
  the last retrier" or catcher [Amazon States Language, "Errors"]; AWS words it ``States.ALL must
  appear alone and at end of list`` (aws/aws-cdk, issue 10530, September 2020).
- Numbers: `TimeoutSeconds` and `HeartbeatSeconds` are "a positive, non-zero integer", 99,999,999 at
  most; `Seconds` of a Wait state is "from 0 to 99999999"; `MaxDelaySeconds` is "greater than 0 and
  less than 31622400"; a tolerated percentage is from 0 to 100 [Step Functions Developer Guide,
  "Task workflow state", "Wait workflow state", "Handling errors in Step Functions workflows" and
  "Using Map state in Distributed mode", November 2026].
- A field whose name ends in ``.$`` holds a path or an intrinsic function (localstack/localstack,
  issue 6811, September 2022: the wording). `ResultPath` and the paths of numbers are Reference
  Paths, which "can identify only a single node" [same guide, "Using paths", November 2026].
"""

import re
from collections.abc import Iterator
from typing import Any

from helpers.emulator.stepfunctions.diagnostics import SCHEMA, Diagnostic
from helpers.emulator.stepfunctions.intrinsics.evaluation import check
from helpers.emulator.stepfunctions.intrinsics.reading import Unreadable
from helpers.emulator.stepfunctions.jsonpath import QUOTED, names_one_place

TYPES = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")
GOES_ON = ("Task", "Wait", "Pass", "Parallel", "Map")  # have Next or End
WORKS = ("Task", "Parallel", "Map")
SHAPES = ("Task", "Pass", "Parallel", "Map")  # make a result, and place it
NOT_FAIL = tuple(kind for kind in TYPES if kind != "Fail")
ONLY_IN = {  # fields of some types of state
    "Next": GOES_ON,
    "End": GOES_ON,
    "InputPath": NOT_FAIL,
    "OutputPath": NOT_FAIL,
    "ResultPath": SHAPES,
    "Parameters": SHAPES,
    "ResultSelector": WORKS,
    "Retry": WORKS,
    "Catch": WORKS,
    "Arguments": ("Task", "Parallel"),
    "Output": NOT_FAIL,
    "Result": ("Pass",),
    "Branches": ("Parallel",),
    "Choices": ("Choice",),
    "Default": ("Choice",),
} | {
    name: (kind,)
    for kind, names in {
        "Task": "Resource Credentials TimeoutSeconds TimeoutSecondsPath "
        "HeartbeatSeconds HeartbeatSecondsPath",
        "Wait": "Seconds SecondsPath Timestamp TimestampPath",
        "Fail": "Error ErrorPath Cause CausePath",
        "Map": "ItemProcessor Iterator Items ItemsPath ItemSelector ItemReader ItemBatcher "
        "ResultWriter MaxConcurrency MaxConcurrencyPath Label ToleratedFailureCount "
        "ToleratedFailureCountPath ToleratedFailurePercentage ToleratedFailurePercentagePath",
    }.items()
    for name in names.split()
}
ONLY_JSONATA = ("Arguments", "Output", "Items")
HIGHEST_DELAY = 31_622_400  # seconds
NUMBERS = {  # fields, and the least and the greatest value of each
    "TimeoutSeconds": (1, 99_999_999),
    "HeartbeatSeconds": (1, 99_999_999),
    "Seconds": (0, 99_999_999),
    "ToleratedFailurePercentage": (0, 100),
}
OF_BATCHES = ("MaxItemsPerBatch", "MaxInputBytesPerBatch")
IN_BATCHER = (*OF_BATCHES, *(f"{name}Path" for name in OF_BATCHES), "BatchInput")
PATHS = ("InputPath", "OutputPath")
REFERENCES = (
    "ResultPath", "ItemsPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath",
    "HeartbeatSecondsPath", "MaxConcurrencyPath", "ToleratedFailureCountPath",
    "ToleratedFailurePercentagePath",
)  # fmt: skip
TEMPLATES = (
    "Parameters", "ResultSelector", "ItemSelector", "Assign", "Credentials", "ItemBatcher",
)  # fmt: skip
ALL = "States.ALL"
BRACKETS = re.compile(r"[^\[\]]")


def complaints(state: dict[str, Any], at: str, *, jsonata: bool) -> Iterator[Diagnostic]:
    """What is wrong with the fields of a state whose type is known."""
    for field in state:
        misplaced = field in ONLY_IN and state["Type"] not in ONLY_IN[field]
        if misplaced or (field in ONLY_JSONATA and not jsonata):
            yield Diagnostic(SCHEMA, f"Field '{field}' is not supported", at)
    for field, (least, most) in NUMBERS.items():
        value = state.get(field)
        if isinstance(value, int | float) and not least <= value <= most:
            message = f"The value for '{field}' must be from {least} to {most}, got {value}"
            yield Diagnostic(SCHEMA, message, f"{at}/{field}")
    yield from _errors(state, at)
    yield from _batcher(state.get("ItemBatcher"), f"{at}/ItemBatcher")
    if not jsonata:
        yield from _paths(state, at)


def rules(state: dict[str, Any], field: str) -> list[dict[str, Any]]:
    """The rules of a Choice, or the catchers; what has another shape is left to moto's parser."""
    found = state.get(field)
    return [rule for rule in found if isinstance(rule, dict)] if isinstance(found, list) else []


def _errors(state: dict[str, Any], at: str) -> Iterator[Diagnostic]:
    for field in ("Retry", "Catch"):
        declared = rules(state, field)
        for number, rule in enumerate(declared):
            where = f"{at}/{field}[{number}]"
            names = rule.get("ErrorEquals")
            is_last = number == len(declared) - 1
            if isinstance(names, list) and ALL in names and not (is_last and names == [ALL]):
                message = f"{ALL} must appear alone and at end of list"
                place = f"{where}/ErrorEquals[{names.index(ALL)}]"
                yield Diagnostic(SCHEMA, message, place)
            delay = rule.get("MaxDelaySeconds")
            if isinstance(delay, int) and not 0 < delay < HIGHEST_DELAY:
                message = (
                    f"MaxDelaySeconds must be greater than 0 and less than {HIGHEST_DELAY}, "
                    f"got {delay}"
                )
                yield Diagnostic(SCHEMA, message, f"{where}/MaxDelaySeconds")


def _batcher(batcher: Any, at: str) -> Iterator[Diagnostic]:
    """`ItemBatcher`, which moto does not read."""
    if not isinstance(batcher, dict):
        return
    for field in batcher:
        if field not in IN_BATCHER:
            yield Diagnostic(SCHEMA, f"Field '{field}' is not supported", at)
    for field in OF_BATCHES:
        value = batcher.get(field, 1)
        if not isinstance(value, str) and (not isinstance(value, int) or value < 1):
            message = f"The value for '{field}' must be a positive integer, got {value!r}"
            yield Diagnostic(SCHEMA, message, f"{at}/{field}")


# -- paths of JSONPath states


def _paths(state: dict[str, Any], at: str) -> Iterator[Diagnostic]:
    for field in PATHS + REFERENCES:
        path = state.get(field)
        if not isinstance(path, str) or path.startswith("States."):
            continue
        if not is_path(path):
            yield Diagnostic(SCHEMA, f"Invalid path '{path}'", f"{at}/{field}")
        elif field in REFERENCES and not names_one_place(path):
            yield Diagnostic(SCHEMA, f"Value is not a Reference Path: '{path}'", f"{at}/{field}")
    for field in TEMPLATES:
        for name, value in _dynamic(state.get(field)):
            if not isinstance(value, str):
                message = (
                    f"The value for the field '{name}' must be a STRING that contains a JSONPath"
                )
                yield Diagnostic(SCHEMA, message, f"{at}/{field}")
            elif not _is_dynamic(value):
                message = (
                    f"The value for the field '{name}' must be a valid JSONPath or a valid "
                    "intrinsic function call"
                )
                yield Diagnostic(SCHEMA, message, f"{at}/{field}")


def _dynamic(template: Any) -> Iterator[tuple[str, Any]]:
    """The fields of a payload template whose names end in ``.$``, wherever in it."""
    if isinstance(template, dict):
        for name, value in template.items():
            if name.endswith(".$"):
                yield name, value
            else:
                yield from _dynamic(value)
    elif isinstance(template, list):
        for value in template:
            yield from _dynamic(value)


def _is_dynamic(value: str) -> bool:
    if value.startswith("$"):
        return is_path(value)
    try:
        check(value)
    except Unreadable:
        return False
    return True


def is_path(text: str) -> bool:
    """Whether a text has the form of a path: a dollar, and brackets in pairs."""
    if not text.startswith("$") or text.endswith("."):
        return False
    depth = 0
    for bracket in BRACKETS.sub("", QUOTED.sub("", text)):
        depth += 1 if bracket == "[" else -1
        if depth < 0:
            return False
    return depth == 0
