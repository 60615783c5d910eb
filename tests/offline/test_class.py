"""A class without a network: its folder is made, installed from, and taught with."""

import json
import os
import shutil
import sys

import pytest
import without_network
from browser import assert_readable, needs_browser
from in_ci import left_to_ci
from origin import is_current
from project import ROOT
from this_machine import NAME, PYTHON

from offline.__main__ import main
from offline.folder import Refused, make

pytestmark = [
    pytest.mark.timeout(600),
    left_to_ci("makes a class's folder out of the package index, and installs from it"),
]


@pytest.fixture(scope="module")
def stick(tmp_path_factory):
    """The folder for this machine and this Python; with the pages, if they are built."""
    folder = tmp_path_factory.mktemp("stick") / "Kurs für Anfänger, 2. Tag"
    pages = [] if is_current(ROOT / "_site", ROOT) else ["--no-pages"]
    main([str(folder), "--machine", NAME, "--python", PYTHON, *pages])
    return folder


@pytest.fixture(scope="module")
def installed(stick, tmp_path_factory):
    """A participant's folder, installed from the stick without a network; and what was said.

    On a machine that has no letters but those of English, if nobody asks it for others.
    """
    target = tmp_path_factory.mktemp("home") / "meine Übungen"
    few = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, stick / "install.py", "--to", target]
    said = without_network.run(command, settings=few)
    return target, said


def python_of(folder):
    names = ("Scripts/python.exe", "bin/python")
    [found] = [folder / ".venv" / name for name in names if (folder / ".venv" / name).exists()]
    return found


@pytest.mark.skipif(not without_network.inside(), reason="no network namespaces on this machine")
def test_there_is_no_network_but_this_machine():
    devices = "print(*[line.split(':')[0] for line in open('/proc/net/dev')][2:])"
    assert without_network.run([sys.executable, "-c", devices]).split() == ["lo"]


def test_it_says_how_to_open_the_lessons(installed):
    target, said = installed
    assert f'"{target / "start.py"}"' in said
    assert (target / "start.py").exists()
    assert not (target / ".installing").exists()


def test_the_first_lesson_runs(installed):
    target, _ = installed
    lesson = target / "notebooks" / "00-start-here.ipynb"
    words = ["-m", "jupyter", "nbconvert", "--execute", "--to", "notebook", "--inplace", lesson]
    without_network.run([python_of(target), *words], cwd=target)
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    outputs = [each for cell in cells for each in cell.get("outputs", [])]
    pages = ["".join(each.get("data", {}).get("text/html", "")) for each in outputs]
    assert len([page for page in pages if 'class="lab-chart"' in page]) >= 4
    assert [each for each in outputs if each["output_type"] == "error"] == []


def test_its_helpers_and_settings_are_those_of_the_lessons(installed):
    target, _ = installed
    where = "import helpers, sys; print(helpers.__file__); print(sys.prefix)"
    helpers, prefix = without_network.run([python_of(target), "-c", where], cwd=ROOT.parent).split(
        "\n"
    )[:2]
    assert helpers == str(target / "helpers" / "__init__.py")
    overrides = target / ".venv" / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    assert prefix == str(target / ".venv")
    assert overrides.read_bytes() == (ROOT / "jupyter" / "overrides.json").read_bytes()


def test_a_changed_wheel_is_not_installed(stick, tmp_path):
    copy = shutil.copytree(stick, tmp_path / "copy", copy_function=os.link)
    [six] = (copy / "wheels").glob("six-*.whl")
    whole = six.read_bytes()
    six.unlink()
    six.write_bytes(whole + b"\0")
    with pytest.raises(AssertionError, match=r"Not installed: [\s\S]*DO NOT MATCH THE HASHES"):
        without_network.run([sys.executable, copy / "install.py", "--to", tmp_path / "own"])


@needs_browser
def test_the_pages_open_and_ask_for_nothing_outside(stick, built, visit):
    page = visit(stick / "pages" / "index.html")
    assert_readable(page)
    page.locator("table a").first.click()
    page.wait_for_load_state()
    assert page.url.endswith(".html")
    assert_readable(page)
    assert not (stick / "pages" / ".doctrees").exists()
    assert built.name == "_site"


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("mine", encoding="utf-8")
    with pytest.raises(Refused, match="is there already, and it is no folder of a class"):
        make(ROOT, tmp_path, [(NAME, PYTHON)], pages=False)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
