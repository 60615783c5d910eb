"""Answers of a service, in the form that botocore parses."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from helpers.emulator.serving import Answer


class Body(BytesIO):
    """A body in the form in which urllib3 would hand it over."""

    def __init__(self, body: str | bytes) -> None:
        super().__init__(body.encode() if isinstance(body, str) else body)

    def stream(self, **_: Any) -> Any:
        while chunk := self.read():
            yield chunk


def error_answer(protocol: str, status: int, code: str, message: str) -> Answer:
    """An error as a service with this protocol writes it, for botocore to parse."""
    if protocol in ("query", "ec2"):
        body = (
            "<ErrorResponse><Error><Type>Sender</Type>"
            f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
            "</Error><RequestId>lab</RequestId></ErrorResponse>"
        )
        return status, {"Content-Type": "text/xml"}, body
    if protocol == "rest-xml":  # S3's, which has no envelope
        body = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
        return status, {"Content-Type": "application/xml"}, body
    body = json.dumps({"__type": code, "message": message})
    return status, {"x-amzn-errortype": code, "x-amzn-requestid": "lab"}, body


def error_code(status: int, headers: Any, body: Any) -> str:
    """AWS's error code in an answer, wherever the protocol puts it.

    An answer without a body, as to HeadObject, has its HTTP status instead, as in botocore.
    """
    for name, value in dict(headers).items():
        if name.lower() in ("x-amzn-errortype", "x-amz-function-error"):
            return str(value).split(":")[0].split("#")[-1]
    text = body.decode(errors="replace") if isinstance(body, bytes) else body
    found = re.search(r'<Code>([^<]+)<|"__type":\s*"(?:[^"#]*#)?([^"]+)"', text)
    return (found[1] or found[2]) if found else str(status)
