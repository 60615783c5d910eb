"""Who may import whom, read from the source without running it."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

HELPERS = Path(__file__).parent.parent / "helpers"
FILES = sorted(HELPERS.rglob("*.py"))
AWS_SDK = {"boto3", "botocore", "moto"}
TAKEN_HOME = {"boto3", "botocore", "aws_lambda_powertools"}  # beside the standard library
LAB_USERS = {
    "helpers",
    "helpers.lab",
    "helpers.exercises",
    "helpers.explore",
    "helpers.differences",
}
# Those that know no AWS SDK, each with the files that it is made of.
NO_SDK = {
    "clock": ("clock/__init__",),
    "charts": ("charts/__init__",),
    "load": ("load/__init__",),
    "trace": ("trace/__init__",),
    "theory": ("theory",),
    "histories": ("histories",),
    "schemas": ("schemas",),
}


def name_of(path):
    parts = path.relative_to(HELPERS.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path):
    """Full names of all that a file imports, wherever in it, also for type checking only."""
    package = name_of(path) if path.stem == "__init__" else name_of(path).rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1]
            module = ".".join([*(base if node.level else []), *filter(None, [node.module])])
            found.add(module)
            found.update(f"{module}.{alias.name}" for alias in node.names)
    return found


def under(name, *packages):
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def outside(path):
    """Top names that a file imports and that are neither the standard library nor helpers."""
    tops = {name.partition(".")[0] for name in imports_of(path)}
    return tops - set(sys.stdlib_module_names) - {"helpers"}


@pytest.fixture(scope="module")
def reached():
    """Every file's imports of helpers, over any number of steps."""
    modules = {name_of(path) for path in FILES}
    direct = {
        name_of(path): {name for name in imports_of(path) if name in modules} for path in FILES
    }
    for _ in modules:
        for name, known in direct.items():
            direct[name] = known.union(*(direct[other] for other in known if other != "helpers"))
    return direct


def test_the_files_are_read():
    assert {"helpers.lab", "helpers.clock", "helpers.emulator"} <= {name_of(path) for path in FILES}
    assert under("helpers.emulator.sqs", "helpers.emulator")
    assert not under("helpers.emulators", "helpers.emulator")
    assert "helpers.wire.InProcess" in imports_of(HELPERS / "lab" / "lab.py")
    assert "helpers.emulator.guard" in imports_of(HELPERS / "emulator" / "sqs" / "corrections.py")


@pytest.mark.parametrize("path", sorted(HELPERS.glob("patterns/**/*.py")), ids=name_of)
def test_patterns_can_be_taken_home(path):
    assert outside(path) <= TAKEN_HOME
    assert not [
        n for n in imports_of(path) if under(n, "helpers") and not under(n, "helpers.patterns")
    ]


@pytest.mark.parametrize("part", NO_SDK)
def test_these_know_no_aws_sdk(part, reached):
    for name in NO_SDK[part]:
        path = HELPERS / f"{name}.py"
        for module in (name_of(path), *reached[name_of(path)]):
            source = HELPERS.parent.joinpath(*module.split("."))
            files = [f for f in (source.with_suffix(".py"), source / "__init__.py") if f.exists()]
            assert not outside(files[0]) & AWS_SDK, f"{module}, reached from {name}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_emulator_is_imported_by_backends_only(path):
    if under(name_of(path), "helpers.wire", "helpers.emulator"):
        return
    assert not [name for name in imports_of(path) if under(name, "helpers.emulator")]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_lab_is_imported_from_above_only(path):
    if under(name_of(path), *LAB_USERS - {"helpers"}) or name_of(path) == "helpers":
        return
    used = [name for name in imports_of(path) if under(name, "helpers.lab", "helpers.Lab")]
    assert not used
