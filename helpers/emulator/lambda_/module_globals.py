"""The globals of a module of the notebook, as one execution environment has them.

Those that the handler names are the environment's (see `memory` for which are copies), and what it
binds (``global count``) is its own. The notebook is told what each environment has bound last, and
no other environment sees it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_MISSING = object()


class Origins:
    """What the notebook had, before an environment of the lab changed it."""

    def __init__(self) -> None:
        self.content: dict[int, tuple[Any, Any]] = {}  # by id: the container, and a shallow copy
        self.changed: set[int] = set()  # ids of these that an environment has changed
        # Of globals that one has bound anew: what the notebook had, and what it was told last.
        self.bindings: dict[tuple[int, str], tuple[Any, Any]] = {}

    def bound(self, live: dict[str, Any], name: str) -> Any:
        """What the notebook itself has bound a name to."""
        value = live.get(name, _MISSING)
        before, told = self.bindings.get((id(live), name), (_MISSING, _MISSING))
        return before if value is told else value

    def bind(self, live: dict[str, Any], name: str, value: Any) -> None:
        """Tell the notebook what an environment has bound a name to."""
        before = self.bound(live, name)
        live[name] = value
        self.bindings[id(live), name] = (before, value)


class Globals:
    """The globals of one module, as one environment has them.

    Parameters
    ----------
    copy
        Gives the environment's own copy of a value.
    live
        The module's own globals.
    """

    def __init__(self, copy: Callable[[Any], Any], origins: Origins, live: dict[str, Any]) -> None:
        self._copy, self._origins, self._live = copy, origins, live
        self.own = dict(live)
        self._wanted: set[str] = set()
        self._given: dict[str, tuple[Any, Any]] = {}  # by name: the notebook's, and what it got
        self._told: dict[str, Any] = {}

    def want(self, names: set[str]) -> None:
        new = names - self._wanted
        self._wanted |= new
        for name in new:
            self._take(name)

    def take_over(self) -> None:
        for name in list(self._wanted):
            self._take(name)

    def tell(self) -> None:
        for name in self._wanted & self.own.keys():
            if self._is_bound_anew(name) and self._told.get(name, _MISSING) is not self.own[name]:
                self._told[name] = self.own[name]
                self._origins.bind(self._live, name, self.own[name])

    def _take(self, name: str) -> None:
        if self._is_bound_anew(name):
            return
        value = self._origins.bound(self._live, name)
        if name in self._given and self._given[name][0] is value:
            return
        if value is _MISSING:
            self.own.pop(name, None)
        else:
            self.own[name] = own = self._copy(value)
            self._given[name] = (value, own)

    def _is_bound_anew(self, name: str) -> bool:
        """Whether the handler has bound the name."""
        if name not in self._given:  # the notebook may not have had it at the time
            return name in self.own and name not in self._live
        return self.own.get(name, _MISSING) is not self._given[name][1]
