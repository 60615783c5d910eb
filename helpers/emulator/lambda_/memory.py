"""The memory of an execution environment whose handler is a function of the notebook.

On AWS each execution environment imports the handler's module for itself, and what the module
binds lives as long as the environment: "Objects declared outside of the function's handler method
remain initialized" [Lambda Developer Guide, "Understanding the Lambda execution environment
lifecycle", November 2026]. A function of a notebook has been
imported once, so an environment gets, from its cold start on, a copy of the handler with globals of
its own:

- **Its own**: every list, dict, set, deque, Counter, defaultdict, OrderedDict and bytearray that is
  a global of the handler's module and that the handler or a function reached by it names, with
  those inside it; every global that the handler binds anew (``global count``); and the results
  that ``functools.lru_cache`` keeps.
- **Shared with the notebook**: what a handler does not find by a global name: variables of an
  enclosing function, default arguments, the object of a bound method. They are the world around
  the function, such as a database or a list in which a lesson records. Further all other objects:
  modules, classes with their attributes and methods, their instances, clients, locks, the lab; and
  the globals of the standard library, of installed packages and of `helpers`.
- A change is also made in the notebook, so that a cell can look at what all environments did
  (`containers`). An environment reads its own: as the notebook had it before an environment of the
  lab changed it. What the notebook changes before that is seen from the next invocation on, and
  what it binds anew at any time.
"""

from __future__ import annotations

import contextlib
import functools
import sysconfig
from collections.abc import Callable, Iterator
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any

from helpers.emulator.lambda_.containers import CHANGES, own_copy, plain, refill
from helpers.emulator.lambda_.module_globals import Globals, Origins

INSTALLED = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})
_CACHE = type(functools.lru_cache(lambda: None))


class Memory:
    """What one environment has for itself."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins
        self._owned: dict[int, tuple[Any, Any]] = {}  # by id: the notebook's, and its own
        self._modules: dict[int, Globals] = {}

    def own(self, value: Any) -> Any:
        """This environment's copy of a function or a container; anything else as it is."""
        known = self._owned.get(id(value))
        if known is not None:
            return known[1]
        make = _MAKERS.get(type(value))
        return value if make is None else make(self, value)

    def keep(self, value: Any, own: Any) -> Any:
        self._owned[id(value)] = (value, own)  # which holds the value, and with it its id
        return own

    def module(self, live: dict[str, Any]) -> Globals:
        found = self._modules.get(id(live))
        if found is None:
            found = self._modules[id(live)] = Globals(self.own, self._origins, live)
        return found

    @contextlib.contextmanager
    def invocation(self) -> Iterator[None]:
        """Take over what the notebook has changed, and tell it what the block changes."""
        for value, own in list(self._owned.values()):
            if type(value) in CHANGES:
                self._take_over(value, own)
        for module in list(self._modules.values()):
            module.take_over()
        try:
            yield
        finally:
            for module in self._modules.values():
                module.tell()

    def container(self, value: Any) -> Any:
        origins, key = self._origins, id(value)
        _, content = origins.content.setdefault(key, (value, plain(value)))
        own = self.keep(value, own_copy(value, lambda: origins.changed.add(key)))
        refill(own, self._parts(content))
        return own

    def _parts(self, content: Any) -> Any:
        if isinstance(content, dict):
            return {key: self.own(item) for key, item in content.items()}
        if isinstance(content, set | bytearray):
            return content
        return [self.own(item) for item in content]

    def _take_over(self, value: Any, own: Any) -> None:
        if id(value) in self._origins.changed:
            return
        try:
            same = bool(own == value)
        except Exception:  # items that cannot be compared
            return
        if not same:
            self._origins.content[id(value)] = (value, plain(value))
            refill(own, self._parts(value))

    def function(self, value: FunctionType) -> Any:
        readers = _is_readers(value.__globals__)
        cells = value.__closure__ or ()
        reached = [cell for cell in cells if type(_content(cell)) in _CALLABLES]
        if not readers and not reached:
            return value
        owned = {id(cell): CellType() for cell in reached}
        namespace = self.module(value.__globals__) if readers else None
        made = FunctionType(
            value.__code__,
            namespace.own if namespace else value.__globals__,
            value.__name__,
            value.__defaults__,
            tuple(owned.get(id(cell), cell) for cell in cells) or None,
        )
        functools.update_wrapper(made, value)
        made.__dict__ = dict(value.__dict__)
        made.__kwdefaults__ = value.__kwdefaults__
        self.keep(value, made)
        for cell in reached:
            owned[id(cell)].cell_contents = self.own(cell.cell_contents)
        if namespace:
            namespace.want(_names(value.__code__))
        return made

    def partial(self, value: functools.partial[Any]) -> Any:
        return functools.partial(self.own(value.func), *value.args, **value.keywords)

    def method(self, value: MethodType) -> Any:
        function: Any = self.own(value.__func__)
        return MethodType(function, value.__self__)

    def cache(self, value: Any) -> Any:
        wrapped = self.own(value.__wrapped__)
        if wrapped is value.__wrapped__:
            return value
        return self.keep(value, functools.lru_cache(**value.cache_parameters())(wrapped))


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a variable without a value yet
        return None


def _is_readers(namespace: dict[str, Any]) -> bool:
    """Whether a module is of the reader: of the notebook, or a file that is not installed."""
    path = namespace.get("__file__") or ""
    package = str(namespace.get("__name__")).partition(".")[0]
    return package != "helpers" and not path.startswith(INSTALLED)


def _names(code: CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names(constant)
    return names


_CALLABLES = (FunctionType, functools.partial, MethodType, _CACHE)
_MAKERS: dict[type, Callable[[Memory, Any], Any]] = {
    **dict.fromkeys(CHANGES, Memory.container),
    FunctionType: Memory.function,
    functools.partial: Memory.partial,
    MethodType: Memory.method,
    _CACHE: Memory.cache,
}
