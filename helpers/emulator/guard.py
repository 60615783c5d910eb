"""A guard in front of every correction: is this the moto it was written for?

A correction replaces functions inside moto. After an upgrade the same names may mean something
else, and the correction would then undo a repair or break in silence. So each service file lists
the functions that it replaces or relies on, with a fingerprint of their source, and the guard
refuses to apply anything when one of them has changed.
"""

import hashlib
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib import import_module
from typing import Any

import moto

from helpers.clock import swapped
from helpers.clock.swapping import held, put

VERSION = "5.2."  # of moto, that the corrections were written for


class UnexpectedMoto(RuntimeError):
    """The installed moto is not the one that the corrections were written for."""


@cache
def fingerprint(place: str) -> str:
    """Twelve hexadecimal digits that stand for the source text of a function.

    Parameters
    ----------
    place
        Module and qualified name, such as ``"moto.sqs.models:Queue.add_message"``.

    Raises
    ------
    LookupError
        If there is no such function.
    """
    module, _, path = place.partition(":")
    try:
        found: Any = import_module(module)
        for name in path.split("."):
            found = inspect.getattr_static(found, name)
    except (ImportError, AttributeError) as error:
        raise LookupError(f"{place} does not exist") from error
    return hashlib.sha256(_source(getattr(found, "fget", found)).encode()).hexdigest()[:12]


def _source(found: Any) -> str:
    """What `inspect.getsource` gives, which for a class reads the whole module before Python 3.13.

    That took most of the time in which the first lab of a kernel opens.
    """
    if inspect.isclass(found):
        lines, _ = inspect.findsource(sys.modules[found.__module__])
        head = re.compile(rf"class {found.__name__}\b")
        firsts = [number for number, line in enumerate(lines) if head.match(line)]
        if len(firsts) == 1 and not lines[firsts[0] - 1].startswith("@"):
            return "".join(inspect.getblock(lines[firsts[0] :]))
    return inspect.getsource(found)


def expect(sources: Mapping[str, str], version: str = VERSION) -> None:
    """Check the installed moto.

    Parameters
    ----------
    sources
        The expected `fingerprint` of each function that is replaced or relied on.
    version
        The beginning of the version.

    Raises
    ------
    UnexpectedMoto
        With the name of every function that differs.
    """
    if not moto.__version__.startswith(version):
        raise UnexpectedMoto(
            f"the corrections were written for moto {version}x, got {moto.__version__}"
        )
    changed = []
    for place, expected in sources.items():
        try:
            found = fingerprint(place)
        except LookupError:
            found = "nothing"
        if found != expected:
            changed.append(f"{place} (expected {expected}, got {found})")
    if changed:
        raise UnexpectedMoto(
            f"moto {moto.__version__} has changed where the corrections take hold: "
            + ", ".join(changed)
        )


@contextmanager
def applied(
    sources: Mapping[str, str], *replacements: tuple[Any, Mapping[str, Any]]
) -> Iterator[None]:
    """Check the installed moto, and correct it for as long as the context is open.

    Parameters
    ----------
    sources
        See `expect`.
    replacements
        Pairs of an owner, a class or module of moto's, and what its attributes become.
    """
    expect(sources)
    with ExitStack() as stack:
        for owner, values in replacements:
            stack.enter_context(replaced(owner, values))
        yield


_in_place: list[tuple[Any, dict[str, Any]]] = []  # owner, and what it had before


@contextmanager
def replaced(owner: Any, replacements: Mapping[str, Any]) -> Iterator[None]:
    """Set attributes of moto's for as long as the context is open; `as_it_came` takes them back."""
    entry = (owner, held(owner, replacements))
    _in_place.append(entry)
    try:
        with swapped(owner, replacements):
            yield
    finally:
        _in_place[:] = [other for other in _in_place if other is not entry]


@contextmanager
def as_it_came() -> Iterator[None]:
    """Take back every open replacement for a while: moto without its corrections."""
    entries = list(_in_place)
    corrected = [(owner, held(owner, before)) for owner, before in entries]
    try:
        for owner, before in reversed(entries):
            put(owner, before)
        yield
    finally:
        for owner, values in corrected:
            put(owner, values)
