"""What a public project has beside its code is there, valid, and true."""

import re
import shutil
import subprocess
import sys
import tomllib

import jsonschema
import pytest
import yaml
from project import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
# By major version, each seen to exist.
ACTIONS = {
    "actions/checkout@v4",
    "actions/deploy-pages@v4",
    "actions/upload-pages-artifact@v3",
    "astral-sh/setup-uv@v6",
}


def told(path):
    return path.read_text(encoding="utf-8")


def steps(path):
    return [step for job in yaml.safe_load(told(path))["jobs"].values() for step in job["steps"]]


def commands(path):
    return "\n".join(step.get("run", "") for step in steps(path))


def test_there_is_a_workflow_for_each_thing():
    assert [path.stem for path in WORKFLOWS] == ["checks", "release", "site", "weekly"]


@pytest.mark.parametrize(
    "schema", ["vendor.github-workflows", "custom.github-workflows-require-timeout"]
)
def test_workflows_are_what_their_schema_says(schema):
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    said = subprocess.run([*check, *WORKFLOWS], capture_output=True, encoding="utf-8")
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.skipif(shutil.which("actionlint") is None, reason="actionlint is not on PATH")
def test_workflows_are_what_actionlint_wants():
    said = subprocess.run(["actionlint"], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_use_known_actions_and_ask_for_few_rights(path):
    assert {step["uses"] for step in steps(path) if "uses" in step} <= ACTIONS
    assert yaml.safe_load(told(path))["permissions"] == {"contents": "read"}
    checkouts = [
        step for step in steps(path) if step.get("uses", "").startswith("actions/checkout")
    ]
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_the_workflows_run_is_there(path):
    named = re.findall(
        r"(?<![\w.])(?:tests|notebooks|helpers|\.ci|site)/[\w./-]*\w", commands(path)
    )
    assert [name for name in named if not (ROOT / name).exists()] == []
    modules = re.findall(r"python -m (helpers[\w.]*)", commands(path))
    for module in modules:
        assert (ROOT / module.replace(".", "/") / "__main__.py").exists(), module


def test_the_quick_tests_run_where_readers_are():
    matrix = yaml.safe_load(told(GITHUB / "workflows/checks.yml"))["jobs"]["quick"]["strategy"]
    systems = [name.partition("-")[0] for name in matrix["matrix"]["os"]]
    assert systems == ["ubuntu", "windows", "macos"]
    pythons = matrix["matrix"]["python"]
    [low, high] = re.search(
        r'requires-python = ">=3\.(\d+),<3\.(\d+)"', told(ROOT / "pyproject.toml")
    ).groups()
    assert pythons == [f"3.{minor}" for minor in range(int(low), int(high))]


def test_the_version_is_in_one_place():
    citation = yaml.safe_load(told(ROOT / "CITATION.cff"))
    assert "version" not in citation
    releases = re.findall(r"^## (\S+)", told(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert next(name for name in releases if name != "Unreleased") == VERSION
    lock = tomllib.loads(told(ROOT / "uv.lock"))["package"]
    [own] = [each for each in lock if each["name"] == "event-driven-architectures"]
    assert own["version"] == VERSION


# The part of the schema of CFF 1.2.0 that the file uses; cffconvert has it whole.
TEXT = {"type": "string", "minLength": 1}
CITATION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["authors", "cff-version", "message", "title"],
    "properties": {
        "cff-version": {"const": "1.2.0"},
        "type": {"enum": ["dataset", "software"]},
        "title": TEXT,
        "message": TEXT,
        "abstract": TEXT,
        "authors": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {  # a person or an entity
                "type": "object",
                "additionalProperties": False,
                "properties": dict.fromkeys(["name", "given-names", "family-names"], TEXT),
                "anyOf": [{"required": ["name"]}, {"required": ["family-names"]}],
            },
        },
        "keywords": {"type": "array", "minItems": 1, "uniqueItems": True, "items": TEXT},
        "license": {"type": "array", "items": {"enum": ["Apache-2.0", "CC-BY-4.0"]}},
        "date-released": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    },
}


def test_the_citation_is_what_its_schema_says():
    citation = yaml.safe_load(told(ROOT / "CITATION.cff"))
    jsonschema.Draft7Validator(CITATION).validate(citation)
    project = tomllib.loads(told(ROOT / "pyproject.toml"))["project"]
    assert " AND ".join(citation["license"]) == project["license"]


@pytest.mark.parametrize("path", sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml")), ids=str)
def test_issue_forms_have_what_github_asks_for(path):
    form = yaml.safe_load(told(path))
    if path.stem == "config":
        assert form == {"blank_issues_enabled": True}
        return
    assert form["name"]
    assert form["description"]
    asked = [part for part in form["body"] if part["type"] in {"input", "textarea"}]
    assert len({part["id"] for part in asked}) == len(asked) == len(form["body"])
    assert any(part.get("validations", {}).get("required") for part in asked)
    assert all(part["attributes"]["label"] for part in asked)


@pytest.mark.parametrize(
    "name",
    ["SECURITY.md", "CODE_OF_CONDUCT.md", "CHANGELOG.md", ".github/PULL_REQUEST_TEMPLATE.md"],
)
def test_files_that_they_name_are_there(name):
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", told(ROOT / name))
    named = re.findall(r"`((?:helpers|tests)/[\w./]+\w|[A-Z]+\.md)`", told(ROOT / name))
    assert [each for each in (*links, *named) if not (ROOT / each).exists()] == []


def test_security_is_told_in_ten_lines():
    assert len([line for line in told(ROOT / "SECURITY.md").splitlines() if line]) <= 10
