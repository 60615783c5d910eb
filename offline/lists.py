"""Which wheels a reader's environment needs on a machine, by uv.lock."""

from __future__ import annotations

import os
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import Tag
from packaging.utils import canonicalize_name, parse_wheel_filename

from offline.machines import PATCHES, Machine

EXPORT = "export --quiet --frozen --no-dev --group offline --no-emit-project --no-annotate"


class Lacking(Exception):
    """The lock has no wheel of a package for a machine."""


@dataclass(frozen=True)
class Wheel:
    """A wheel that the lock names: its SHA-256 in hexadecimal, and its size in bytes.

    `condition` says where on the machine it is installed; '' is everywhere.
    """

    name: str
    version: str
    file: str
    sha256: str
    size: int
    condition: str = ""

    def line(self) -> str:
        """The wheel as pip reads it in a file of requirements; its file stands at the end."""
        where = f" ; {self.condition}" if self.condition else ""
        return f"{self.name}=={self.version}{where} --hash=sha256:{self.sha256}  # {self.file}"


class Lock:
    """The uv.lock of a project folder.

    Asks uv once which packages a reader needs, with pip, which installs them.
    """

    def __init__(self, root: Path) -> None:
        lock = tomllib.loads((root / "uv.lock").read_text(encoding="utf-8"))
        self.wheels = {
            (each["name"], each["version"]): each.get("wheels", [])
            for each in lock["package"]
            if "version" in each
        }
        uv = os.environ.get("UV", "uv")  # `uv run` says where it is, which need not be on PATH
        command = [uv, *EXPORT.split(), "--no-hashes"]
        said = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8")
        if said.returncode:
            raise RuntimeError(f"uv {EXPORT} failed: {said.stderr.strip()}")
        lines = (line for line in said.stdout.splitlines() if line and not line.startswith("#"))
        self.requirements = [Requirement(line) for line in lines]

    def list(self, machine: Machine, python: str) -> list[Wheel]:
        """The wheels for a machine and a Python such as 3.12, by name. Raises Lacking."""
        found = []
        for each in self.requirements:
            if each.marker and not any(
                each.marker.evaluate(machine.conditions(python, patch)) for patch in PATCHES
            ):
                continue
            version = next(iter(each.specifier)).version
            wheel = self._best((canonicalize_name(each.name), version), machine, python)
            found.append(Wheel(each.name, version, *wheel, str(each.marker or "")))
        return found

    def _best(
        self, package: tuple[str, str], machine: Machine, python: str
    ) -> tuple[str, str, int]:
        """File, hash and size of the wheel that the oldest systems can install."""
        ranked = []
        for wheel in self.wheels[package]:
            file = wheel["url"].rsplit("/", 1)[1]
            ages = [_age(tag, machine, python) for tag in parse_wheel_filename(file)[3]]
            if known := [age for age in ages if age is not None]:
                digest = wheel["hash"].removeprefix("sha256:")
                ranked.append((min(known), (file, digest, wheel["size"])))
        if not ranked:
            name, version = package
            raise Lacking(f"uv.lock has no wheel of {name} {version} for {machine.name}, {python}")
        return min(ranked)[1]


def _age(tag: Tag, machine: Machine, python: str) -> tuple[tuple[int, ...], int] | None:
    """How new a system, and how old a Python, a tag is for; None if it cannot be installed."""
    minor = int(python.partition(".")[2])
    platform = machine.age(tag.platform)
    own = tag.interpreter.removeprefix("cp3").removeprefix("py3") or "0"
    if platform is None or not own.isdecimal():
        return None
    exact = tag.interpreter == f"cp3{minor}" and tag.abi in {f"cp3{minor}", "abi3", "none"}
    stable = tag.interpreter.startswith("cp3") and tag.abi == "abi3" and int(own) <= minor
    pure = tag.interpreter.startswith("py3") and tag.abi == "none" and int(own) <= minor
    return (platform, -int(own)) if exact or stable or pure else None
