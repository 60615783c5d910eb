"""Event-driven architecture by experiment: real boto3 code, in simulated time.

`Lab` is what a notebook opens. `load` has the orders that come, `faults` what goes wrong, `trace`
what happened, `charts` how it looks, `costs` what it would have cost on AWS, `theory` what queueing
theory expects, `explore` the sliders, `exercises` the predictions and checks, and `findings` what
thirty seeds say. `helpers.patterns` is what a reader takes home.
"""

from __future__ import annotations

import importlib
from typing import Any

from helpers import notebook

__all__ = [
    "Lab",
    "charts",
    "costs",
    "exercises",
    "explore",
    "faults",
    "findings",
    "load",
    "theory",
    "trace",
]
_PACKAGES = {*__all__, "differences"} - {"Lab"}

notebook.install()  # in a notebook's kernel: an interrupt in a sentence, and the like


def __getattr__(name: str) -> Any:
    # Imported when asked for, so that `helpers.patterns` can be used without a lab.
    if name == "Lab":
        return importlib.import_module("helpers.lab").Lab
    if name in _PACKAGES:
        return importlib.import_module(f"helpers.{name}")
    raise AttributeError(f"module 'helpers' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
