"""The machines of a class, as a lock file's conditions and the names of wheels tell them."""

from __future__ import annotations

import re
from dataclasses import dataclass

PYTHONS = ("3.11", "3.12", "3.13")
# Conditions may tell patch releases apart. They count where they hold for the first or a late one.
PATCHES = ("0", "99")


@dataclass(frozen=True)
class Machine:
    """One kind of computer.

    `system` and `processor` are what Python calls `sys.platform` and `platform.machine()` there;
    `platforms` is a pattern of the platform tags that wheels for it have.
    """

    name: str
    system: str
    processor: str
    platforms: str

    def conditions(self, python: str, patch: str) -> dict[str, str]:
        """What the conditions of a lock file (PEP 508) are held against, for a Python of 3.x."""
        return {
            "sys_platform": self.system,
            "platform_machine": self.processor,
            "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[
                self.system
            ],
            "os_name": "nt" if self.system == "win32" else "posix",
            "python_version": python,
            "python_full_version": f"{python}.{patch}",
            "platform_python_implementation": "CPython",
            "implementation_name": "cpython",
        }

    def age(self, platform: str) -> tuple[int, ...] | None:
        """How new a system has to be for a platform tag, oldest least; None: of another machine.

        What runs anywhere comes first: it is brought once for all machines.
        """
        if platform == "any":
            return ()
        found = re.fullmatch(self.platforms, OLDER_NAMES.get(platform, platform))
        return (1, *(int(each) for each in found.groups())) if found else None


# PEP 600: what tags were called before they named the version of glibc.
OLDER_NAMES = {
    f"{old}_{processor}": f"manylinux_2_{minor}_{processor}"
    for old, minor in (("manylinux1", 5), ("manylinux2010", 12), ("manylinux2014", 17))
    for processor in ("x86_64", "aarch64")
}
MACHINES = {
    each.name: each
    for each in (
        Machine("linux-x86_64", "linux", "x86_64", r"manylinux_(\d+)_(\d+)_x86_64"),
        Machine("linux-aarch64", "linux", "aarch64", r"manylinux_(\d+)_(\d+)_aarch64"),
        Machine("macos-arm64", "darwin", "arm64", r"macosx_(\d+)_(\d+)_(?:arm64|universal2)"),
        Machine("macos-x86_64", "darwin", "x86_64", r"macosx_(\d+)_(\d+)_(?:x86_64|universal2)"),
        Machine("windows-amd64", "win32", "AMD64", "win_amd64"),
        Machine("windows-arm64", "win32", "ARM64", "win_arm64"),
    )
}
# Some libraries have no wheel for it, as the README says.
LEFT_OUT = {("windows-arm64", "3.11")}
