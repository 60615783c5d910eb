"""A process's memory: a crash takes it away, and the next process begins with the first one.

A check must not praise an answer that remembers in memory what a crash would take. So it never
calls the reader's function itself, but copies of it, one for each process:

    first = fresh(worker)  # a process: what it remembers is its own
    second = fresh(worker)  # another one, at the same time or after a crash

Each begins with what the function remembered when `fresh` was called. As long as nobody calls
`worker` itself, that is what it remembered at first. `exercises.check` hands a rule such a copy, so
that the reader's notebook is as it was after a check.

What a process has for itself: the globals of the notebook that the function and what it reaches
name, variables around it, default arguments, attributes, classes of the notebook and their objects,
caches, generators of random numbers, locks (which are free). What is the world, and shared: modules
and what is installed, clients of boto3, the lab, and everything that is handed to the function
when it is called. What can be copied in no way (a file, a thread, a generator) is shared too.
"""

from __future__ import annotations

import functools
import random
import sys
import sysconfig
import threading
import warnings
from collections import deque
from collections.abc import Callable
from types import BuiltinMethodType, CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

INSTALLED = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})
WORLD = {"helpers", "boto3", "botocore", "moto", "s3transfer", "logging"}  # objects of these
LOCKS = {type(threading.Lock()): threading.Lock, type(threading.RLock()): threading.RLock}
ATOMS = (
    type(None), bool, int, float, complex, str, bytes, range, slice, type(...),
    type(NotImplemented), CodeType, ModuleType,
)  # fmt: skip
_CACHE = type(functools.lru_cache(lambda: None))
_OWN_PARTS = {"__dict__", "__weakref__"}  # of a class: made anew with it


def fresh(function: F) -> F:
    """The function with a memory of its own, a copy of what it remembers now. See the module."""
    return Process().started(function)


class Process:
    """The copies of one process: two names for one thing are two names for one copy."""

    def __init__(self) -> None:
        self._made: dict[
            int, tuple[Any, Any]
        ] = {}  # by id: the thing, which keeps its id, and ours
        self._modules: dict[int, dict[str, Any]] = {}
        self._later: deque[Callable[[], None]] = deque()  # contents, which may lead back here

    def started(self, function: Any) -> Any:
        made = self.copy(function)
        while self._later:
            self._later.popleft()()
        return made

    def copy(self, value: Any) -> Any:
        kind = type(value)
        if kind in ATOMS:
            return value
        if id(value) in self._made:
            return self._made[id(value)][1]
        make = _MAKERS.get(kind)
        if make is not None:
            return self._keep(value, make(self, value))
        if kind in LOCKS:
            return self._keep(value, LOCKS[kind]())
        if isinstance(value, type):
            return self._class(value)
        return value if _package(kind) in WORLD else self._object(value)

    def _keep(self, value: Any, made: Any) -> Any:
        return self._made.setdefault(id(value), (value, made))[1]

    # -- containers

    def _list(self, value: Any) -> Any:
        made = self._keep(value, deque(maxlen=value.maxlen) if isinstance(value, deque) else [])
        made.extend(map(self.copy, value))
        return made

    def _dict(self, value: dict[Any, Any]) -> Any:
        made: dict[Any, Any] = self._keep(value, {})
        made.update((self.copy(key), self.copy(each)) for key, each in value.items())
        return made

    def _set(self, value: Any) -> Any:
        return type(value)(map(self.copy, value))

    # -- functions

    def _function(self, value: FunctionType) -> Any:
        own = _is_readers(value.__globals__)
        if not own and (value.__closure__ is None or _package(value) in WORLD):
            return value
        cells = value.__closure__ and tuple(map(self._cell, value.__closure__))
        module = self._module(value.__globals__) if own else value.__globals__
        made = FunctionType(value.__code__, module, value.__name__, None, cells)
        self._keep(value, made)
        self._later.append(lambda: self._fill(made, value, own))
        return made

    def _fill(self, made: Any, value: FunctionType, own: bool) -> None:
        made.__defaults__ = self.copy(value.__defaults__)
        made.__kwdefaults__ = self.copy(value.__kwdefaults__)
        made.__dict__.update(self._dict(value.__dict__))
        for name in ("__qualname__", "__module__", "__doc__", "__annotations__"):
            setattr(made, name, getattr(value, name))
        if own:
            live, module = value.__globals__, made.__globals__
            for name in _names(value.__code__) & live.keys():
                module[name] = self.copy(live[name])

    def _module(self, live: dict[str, Any]) -> dict[str, Any]:
        return self._modules.setdefault(id(live), dict(live))

    def _cell(self, cell: CellType) -> CellType:
        if id(cell) in self._made:
            return self._made[id(cell)][1]
        made = CellType()
        self._keep(cell, made)

        def fill() -> None:
            try:
                content = cell.cell_contents
            except ValueError:  # a variable without a value yet
                return
            made.cell_contents = self.copy(content)

        self._later.append(fill)
        return made

    def _method(self, value: MethodType) -> Any:
        return MethodType(self.copy(value.__func__), self.copy(value.__self__))

    def _builtin_method(self, value: BuiltinMethodType) -> Any:
        owner = value.__self__
        if owner is None or isinstance(owner, ModuleType | type):
            return value
        made = self.copy(owner)
        return value if made is owner else getattr(made, value.__name__)

    def _partial(self, value: functools.partial[Any]) -> Any:
        return functools.partial(
            self.copy(value.func), *map(self.copy, value.args), **self._dict(value.keywords)
        )

    def _cache(self, value: Any) -> Any:
        return functools.lru_cache(**value.cache_parameters())(self.copy(value.__wrapped__))

    def _wrapped(self, value: Any) -> Any:
        return type(value)(self.copy(value.__func__))

    def _property(self, value: property) -> Any:
        get, put, remove = map(self.copy, (value.fget, value.fset, value.fdel))
        return property(get, put, remove, value.__doc__)

    # -- classes and their objects

    def _class(self, value: type) -> Any:
        if type(value) is not type or not _is_readers(_namespace(value)):
            return value
        slots = value.__dict__.get("__slots__", ())
        left_out = _OWN_PARTS | ({slots} if isinstance(slots, str) else set(slots))
        parts = {name: part for name, part in value.__dict__.items() if name not in left_out}
        bases = tuple(map(self.copy, value.__bases__))
        made = self._keep(value, type(value.__name__, bases, {**parts}))
        for name, part in parts.items():
            own = self.copy(part)
            if own is not part:
                setattr(made, name, own)
        return made

    def _object(self, value: Any) -> Any:
        """A copy by what the object says of itself, as `copy.deepcopy` makes it; or itself."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # an iterator says that it will refuse some day
                said = value.__reduce_ex__(4)
            if isinstance(said, str):  # a name: there is one of it
                return value
            parts: list[Any] = [*said, None, None, None]
            made = self._keep(value, parts[0](*map(self.copy, parts[1])))
            self._refill(made, *parts[2:5])
        except Exception:  # it cannot be copied
            self._made[id(value)] = (value, value)
            return value
        return made

    def _refill(self, made: Any, state: Any, items: Any, pairs: Any) -> None:
        if state is not None:
            state = self.copy(state)
            if hasattr(made, "__setstate__"):
                made.__setstate__(state)
            else:
                attributes, slots = state if isinstance(state, tuple) else (state, None)
                if attributes:
                    vars(made).update(attributes)
                for name, each in (slots or {}).items():
                    setattr(made, name, each)
        for each in items or ():
            made.append(self.copy(each))
        for key, each in pairs or ():
            made[self.copy(key)] = self.copy(each)


def _names(code: CodeType) -> set[str]:
    """The names that a function may find in its module, and those of the functions in it."""
    inner = (_names(each) for each in code.co_consts if isinstance(each, CodeType))
    return set(code.co_names).union(*inner)


def _namespace(kind: type) -> dict[str, Any]:
    module = sys.modules.get(kind.__module__)
    return vars(module) if module else {"__name__": kind.__module__}


def _is_readers(namespace: dict[str, Any]) -> bool:
    """Whether a module is of the reader: of the notebook, or a file that is not installed."""
    path = namespace.get("__file__") or ""
    name = str(namespace.get("__name__"))
    builtin = name.partition(".")[0] in {"builtins", *WORLD}
    return not builtin and not path.startswith(INSTALLED)


def _package(value: Any) -> str:
    return (getattr(value, "__module__", None) or "").partition(".")[0]


_MAKERS: dict[type, Callable[[Process, Any], Any]] = {
    list: Process._list,
    deque: Process._list,
    dict: Process._dict,
    set: Process._set,
    frozenset: Process._set,
    tuple: Process._set,
    bytearray: lambda _, value: bytearray(value),
    FunctionType: Process._function,
    MethodType: Process._method,
    BuiltinMethodType: Process._builtin_method,
    functools.partial: Process._partial,
    _CACHE: Process._cache,
    staticmethod: Process._wrapped,
    classmethod: Process._wrapped,
    property: Process._property,
    random.Random: lambda _, value: _random(value),
}


def _random(value: random.Random) -> random.Random:
    made = random.Random()
    made.setstate(value.getstate())
    return made
