"""In which field of its state an expression stands, as AWS names it in errors: ``Output/order/id``.

[Recordings of AWS, such as umccr/orcabus's: "The JSONata expression '…' specified for the field
'Arguments/Input/pushLocation' returned nothing (undefined)"]
"""

import re
from typing import Any

from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
from moto.stepfunctions.parser.asl.component.component import Component
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.iteration_component import (  # noqa: E501
    IterationComponent,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.branches_decl import (
    BranchesDecl,
)
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)

FIELDS = {  # moto's attribute, and the field of the States Language that it holds
    "assign": "Assign",
    "assign_decl": "Assign",
    "catch": "Catch",
    "cause": "Cause",
    "choices_decl": "Choices",
    "comparison": "Condition",
    "credentials": "Credentials",
    "error": "Error",
    "heartbeat": "HeartbeatSeconds",
    "item_reader": "ItemReader",
    "item_selector": "ItemSelector",
    "items": "Items",
    "max_concurrency_decl": "MaxConcurrency",
    "output": "Output",
    "parargs": "Arguments",
    "parameters": "Arguments",
    "result_writer": "ResultWriter",
    "role_arn": "RoleArn",
    "timeout": "TimeoutSeconds",
    "tolerated_failure_count_decl": "ToleratedFailureCount",
    "tolerated_failure_percentage_decl": "ToleratedFailurePercentage",
}
TYPES = {  # what a field has to be
    "Cause": "string",
    "Error": "string",
    "HeartbeatSeconds": "number",
    "Items": "array",
    "MaxConcurrency": "number",
    "Seconds": "number",
    "TimeoutSeconds": "number",
    "Timestamp": "string",
    "ToleratedFailureCount": "number",
    "ToleratedFailurePercentage": "number",
}
CONDITION = re.compile(r"Choices\[\d+\]/Condition")
OTHER_STATES = (Program, IterationComponent, BranchesDecl)  # they have places of their own


def place(state: CommonStateField) -> None:
    """Write into each expression of a state where it stands."""
    for name, part in vars(state).items():
        _place(part, _field(name, part))


def expected_type(field: str) -> str | None:
    """The type that the value of a field must have; None for any."""
    return "boolean" if CONDITION.fullmatch(field) else TYPES.get(field)


def _place(part: Any, path: str) -> None:
    if isinstance(part, StringJSONata):
        part.field = path
    elif isinstance(part, list):
        for index, element in enumerate(part):
            element = getattr(element, "binding", element)  # of Assign
            name = getattr(element, "identifier", None)
            _place(element, f"{path}[{index}]" if name is None else f"{path}/{name}")
    elif isinstance(part, Component) and not isinstance(part, OTHER_STATES):
        for name, inner in vars(part).items():
            _place(inner, "/".join(filter(None, (path, _field(name, inner)))))


def _field(attribute: str, part: Any) -> str:
    if isinstance(part, WaitFunction):
        return "Timestamp" if isinstance(part, Timestamp) else "Seconds"
    return FIELDS.get(attribute, "")
