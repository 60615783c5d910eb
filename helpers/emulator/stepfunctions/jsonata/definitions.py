"""JSONata in a definition: what is read, in which language, and when it is evaluated.

- What is no JSONata is refused when the state machine is created.
- A state without a QueryLanguage has that of the state machine, also inside a Map or Parallel state
  with another one [Amazon States Language, "QueryLanguage"].
- Output of a Task, Map or Parallel state, and Arguments of a Parallel one, are part of the attempt:
  Retry and Catch see them fail.
"""

from contextlib import AbstractContextManager
from typing import Any

from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.state_parallel import (
    StateParallel,
)
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

from helpers.emulator.guard import applied
from helpers.emulator.stepfunctions.jsonata.functions import QueryError
from helpers.emulator.stepfunctions.jsonata.interpreter import check
from helpers.emulator.stepfunctions.jsonata.places import place
from helpers.emulator.stepfunctions.jsonata.variables import forget

COMPONENT = "moto.stepfunctions.parser.asl.component"
PARALLEL = f"{COMPONENT}.state.exec.state_parallel.state_parallel:StateParallel"
PREPROCESSOR = "moto.stepfunctions.parser.asl.parse.preprocessor:Preprocessor"
EXPECTED_SOURCES = {
    f"{COMPONENT}.common.string.string_expression:StringJSONata.__init__": "1a765a4aff69",
    f"{COMPONENT}.program.program:Program._get_state": "8c2e257f8035",
    f"{COMPONENT}.state.exec.execute_state:ExecutionState._eval_state_output": "8319eaf73095",
    f"{COMPONENT}.state.state:CommonStateField._eval_state_output": "bceaf0e281ef",
    f"{PARALLEL}._eval_state": "1d86cbe57c76",
    f"{PREPROCESSOR}._open_query_language_scope": "4e0bad6eb66e",
    f"{PREPROCESSOR}.visitState_decl_body": "a17dddcd7b88",
}

_new_expression = StringJSONata.__init__
_get_state = Program._get_state
_read_state = Preprocessor.visitState_decl_body


def new_expression(string: StringJSONata, expression: str) -> None:
    """Read the expression with the definition."""
    _new_expression(string, expression)
    string.field = ""
    try:
        check(expression)
    except QueryError as error:
        raise ValueError(f"INVALID_JSONATA_EXPRESSION: {error}") from None


def read_state(preprocessor: Preprocessor, ctx: Any) -> Any:
    """Read a state, whose query language is the state machine's unless it says otherwise."""
    scopes = preprocessor._query_language_per_scope
    scopes.append(scopes[0])
    try:
        return _read_state(preprocessor, ctx)
    finally:
        scopes.pop()


class Inside(EvalComponent):
    """A field that is evaluated within an attempt, so that Retry and Catch see it fail."""

    def __init__(self, first: EvalComponent | None, then: EvalComponent | None = None) -> None:
        self.first, self.then = first, then

    def _eval_body(self, env: Environment) -> None:
        if self.first is not None:
            env.stack.pop()
            try:
                self.first.eval(env)
            except FailureEventException:
                forget(env)
                raise
        if self.then is not None:
            self.then.eval(env)


def get_state(program: Program, state_name: str) -> CommonStateField:
    """The state that follows, with its fields in their places."""
    state = _get_state(program, state_name)
    if "is_placed" not in vars(state):
        place(state)
        state.is_placed = True
        if isinstance(state, ExecutionState) and not state._is_language_query_jsonpath():
            # ResultPath comes last in an attempt, and has no part in a JSONata state
            output, state.output = state.output, None
            state.result_path = Inside(output and output.jsonata_template_value)
            if isinstance(state, StateParallel):
                state.branches = Inside(state.parargs, state.branches)
                state.parargs = None
    return state


def corrections() -> AbstractContextManager[None]:
    """Correct the reading of definitions for as long as the context is open."""
    return applied(
        EXPECTED_SOURCES,
        (StringJSONata, {"__init__": new_expression}),
        (Preprocessor, {"visitState_decl_body": read_state}),
        (Program, {"_get_state": get_state}),
    )
