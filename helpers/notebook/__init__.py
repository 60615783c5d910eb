"""What the kernel of a notebook does beside running cells. Knows no lab, and imports no SDK.

`cells` knows the cell that is running, `prints` shows the first lines of a flood, and `mishaps`
says in a sentence what an interrupt did, and which cells a name needs that is not there yet.

It is there as soon as a cell imports `helpers`, and from the first cell on in this project's
environment, whose kernels load it as an extension (`jupyter/ipython_kernel_config.py`).
"""

from __future__ import annotations

import sys
from typing import Any

from helpers.notebook import cells, mishaps
from helpers.notebook.cells import Cell, current
from helpers.notebook.mishaps import advice
from helpers.notebook.prints import few_lines, few_lines_of_a_cell

__all__ = [
    "Cell",
    "advice",
    "current",
    "few_lines",
    "few_lines_of_a_cell",
    "install",
    "load_ipython_extension",
]


def install() -> None:
    """Begin, if this is a notebook's kernel. May be called twice."""
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    shell = get_ipython()
    if getattr(shell, "kernel", None) is not None:
        load_ipython_extension(shell)


def load_ipython_extension(shell: Any) -> None:
    """Begin, in a kernel that loads this as an extension."""
    cells.watch(shell)
    mishaps.explain(shell)
