"""`os.environ` as an execution environment has it: its own, though the process has but one.

A thread that works for an environment finds the environment's variables in `os.environ`, and what
it sets there is set for this environment alone. Other threads, those that a handler starts among
them, find the process's.

The names that Lambda sets are reserved [Lambda Developer Guide, "Defined runtime environment
variables", November 2026]; a function that sets one is refused with InvalidParameterValueException
[as answered by the service].
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from threading import get_ident
from typing import Any

from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

RESERVED = (
    "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
)  # fmt: skip
TASK = "/var/task"  # where Lambda puts a function's code

Data = dict[Any, Any]  # as os.environ holds it

_threads: dict[int, Data] = {}  # by the thread that works for an environment


def defined(function: Any) -> dict[str, str]:
    """The variables of a new environment: what Lambda sets, and what the function's owner has."""
    now = utcnow()
    version = str(function.version)
    stream = f"{now:%Y/%m/%d}/[{version}]{mock_random.uuid4().hex}"
    return {
        "_HANDLER": str(function.handler),
        "AWS_DEFAULT_REGION": function.region,
        "AWS_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_VERSION": version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "LAMBDA_TASK_ROOT": TASK,
        **{str(name): str(value) for name, value in (function.environment_vars or {}).items()},
    }


def encoded(variables: dict[str, str]) -> Data:
    """The process's variables with these over them, as `os.environ` holds them."""
    own = dict(os.environ.__dict__["_data"])
    for name, value in variables.items():
        own[os.environ.encodekey(name)] = os.environ.encodevalue(value)
    return own


@contextlib.contextmanager
def found_by_this_thread(own: Data) -> Iterator[None]:
    """Let the calling thread find these in `os.environ`."""
    before = _threads.get(get_ident())
    _threads[get_ident()] = own
    try:
        yield
    finally:
        if before is None:
            del _threads[get_ident()]
        else:
            _threads[get_ident()] = before


class _Environ(os._Environ):  # type: ignore[type-arg]
    """`os.environ`, which asks whose thread it is."""

    @property
    def _data(self) -> Data:
        return _threads.get(get_ident(), self.__dict__["_data"])

    def __setitem__(self, key: Any, value: Any) -> None:
        if (own := _threads.get(get_ident())) is None:
            super().__setitem__(key, value)
        else:
            own[self.encodekey(key)] = self.encodevalue(value)

    def __delitem__(self, key: Any) -> None:
        if (own := _threads.get(get_ident())) is None:
            super().__delitem__(key)
            return
        try:
            del own[self.encodekey(key)]
        except KeyError:
            raise KeyError(key) from None


@contextlib.contextmanager
def separate() -> Iterator[None]:
    """Let environments have variables of their own, until the end of the block."""
    environ: Any = os.environ
    before = environ.__class__
    environ.__class__ = _Environ
    try:
        yield
    finally:
        environ.__class__ = before
