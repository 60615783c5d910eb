"""The site, built from two small lessons: what the tests of its pages and of its slides share."""

import json
import os
import shutil
import subprocess
import sys
import time

import pytest
from project import ROOT

# Rows of the table of differences, for a site that does not run it.
DIFFERENCES = [
    {
        "behaviour": f"{service}: $1 | {verdict}",
        "AWS": "maybe {'kept': [1]}" if "choice" in verdict else "{'kept': [1]}",
        "plain moto": "*gone*",
        "here": "*gone*" if verdict == "no" else "{'kept': [1]}",
        "as on AWS": verdict,
        "source": "API model, PutIt",
    }
    for service, verdict in (
        ("SQS FIFO", "yes"),
        ("SNS", "no"),
        ("S3", "the lab's choice"),
        ("SQS", "yes"),
    )
]
# And of what the lab does with operations.
OPERATIONS = [
    {"service": "sqs", "operation": "SendMessage", "verdict": "acts", "note": "", "instead": ""},
    {"service": "sqs", "operation": "TagQueue", "verdict": "moto's", "note": "", "instead": ""},
    {"service": "sns", "operation": "Publish", "verdict": "acts", "note": "", "instead": ""},
    *(
        {
            "service": "sns",
            "operation": f"Sms{number}",
            "verdict": "refused",
            "note": "text messages: <nobody>",
            "instead": "subscribe a queue",
        }
        for number in range(4)
    ),
]
REPOSITORY = "https://github.com/owner/name"


def build(folder, *options, patterns=None):
    """Build the site from the lessons in folder/notebooks into folder/_site.

    `patterns` is the text that decides which pattern when: by default one for the small lessons.
    """
    from site_lessons import PATTERNS  # a second of imports, for those who need the site alone

    shutil.copytree(ROOT / "site", folder / "site", ignore=shutil.ignore_patterns("lessons"))
    shutil.copy2(ROOT / "pyproject.toml", folder)
    (folder / "site" / "patterns.toml").write_text(patterns or PATTERNS, encoding="utf-8")
    shutil.copytree(ROOT / "helpers" / "patterns", folder / "helpers" / "patterns")
    shutil.copytree(ROOT / "data" / "policies", folder / "data" / "policies")
    (folder / "rows.json").write_text(
        json.dumps({"differences": DIFFERENCES, "operations": OPERATIONS}), encoding="utf-8"
    )
    options = ("-D", f"differences_rows={folder / 'rows.json'}", *options)
    command = [sys.executable, "-m", "sphinx", "-W", *options, "site", "_site"]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8")


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of a built site, built once for all workers of a run."""
    return made_once(tmp_path_factory, "site", build_small_site) / "_site"


def build_small_site(folder):
    """Build the site of the small lessons, with a history and the address of a repository."""
    from site_lessons import write_lessons

    (folder / "notebooks").mkdir()
    write_lessons(folder / "notebooks")
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org"]
    for command in (["init", "-q"], ["add", "notebooks"], ["commit", "-q", "-m", "Add lessons"]):
        subprocess.run([*git, *command], cwd=folder, check=True)
    result = build(folder, "-D", f"lessons_repository={REPOSITORY}")
    assert result.returncode == 0, result.stderr


def made_once(tmp_path_factory, name, make):
    """A folder that `make` has filled: in the first worker that asks, while the others wait."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    outcome = folder / "outcome"  # what went wrong, or nothing
    try:
        folder.mkdir()
    except FileExistsError:
        while not outcome.exists():
            time.sleep(0.2)
        assert (failure := outcome.read_text(encoding="utf-8")) == "", failure
        return folder
    failure = ""
    try:
        make(folder)
    except BaseException as error:
        failure = f"{type(error).__name__}: {error}"
        raise
    finally:
        written = folder / "outcome.part"  # whole at once for whoever looks
        written.write_text(failure, encoding="utf-8")
        written.rename(outcome)
    return folder
