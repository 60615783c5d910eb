"""The zip file of a function: its Python modules, and its files.

"Could not unzip uploaded file" is the service's answer to what is not a zip file [as answered by
the service, November 2026].
"""

from __future__ import annotations

import functools
import io
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

# The lab's own: with other copies of them a handler's calls would leave this process.
OF_THE_PROCESS = frozenset({
    "aioboto3", "aiobotocore", "boto3", "botocore", "helpers", "moto", "s3transfer", "urllib3",
})  # fmt: skip


@dataclass(frozen=True)
class Source:
    """One module."""

    path: str  # in the zip file
    text: bytes
    is_package: bool


class Package:
    """The content of a zip file.

    Raises
    ------
    ValueError
        If it is not a zip file.
    """

    def __init__(self, content: bytes) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                self.files = {
                    entry.filename: archive.read(entry)
                    for entry in archive.infolist()
                    if not entry.is_dir()
                }
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            raise ValueError(str(error)) from None
        self.modules = {
            ".".join(parts): Source(name, text, is_package)
            for name, text in self.files.items()
            if name.endswith(".py")
            for parts, is_package in [_module(name)]
        }
        folders = {
            ".".join(parent.parts)
            for source in self.modules.values()
            for parent in PurePosixPath(source.path).parents
            if parent.parts
        }
        self.namespaces = folders - self.modules.keys()

    def has(self, name: str) -> bool:
        """Whether the zip file has the module or package of this name."""
        if name.partition(".")[0] in OF_THE_PROCESS:
            return False
        return name in self.modules or name in self.namespaces

    @functools.cached_property
    def _folder(self) -> tempfile.TemporaryDirectory[str]:
        folder = tempfile.TemporaryDirectory(prefix="lambda-", ignore_cleanup_errors=True)
        root = Path(folder.name).resolve()
        for name, content in self.files.items():
            path = (root / name).resolve()
            if path.is_relative_to(root):  # a zip file may name others
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        return folder

    @property
    def root(self) -> str:
        """A folder with the files, for handlers that open what they have brought along."""
        return str(Path(self._folder.name).resolve())


def _module(path: str) -> tuple[tuple[str, ...], bool]:
    parts = PurePosixPath(path).with_suffix("").parts
    return (parts[:-1], True) if parts[-1] == "__init__" else (parts, False)
