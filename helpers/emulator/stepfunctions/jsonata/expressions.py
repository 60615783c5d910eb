"""JSONata in workflows: where its expressions take effect, what they read, and how they fail.

[Step Functions Developer Guide, "Transforming data with JSONata" and "Handling errors in Step
Functions workflows", November 2026]

- `$states.input` and `$states.context` are there in every field, `$states.result` in Assign and
  Output of a state that has one, `$states.errorOutput` in those of a Catch.
- An expression that fails, has no value, or one of the wrong type, fails its state with
  ``States.QueryEvaluationError``, in the history as EvaluationFailed [API model of botocore 1.44.5:
  EvaluationFailedEventDetails]. Retry and Catch see it, whichever field of the state it stands in.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.state_parallel import (
    StateParallel,
)
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.states import States

from helpers.emulator.guard import applied
from helpers.emulator.stepfunctions import context, jsonpath
from helpers.emulator.stepfunctions.jsonata import definitions, variables
from helpers.emulator.stepfunctions.jsonata.functions import QueryError
from helpers.emulator.stepfunctions.jsonata.interpreter import evaluate, kind
from helpers.emulator.stepfunctions.jsonata.places import expected_type

COMPONENT = "moto.stepfunctions.parser.asl.component"
FAILURE = f"{COMPONENT}.common.error_name.failure_event:FailureEventException"
STATE = f"{COMPONENT}.state.state:CommonStateField"
EXPECTED_SOURCES = {
    f"{COMPONENT}.common.string.string_expression:StringJSONata._eval_body": "277b6f413214",
    f"{FAILURE}.get_execution_failed_event_details": "cc932b747488",
    f"{FAILURE}.get_evaluation_failed_event_details": "a73c18adee39",
    f"{STATE}._eval_body": "035f80caae12",
    f"{STATE}._eval_state_input": "ec618072be7e",
    "moto.stepfunctions.parser.asl.eval.environment:Environment.open_frame": "8f92128841c5",
    "moto.stepfunctions.parser.asl.eval.states:States.reset": "3026ea3d7689",
}
ERROR = "States.QueryEvaluationError"
FAILED_IN = "An error occurred while executing the state '"

_take_input = CommonStateField._eval_state_input
_open_frame = Environment.open_frame
_reset = States.reset
_failed = FailureEventException.get_execution_failed_event_details
_evaluation_failed = FailureEventException.get_evaluation_failed_event_details


class Entered(NamedTuple):
    """The state that an environment is in."""

    event_id: int
    notes_failures: bool  # moto writes what failed in it into the history


# -- evaluating


def take_input(state: CommonStateField, env: Environment) -> None:
    """The state has just been entered."""
    notes = isinstance(state, ExecutionState) and not isinstance(state, StateParallel)
    context.enter(env)
    env.entered = Entered(env.event_history_context.source_event_id, notes)
    _take_input(state, env)


def open_frame(env: Environment, event_history_context: Any = None) -> Environment:
    """An environment for an attempt of the same state."""
    frame = _open_frame(env, event_history_context)
    if "entered" in vars(env):
        frame.entered = env.entered
    return frame


def reset(states: States, input_value: Any) -> None:
    """A new input, and no result yet: which is not a result of null."""
    _reset(states, input_value)
    del states._states_data["result"], states._states_data["errorOutput"]


def evaluate_expression(expression: StringJSONata, env: Environment) -> None:
    """Replaces `StringJSONata._eval_body`."""
    field = expression.field
    known_there = variables.visible(env) | {"states": known(env.states, field)}
    try:
        value = evaluate(expression.expression, known_there)
        expected = expected_type(field)
        if expected and kind(value) != expected:
            raise QueryError(f"returned a value of type '{kind(value)}', expected '{expected}'")
    except QueryError as error:
        raise failure(env, expression, str(error)) from None
    env.stack.append(value)


def known(states: States, field: str) -> dict[str, Any]:
    """What `$states` holds in a field."""
    data = states._states_data
    names = ["input"]
    if field.startswith("Catch"):
        names.append("errorOutput")
    elif field.startswith(("Assign", "Output")):
        names.append("result")
    found = {name: data[name] for name in names if name in data}
    parts = {name: part for name, part in data["context"].items() if part is not None}
    return found | {"context": parts}


# -- failing


def failure(env: Environment, expression: StringJSONata, told: str) -> FailureEventException:
    """The error of a state whose expression failed."""
    entered = vars(env).get("entered", Entered(env.event_history_context.source_event_id, False))
    name, field = env.next_state_name, expression.field
    link = " " if told.startswith("returned") else " threw an error during evaluation. "
    where = f" specified for the field '{field}'" if field else ""
    details = {
        "error": ERROR,
        "cause": (
            f"{FAILED_IN}{name}' (entered at the event id #{entered.event_id}). "
            f"The JSONata expression '{expression.expression}'{where}{link}{told.rstrip('.')}."
        ),
        "location": field,
        "state": name,
    }
    event = FailureEvent(
        env=env,
        error_name=ErrorName(ERROR),
        event_type=HistoryEventType.EvaluationFailed,
        event_details={"evaluationFailedEventDetails": details},
    )
    if field.startswith("Catch") or not entered.notes_failures:
        env.event_manager.add_event(
            context=env.event_history_context,
            event_type=event.event_type,
            event_details=event.event_details,
        )
    return FailureEventException(event)


def _placed_once(details: Any) -> Any:
    """An error says once in which state it arose: the innermost."""

    def told(error: FailureEventException) -> Any:
        _, cause = error.extract_error_cause_pair() or (None, None)
        if cause is None or not cause.startswith(FAILED_IN):
            return details(error)
        written = next(iter(error.failure_event.event_details.values()))
        kept = ("error", "cause", "location", "state") if details is _evaluation_failed else ()
        return {key: written[key] for key in kept or ("error", "cause") if key in written}

    return told


@contextmanager
def corrections() -> Iterator[None]:
    """Correct JSONata and variables for as long as the context is open."""
    with ExitStack() as stack:
        for part in (jsonpath, variables, definitions):
            stack.enter_context(part.corrections())
        stack.enter_context(
            applied(
                EXPECTED_SOURCES,
                (StringJSONata, {"_eval_body": evaluate_expression}),
                (CommonStateField, {"_eval_state_input": take_input}),
                (Environment, {"open_frame": open_frame}),
                (States, {"reset": reset}),
                (
                    FailureEventException,
                    {
                        "get_execution_failed_event_details": _placed_once(_failed),
                        "get_evaluation_failed_event_details": _placed_once(_evaluation_failed),
                    },
                ),
            )
        )
        yield
