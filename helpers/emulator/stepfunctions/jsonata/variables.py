"""Variables: `Assign` in JSONata and JSONPath states, and `$name` in both.

[Step Functions Developer Guide, "Passing data between states with variables", November 2026]

- All of a state's expressions read the variables as they were when the state was entered; what it
  assigns is there from the next state on. In moto `Output` reads what `Assign` has just written.
- In a JSONPath state, `$order.id` reads a variable: its name, and behind it a JSONPath.
- A rule of a Choice state may assign, also in a JSONPath state, where moto drops it. What stands
  beside Default is for Default alone; moto applies it after a rule that leads to the same state.
- Parallel and Map: a branch or an iteration reads the variables around it; its own end with it.
"""

import copy
import json
import re
from contextlib import AbstractContextManager
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.assign.assign_decl import AssignDecl
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.common.string.string_expression import (
    StringVariableSample,
)
from moto.stepfunctions.parser.asl.component.state.choice.choice_rule import ChoiceRule
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.variable_store import VariableStore
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.utils.json_path import extract_json

from helpers.emulator.guard import applied

COMPONENT = "moto.stepfunctions.parser.asl.component"
PREPROCESSOR = "moto.stepfunctions.parser.asl.parse.preprocessor:Preprocessor"
STORE = "moto.stepfunctions.parser.asl.eval.variable_store:VariableStore"
EXPECTED_SOURCES = {
    f"{COMPONENT}.common.assign.assign_decl:AssignDecl._eval_body": "652b8326e85d",
    f"{COMPONENT}.common.string.string_expression:StringVariableSample._eval_body": "4aa01e616a98",
    f"{COMPONENT}.state.choice.choice_rule:ChoiceRule._eval_body": "385e564c0a46",
    f"{COMPONENT}.state.choice.state_choice:StateChoice._eval_state": "47c01743c893",
    f"{COMPONENT}.state.choice.state_choice:StateChoice._eval_state_output": "ab3b90209aa7",
    f"{COMPONENT}.state.state:CommonStateField._get_state_exited_event_details": "82ead97874bb",
    f"{PREPROCESSOR}.visitChoice_rule_comparison_variable": "4b829cab6902",
    f"{PREPROCESSOR}.visitChoice_rule_comparison_composite": "eeb8175201ef",
    f"{STORE}.get_assigned_variables": "accd1b2a7446",
    f"{STORE}.set": "891b744a582d",
}
REFERENCE = re.compile(r"\$(\w+)(.*)", re.DOTALL)

_exited = CommonStateField._get_state_exited_event_details
_comparison = Preprocessor.visitChoice_rule_comparison_variable


def visible(env: Environment) -> dict[str, Any]:
    """The variables that a state of `env` reads, by name."""
    store = env.variable_store
    return {**store._outer_scope, **store._inner_scope}


def assign(declaration: AssignDecl, env: Environment) -> None:
    """Replaces `AssignDecl._eval_body`: hold the values until the state is left."""
    values: dict[str, Any] = {}
    for binding in declaration.declaration_bindings:
        binding.eval(env=env)
        values |= env.stack.pop()
    env.assigned = values


def forget(env: Environment) -> None:
    """The state that has assigned goes another way: by a Catch, or once more."""
    env.assigned = {}


def leave(state: CommonStateField, env: Environment) -> dict[str, Any]:
    """Replaces `_get_state_exited_event_details`: what was assigned is there from now on."""
    for name, value in vars(env).pop("assigned", {}).items():
        env.variable_store.set(variable_identifier=name, variable_value=value)
    return _exited(state, env)


def written(store: VariableStore) -> dict[str, str]:
    """Replaces `get_assigned_variables`: JSON, in the same order in every process."""
    names = sorted(store._declaration_tracing)
    return {name: json.dumps(store.get(name), separators=(",", ":")) for name in names}


def sample(reference: StringVariableSample, env: Environment) -> None:
    """Replaces `StringVariableSample._eval_body`: a variable, and a path into it."""
    read = REFERENCE.fullmatch(reference.expression)
    assert read is not None, reference.expression  # moto's grammar lets nothing else through
    name, path = read.groups()
    variables = visible(env)
    if name not in variables:
        raise FailureEventException(_unknown(env, name))
    value = variables[name]
    env.stack.append(copy.deepcopy(extract_json(f"${path}", value) if path else value))


def _unmatched(state: StateChoice, env: Environment) -> FailureEvent:
    """[Step Functions Developer Guide, "Choice workflow state": States.NoChoiceMatched]"""
    entered = vars(env).get("entered")
    number = entered.event_id if entered else env.event_history_context.source_event_id
    error = "States.NoChoiceMatched"
    cause = (
        f"An error occurred while executing the state '{state.name}' (entered at the event id "
        f"#{number}). No rule matches, and there is no Default."
    )
    details = {"executionFailedEventDetails": {"error": error, "cause": cause}}
    return FailureEvent(env, ErrorName(error), HistoryEventType.ExecutionFailed, details)


def choose(state: StateChoice, env: Environment) -> None:
    """Replaces `StateChoice._eval_state`: the first rule that matches, or else Default."""
    for rule in state.choices_decl.rules:
        rule.eval(env)
        if env.stack.pop() is True:
            env.stack.append(rule.next_stmt.name)
            return
    if state.default_state is None:
        raise FailureEventException(_unmatched(state, env))
    for field in (state.assign_decl, state.output):
        if field is not None:
            field.eval(env=env)
    env.stack.append(state.default_state.state_name)


def go_on(state: StateChoice, env: Environment) -> None:
    """Replaces `StateChoice._eval_state_output`."""
    following = env.stack.pop()
    if state.output_path is not None:
        state.output_path.eval(env=env)
    env.next_state_name = following


def _unknown(env: Environment, name: str) -> FailureEvent:
    error = StatesErrorNameType.StatesRuntime
    cause = f"The variable '${name}' has not been assigned"
    return FailureEvent(
        env=env,
        error_name=StatesErrorName(typ=error),
        event_type=HistoryEventType.TaskFailed,
        event_details={"taskFailedEventDetails": {"error": error.to_name(), "cause": cause}},
    )


def read_rule(preprocessor: Preprocessor, ctx: Any) -> ChoiceRule:
    """A rule of a Choice state, with its Assign."""
    rule = _comparison(preprocessor, ctx)
    for child in ctx.children:
        part = preprocessor.visit(child)
        if isinstance(part, AssignDecl):
            rule.assign = part
    return rule


def corrections() -> AbstractContextManager[None]:
    """Correct variables for as long as the context is open."""
    return applied(
        EXPECTED_SOURCES,
        (AssignDecl, {"_eval_body": assign}),
        (StateChoice, {"_eval_state": choose, "_eval_state_output": go_on}),
        (CommonStateField, {"_get_state_exited_event_details": leave}),
        (VariableStore, {"get_assigned_variables": written}),
        (StringVariableSample, {"_eval_body": sample}),
        (Preprocessor, {"visitChoice_rule_comparison_variable": read_rule}),
    )
