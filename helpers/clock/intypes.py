"""Replace what the methods of a type written in C do, for objects made long before too.

Each class has `real`, `put` and `back`, as in `inplace`. Such a type refuses `setattr`, so its
dictionary and its table of functions in memory (`PyTypeObject`, see Python's C API, "Type Objects")
are changed instead.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from typing import Any

from helpers.clock.inplace import HEAD, WORD, Method, address_of, check, pointer, prototype, word

CALL_SLOT, NEW_SLOT = HEAD + 14 * WORD, HEAD + 37 * WORD  # tp_call and tp_new

_new_method = prototype("PyDescr_NewMethod", ctypes.py_object, ctypes.py_object, ctypes.c_void_p)
_modified = prototype("PyType_Modified", None, ctypes.py_object)
_CALL = address_of("PyObject_Call")


class _Class:
    """What Python puts into the table of a class of its own: a look at the class's dictionary."""

    def __call__(self) -> None: ...

    def __new__(cls) -> _Class:
        return super().__new__(cls)


_CALL_OF_CLASS = word(id(_Class) + CALL_SLOT).value
_NEW_OF_CLASS = word(id(_Class) + NEW_SLOT).value


class CMethod:
    """Methods of a type that is written in C and never called: a lock's `acquire`, by any name.

    Python's C function that calls an object gets the method's place in memory, and the type what
    makes its objects callable. Also a bound method from before is reached, as `Condition` keeps it.
    """

    def __init__(self, owner: type, *names: str) -> None:
        self.owner = owner
        at = HEAD + 3 * WORD  # PyDescr_COMMON: type, name, qualified
        self._methods = []
        for name in names:
            method = Method.from_address(pointer(id(vars(owner)[name]) + at))
            check(method.name == name.encode() and method.flags == 0x3, vars(owner)[name])
            self._methods.append((method, method.call))
        first = self._methods[0][0]
        self._copy = Method(first.name, first.call, first.flags, first.doc)
        self.real = _new_method(owner, ctypes.addressof(self._copy))
        self._slot = word(id(owner) + CALL_SLOT)
        check(self._slot.value is None, owner)
        self._replacement: Any = None

    def put(self, replacement: Callable[..., Any]) -> None:
        if self._replacement is not replacement:
            self._replacement = _class_dict(self.owner)["__call__"] = replacement
            _modified(self.owner)
        self._slot.value = _CALL_OF_CLASS
        for method, _ in self._methods:
            method.call = _CALL

    def back(self) -> None:
        for method, usual in self._methods:
            method.call = usual
        self._slot.value = None


class ClassEntry:
    """A method of a class written in C, found through the class. A bound one stays as it is."""

    def __init__(self, owner: type, name: str) -> None:
        self.owner, self.name, self.real = owner, name, vars(owner)[name]

    def put(self, replacement: Any) -> None:
        _class_dict(self.owner)[self.name] = replacement
        _modified(self.owner)

    def back(self) -> None:
        self.put(self.real)


class Constructor:
    """The constructor of a type written in C, such as `numpy.datetime64`."""

    def __init__(self, owner: type) -> None:
        self.owner = owner
        self._slot = word(id(owner) + NEW_SLOT)
        self._usual = pointer(id(owner) + NEW_SLOT), vars(owner)["__new__"]
        make = ctypes.PYFUNCTYPE(ctypes.py_object, *[ctypes.py_object] * 3)(self._usual[0])
        self.real: Callable[..., Any] = lambda cls, *args, **kwargs: make(cls, args, kwargs)

    def put(self, replacement: Callable[..., Any]) -> None:
        _class_dict(self.owner)["__new__"] = staticmethod(replacement)
        _modified(self.owner)
        self._slot.value = _NEW_OF_CLASS

    def back(self) -> None:
        self._slot.value, _class_dict(self.owner)["__new__"] = self._usual
        _modified(self.owner)


def _class_dict(owner: type) -> dict[str, Any]:
    """The dictionary of a class that refuses `setattr`."""
    found: dict[str, Any] = gc.get_referents(vars(owner))[0]
    return found
