"""Replace what a function does, and not only one of its names.

A default argument, a `functools.partial`, a table, ``from time import sleep``: each holds the
function itself, often from before the clock runs. So the function is changed where it is, for every
holder at once. Each class here takes one kind of function: `real` does what it always did, `put`
makes all holders call something else, `back` undoes that.

A function written in C is called through a table in memory (`PyMethodDef`, see Python's C API,
"Common Object Structures"), which time-machine changes too. It is changed here to one of Python's
own C functions, which calls the replacement: so errors, keywords and speed are those of any call.
The layouts are those of CPython 3.11 to 3.13, and `check` refuses any other. `intypes` does the
same for methods of types.
"""

from __future__ import annotations

import ctypes
import inspect
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any, Generic, TypeVar

_FAST, _KEYWORDS = 0x80, 0x02  # METH_FASTCALL, METH_KEYWORDS
HEAD = object.__basicsize__
WORD = ctypes.sizeof(ctypes.c_void_p)
_api = ctypes.pythonapi
T = TypeVar("T")


class Method(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("call", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


def prototype(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    return ctypes.PYFUNCTYPE(result, *arguments)((name, _api))


def address_of(name: str) -> int:
    address = ctypes.cast(getattr(_api, name), ctypes.c_void_p).value
    assert address is not None, f"{name} is nowhere in memory"
    return address


def word(address: int) -> ctypes.c_void_p:
    return ctypes.c_void_p.from_address(address)


def pointer(address: int) -> int:
    """Where the word at `address` points to."""
    there = word(address).value
    assert there is not None, f"the word at {address:#x} points nowhere"
    return there


def check(holds: bool, what: object) -> None:
    if not holds:
        raise ImportError(
            f"{what!r} is laid out otherwise than in CPython 3.11 to 3.13, so the clock cannot "
            "reach it. Use one of these versions."
        )


_new_function = prototype(
    "PyCFunction_NewEx", ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.py_object
)
_keep_for_ever = prototype("Py_IncRef", None, ctypes.py_object)


class CFunction(Generic[T]):
    """A function of a module that is written in C, such as `time.sleep`."""

    function: Any
    real: Callable[..., T]

    # PyCFunctionObject: head, method, self, module, weak references, vectorcall
    def __init__(self, function: Callable[..., T]) -> None:
        self.function = function
        self._pair = (ctypes.c_void_p * 2).from_address(id(function) + HEAD)
        self._vectorcall = word(id(function) + HEAD + 4 * WORD)
        self._usual = list(self._pair), self._vectorcall.value
        owner = self.function.__self__  # the module
        check(self._usual[0][1] == id(owner), function)
        self._method = Method.from_address(self._usual[0][0])
        check(self._method.name == function.__name__.encode(), function)
        self.real = _new_function(self._usual[0][0], owner, function.__module__)
        self._kept: dict[Any, Any] = {}

    def name(self, replacement: Callable[..., Any]) -> None:
        """Let pickle find the function, which is an attribute of its replacement to it.

        Before the first `put`: a spawned process unpickles it, and no clock runs there.
        """
        setattr(replacement, self.function.__name__, self.function)

    def put(self, replacement: Callable[..., Any]) -> None:
        if replacement not in self._kept:
            _keep_for_ever(replacement)  # the function in C refers to it without counting
            self.name(replacement)
            flags, call = _FAST | _KEYWORDS, address_of("PyObject_Vectorcall")
            self._kept[replacement] = Method(self._method.name, call, flags, self._method.doc)
        pair: list[Any] = [ctypes.addressof(self._kept[replacement]), id(replacement)]
        # At once, and so with nothing called in between, where Python lets another thread run: one
        # that has its own `time.sleep` to call would call half of this with half of that.
        self._pair[:], self._vectorcall.value = pair, _FAST_CALL

    def back(self) -> None:
        self._pair[:], self._vectorcall.value = self._usual  # at once, too


_FAST_CALL = word(id(sorted) + HEAD + 4 * WORD).value


class PythonFunction(Generic[T]):
    """A function written in Python. It gets code that calls the replacement."""

    def __init__(self, function: Callable[..., T]) -> None:
        self.function: Any = function
        self._usual: CodeType = self.function.__code__
        real = FunctionType(
            self._usual,
            self.function.__globals__,
            self.function.__name__,
            self.function.__defaults__,
            self.function.__closure__,
        )
        real.__kwdefaults__ = self.function.__kwdefaults__
        self.real: Callable[..., T] = real
        self._kept: dict[Any, Any] = {}

    def put(self, replacement: Callable[..., Any]) -> None:
        if replacement not in self._kept:
            self._kept[replacement] = _calling(self._usual, replacement)
        self.function.__code__ = self._kept[replacement]

    def back(self) -> None:
        self.function.__code__ = self._usual


def _calling(usual: CodeType, replacement: Callable[..., Any]) -> CodeType:
    """Code with the parameters of `usual` that calls `replacement` with them, in order."""
    names = list(usual.co_varnames[: usual.co_argcount])
    variable = list(usual.co_varnames[usual.co_argcount :])
    names += [f"*{variable.pop(0)}"] if usual.co_flags & inspect.CO_VARARGS else []
    names += [f"**{variable.pop(0)}"] if usual.co_flags & inspect.CO_VARKEYWORDS else []
    check(usual.co_kwonlyargcount == 0, usual)
    free = usual.co_freevars  # of a wrapper that somebody has put around it; as many are needed
    source = f"""
def outer({", ".join(free)}):
    def inner({", ".join(names)}):
        replacement = "?"
        return replacement({", ".join(names)})
        {", ".join(free)}
    return inner
"""
    made: dict[str, Any] = {}
    exec(compile(source, __file__, "exec"), made)
    code: CodeType = made["outer"](*free).__code__
    constants = tuple(replacement if constant == "?" else constant for constant in code.co_consts)
    return code.replace(co_consts=constants, co_name=usual.co_name)
