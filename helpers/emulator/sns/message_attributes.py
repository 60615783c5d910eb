"""The attributes of a message: which SNS takes, and the form in which it hands them on.

Statements followed: SNS Developer Guide, "Amazon SNS message attributes" (November 2026): "The name
can contain the following characters: A-Z, a-z, 0-9, underscore(_), hyphen(-), and period (.). The
name must not start or end with a period, and it should not have successive periods", up to 256
characters; a type is String, String.Array, Number or Binary, or one of these with a suffix; "name,
type, and value must not be empty or null".

The refusals have the code ParameterValueInvalid, and the words recorded in LocalStack's
test_empty_or_wrong_message_attributes (2022 to 2024). An attribute without any value was not
recorded there; it is refused as an empty one is.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from moto.sns.exceptions import SNSException

LONGEST_NAME = 256  # characters
_TYPE = re.compile(r"(String|Number|Binary)(\..+)?")
_LETTER = re.compile(r"[A-Za-z0-9_.-]")


class InvalidMessageAttribute(SNSException):
    """A message attribute that SNS does not take."""

    code = "ParameterValueInvalid"


def transformed(attributes: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """By name: "Type" and "Value", as a notification has them; binary values in base64."""
    return {name: _transformed(name, attribute) for name, attribute in attributes.items()}


def _transformed(name: str, attribute: Mapping[str, Any]) -> dict[str, Any]:
    _check_name(name)
    kind = attribute.get("DataType") or ""
    found = _TYPE.fullmatch(kind)
    if not found:
        raise InvalidMessageAttribute(
            f"The message attribute '{name}' has an invalid message attribute type, the set of "
            "supported type prefixes is Binary, Number, and String."
        )
    field = "Binary" if found[1] == "Binary" else "String"
    given = [key for key in ("StringValue", "BinaryValue") if attribute.get(key) is not None]
    if given and f"{field}Value" not in given:
        raise InvalidMessageAttribute(
            f"The message attribute '{name}' with type '{kind}' must use field '{field}'."
        )
    value = attribute.get(f"{field}Value")
    if not value:
        raise InvalidMessageAttribute(
            f"The message attribute '{name}' must contain non-empty message attribute value for "
            f"message attribute type '{kind}'."
        )
    if found[1] == "Number" and not _is_number(value):
        raise InvalidMessageAttribute(f"Could not cast message attribute '{name}' value to number.")
    return {"Type": kind, "Value": _base64(value) if field == "Binary" else value}


def _check_name(name: str) -> None:
    if len(name) > LONGEST_NAME:
        raise InvalidMessageAttribute(
            "Length of message attribute name must be less than 256 bytes."
        )
    for place, what in ((name[:1], "starting"), (name[-1:], "ending")):
        if place == ".":
            raise InvalidMessageAttribute(
                f"Invalid message attribute name {what} with character '.' was found."
            )
    wrong = next((letter for letter in name if not _LETTER.fullmatch(letter)), None)
    if wrong is not None:
        raise InvalidMessageAttribute(
            f"Invalid non-alphanumeric character '#x{ord(wrong):X}' was found in the message "
            "attribute name. Can only include alphanumeric characters, hyphens, underscores, or "
            "dots."
        )
    if ".." in name:
        raise InvalidMessageAttribute(
            "Message attribute name can not have successive '.' character."
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _base64(value: bytes | str) -> str:
    return base64.b64encode(value if isinstance(value, bytes) else value.encode()).decode()
