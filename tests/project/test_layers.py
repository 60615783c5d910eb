"""Who may import whom, read from the source without running it."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from project import ROOT

HELPERS = ROOT / "helpers"
FILES = sorted(HELPERS.rglob("*.py"))
# Every package of helpers/, and the packages that it may import, also for type checking only.
MAY_IMPORT = {
    "patterns": (),
    "notebook": (),
    "clock": (),
    "trace": (),
    "load": (),
    "theory": (),
    "charts": ("trace",),
    "costs": ("trace",),
    "account": ("costs",),
    "sweep": ("account",),
    "faults": ("clock",),
    "emulator": ("clock", "trace"),
    "wire": ("account", "clock", "faults", "trace", "emulator"),
    "lab": (
        "account",
        "clock",
        "costs",
        "faults",
        "load",
        "notebook",
        "trace",
        "wire",
    ),
    "explore": ("charts", "lab"),
    "differences": ("faults", "lab", "wire"),
    "elsewhere": ("faults", "lab", "load", "patterns"),
    "findings": (),
    "lessons": ("patterns", "load", "theory", "faults", "trace", "lab", "findings", "costs"),
    "exercises": ("clock", "lab", "lessons", "notebook"),
}
FLOORS = re.compile(r"^    (\w+)(?: --> ([\w &]+))?$", re.MULTILINE)
FACE = (
    "Lab", "charts", "costs", "exercises", "explore", "faults", "findings", "load", "theory",
    "trace",
)  # fmt: skip
NO_SDK = ("clock", "trace", "charts", "costs", "load", "theory", "findings")
TAKEN_HOME = {"boto3", "botocore", "aws_lambda_powertools"}  # beside the standard library
SERVICES = {
    "sqs", "sns", "events", "lambda_", "stepfunctions", "dynamodb", "s3", "scheduler", "cloudwatch",
}  # fmt: skip


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def package_of(name: str) -> str | None:
    """The package of helpers/ that a module is part of."""
    top, _, rest = name.partition(".")
    return rest.partition(".")[0] or None if top == "helpers" else None


@cache
def imports_of(path: Path) -> dict[str, set[str]]:
    """What a file imports, wherever in it: the modules, and the names taken out of each."""
    here = name_of(path).split(".")
    package = here if path.stem == "__init__" else here[:-1]
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.setdefault(alias.name, set())
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *filter(None, [node.module])])
            for alias in node.names:
                part = f"{module}.{alias.name}"
                if is_module(part):
                    found.setdefault(part, set())
                else:
                    found.setdefault(module, set()).add(alias.name)
    return found


@cache
def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def outside(path: Path) -> set[str]:
    """Top names that a file imports and that are neither the standard library nor helpers."""
    tops = {name.partition(".")[0] for name in imports_of(path)}
    return tops - set(sys.stdlib_module_names) - {"helpers"}


def files_of(*packages: str) -> pytest.MarkDecorator:
    """Runs a test for each of these packages, or for all and the face, with its files."""
    found: dict[str, list[Path]] = {}
    for path in FILES:
        found.setdefault(package_of(name_of(path)) or "helpers", []).append(path)
    asked = {name: found[name] for name in packages or sorted(found)}
    return pytest.mark.parametrize("paths", asked.values(), ids=asked.keys())


def test_every_package_has_a_row_and_every_row_is_a_package():
    packages = {path.stem for path in HELPERS.iterdir() if is_module(f"helpers.{path.stem}")} - {
        "__init__"
    }
    assert packages == set(MAY_IMPORT)


def test_the_rows_have_no_way_back():
    known: set[str] = set()
    for package, allowed in MAY_IMPORT.items():
        assert known.issuperset(allowed), f"{package} may import what comes after it"
        known.add(package)


@files_of(*MAY_IMPORT)
def test_a_package_imports_what_its_row_names(paths):
    for path in paths:
        package = package_of(name_of(path))
        used = {package_of(name) for name in imports_of(path) if name.startswith("helpers")}
        assert used <= {package, *MAY_IMPORT[package]}, name_of(path)


@files_of(*(name for name in MAY_IMPORT if name != "emulator"), "helpers")
def test_moto_is_imported_by_the_emulator_alone(paths):
    assert [name_of(path) for path in paths if "moto" in outside(path)] == []


@files_of(*NO_SDK)
def test_these_know_no_aws_sdk(paths):
    for path in paths:
        assert not outside(path) & {"boto3", "botocore", "moto"}, name_of(path)


@files_of("patterns")
def test_patterns_can_be_taken_home(paths):
    for path in paths:
        assert outside(path) <= TAKEN_HOME, name_of(path)


@files_of("emulator")
def test_a_service_imports_no_other_service(paths):
    def service(name: str) -> str | None:
        parts = name.split(".")
        return parts[2] if len(parts) > 2 and parts[2] in SERVICES else None

    for path in paths:
        own = service(name_of(path))
        if own is not None:
            used = {service(name) for name in imports_of(path)}
            assert used <= {own, None}, name_of(path)


def test_all_services_of_the_emulator_are_known_here():
    assert {path.name for path in (HELPERS / "emulator").iterdir() if path.is_dir()} - {
        "event_patterns",  # what events and sns have in common
        "modelled",  # what the lab does with each operation of each service
        "__pycache__",
    } == SERVICES


@files_of("lessons")
def test_a_lesson_imports_no_other_lesson(paths):
    def lesson(name: str) -> str | None:
        return next((part for part in name.split(".") if part.startswith("lesson_")), None)

    for path in paths:
        used = {lesson(name) for name in imports_of(path)} - {None}
        assert used <= {lesson(name_of(path))}, name_of(path)


def test_no_files_import_each_other_in_however_many_steps():
    modules = {name_of(path): path for path in FILES}
    graph = {
        name: {other for other in imports_of(path) if other in modules and other != "helpers"}
        for name, path in modules.items()
    }
    done: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " > ".join([*way[way.index(name) :], name])
        if name not in done:
            for other in graph[name]:
                walk(other, (*way, name))
            done.add(name)

    for name in graph:
        walk(name, ())


@files_of()
def test_no_underscore_crosses_a_file_and_no_file_imports_its_own_face(paths):
    for path in paths:
        here = name_of(path)
        for module, names in imports_of(path).items():
            if module.startswith("helpers"):
                private = [name for name in names if name.startswith("_")]
                assert not private, f"{here} from {module}"
                assert not (names and here.startswith(f"{module}.")), f"{here} from its own face"


def test_contributing_draws_these_floors_and_names_files_that_are_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    house = text[text.index("## Where is what") : text.index("## Add or change a lesson")]
    drawn = {
        name: set(others.split(" & ")) if others else set()
        for name, others in FLOORS.findall(house)
    }
    others = set().union(*drawn.values())
    assert drawn.keys() | others == MAY_IMPORT.keys()
    assert {name: set(allowed) for name, allowed in MAY_IMPORT.items()} == {
        name: drawn.get(name, set()) for name in MAY_IMPORT
    }
    answers = re.findall(r"\| `(helpers/[^`]+)` \|", house)
    assert len(answers) == 12
    for answer in answers:
        assert (ROOT / answer).read_text(encoding="utf-8"), answer


def test_the_public_face():
    """Each name can be had after a plain import, and by the line that the notebooks have."""
    helpers = importlib.import_module("helpers")
    assert tuple(sorted(helpers.__all__)) == tuple(sorted(FACE))
    program = (
        "import helpers\n"
        f"for name in {FACE}: getattr(helpers, name)\n"
        "from helpers import Lab, charts, exercises, explore, faults, load, trace\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_patterns_are_imported_without_a_lab():
    program = (
        "import sys, helpers.patterns.queue\n"
        "sys.exit('moto' in sys.modules or 'helpers.lab' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_wrong_name_is_refused_by_name():
    helpers = importlib.import_module("helpers")
    with pytest.raises(AttributeError, match="chart'"):
        helpers.chart  # noqa: B018
