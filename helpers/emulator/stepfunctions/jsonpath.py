"""JSONPath and texts in a definition, read as they are written.

- A path without the operators ``.. , : ? *`` "can identify only a single node", and gives what is
  there [Step Functions Developer Guide, "Using paths to access input", November 2026]. In moto
  ``$.items[0].sku`` gives a list of one.
- A name behind a dot may have letters outside ASCII, as any name of JSON; moto's reader of paths
  stops at the first one.
- In a payload template, a path to an element behind the end of an array gives null (floci-io/floci,
  pull request 3002 and its tests, measured on AWS in September 2026).
- `ItemsPath` leads to an array, or the execution ends with ``States.Runtime``; moto calls that by
  JSONata's error.
- Texts are JSON: a quote, a line break or a letter such as ü may stand in a state's name, in the
  name of a field, or in an assigned value. moto leaves the escapes of JSON in there.
"""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.component.common.path.items_path import ItemsPath
from moto.stepfunctions.parser.asl.component.common.payload.payloadvalue.payloadbinding.payload_binding import (  # noqa: E501
    PayloadBindingStringExpressionSimple,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.utils import json_path
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

from helpers.emulator.guard import applied

PREPROCESSOR = "moto.stepfunctions.parser.asl.parse.preprocessor:Preprocessor"
COMMON = "moto.stepfunctions.parser.asl.component.common"
BINDING = (
    f"{COMMON}.payload.payloadvalue.payloadbinding.payload_binding:"
    "PayloadBindingStringExpressionSimple"
)
EXPECTED_SOURCES = {
    f"{PREPROCESSOR}._inner_string_of": "d9f476327b5b",
    "moto.stepfunctions.parser.asl.utils.json_path:_is_singleton_array_access": "27ecdbc1d2c0",
    "moto.stepfunctions.parser.asl.utils.json_path:extract_json": "932245247973",
    f"{COMMON}.path.items_path:ItemsPath._eval_body": "a658cd6381e2",
    f"{BINDING}._eval_val": "c385c1b1b5cf",
}
QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*|\*")
STEP = re.compile(r"(\[[^\]]*\])|\.([^.\[\]]+)")
ELEMENT = re.compile(r"(.+)\[\d+\]")
RUNTIME = "States.Runtime"
SEVERAL = re.compile(r"\*|\.\.|[?:,]")  # wildcard, descent, filter, slice, union


def names_one_place(path: str) -> bool:
    """Whether a path gives one value, and not a list of what it finds."""
    return SEVERAL.search(QUOTED.sub("", path)) is None


def text_of(parser_rule_context: Any) -> str | None:
    """Replaces `_inner_string_of`: the text that a JSON string stands for."""
    written = parser_rule_context.getText()
    if written == "null":
        return None
    return json.loads(written) if written.startswith('"') else written


def quoted(path: str) -> str:
    """A path that moto's reader takes: every name that is not an identifier is in brackets."""
    if "?" in path:
        return path

    def rewritten(found: re.Match[str]) -> str:
        brackets, name = found.groups()
        if brackets or IDENTIFIER.fullmatch(name) or name.endswith(")") or "'" in name:
            return found[0]
        return f"['{name}']"

    return STEP.sub(rewritten, path)


def bind(binding: PayloadBindingStringExpressionSimple, env: Environment) -> Any:
    """Replaces `_eval_val`: an element that an array does not have is null."""
    try:
        binding.string_expression_simple.eval(env=env)
    except NoSuchJsonPathError as missing:
        found = ELEMENT.fullmatch(missing.json_path)
        if found is None or not isinstance(_found(found[1], missing.data), list):
            raise
        return None
    return env.stack.pop()


def _found(path: str, data: Any) -> Any:
    try:
        return json_path.extract_json(path, data)
    except NoSuchJsonPathError:
        return None


def items(declared: ItemsPath, env: Environment) -> None:
    """Replaces `ItemsPath._eval_body`: there has to be an array."""
    declared.string_sampler.eval(env=env)
    if not isinstance(env.stack[-1], list):
        path = declared.string_sampler.literal_value
        told = {"error": RUNTIME, "cause": f'Reference path "{path}" must point to array.'}
        details = {"executionFailedEventDetails": told}
        kind = HistoryEventType.ExecutionFailed
        raise FailureEventException(FailureEvent(env, ErrorName(RUNTIME), kind, details))


def corrections() -> AbstractContextManager[None]:
    """Correct paths and texts for as long as the context is open."""
    paths = {"_is_singleton_array_access": names_one_place, "parse": _reader(json_path.parse)}
    return applied(
        EXPECTED_SOURCES,
        (json_path, paths),
        (result_path, {"parse": _reader(result_path.parse)}),
        (Preprocessor, {"_inner_string_of": staticmethod(text_of)}),
        (PayloadBindingStringExpressionSimple, {"_eval_val": bind}),
        (ItemsPath, {"_eval_body": items}),
    )


def _reader(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda path: parse(quoted(path))
