"""Fields of a Distributed Map that moto's grammar does not have.

Express children (``"ExecutionType": "EXPRESS"``), `ItemBatcher`, and a tolerated percentage that is
a whole number [Step Functions Developer Guide, "Using Map state in Distributed mode" and
"ItemBatcher (Map)", November 2026]. A definition with one of them is read by moto without it, and
what was left out is laid beside the component that it belongs to.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.distributed_iteration_component import (  # noqa: E501
    DistributedIterationComponent,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
from moto.stepfunctions.parser.asl.component.state.exec.state_map.tolerated_failure import (
    ToleratedFailureCountDecl,
    ToleratedFailureCountStringJSONata,
    ToleratedFailurePercentageDecl,
    ToleratedFailurePercentageStringJSONata,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

from helpers.emulator.guard import applied

MAP = "moto.stepfunctions.parser.asl.component.state.exec.state_map"
TOLERATED = f"{MAP}.tolerated_failure:ToleratedFailurePercentageStringJSONata"
PREPROCESSOR = "moto.stepfunctions.parser.asl.parse.preprocessor:Preprocessor"
EXPECTED_SOURCES = {
    f"{MAP}.state_map:StateMap.from_state_props": "29a54c96bda4",
    f"{TOLERATED}._eval_tolerated_failure_percentage": "10e91a1f4333",
    f"{PREPROCESSOR}.visitTolerated_failure_count_string_jsonata": "707f7c47ee59",
}
JSONATA = "JSONata"
PERCENTAGE, BATCHER = "ToleratedFailurePercentage", "ItemBatcher"

_from_state_props = StateMap.from_state_props
Parse = Callable[[str], tuple[Any, Any]]


def _parser(parse: Parse) -> staticmethod[..., Any]:
    """A parser that reads a definition with these fields as well."""

    # What is laid beside a program is its own: another definition may have the same without it.
    parse_anew = inspect.unwrap(parse)

    @lru_cache(maxsize=128)
    def reading(definition: str) -> tuple[Any, Any]:
        if "DISTRIBUTED" not in definition:
            return parse(definition)
        machine = json.loads(definition)
        program, tree = parse_anew(json.dumps(_without(machine)))
        jsonata = machine.get("QueryLanguage") == JSONATA
        _attach(machine, program.states, jsonata, parse)
        return program, tree

    return staticmethod(reading)


def _without(value: Any) -> Any:
    """A definition without what moto cannot read."""
    if isinstance(value, list):
        return [_without(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    plain = {name: _without(inner) for name, inner in value.items()}
    if _is_distributed(value):
        plain.pop(BATCHER, None)
        if isinstance(plain.get(PERCENTAGE), int):
            plain[PERCENTAGE] = float(plain[PERCENTAGE])
        config = _processor(plain)["ProcessorConfig"]
        if config.get("ExecutionType") == "EXPRESS":
            config["ExecutionType"] = "STANDARD"
    return plain


def _processor(state: dict[str, Any]) -> Any:
    return state.get("ItemProcessor", state.get("Iterator"))


def _is_distributed(state: dict[str, Any]) -> bool:
    processor = _processor(state)
    config = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
    if state.get("Type") != "Map" or not isinstance(config, dict):
        return False
    return config.get("Mode") == "DISTRIBUTED"


def _attach(container: dict[str, Any], states: Any, jsonata: bool, parse: Parse) -> None:
    """Lay what was left out beside the components of the states in a container."""
    for name, state in container["States"].items():
        component = states.states[name]
        if state["Type"] == "Parallel":
            for branch, program in zip(state["Branches"], component.branches.programs, strict=True):
                _attach(branch, program.states, jsonata, parse)
        if state["Type"] != "Map":
            continue
        processor, iteration = _processor(state), component.iteration_component
        if _is_distributed(state):
            config = processor["ProcessorConfig"]
            iteration.has_express_children = config.get("ExecutionType") == "EXPRESS"
            if BATCHER in state:
                language = state.get("QueryLanguage", JSONATA if jsonata else "")
                iteration.batcher = _template(state[BATCHER], language == JSONATA, parse)
        _attach(processor, iteration._states, jsonata, parse)


def _template(batcher: dict[str, Any], jsonata: bool, parse: Parse) -> Any:
    """An `ItemBatcher` as something that moto evaluates: the fields of a Pass state."""
    given = {
        f"{name.removesuffix('Path')}.$" if name.endswith("Path") else name: value
        for name, value in batcher.items()
    }
    field = {"QueryLanguage": JSONATA, "Output": given} if jsonata else {"Parameters": given}
    states = {"Batch": {"Type": "Pass", "End": True, **field}}
    program, _ = parse(json.dumps({"StartAt": "Batch", "States": states}))
    state = program.states.states["Batch"]
    return state.output.jsonata_template_value if jsonata else state.parameters


# -- tolerated failures


def from_state_props(state: StateMap, state_props: Any) -> None:
    """Read the state, and note which tolerances it declares: the default tolerates nothing."""
    _from_state_props(state, state_props)
    if isinstance(state.iteration_component, DistributedIterationComponent):
        declared = (ToleratedFailureCountDecl, ToleratedFailurePercentageDecl)
        state.iteration_component.declares = tuple(
            state_props.get(kind) is not None for kind in declared
        )


def percentage(declared: ToleratedFailurePercentageStringJSONata, env: Environment) -> float:
    """Replaces `_eval_tolerated_failure_percentage`, which drops what is behind the point."""
    declared.string_jsonata.eval(env=env)
    return float(env.stack.pop())


def read_count(preprocessor: Preprocessor, ctx: Any) -> ToleratedFailureCountStringJSONata:
    """Replaces `visitTolerated_failure_count_string_jsonata`, which reads a percentage."""
    expression = preprocessor.visitString_jsonata(ctx=ctx.string_jsonata())
    return ToleratedFailureCountStringJSONata(string_jsonata=expression)


@contextmanager
def corrections() -> Iterator[None]:
    """Read these fields for as long as the context is open."""
    iteration = {"has_express_children": False, "batcher": None, "declares": (False, False)}
    with applied(
        EXPECTED_SOURCES,
        (AmazonStateLanguageParser, {"parse": _parser(AmazonStateLanguageParser.parse)}),
        (DistributedIterationComponent, iteration),
        (StateMap, {"from_state_props": from_state_props}),
        (
            ToleratedFailurePercentageStringJSONata,
            {"_eval_tolerated_failure_percentage": percentage},
        ),
        (Preprocessor, {"visitTolerated_failure_count_string_jsonata": read_count}),
    ):
        yield
