"""Which files a function's modules need on Lambda. Part of `zipped`.

What a module imports is read from its source, also inside functions. Modules of the project and of
the reader are taken along, and packages from an index if they are plain Python. What Lambda's
runtime has is not.
"""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

# "The Python runtimes include boto3", with what it needs [Lambda Developer Guide, "Building Lambda
# functions with Python", read 2026-11].
RUNTIME = {"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}
COMPILED = (".so", ".pyd", ".dylib", ".dll")
_FACE = '"""What a function of this run brings along."""\n'  # of helpers: no notebook is there


class CannotCarry(ValueError):
    """A function that cannot be packed for Lambda, and why."""


def files_of(modules: Iterable[str], wanted_by: str) -> dict[str, bytes]:
    """The files that these modules need, by their path in the package.

    Parameters
    ----------
    modules : iterable of str
        Their full names.
    wanted_by : str
        What needs them, for the error.

    Raises
    ------
    CannotCarry
        If one is not there, or has parts compiled for this machine.
    """
    found: dict[str, bytes] = {}
    open_now = [(name, wanted_by) for name in modules]
    seen: set[str] = set()
    while open_now:
        name, by = open_now.pop()
        if name in seen:
            continue
        seen.add(name)
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names or top in RUNTIME or top == "__main__":
            continue
        if distribution := _distribution(top):
            found |= _of_distribution(distribution, by)
            continue
        path, text = _source(name, by)
        found[path] = text
        if "." in name:
            open_now.append((name.rpartition(".")[0], by))
        open_now += [(each, name) for each in _imports(name, path, text)]
    return found


@functools.cache
def _distributions() -> dict[str, list[str]]:
    return dict(importlib.metadata.packages_distributions())


def _distribution(top: str) -> str | None:
    """The installed package that a module comes from; none of this project's and the reader's."""
    if top == "helpers":
        return None
    return next(iter(_distributions().get(top, [])), None)


def _of_distribution(name: str, by: str) -> dict[str, bytes]:
    """All modules of an installed package, and those that it requires."""
    found: dict[str, bytes] = {}
    open_now, seen = [name], set[str]()
    while open_now:
        each = open_now.pop()
        if each.lower() in seen:
            continue
        seen.add(each.lower())
        try:
            distribution = importlib.metadata.distribution(each)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system, or another Python
        tops = {top for top, names in _distributions().items() if distribution.name in names}
        if tops <= RUNTIME:
            continue
        for file in distribution.files or []:
            if file.suffix in COMPILED:
                needs = "" if each == name else f", which needs {each}"
                raise CannotCarry(
                    f"{by} needs the package {name}{needs}, and that has parts compiled for this "
                    f"machine ({file.name}). Leave it out of the function, or deploy the function "
                    "with a tool that builds for Lambda"
                )
            inside = not file.is_absolute() and ".." not in file.parts
            if inside and file.suffix in (".py", ".pyi", ".typed", ".json", ".pem"):
                found[file.as_posix()] = Path(str(file.locate())).read_bytes()
        for required in distribution.requires or []:
            if "extra ==" not in required:
                open_now.append(re.split(r"[^\w.-]", required, maxsplit=1)[0])
    return found


def _source(name: str, by: str) -> tuple[str, bytes]:
    """Path and text of a module that is not installed from an index."""
    if name == "helpers":
        return "helpers/__init__.py", _FACE.encode()
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        spec = None
    if spec is None or (spec.origin is None and not spec.submodule_search_locations):
        raise CannotCarry(f"{by} imports {name}, and there is no such module here")
    stem = name.replace(".", "/")
    if spec.origin is None:  # a folder without __init__.py
        return f"{stem}/__init__.py", b""
    if not spec.origin.endswith(".py"):
        raise CannotCarry(f"{by} imports {name}, and that is no Python source: {spec.origin}")
    path = f"{stem}/__init__.py" if spec.submodule_search_locations else f"{stem}.py"
    return path, Path(spec.origin).read_bytes()


def _imports(name: str, path: str, text: bytes) -> Iterator[str]:
    """Full names of what a module imports, but for what only a type checker reads."""
    package = name if path.endswith("__init__.py") else name.rpartition(".")[0]
    for node in _walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            yield base
            for alias in node.names:
                if _is_module(f"{base}.{alias.name}"):
                    yield f"{base}.{alias.name}"


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            for other in child.orelse:
                yield from _walk(other)
        else:
            yield from _walk(child)


def _is_module(name: str) -> bool:
    if name.partition(".")[0] in {*sys.stdlib_module_names, *RUNTIME}:
        return False
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False
