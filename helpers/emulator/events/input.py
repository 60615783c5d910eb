"""What a target gets of an event: the whole, a part, a constant, or a text made from a template.

Statements followed: EventBridge User Guide, "Amazon EventBridge input transformation", and the API
model of PutTargets in botocore 1.44.5, both as of November 2026:

- `Input`: "the matched event is overridden with this constant". `InputPath`: "only the part of the
  event specified in the path is passed".
- "EventBridge automatically adds quotes to string variable values during transformation, to ensure
  the transformation output is valid JSON. EventBridge does not add quotes to variables that
  represent JSON objects or arrays."
- "If a JSON path references a JSON object or array, but the variable is referenced in a string,
  EventBridge removes any internal quotes to ensure a valid string." That holds for a template that
  is a text ("Detail is <detail>"). In one that is a JSON object the quotes stay, the outcome is no
  JSON, and the event is not delivered (recorded in the tests of LocalStack,
  test_input_transformer_nested_keys_replacement_not_valid; here it is a dead letter, INVALID_JSON).
- "If you specify a variable to match a JSON path that doesn't exist in the event, that variable
  isn't created and won't appear in the output." It leaves an empty string, also as the value of a
  field (answers recorded from AWS in the tests of LocalStack, June 2024).
- "EventBridge doesn't escape values": a string keeps the escapes that it has in the event's JSON.
- A text is a JSON string, or several, one per line: "For Strings, quotes are required". The API
  model shows one without ("<instance> is in state <status>"); it becomes plain text here.
- `aws.events.event` is "the original event payload as JSON (without the detail field)", in which
  the recorded answers call the detail type `detailType`.
- What PutTargets says of paths, of Input and of `aws.events.event.json` outside a JSON object was
  measured in September 2026 (badmintoncryer/cdk-preflight, pf-events-input-path-jsonpath,
  -target-input-json and -input-transformer-json-var).
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from helpers.emulator.events.path import MISSING, value_at

PLACEHOLDER = re.compile(r"<([A-Za-z0-9_.-]+)>")
TOKEN = re.compile(rf'{PLACEHOLDER.pattern}|\\.|"|[^<\\"]+|<', re.DOTALL)
QUOTE = re.compile(r'\\.|"', re.DOTALL)  # or anything else after a backslash
QUOTED_STEP = re.compile(r"""\[\s*['"]""")  # $.detail['name']
OF_OBJECTS = "aws.events.event.json"
RESERVED = (
    "aws.events.rule-arn",
    "aws.events.rule-name",
    "aws.events.event",
    "aws.events.event.json",
    "aws.events.event.ingestion-time",
)


class InvalidInput(ValueError):
    """What a target wants of events is refused by PutTargets."""

    code = "ValidationException"


class NotJson(ValueError):
    """A template that is a JSON object has become something else."""


def check(target: dict[str, Any], *, wants_object: bool = False) -> None:
    """Refuse a target of PutTargets for its input, as AWS does.

    Parameters
    ----------
    wants_object : bool
        Whether the target takes a template that is a JSON object, and no other.

    Raises
    ------
    InvalidInput
        If more than one of Input, InputPath and InputTransformer is there, if Input is no JSON, if
        a path is none that EventBridge takes, or if the template has a variable that nobody
        defines, or one where it may not be (words recorded in the tests of LocalStack, June 2024,
        in awsdocs/aws-cloudformation-user-guide, issue 1010, and measured, see above).
    """
    name = target.get("Id")
    if sum(target.get(key) is not None for key in ("Input", "InputPath", "InputTransformer")) > 1:
        raise InvalidInput(
            f"Only one of Input, InputPath, or InputTransformer must be provided for target {name}."
        )
    if target.get("Input") is not None and not _is_json(target["Input"]):
        raise InvalidInput(f"JSON syntax error in input for target {name}.")
    transformer = target.get("InputTransformer") or {}
    paths = transformer.get("InputPathsMap") or {}
    for path in (target.get("InputPath"), *paths.values()):
        if path is not None and (not path.startswith("$") or QUOTED_STEP.search(path)):
            raise InvalidInput(f"InputPath for target {name} is invalid.")
    if transformer:
        _check_template(name, transformer.get("InputTemplate", ""), {*paths, *RESERVED})
        if wants_object and not _is_object(transformer["InputTemplate"]):
            raise InvalidInput(f"Input for target {name} is not a valid JSON text.")


def _check_template(name: Any, template: str, defined: set[str]) -> None:
    for placeholder in PLACEHOLDER.findall(template):
        if placeholder not in defined:
            raise InvalidInput(
                f"InputTemplate for target {name} contains invalid placeholder {placeholder}."
            )
        if placeholder == OF_OBJECTS and not _is_object(template):
            raise InvalidInput(
                f"InputTemplate for target {name} contains placeholder {placeholder} valid only "
                "for JSON template."
            )


def _is_object(template: str) -> bool:
    """Whether a template is to become a JSON object."""
    return template.lstrip().startswith("{")


def for_target(
    target: dict[str, Any],
    event: dict[str, Any],
    *,
    rule_arn: str,
    rule_name: str,
    ingested: float,
) -> str:
    """The text that a target gets.

    Parameters
    ----------
    target : dict
        As PutTargets takes it.
    event : dict
        With its envelope.
    rule_arn, rule_name : str
        Of the rule that matched.
    ingested : float
        Epoch seconds at which EventBridge received the event.

    Raises
    ------
    NotJson
        If the template is a JSON object and does not become one with this event.
    """
    if target.get("Input") is not None:
        return str(target["Input"])
    if target.get("InputPath") is not None:
        found = value_at(target["InputPath"], event)
        return _json(None if found is MISSING else found)
    transformer = target.get("InputTransformer")
    if not transformer:
        return _json(event)
    variables = {
        name: value_at(path, event)
        for name, path in (transformer.get("InputPathsMap") or {}).items()
    }
    variables |= _reserved(event, rule_arn, rule_name, ingested)
    return _filled(transformer["InputTemplate"], variables)


def _reserved(
    event: dict[str, Any], rule_arn: str, rule_name: str, ingested: float
) -> dict[str, Any]:
    envelope = {key: value for key, value in event.items() if key != "detail"}
    if "detail-type" in envelope:
        envelope["detailType"] = envelope.pop("detail-type")
    moment = datetime.fromtimestamp(ingested, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return dict(zip(RESERVED, (rule_arn, rule_name, envelope, event, moment), strict=True))


def _filled(template: str, variables: dict[str, Any]) -> str:
    """The template with its variables; JSON comes without superfluous space."""
    is_object = _is_object(template)
    inside_string = _inside_json_string if is_object else _inside_text
    text, in_string = "", False
    for token in TOKEN.finditer(template):
        if token[1] in variables:
            value = variables[token[1]]
            text += inside_string(value) if in_string else _as_value(value)
            continue
        in_string ^= token[0] == '"'
        text += token[0]
    if _is_json(text):
        return _json(json.loads(text))
    if is_object:
        raise NotJson(f"what the template makes of the event is no JSON: {text}")
    if '"' in template:
        return text  # several strings, or a mistake that is the target's to find
    return PLACEHOLDER.sub(lambda found: _as_text(variables.get(found[1], found[0])), template)


def _as_value(value: Any) -> str:
    return _json("" if value is MISSING else value)


def _inside_json_string(value: Any) -> str:
    """A value within a string of a JSON object: objects and arrays keep their quotes."""
    if isinstance(value, str) or value is MISSING:
        return _as_value(value)[1:-1]
    return _json(value)


def _inside_text(value: Any) -> str:
    """A value within a text: without quotes of its own."""
    if isinstance(value, str) or value is MISSING:
        return _as_value(value)[1:-1]
    return QUOTE.sub(lambda found: "" if found[0].endswith('"') else found[0], _json(value))


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else _inside_text(value)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
