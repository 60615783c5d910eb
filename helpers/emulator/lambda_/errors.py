"""The errors with which Lambda turns a request away, in moto's form."""

from __future__ import annotations

import json


def refusal(status: int, code: str, message: str, **fields: str) -> Exception:
    """An error that moto's own dispatch turns into AWS's error response."""
    from moto.core.exceptions import JsonRESTError

    error = JsonRESTError(code, message)
    error.code = status
    error.description = json.dumps({"__type": code, "message": message, "Type": "User", **fields})
    return error


def invalid(message: str) -> Exception:
    """The error with which Lambda refuses a parameter."""
    return refusal(400, "InvalidParameterValueException", message)
