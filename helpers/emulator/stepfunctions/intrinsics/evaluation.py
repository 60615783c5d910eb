"""Where an intrinsic function is evaluated, and what becomes of one that fails.

- A function that fails for its arguments is ``States.IntrinsicFailure``: "a Step Functions attempt
  to invoke an intrinsic function within a payload template failed" [Step Functions Developer Guide,
  "Handling errors in Step Functions workflows", November 2026]. Retry and Catch see it. moto ends
  the execution with ``States.Runtime``.
- A path that leads nowhere is ``States.Runtime``, which nothing catches. The wording of causes
  follows what AWS was seen to answer (floci-io/floci, pull request 3002 and its tests, September
  2026; "The function '...' had the following error: ...").
- What cannot be read is refused with the definition (`validation`), as ``SCHEMA_VALIDATION_FAILED``
  (localstack/localstack, issue 6811, September 2022).
"""

import copy
import json
import re
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.query_language import QueryLanguageMode
from moto.stepfunctions.parser.asl.component.common.string.string_expression import (
    StringIntrinsicFunction,
    StringVariableSample,
)
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError, extract_json

from helpers.emulator.guard import applied
from helpers.emulator.stepfunctions.intrinsics.functions import FUNCTIONS, Failure, in_words
from helpers.emulator.stepfunctions.intrinsics.reading import (
    Argument,
    Call,
    Path,
    Text,
    Unreadable,
    Value,
    read,
)
from helpers.emulator.stepfunctions.jsonpath import text_of

PREPROCESSOR = "moto.stepfunctions.parser.asl.parse.preprocessor:Preprocessor"
EXPECTED_SOURCES = {f"{PREPROCESSOR}.visitString_intrinsic_function": "c9faa27fc097"}
FAILURE, RUNTIME = "States.IntrinsicFailure", "States.Runtime"
PIECE = re.compile(r"\\(.?)|(\{\})|([{}])|([^\\{}]+)", re.DOTALL)
ESCAPED = ("'", "{", "}", "\\")


def check(written: str) -> Call:
    """Read a function, and look whether there is one of that name for as many arguments.

    Raises
    ------
    Unreadable
        With what is wrong.
    """
    call = read(written)
    _check(call)
    return call


def _check(call: Call) -> None:
    count = len(call.arguments)
    if call.name == "Format":
        least, most = 1, float("inf")
    elif call.name in FUNCTIONS:
        _, least, most = FUNCTIONS[call.name]
    else:
        raise Unreadable(f"there is no function States.{call.name}")
    if not least <= count <= most:
        raise Unreadable(f"States.{call.name} does not take {count} arguments")
    for argument in call.arguments:
        if isinstance(argument, Call):
            _check(argument)


class Intrinsic(EvalComponent):
    """A function in a definition, read once, evaluated whenever its state is entered."""

    def __init__(self, written: str) -> None:
        self._written = written
        self._call = check(written)
        # moto asks whether CausePath and ErrorPath may have it, and cuts both ends of each name.
        self.name = SimpleNamespace(name=self._call.name[1:-1])

    def _eval_body(self, env: Environment) -> None:
        """Put the function's value on the stack, whose top is the input of its paths."""
        given = env.stack[-1]
        try:
            value = _value(self._call, env, given)
        except Failure as failure:
            raise _failed(env, FAILURE, self._told(str(failure))) from None
        except NoSuchJsonPathError as missing:
            searched = json.dumps(given, separators=(",", ":"), ensure_ascii=False)
            told = (
                f"The JsonPath argument for the field '{missing.json_path}' could not be found in "
                f"the input '{searched}'"
            )
            raise _failed(env, RUNTIME, self._told(told)) from None
        env.stack.append(copy.deepcopy(value))

    def _told(self, failure: str) -> str:
        return f"The function '{self._written}' had the following error: {failure}"


def _value(argument: Argument, env: Environment, given: Any) -> Any:
    match argument:
        case Value(value):
            return value
        case Text(written):
            return "".join(text for text, _ in _pieces(written))
        case Path(written):
            return _found(written, env, given)
        case Call("Format", (template, *rest)):
            return _format(template, [_value(one, env, given) for one in rest], env, given)
        case Call(name, arguments):
            return FUNCTIONS[name][0](*(_value(one, env, given) for one in arguments))


def _found(path: str, env: Environment, given: Any) -> Any:
    if path.startswith("$$"):
        return extract_json(path[1:], env.states.context_object.context_object_data)
    if path == "$" or path[1] in ".[":
        return extract_json(path, given)
    variable = StringVariableSample(QueryLanguageMode.JSONPath, path)
    variable.eval(env)
    return env.stack.pop()


def _pieces(written: str) -> list[tuple[str, bool]]:
    """The parts of a string, without backslashes, and whether a part is a place for a value."""
    pieces = []
    for escaped, place, brace, text in PIECE.findall(written):
        if text or place or brace:
            pieces.append((text or place or brace, bool(place)))
        elif escaped in ESCAPED and escaped:
            pieces.append((escaped, False))
        else:
            raise Failure(f"an open escape backslash in '{written}'; write \\\\ for a backslash")
    return pieces


def _format(template: Argument, values: list[Any], env: Environment, given: Any) -> str:
    if isinstance(template, Text):
        pieces = _pieces(template.written)
    else:
        found = _value(template, env, given)
        if not isinstance(found, str):
            raise Failure(f"the template must be a string, got {in_words(found)}")
        pieces = [(part, part == "{}") for part in re.split(r"(\{\})", found)]
    places = sum(is_place for _, is_place in pieces)
    if places != len(values):
        raise Failure(f"the template has {places} places for {len(values)} values")
    told = iter(values)
    return "".join(in_words(next(told)) if is_place else part for part, is_place in pieces)


def _failed(env: Environment, error: str, cause: str) -> FailureEventException:
    if error == FAILURE:  # the cause of States.Runtime gets its place from moto
        entered = vars(env).get("entered")
        number = entered.event_id if entered else env.event_history_context.source_event_id
        cause = (
            f"An error occurred while executing the state '{env.next_state_name}' "
            f"(entered at the event id #{number}). {cause}"
        )
        kind, field = HistoryEventType.TaskFailed, "taskFailedEventDetails"
    else:
        kind, field = HistoryEventType.ExecutionFailed, "executionFailedEventDetails"
    details = {field: {"error": error, "cause": cause}}
    return FailureEventException(FailureEvent(env, ErrorName(error), kind, details))


def read_function(_: Preprocessor, ctx: Any) -> StringIntrinsicFunction:
    """Replaces `visitString_intrinsic_function`."""
    written = text_of(ctx.STRINGINTRINSICFUNC())
    assert written is not None, "a JSON null is not a function"
    return StringIntrinsicFunction(written, Intrinsic(written))


def corrections() -> AbstractContextManager[None]:
    """Correct intrinsic functions for as long as the context is open."""
    return applied(
        EXPECTED_SOURCES,
        (Preprocessor, {"visitString_intrinsic_function": read_function}),
    )
