"""One address, once it is known, opens the lessons from the README, the site and Google Colab."""

import importlib.util
import re
import subprocess
import sys
from types import ModuleType

import nbformat
import pytest
from address import Address, published
from project import ROOT

KNOWN = Address("https://github.com/example/lessons")
spec = importlib.util.spec_from_file_location("colab", ROOT / "site" / "colab.py")
colab = importlib.util.module_from_spec(spec)
spec.loader.exec_module(colab)


@pytest.fixture
def named(tmp_path, monkeypatch):
    """A project whose pyproject.toml names the address."""
    monkeypatch.delenv("LESSONS_REPOSITORY", raising=False)
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    line = re.search(r'^repository = ".*"$', text, re.MULTILINE)[0]
    text = text.replace(line, f'repository = "{KNOWN.repository}"')
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_one_line_names_it(named):
    assert published(named) == KNOWN


def test_a_workflow_names_it_by_a_variable(named, monkeypatch):
    monkeypatch.setenv("LESSONS_REPOSITORY", "https://github.com/fork/lessons")
    assert published(named) == Address("https://github.com/fork/lessons")


@pytest.mark.parametrize(
    "wrong", ["github.com/owner/name", "https://github.com/owner", "https://github.com/a/b/", "x"]
)
def test_what_is_no_address_is_refused_with_what_it_was(wrong):
    with pytest.raises(ValueError, match=re.escape(repr(wrong))):
        Address(wrong)


def test_badges_open_binder_colab_and_codespaces():
    targets = [re.fullmatch(r"\[!\[.+\]\(.+\)\]\((.+)\)", each)[1] for each in KNOWN.badges()]
    assert targets == [
        "https://mybinder.org/v2/gh/example/lessons/main?urlpath=lab/tree/notebooks/"
        "00-start-here.ipynb",
        "https://colab.research.google.com/github/example/lessons/blob/colab/notebooks/"
        "00-start-here.ipynb",
        "https://codespaces.new/example/lessons",
    ]


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copies")
    command = [sys.executable, ROOT / "site" / "colab.py", folder]
    subprocess.run([*command, "--repository", KNOWN.repository], check=True)
    return folder / "notebooks"


class TestACopyForColab:
    def test_there_is_one_of_each_lesson_and_only_its_beginning_and_links_are_new(self, copies):
        lessons = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
        assert [path.name for path in sorted(copies.iterdir())] == [path.name for path in lessons]
        for path in lessons:
            own = nbformat.read(path, 4).cells
            first, *others = nbformat.read(copies / path.name, 4).cells
            assert first.source == colab.first_cell(KNOWN).source
            changed = [(a, b) for a, b in zip(own, others, strict=True) if a != b]
            for before, after in changed:
                plain = re.sub(r"https://colab\.\S+/notebooks/", "", after.source)
                assert plain == re.sub(r"(\d\d-[\w-]+\.ipynb)#[^)]*\)", r"\1)", before.source)
        assert changed, "lesson 14 leads to others"

    def test_its_first_cell_does_nothing_elsewhere(self, monkeypatch):
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("it ran something"))
        before = list(sys.path)
        exec(colab.first_cell(KNOWN).source, {})
        assert sys.path == before

    def test_and_brings_the_helpers_on_colab(self, monkeypatch):
        ran = []
        monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
        monkeypatch.setattr(subprocess, "run", lambda words, check: ran.append(words))
        monkeypatch.setattr(sys, "path", list(sys.path))
        exec(colab.first_cell(KNOWN).source, {})
        assert sys.path[0] == "/content/lessons"
        assert ran[0] == ["rm", "-rf", "/content/lessons"]
        assert ran[1][:2] == ["git", "clone"]
        assert ran[1][-2:] == [KNOWN.repository, "/content/lessons"]
        assert ran[2][:4] == [sys.executable, "-m", "pip", "install"]
        wanted = {re.split(r"[>\[]", each)[0] for each in ran[2][5:]}
        assert {"boto3", "moto", "numpy", "pandas"} <= wanted
        assert not wanted & {"jupyterlab", "ipywidgets", "tzdata"}

    def test_without_an_address_there_is_none(self, tmp_path):
        if published(ROOT):
            pytest.skip("the lessons are published")
        command = [sys.executable, ROOT / "site" / "colab.py", tmp_path / "copies"]
        said = subprocess.run(command, capture_output=True, encoding="utf-8")
        assert said.returncode == 2
        assert "pyproject.toml names no repository" in said.stderr
        assert not (tmp_path / "copies").exists()
