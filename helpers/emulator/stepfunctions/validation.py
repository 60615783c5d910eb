"""What is wrong with a definition, said when the state machine is created.

AWS refuses a definition with ``InvalidDefinition``, in the form ``Invalid State Machine Definition:
'CODE: message at /States/…'``, and tells the same as diagnostics in ValidateStateMachineDefinition.
The codes are those of the API model of botocore 1.44.5 (ValidateStateMachineDefinitionDiagnostic);
the wording follows what AWS was seen to answer (floci-io/floci, pull request 2786 and issue 2735;
localstack/localstack, pull request 12487), and is nothing to rely on: "Do not rely on the exact
order, count, or wording of diagnostic messages".

moto finds out about most of this when an execution comes upon it. What is not looked for here is
left to moto's parser: its complaint has the code ``SCHEMA_VALIDATION_FAILED``.
"""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any, NamedTuple

from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from helpers.emulator.guard import applied
from helpers.emulator.stepfunctions import fields, parameters
from helpers.emulator.stepfunctions.diagnostics import SCHEMA, TARGET, Diagnostic
from helpers.emulator.stepfunctions.fields import GOES_ON, TYPES, rules
from helpers.emulator.stepfunctions.integrations import complaint

BACKEND = "moto.stepfunctions.parser.models:StepFunctionsParserBackend"
EXPECTED_SOURCES = {
    f"{BACKEND}._validate_definition": "a5921e3d3b46",
    f"{BACKEND}.create_state_machine": "dc56ec54216f",
    f"{BACKEND}.update_state_machine": "03b6b2ec8ffd",
}
REQUIRED = {"Task": ("Resource",), "Choice": ("Choices",), "Parallel": ("Branches",)}
JSONATA = "JSONata"
LONGEST_NAME = 80  # characters of a state's name [Amazon States Language, "States"]

_create = StepFunctionsParserBackend.create_state_machine
_update = StepFunctionsParserBackend.update_state_machine


class Scope(NamedTuple):
    """What holds for all states of a container."""

    express: bool
    jsonata: bool


def diagnose(definition: str, *, express: bool = False) -> list[Diagnostic]:
    """Everything that is wrong with a definition."""
    try:
        machine = json.loads(definition)
    except ValueError as error:
        return [Diagnostic("INVALID_JSON_DESCRIPTION", str(error), None)]
    if not isinstance(machine, dict) or not machine:
        return [Diagnostic("MISSING_DESCRIPTION", "Received an empty workflow", None)]
    scope = Scope(express, machine.get("QueryLanguage") == JSONATA)
    found = list(_container(machine, "", scope))
    if not found:
        try:
            AmazonStateLanguageParser.parse(definition)
        except Exception as error:  # whatever moto's parser stumbles over
            found.append(Diagnostic(SCHEMA, str(error), "/"))
    return found


def _container(container: Any, at: str, scope: Scope) -> Iterator[Diagnostic]:
    """A state machine, a branch of a Parallel state, or the processor of a Map state."""
    if not isinstance(container, dict):
        yield Diagnostic(SCHEMA, "Value should be an object", at or "/")
        return
    missing = [name for name in ("StartAt", "States") if name not in container]
    if missing:
        yield _required(missing, at or "/")
        return
    states = container["States"]
    if not isinstance(states, dict) or not states:
        yield Diagnostic(SCHEMA, "The field 'States' should be non-empty", f"{at}/States")
        return
    broken: list[Diagnostic] = []
    for name, state in states.items():
        broken += _state(name, state, f"{at}/States/{name}", scope)
    yield from broken
    if not broken:
        yield from _way(container["StartAt"], states, at)


def _state(name: str, state: Any, at: str, scope: Scope) -> Iterator[Diagnostic]:
    if len(name) > LONGEST_NAME:
        message = f"State name '{name}' is longer than {LONGEST_NAME} characters"
        yield Diagnostic("INVALID_STATE_NAME", message, at)
    kind = state.get("Type") if isinstance(state, dict) else None
    if kind not in TYPES:
        message = f"The field 'Type' should have one of these values: [{', '.join(TYPES)}]"
        yield Diagnostic(SCHEMA, message, f"{at}/Type")
        return
    if kind in GOES_ON and ("Next" in state) == (state.get("End") is True):
        message = "Exactly one of these fields is required: [Next, End]"
        yield Diagnostic(SCHEMA, message, at)
    jsonata = state.get("QueryLanguage", JSONATA if scope.jsonata else None) == JSONATA
    yield from fields.complaints(state, at, jsonata=jsonata)
    missing = [field for field in REQUIRED.get(kind, ()) if field not in state]
    if missing:
        yield _required(missing, at)
        return
    for number, rule in enumerate(rules(state, "Choices")):
        if kind == "Choice" and "Next" not in rule:
            yield _required(["Next"], f"{at}/Choices[{number}]")
    if kind == "Task":
        yield from _call(state, at, scope)
    branches = state["Branches"] if kind == "Parallel" else ()
    for number, branch in enumerate(branches if isinstance(branches, list) else ()):
        yield from _container(branch, f"{at}/Branches[{number}]", scope)
    for field in ("ItemProcessor", "Iterator"):
        if kind == "Map" and field in state:
            inside = scope._replace(express=scope.express or _has_express_children(state[field]))
            yield from _container(state[field], f"{at}/{field}", inside)


def _call(state: dict[str, Any], at: str, scope: Scope) -> Iterator[Diagnostic]:
    """What a task calls, and with which parameters."""
    wrong = complaint(state["Resource"], express=scope.express)
    if wrong is not None:
        yield Diagnostic(SCHEMA, wrong, f"{at}/Resource")
        return
    for field in ("Parameters", "Arguments"):
        for wrong in parameters.complaints(state["Resource"], state.get(field)):
            yield Diagnostic(SCHEMA, wrong, f"{at}/{field}")


def _has_express_children(processor: Any) -> bool:
    config = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
    return isinstance(config, dict) and config.get("ExecutionType") == "EXPRESS"


def _required(fields: list[str], at: str) -> Diagnostic:
    return Diagnostic(SCHEMA, f"These fields are required: [{', '.join(fields)}]", at)


# -- where states lead


def _targets(state: dict[str, Any], at: str) -> Iterator[tuple[Any, str]]:
    """Every state that a state may lead to, and where that is written."""
    for field in ("Next", "Default"):
        if field in state:
            yield state[field], f"{at}/{field}"
    for field in ("Choices", "Catch"):
        for number, rule in enumerate(rules(state, field)):
            if "Next" in rule:
                yield rule["Next"], f"{at}/{field}[{number}]/Next"


def _way(start: Any, states: dict[str, Any], at: str) -> Iterator[Diagnostic]:
    """Targets that do not exist, a way without an end, states that no way leads to."""
    leads = {name: list(_targets(state, f"{at}/States/{name}")) for name, state in states.items()}
    written = [(start, f"{at}/StartAt"), *(pair for pairs in leads.values() for pair in pairs)]
    for target, where in written:
        if not isinstance(target, str) or target not in states:
            yield Diagnostic(TARGET, f"Missing 'Next' target: {target}", where)
    if not any(
        state.get("End") is True or state["Type"] in ("Succeed", "Fail")
        for state in states.values()
    ):
        yield Diagnostic("MISSING_END_STATE", "Workflow has no terminal state", None)
        return  # AWS says no more then
    reached, ahead = set(), [start]
    while ahead:
        name = ahead.pop()
        if isinstance(name, str) and name in states and name not in reached:
            reached.add(name)
            ahead += [target for target, _ in leads[name]]
    for name in states:
        if name not in reached:
            message = f'State "{name}" is not reachable.'
            yield Diagnostic(TARGET, message, f"{at}/States/{name}")


# -- in the API


def refuse(definition: str, express: bool) -> None:
    """Raise InvalidDefinition if anything is wrong."""
    found = diagnose(definition, express=express)
    if found:
        told = ", ".join(map(str, found))
        raise AWSError(f"Invalid State Machine Definition: '{told}'", "InvalidDefinition")


def create_state_machine(backend: StepFunctionsParserBackend, **settings: Any) -> Any:
    refuse(settings["definition"], settings.get("sm_type") == "EXPRESS")
    return _create(backend, **settings)


def update_state_machine(
    backend: StepFunctionsParserBackend, arn: str, definition: str | None = None, **settings: Any
) -> Any:
    if definition is None and not any(settings.values()):
        message = "Either the definition, the role ARN or a configuration must be specified"
        raise AWSError(message, "MissingRequiredParameter")
    if definition is not None:
        refuse(definition, backend.describe_state_machine(arn).type == "EXPRESS")
    return _update(backend, arn, definition, **settings)


def validate_state_machine_definition(response: StepFunctionResponse) -> ActionResult:
    """ValidateStateMachineDefinition, which moto does not have. No warnings are looked for."""
    express = response._get_param("type") == "EXPRESS"
    found = diagnose(response._get_param("definition"), express=express)
    most = response._get_param("maxResults") or 100  # [API model: the default]
    diagnostics = [
        {name: value for name, value in asdict(one).items() if value is not None}
        for one in found[:most]
    ]
    return ActionResult(
        {
            "result": "FAIL" if found else "OK",
            "diagnostics": diagnostics,
            "truncated": len(found) > most,
        }
    )


def _checked_before(definition: str) -> None:
    """Replaces `_validate_definition`: `refuse` has been there."""


def corrections() -> AbstractContextManager[None]:
    """Check definitions for as long as the context is open."""
    backend = {
        "_validate_definition": staticmethod(_checked_before),
        "create_state_machine": create_state_machine,
        "update_state_machine": update_state_machine,
    }
    answers = {"validate_state_machine_definition": validate_state_machine_definition}
    return applied(
        EXPECTED_SOURCES,
        (StepFunctionsParserBackend, backend),
        (StepFunctionResponse, answers),
    )
