"""A function that no module has, such as one of a notebook's cell, as bytes. Part of `zipped`.

cloudpickle writes down its code and the variables that it uses. They are copies: what the function
changes in them on Lambda, the notebook does not see.
"""

from __future__ import annotations

import dis
import functools
import io
import pickle
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any

import cloudpickle
from boto3.resources.base import ServiceResource
from boto3.session import Session
from botocore.client import BaseClient

from helpers.account.modules import CannotCarry

PROTOCOL = 5  # the same bytes on each Python that Lambda has
_LOCKS = (type(threading.Lock()), type(threading.RLock()))
_SYNCHRONIZERS = (
    threading.Barrier, threading.Condition, threading.Event, threading.Semaphore, threading.Thread,
)  # fmt: skip
_LOADERS = {"cloudpickle", "cloudpickle.cloudpickle"}


def pickled(handler: Callable[..., Any], name: str) -> tuple[bytes, set[str]]:
    """A function as bytes, and the modules that it needs where it is loaded.

    Raises
    ------
    CannotCarry
        With the variable that cannot be carried, and what to do.
    """
    for path, value in _used(handler, name, set()):
        if reason := _bound_to_this_process(value):
            raise CannotCarry(f"{path} is {reason}")
    try:
        text = cloudpickle.dumps(handler, protocol=PROTOCOL)
    except Exception as error:  # whatever a reader's own class raises
        raise _culprit(handler, name, error) from None
    return text, _modules(text) | _imported(handler)


def functions_of(handler: Callable[..., Any]) -> list[types.FunctionType]:
    """The functions whose code is written down with a handler, itself first."""
    found = [handler, *(each for _, each in _used(handler, "", set()))]
    plain = [getattr(each, "__func__", each) for each in found]
    return [f for f in plain if isinstance(f, types.FunctionType) and _is_by_value(f)]


def _bound_to_this_process(value: Any) -> str | None:
    """Why a value has no meaning on another machine, if it has none."""
    if isinstance(value, (BaseClient, ServiceResource, Session)):
        kind = "session" if isinstance(value, Session) else "client"
        return (
            f"a {kind} of boto3 ({type(value).__name__}), which holds connections and credentials "
            "of this process. Make it inside the function, or at the top of a module"
        )
    if isinstance(value, (*_LOCKS, *_SYNCHRONIZERS)):
        return (
            f"{_a(value)}, which means nothing on another machine: each execution environment "
            "of Lambda has a memory of its own. Leave it out"
        )
    if isinstance(value, io.IOBase) and not isinstance(value, (io.BytesIO, io.StringIO)):
        return f"an open file ({_a(value)}). Read it here, and let the function use what was read"
    if isinstance(value, (types.GeneratorType, types.CoroutineType)):
        return f"{_a(value)} that has begun here. Make it inside the function"
    return None


def _culprit(handler: Callable[..., Any], name: str, error: Exception) -> CannotCarry:
    """The variable that cannot be written down: the innermost that fails."""
    found = f"{name} cannot be written down: {error}"
    for path, value in _used(handler, name, set()):
        if isinstance(value, types.FunctionType):
            continue
        try:
            cloudpickle.dumps(value, protocol=PROTOCOL)
        except Exception as reason:
            found = f"{path} is {_a(value)}, which cannot be carried to Lambda: {reason}"
    return CannotCarry(found)


def _a(value: Any) -> str:
    name = type(value).__name__.lstrip("_")
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _used(value: Any, path: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """The variables that a function uses, with the way to each, and those that these use."""
    if id(value) in seen:
        return
    seen.add(id(value))
    for label, each in _variables(value):
        way = f"the variable {label!r}, which {path} uses," if label else path
        yield way, each
        yield from _used(each, f"{label or path}", seen)


def _variables(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, types.MethodType):
        yield "", value.__self__
        yield "", value.__func__
    elif isinstance(value, types.FunctionType):
        if not _is_by_value(value):
            return
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
            try:
                yield name, cell.cell_contents
            except ValueError:  # not bound yet
                continue
        for name in _global_names(value.__code__):
            if name in value.__globals__:
                yield name, value.__globals__[name]
        code, defaults = value.__code__, value.__defaults__ or ()
        arguments = code.co_varnames[: code.co_argcount]
        yield from zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True)
        yield from (value.__kwdefaults__ or {}).items()
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield from (("", each) for each in value)
    elif isinstance(value, dict):
        yield from ((str(key), each) for key, each in value.items())
    elif isinstance(value, functools.partial):
        yield "", value.func
        yield from (("", each) for each in value.args)
        yield from value.keywords.items()
    elif type(value).__module__ == "__main__" and hasattr(value, "__dict__"):
        yield from vars(value).items()


def _is_by_value(function: types.FunctionType) -> bool:
    """Whether cloudpickle writes its code down, and not the name under which it is imported."""
    return function.__module__ in (None, "__main__") or "<" in function.__qualname__


def _global_names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from _global_names(each)


def _modules(text: bytes) -> set[str]:
    """The modules that these bytes are loaded from, found by loading them."""
    found: set[str] = set()

    class Loader(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            found.add(module)
            loaded = super().find_class(module, name)
            if module in _LOADERS and name == "subimport":  # a module among the variables

                def subimport(module: str) -> Any:
                    found.add(module)
                    return loaded(module)

                return subimport
            return loaded

    Loader(io.BytesIO(text)).load()
    return found


def _imported(handler: Callable[..., Any]) -> set[str]:
    """The modules that a function imports when it runs, and those that it calls."""
    return {name for each in functions_of(handler) for name in _imported_by(each.__code__)}


def _imported_by(code: types.CodeType) -> set[str]:
    found = {
        str(each.argval) for each in dis.get_instructions(code) if each.opname == "IMPORT_NAME"
    }
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            found |= _imported_by(each)
    return found
