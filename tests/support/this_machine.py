"""The installer of a class's folder, and what it calls the machine that the tests run on."""

import importlib.util
import sys

from project import ROOT

BROUGHT = ROOT / "offline" / "brought"
PYTHON = "{}.{}".format(*sys.version_info)


def installer():
    """The module of `install.py`, which no package holds; each call gives a new one."""
    spec = importlib.util.spec_from_file_location("install", BROUGHT / "install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


NAME = installer().machine()
