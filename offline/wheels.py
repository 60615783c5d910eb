"""Bring wheels from the package index: by pip, held against the hashes of uv.lock."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path

from offline.lists import Wheel
from offline.machines import PATCHES


class NotBrought(Exception):
    """A wheel is not to be had, or is not the one that the lock names."""


def bring(wheels: Iterable[Wheel], python: str, folder: Path) -> None:
    """Download into a folder what it lacks of the wheels for one Python. Raises NotBrought.

    pip asks the index that it is set up for, and refuses a file whose hash is another.
    """
    lacking = [each for each in wheels if not (folder / each.file).exists()]
    while lacking:
        # pip takes one version of a package at a time; a condition may have chosen two.
        now = {each.name: each for each in lacking}.values()
        _download(now, python, folder)
        for each in now:
            check(each, folder)
            lacking.remove(each)


def _download(wheels: Collection[Wheel], python: str, folder: Path) -> None:
    # Platform tags are the last part of a wheel's name, with dots between them.
    last_parts = (each.file.removesuffix(".whl").rpartition("-")[2] for each in wheels)
    tags = {tag for part in last_parts for tag in part.split(".")} - {"any"}
    with tempfile.TemporaryDirectory() as scratch:
        asked = Path(scratch) / "asked.txt"
        lines = [f"{each.name}=={each.version} --hash=sha256:{each.sha256}\n" for each in wheels]
        asked.write_text("".join(lines), encoding="utf-8")
        command = [
            sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", "download",
            "--no-deps", "--only-binary=:all:", "--require-hashes", f"--requirement={asked}",
            f"--dest={folder}", f"--python-version={python}.{PATCHES[-1]}", "--implementation=cp",
            f"--abi=cp{python.replace('.', '')}", "--abi=abi3", "--abi=none",
            *(f"--platform={tag}" for tag in sorted(tags)),
        ]  # fmt: skip
        said = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    if said.returncode:
        raise NotBrought(f"pip download failed for Python {python}: {said.stderr.strip()}")


def check(wheel: Wheel, folder: Path) -> None:
    """Hold a file against the lock. Raises NotBrought."""
    path = folder / wheel.file
    if not path.exists():
        raise NotBrought(f"{wheel.file} was not brought into {folder}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != wheel.sha256:
        raise NotBrought(
            f"{path} is not the wheel of uv.lock: its SHA-256 is {digest}, not {wheel.sha256}"
        )
