"""Lay out the folder of a class."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from offline.lists import Lock, Wheel
from offline.machines import MACHINES
from offline.wheels import bring

BROUGHT = Path(__file__).parent / "brought"
LISTS = Path("wheels") / "lists"
LESSONS = (
    "notebooks", "helpers", "data", "jupyter", "pyproject.toml", "uv.lock", "README.md", "LICENSE",
    "LICENSE-text.md",
)  # fmt: skip
# What running the lessons leaves behind, and what only the maker of the pages needs.
MADE = shutil.ignore_patterns(
    "__pycache__", ".ipynb_checkpoints", ".progress", "handed-in", "*.html"
)
NOT_READ = shutil.ignore_patterns(".doctrees", ".buildinfo")


class Refused(Exception):
    """The folder cannot be made, and why."""


@dataclass(frozen=True)
class Part:
    """What one machine and Python needs of the folder's wheels, in bytes."""

    machine: str
    python: str
    size: int


def make(
    root: Path,
    folder: Path,
    pairs: Iterable[tuple[str, str]],
    *,
    pages: bool = True,
    say: Callable[[str], None] = print,
) -> list[Part]:
    """Make the folder of a project, or bring one up to date, for pairs of machine and Python.

    With `pages`, the site is built unless it was built from the files as they are. Raises Refused
    if the folder has other things in it, Lacking and NotBrought as `Lock.list` and `bring` do.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / LISTS).exists():
        raise Refused(f"{folder} is there already, and it is no folder of a class")
    lock = Lock(root)
    lists = {pair: lock.list(MACHINES[pair[0]], pair[1]) for pair in pairs}
    (folder / LISTS).mkdir(parents=True, exist_ok=True)
    for (machine, python), wheels in lists.items():
        say(f"Wheels for {machine}, Python {python}")
        bring(wheels, python, folder / "wheels")
    _write_lists(folder, lists)
    _copy_lessons(root, folder / "lessons")
    for file in BROUGHT.iterdir():
        if file.is_file():
            shutil.copy2(file, folder)
    shutil.rmtree(folder / "pages", ignore_errors=True)
    if pages:
        shutil.copytree(_site(root, say), folder / "pages", ignore=NOT_READ)
    return [Part(*pair, sum(each.size for each in wheels)) for pair, wheels in lists.items()]


def _write_lists(folder: Path, lists: dict[tuple[str, str], list[Wheel]]) -> None:
    """Write the list of each pair, and take away what none of them names."""
    wanted = {f"{machine}-{python}.txt" for machine, python in lists}
    files = {each.file for wheels in lists.values() for each in wheels}
    for path in (folder / LISTS).iterdir():
        if path.name not in wanted:
            path.unlink()
    for path in (folder / "wheels").glob("*.whl"):
        if path.name not in files:
            path.unlink()
    for (machine, python), wheels in lists.items():
        text = "".join(f"{each.line()}\n" for each in wheels)
        (folder / LISTS / f"{machine}-{python}.txt").write_text(text, encoding="utf-8")


def _copy_lessons(root: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for name in LESSONS:
        if (root / name).is_dir():
            shutil.copytree(root / name, target / name, ignore=MADE)
        else:
            shutil.copy2(root / name, target)


def _site(root: Path, say: Callable[[str], None]) -> Path:
    """The folder of the built site, which is built first if it is not current."""
    sys.path.append(str(root / "site" / "_ext"))
    from origin import is_current

    site = root / "_site"
    if not is_current(site, root):
        say("Building the site, which takes some minutes")
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "site", "_site"]
        subprocess.run(command, cwd=root, check=True)
    return site


def version(root: Path) -> str:
    """The version of the project, as its pyproject.toml has it."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])
