"""Which correction does not fit the installed moto? `__main__` prints the answer."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import boto3
import moto

from helpers.emulator.guard import VERSION, fingerprint

PACKAGE = Path(__file__).parent


class Misfit(NamedTuple):
    """A file of corrections, what it takes hold of, and what is wrong with that."""

    file: str
    place: str
    what: str


def parts() -> list[str]:
    """The modules of the emulator, as Python names."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return [
        ".".join(("helpers.emulator", *path.relative_to(PACKAGE).with_suffix("").parts))
        for path in paths
        if not path.stem.startswith("__")
    ]


def misfits(names: list[str] | None = None) -> Iterator[Misfit]:
    """What does not fit the installed moto, module by module.

    Parameters
    ----------
    names
        Modules to look at; all of the emulator's, if None. One that cannot be imported any more is
        a misfit too: moto has moved what it imports.
    """
    if not moto.__version__.startswith(VERSION):
        what = f"moto is {moto.__version__}, the corrections are written for {VERSION}x"
        yield Misfit("helpers/emulator/guard.py", "VERSION", what)
    for name in parts() if names is None else names:
        file = name.replace(".", "/") + ".py"
        try:
            module = import_module(name)
        except (ImportError, AttributeError) as error:
            yield Misfit(file, "its imports", str(error))
            continue
        for place, expected in getattr(module, "EXPECTED_SOURCES", {}).items():
            try:
                found = fingerprint(place)
            except LookupError:
                yield Misfit(file, place, "is gone")
            else:
                if found != expected:
                    yield Misfit(file, place, f"has changed ({expected} is now {found})")


def report(found: list[Misfit]) -> str:
    """The misfits as Markdown, or one sentence that there are none."""
    installed = f"moto {moto.__version__} and boto3 {boto3.__version__}"
    if not found:
        return f"Every correction fits {installed}."
    files = len({each.file for each in found})
    rows = [f"| `{each.file}` | `{each.place}` | {each.what} |" for each in found]
    head = [
        f"{files} files of corrections do not fit {installed}. Read what changed in moto, mend or "
        "drop the correction, and write the new fingerprint beside it.",
        "",
        "| correction | takes hold of | which |",
        "|---|---|---|",
    ]
    return "\n".join([*head, *rows])
