"""The deployment package of a Python function: what `lab.deploy` needs where Lambda is real."""

from __future__ import annotations

import io
import sys
import types
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

from helpers.account.by_value import functions_of, pickled
from helpers.account.copies import CopiedVariable, changed
from helpers.account.modules import CannotCarry, files_of

# "50 MB (zipped, when uploaded through the Lambda API or SDKs)" [Lambda Developer Guide, "Lambda
# quotas", read 2026-11]. Bytes.
LARGEST = 50 * 1024 * 1024
ENTRY = "eda_function"  # the module that Lambda calls
MOMENT = (1980, 1, 1, 0, 0, 0)  # of each file: the same function gives the same bytes
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"

# On an account a keeper sets these variables; without them names are what the code says.
_NAMES = '''"""What Lambda calls: the names of this run, then the function."""
import os

if "EDA_PREFIX" in os.environ:
    from helpers.account.inside import use_names

    use_names(os.environ["EDA_PREFIX"], os.environ["EDA_ACCOUNT"], os.environ["EDA_REGION"])

'''
_BY_NAME = """from {module} import {name} as handler  # noqa: F401
"""
_BY_VALUE = """import pathlib
import pickle
import sys

if sys.version_info[:2] != {version}:
    raise RuntimeError(
        "this function was packed by Python {major}.{minor} and its code is that Python's: "
        f"give it the runtime python{major}.{minor}, not {{sys.version_info[:2]}}"
    )
handler = pickle.loads(pathlib.Path(__file__).with_name("function.pickle").read_bytes())
"""


def zip_of(handler: Callable[[Any, Any], Any]) -> tuple[bytes, str]:
    """The deployment package of a function, for a runtime of this Python (`RUNTIME`).

    A function of a module is taken with that module, all that this imports of the project's and the
    reader's own modules, and packages of plain Python that Lambda does not have. One of a
    notebook's cell, or one made by another function, is taken as it is now, with copies of the
    variables that it uses: the notebook does not see what it changes in them. The same function
    gives the same bytes, unless a class of a cell is among its variables.

    Parameters
    ----------
    handler : callable
        ``handler(event, context)``.

    Returns
    -------
    bytes, str
        The zip file, and the handler's name in it, "module.function".

    Raises
    ------
    CannotCarry
        If it uses what another machine cannot have, with the variable's name, such as a client of
        boto3, a lock or an open file; or if it is larger than 50 MB, with its size.

    Warns
    -----
    CopiedVariable
        If it changes a list, dict or set of the notebook's, which it has a copy of.

    Examples
    --------
    >>> from helpers.patterns.outbox import relay
    >>> package, name = zip_of(relay)
    >>> name
    'eda_function.handler'
    >>> zipfile.ZipFile(io.BytesIO(package)).namelist()[:2]
    ['eda_function.py', 'helpers/__init__.py']
    """
    if not callable(handler):
        raise TypeError(f"a handler is a function, got {handler!r}")
    name = getattr(handler, "__qualname__", type(handler).__name__)
    files: dict[str, bytes] = {}
    if _is_found_by_name(handler):
        module = handler.__module__
        entry = _NAMES + _BY_NAME.format(module=module, name=name)
        modules = {module}
    else:
        version = sys.version_info[:2]
        entry = _NAMES + _BY_VALUE.format(version=version, major=version[0], minor=version[1])
        text, modules = pickled(handler, name)
        if lost := changed(functions_of(handler)):
            warnings.warn(
                f"{name} changes {' and '.join(map(repr, lost))}, of which it has a copy on "
                "Lambda: what it changes there is not seen here. Let it send to a queue, or write "
                "to a table, what you want to see",
                CopiedVariable,
                stacklevel=2,
            )
        files["function.pickle"] = text
        modules |= {"cloudpickle"}
    files |= files_of(sorted(modules | {"helpers.account.inside"}), name)
    files[f"{ENTRY}.py"] = entry.encode()
    package = _zip(files)
    if len(package) > LARGEST:
        raise CannotCarry(
            f"the package of {name} has {len(package):,} bytes, and Lambda takes {LARGEST:,} in a "
            "call. Leave out what it does not need: "
            + ", ".join(sorted(files, key=lambda path: -len(files[path]))[:3])
        )
    return package, f"{ENTRY}.handler"


def _is_found_by_name(handler: Any) -> bool:
    """Whether ``from module import name`` gives this function on another machine too."""
    module = sys.modules.get(getattr(handler, "__module__", None) or "")
    return (
        isinstance(handler, types.FunctionType)
        and module is not None
        and module.__name__ != "__main__"
        and getattr(module, "__file__", None) is not None
        and vars(module).get(handler.__qualname__) is handler
    )


def _zip(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[path])
    return content.getvalue()
