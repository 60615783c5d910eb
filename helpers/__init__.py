"""Event-driven architecture by experiment: real boto3 code, in virtual time."""

from __future__ import annotations

from typing import Any

__all__ = ["Lab", "charts", "exercises", "explore", "faults", "load", "theory", "trace"]


def __getattr__(name: str) -> Any:
    # Imported when asked for, so that `helpers.patterns` can be used without a lab.
    if name == "Lab":
        from helpers.lab import Lab

        return Lab
    if name in __all__:
        import importlib

        return importlib.import_module(f"helpers.{name}")
    raise AttributeError(f"module 'helpers' has no attribute {name!r}")
