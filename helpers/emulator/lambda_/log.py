"""The end of an invocation's log, for a caller that asks for it with LogType=Tail.

"Set to Tail to include the execution log in the response. Applies to synchronously invoked
functions only"; "The last 4 KB of the execution log, which is base64-encoded" [API model: Invoke].
The lines are those of the service, from START to REPORT, as recorded in November 2025 [LocalStack's
test_lambda.snapshot.json, test_invocation_with_logs]; what the runtime writes of an error and of a
logging record is in awslambdaric 4.2.2, bootstrap.py. REPORT says nothing of billing and of memory
used: the lab measures neither.

What a handler prints is still printed. A thread that it starts is not heard.
"""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import sys
import time
from collections.abc import Iterator
from threading import get_ident
from typing import Any

TAIL = 4096  # bytes
FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"

_written: dict[int, list[str]] = {}  # by the thread that is heard


class Log:
    """The log of one invocation."""

    def __init__(self, function: Any, request_id: str) -> None:
        self._function, self._request_id = function, request_id
        self._pieces: list[str] = []
        self._began = time.time()

    @contextlib.contextmanager
    def of_this_thread(self) -> Iterator[None]:
        """Hear what the calling thread prints and logs."""
        handler = _Records(self._request_id)
        if not _written:
            sys.stdout = _Heard(sys.stdout)
        _written[get_ident()] = self._pieces
        logging.getLogger().addHandler(handler)
        self._began = time.time()
        try:
            yield
        finally:
            logging.getLogger().removeHandler(handler)
            del _written[get_ident()]
            if not _written and isinstance(sys.stdout, _Heard):
                sys.stdout = sys.stdout.stream

    def result(self, error: bytes | None) -> str:
        """Its last 4 KB, in base64, with the payload of an error if there was one."""
        milliseconds = (time.time() - self._began) * 1000
        name = f"RequestId: {self._request_id}"
        text = "".join(
            [
                f"START {name} Version: {self._function.version}\n",
                *self._pieces,
                _error(error),
                f"END {name}\n",
                f"REPORT {name}\tDuration: {milliseconds:.2f} ms\t"
                f"Memory Size: {self._function.memory_size} MB\t\n",
            ]
        )
        return base64.b64encode(text.encode()[-TAIL:]).decode()


def _error(payload: bytes | None) -> str:
    if payload is None:
        return ""
    told = json.loads(payload)
    lines = [f"[ERROR] {told['errorType']}: {told['errorMessage']}"]
    if "stackTrace" in told:
        lines.append("Traceback (most recent call last):")
        lines += [line for entry in told["stackTrace"] for line in entry.splitlines()]
    return "\n".join(lines) + "\n"


class _Heard:
    """`sys.stdout` while a thread is heard."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        if (pieces := _written.get(get_ident())) is not None:
            pieces.append(text)
        return self.stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


class _Records(logging.Handler):
    """Logging records of one thread, as the runtime formats them."""

    def __init__(self, request_id: str) -> None:
        super().__init__()
        self._thread, self._request_id = get_ident(), request_id
        formatter = logging.Formatter(FORMAT, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        if get_ident() == self._thread:
            record.aws_request_id = self._request_id
            _written[self._thread].append(self.format(record))
