"""Copies of lists, dicts and sets that an execution environment has for itself.

An environment reads its own copy alone. What it changes in it, it also does to the original, so
that a notebook sees what all environments did, and a list that a handler appends to is a record.
No environment reads the original again once one of them has changed it.
"""

from __future__ import annotations

import contextlib
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from typing import Any

_ORDERED = (
    "append", "extend", "insert", "remove", "pop", "clear", "reverse", "__setitem__",
    "__delitem__", "__iadd__", "__imul__",
)  # fmt: skip
_KEYED = (
    "__setitem__", "__delitem__", "clear", "pop", "popitem", "update", "__ior__",
)  # fmt: skip
# What changes a container, by its type. Only these types are copied, not classes made of them.
CHANGES: dict[type, tuple[str, ...]] = {
    list: (*_ORDERED, "sort"),
    bytearray: _ORDERED,
    deque: (*_ORDERED, "appendleft", "extendleft", "popleft", "rotate"),
    dict: _KEYED,
    defaultdict: _KEYED,
    OrderedDict: (*_KEYED, "move_to_end"),
    Counter: (*_KEYED, "subtract", "__iadd__", "__isub__", "__iand__"),
    set: (
        "add", "discard", "remove", "pop", "clear", "update", "difference_update",
        "intersection_update", "symmetric_difference_update", "__ior__", "__iand__", "__isub__",
        "__ixor__",
    ),
}  # fmt: skip


def plain(container: Any) -> Any:
    """A shallow copy of one of these types, and of that very type."""
    if isinstance(container, deque):
        return deque(container, container.maxlen)
    if isinstance(container, defaultdict):
        return defaultdict(container.default_factory, container)
    own = type(container)
    base: Any = own if own in CHANGES else own.__base__
    return base(container)


def own_copy(container: Any, on_change: Callable[[], None]) -> Any:
    """A shallow copy that does to `container` what is done to it, after it has called `on_change`.

    Its type is a class with the name of the container's type, derived from it.
    """
    base = type(container)
    if base is deque:
        made = _CLASSES[base](container, container.maxlen)
    elif base is defaultdict:
        made = _CLASSES[base](container.default_factory, container)
    else:
        made = _CLASSES[base](container)
    made._original, made._on_change = container, on_change
    return made


def refill(copy: Any, content: Any) -> None:
    """Give a copy another content, and leave the original alone."""
    original, copy._original = copy._original, None
    try:
        copy.clear()
        (copy.update if isinstance(copy, dict | set) else copy.extend)(content)
    finally:
        copy._original = original


def _change(base: type, name: str) -> Callable[..., Any]:
    """A method that changes the copy, and then the original."""
    real = getattr(base, name)

    def method(self: Any, *args: Any, **options: Any) -> Any:
        original = self._original
        if original is None:  # a copy of this copy, or a part of a larger change
            return real(self, *args, **options)
        args = tuple(list(arg) if isinstance(arg, Iterator) else arg for arg in args)
        counted = self[args[0]] if base is Counter and name == "__setitem__" else 0
        self._on_change()
        self._original = None
        try:
            result = real(self, *args, **options)
        finally:
            self._original = original
        with contextlib.suppress(Exception):  # it may hold something else by now
            if base is Counter and name == "__setitem__":  # what several count is added up
                original[args[0]] += args[1] - counted
            elif name == "popitem":
                original.pop(result[0], None)
            elif base is set and name == "pop":
                original.discard(result)
            else:
                getattr(original, name)(*args, **options)
        return result

    method.__name__ = name
    return method


def _set_default(self: Any, key: Any, default: Any = None) -> Any:
    """Of a dict: the value of a key, which several environments may be the first to give.

    A container is then each one's own, with one record for all of them.
    """
    if key in self:
        return self[key]
    original = self._original
    if original is not None:
        self._on_change()
        kept = original.setdefault(key, default)
        if type(default) in CHANGES and type(kept) is type(default):
            content = plain(default)
            default = own_copy(kept, self._on_change)
            refill(default, content)
    self._original = None
    try:
        self[key] = default
    finally:
        self._original = original
    return default


def _missing(self: Any, key: Any) -> Any:
    if self.default_factory is None:
        raise KeyError(key)
    return _set_default(self, key, self.default_factory())


def _class(base: type) -> type:
    changes: dict[str, Any] = {name: _change(base, name) for name in CHANGES[base]}
    if issubclass(base, dict):
        changes["setdefault"] = _set_default
    if base is defaultdict:
        changes["__missing__"] = _missing
    return type(
        base.__name__,
        (base,),
        {
            **changes,
            "_original": None,
            "_on_change": None,
            "__module__": base.__module__,
            "__repr__": lambda self: repr(plain(self)),
            "__reduce_ex__": lambda self, protocol: plain(self).__reduce_ex__(protocol),
            "__hash__": None,
        },
    )


_CLASSES = {base: _class(base) for base in CHANGES}
