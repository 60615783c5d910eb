"""The environment files say the same thing: uv.lock, and what is exported or opened from it."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from project import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
EXPORT = ["--frozen", "--no-dev", "--no-hashes", "--no-emit-project", "--no-annotate"]


def requirement_lines(text):
    return [line for line in text.splitlines() if line and not line.startswith("#")]


REQUIREMENTS = requirement_lines((ROOT / "requirements.txt").read_text(encoding="utf-8"))


def locked_versions():
    versions = {}
    for package in LOCK["package"]:
        if "version" in package:
            versions.setdefault(package["name"], set()).add(package["version"])
    return versions


def reachable_from_the_project():
    """Names of all packages that the runtime dependencies bring in, by the lock."""
    packages = {}
    for package in LOCK["package"]:
        packages.setdefault(package["name"], []).append(package)
    found, waiting = set(), [(canonicalize_name(PROJECT["project"]["name"]), ())]
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in found:
            continue
        found.add((name, extras))
        for package in packages[name]:
            wanted = list(package.get("dependencies", []))
            for extra in extras:
                wanted += package.get("optional-dependencies", {}).get(extra, [])
            waiting += [(each["name"], tuple(each.get("extra", ()))) for each in wanted]
    return {name for name, _ in found} - {canonicalize_name(PROJECT["project"]["name"])}


def test_requirements_name_exactly_what_the_lock_names():
    versions = locked_versions()
    exported = {}
    for line in REQUIREMENTS:
        requirement = Requirement(line)
        (specifier,) = requirement.specifier
        assert specifier.operator == "==", line
        exported.setdefault(canonicalize_name(requirement.name), set()).add(specifier.version)
    assert set(exported) == reachable_from_the_project()
    assert {name: versions[name] for name in exported} == exported


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not on PATH")
def test_requirements_are_what_uv_exports():
    command = ["uv", "export", "--quiet", *EXPORT]
    exported = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    ).stdout
    assert requirement_lines(exported) == REQUIREMENTS


@pytest.mark.parametrize("dependency", PROJECT["project"]["dependencies"])
def test_every_runtime_dependency_is_exported_within_its_bounds(dependency):
    wanted = Requirement(dependency)
    found = [
        Requirement(line)
        for line in REQUIREMENTS
        if canonicalize_name(Requirement(line).name) == canonicalize_name(wanted.name)
    ]
    assert found, f"{wanted.name} is missing from requirements.txt"
    for each in found:
        (specifier,) = each.specifier
        assert wanted.specifier.contains(specifier.version), f"{each} is outside {wanted}"


def test_conda_takes_python_from_conda_forge_and_the_rest_from_requirements():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["name"] == PROJECT["project"]["name"]
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    python, pip, from_pip = environment["dependencies"]
    assert re.fullmatch(r"python=3\.\d+", python)
    assert pip == "pip"
    assert from_pip == {"pip": ["-r requirements.txt", "-e ."]}


def test_binder_installs_the_same_requirements():
    # pip reads a nested -r beside the file that names it, and -e from the working directory,
    # which is the root of the repository when Binder builds.
    lines = requirement_lines((ROOT / ".binder" / "requirements.txt").read_text(encoding="utf-8"))
    assert lines == ["-r ../requirements.txt", "-e ."]
    assert (ROOT / ".binder" / "../requirements.txt").resolve() == ROOT / "requirements.txt"


def test_every_way_in_uses_the_same_python():
    conda = re.search(r"python=([\d.]+)", (ROOT / "environment.yml").read_text(encoding="utf-8"))[1]
    binder = re.fullmatch(
        r"python-([\d.]+)", (ROOT / ".binder/runtime.txt").read_text(encoding="utf-8").strip()
    )[1]
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    image = re.fullmatch(r"python:([\d.]+)-\w+", container["image"])[1]
    assert conda == binder == image
    supported = SpecifierSet(PROJECT["project"]["requires-python"])
    assert supported.contains(conda)
    assert SpecifierSet(LOCK["requires-python"]) == supported
    assert supported.contains("{}.{}".format(*sys.version_info))


def test_the_container_opens_the_locked_environment():
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    assert "uv sync --locked" in container["postCreateCommand"]
    assert "--port 8888" in container["postAttachCommand"]
    assert container["forwardPorts"] == [8888]


def test_packages_come_from_the_public_index_only():
    addresses = re.findall(r"\b\w+://[^\"\s]+", (ROOT / "uv.lock").read_text(encoding="utf-8"))
    hosts = {address.split("/")[2] for address in addresses}
    assert len(hosts) == 2, "one index and the host of its files, as uv has them by itself"
    assert all(address.startswith("https://") for address in addresses)
    assert not [host for host in hosts if ":" in host or "@" in host or "localhost" in host]
    assert not [line for line in REQUIREMENTS if line.startswith("-") or "://" in line]
    for name in ("environment.yml", "pyproject.toml", ".ci/run", ".pre-commit-config.yaml"):
        assert "index-url" not in (ROOT / name).read_text(encoding="utf-8"), name
    assert "index" not in PROJECT.get("tool", {}).get("uv", {})


@pytest.mark.parametrize(
    "source", PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"].items(), ids=str
)
def test_settings_stand_where_the_tools_of_the_environment_read_them(source):
    name, target = source
    assert (Path(sys.prefix) / target).read_text(encoding="utf-8") == (ROOT / name).read_text(
        encoding="utf-8"
    )


def test_jupyterlab_asks_for_no_news():
    settings = json.loads((ROOT / "jupyter/overrides.json").read_text(encoding="utf-8"))
    notification = settings["@jupyterlab/apputils-extension:notification"]
    assert notification == {"checkForUpdates": False, "fetchNews": "false"}


def test_arrow_keys_belong_to_a_slider_that_has_the_focus():
    """Notebook 7 would go to the next cell: its shortcuts see a key before the page does.

    If this fails, JupyterLab has other shortcuts now: those in the overrides have to follow.
    """
    [plugin] = Path(sys.prefix, "share/jupyter/lab/schemas").glob(
        "@jupyterlab/notebook-extension/tracker.json"
    )
    usual = [
        (each["command"], each["keys"], each["selector"])
        for each in json.loads(plugin.read_text(encoding="utf-8"))["jupyter.lab.shortcuts"]
        if each["keys"] in (["ArrowUp"], ["ArrowDown"], ["ArrowLeft"], ["ArrowRight"])
    ]
    settings = json.loads((ROOT / "jupyter/overrides.json").read_text(encoding="utf-8"))
    own = settings["@jupyterlab/shortcuts-extension:shortcuts"]["shortcuts"]
    off, on = ([each for each in own if ("disabled" in each) is gone] for gone in (True, False))
    assert len(usual) == 4
    assert sorted((e["command"], e["keys"], e["selector"]) for e in off) == sorted(usual)
    but = ":not([role=slider]):not(input)"
    assert [(e["command"], e["keys"], e["selector"]) for e in on] == [
        (e["command"], e["keys"], e["selector"] + but) for e in off
    ]


def dependency_tables():
    """The rows of CONTRIBUTING's two tables: what readers install, and what authors do."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    chapter = text.partition("\n## Dependencies\n")[2].partition("\n## ")[0]
    tables = re.findall(r"\| package .*\n\|[-|]+\n((?:\|.*\n)+)", chapter)
    return [[[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()]
            for table in tables]  # fmt: skip


def names_of(requirements):
    return {canonicalize_name(Requirement(each).name) for each in requirements}


def test_every_dependency_has_its_reason_in_the_tables():
    readers, authors = dependency_tables()
    groups = PROJECT["dependency-groups"].values()
    wanted = [each for group in groups for each in group if isinstance(each, str)]
    for rows, requirements in ((readers, PROJECT["project"]["dependencies"]), (authors, wanted)):
        names = [row[0] for row in rows]
        assert names == sorted(set(names))
        assert set(names) == names_of(requirements)
        assert all(row[1] for row in rows)


IMPORTED_AS = {
    "aws-lambda-powertools": "aws_lambda_powertools",
    "jsonata-python": "jsonata",
    "time-machine": "time_machine",
    "tzdata": "zoneinfo",  # which reads it
}


def test_each_is_used_where_the_table_says():
    for name, _, where in dependency_tables()[0]:
        if name == "jupyterlab":  # a program, which nothing imports
            continue
        text = (ROOT / where.strip("`")).read_text(encoding="utf-8")
        module = IMPORTED_AS.get(name, name)
        assert re.search(rf"^\s*(import|from) {module}\b", text, re.MULTILINE), (name, where)


def test_nothing_that_authors_install_is_imported_by_the_helpers():
    authors = names_of(row[0] for row in dependency_tables()[1])
    imported = {
        name.partition(".")[0].replace("_", "-")
        for path in (ROOT / "helpers").rglob("*.py")
        for name in re.findall(
            r"^\s*(?:import|from) ([\w.]+)", path.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    assert imported & authors == set()
