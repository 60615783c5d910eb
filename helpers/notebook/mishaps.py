"""A sentence in the place where a notebook shows a traceback that helps nobody.

An interrupt ends in one sentence: where the code was when the reader pressed the button says
nothing to her. A name that is not there, though a cell above binds it, is told with what to do:
after a restart of the kernel, none of the cells has been run. All other errors are as they were.
"""

from __future__ import annotations

import ast
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from helpers.notebook.cells import current

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def explain(shell: Any) -> None:
    """Show interrupts and missing names in this way. Leaves a handler of the reader's alone."""
    if not shell.custom_exceptions:
        shell.set_custom_exc((KeyboardInterrupt, NameError), _shown)


def _shown(shell: Any, kind: type, error: BaseException, trace: Any, tb_offset: Any = None) -> None:
    said = advice(error)
    if isinstance(error, KeyboardInterrupt):
        error._render_traceback_ = lambda: [said]  # type: ignore[attr-defined]
    elif said:
        usual = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
        error._render_traceback_ = lambda: [*usual, said]  # type: ignore[attr-defined]
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def advice(error: BaseException) -> str:
    """What a reader can do about an error, in a sentence; nothing if there is nothing to say."""
    if isinstance(error, KeyboardInterrupt):
        cell = current()
        after = f" after {time.perf_counter() - cell.began:.0f} s" if cell else ""
        return (
            f"You stopped this cell{after}: what it had made until then is still there, and it can "
            "be run again."
        )
    if type(error) is NameError and error.name and _is_bound_above(error.name):
        return (
            f"name '{error.name}' is not defined: run the cells above this one first "
            "(Run > Run All Above Selected Cell)"
        )
    return ""


def _is_bound_above(name: str) -> bool:
    """Whether a cell above the one that runs binds a name, as far as its notebook can be found."""
    try:
        return any(_binds(source, name) for source in _sources_above())
    except Exception:  # an advice that fails must not hide the error
        return False


def _sources_above() -> Iterator[str]:
    from IPython import get_ipython

    shell = get_ipython()
    message = shell.get_parent()
    ident = message.get("metadata", {}).get("cellId")  # as JupyterLab tells it
    source = message.get("content", {}).get("code", "")
    mine = os.environ.get("JPY_SESSION_NAME", "")  # the notebook, where the server tells it
    for path in dict.fromkeys([Path(mine), *sorted(Path.cwd().glob("*.ipynb"))]):
        if not path.is_file():
            continue
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for number, cell in enumerate(cells):
            if cell.get("id") == ident or (not ident and "".join(cell["source"]) == source):
                above = cells[:number]
                yield from ("".join(c["source"]) for c in above if c["cell_type"] == "code")
                return


def _binds(source: str, name: str) -> bool:
    """Whether a cell binds a name of the notebook, and not only one inside of a function."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        return False
    left: list[ast.AST] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, ast.alias) and name == (node.asname or node.name).split(".")[0]:
            return True
        if name in (getattr(node, "name", None), _stored(node)):
            return True
        if not isinstance(node, SCOPES + COMPREHENSIONS):
            left += ast.iter_child_nodes(node)
    return False


def _stored(node: ast.AST) -> str | None:
    return node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else None
