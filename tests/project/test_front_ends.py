"""Without the helpers a kernel says what to run, and one table tells the front ends."""

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from project import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
HELP = "# No helpers? Run uv sync --no-dev in the project, and take the kernel of .venv."
# A kernel of another environment: this one's, which does not find the project.
ELSEWHERE = """
import sys
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell

root, cell = Path(sys.argv[1]), sys.argv[2]
sys.path[:] = [each for each in sys.path if Path(each).resolve() != root]
shell = InteractiveShell.instance(colors="NoColor")
assert not shell.run_cell(cell).success
"""
TABLE = re.compile(r"(?<=<!-- front ends -->\n).*?(?=<!-- end of front ends -->)", re.DOTALL)


def first_import(path):
    cells = nbformat.read(path, 4).cells
    return next(cell.source for cell in cells if "from helpers import" in cell.source)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_lesson_says_it_where_it_first_needs_the_helpers(path):
    lines = first_import(path).splitlines()
    assert lines[lines.index(HELP) + 1].startswith("from helpers import ")


def test_a_kernel_without_the_helpers_shows_what_to_run(tmp_path):
    said = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(ROOT), first_import(NOTEBOOKS[0])],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
    )
    assert said.returncode == 0, said.stderr
    assert "No module named 'helpers'" in said.stdout
    assert HELP in said.stdout


def test_the_readme_and_the_page_have_one_table():
    page, readme = (
        TABLE.search((ROOT / name).read_text(encoding="utf-8"))[0]
        for name in ("site/front-ends.md", "README.md")
    )
    assert page == readme
    names = [row.split("|")[1].strip() for row in page.strip().splitlines()[2:]]
    assert names == [
        "JupyterLab 4", "Notebook 7", "VS Code", "GitHub Codespaces", "Binder", "Google Colab",
        "the site",
    ]  # fmt: skip


def test_vs_code_takes_the_environment_of_the_project():
    settings = (ROOT / ".vscode" / "settings.json").read_text(encoding="utf-8")
    assert '"${workspaceFolder}/.venv"' in settings
    assert Path(".venv").name in (ROOT / ".gitignore").read_text(encoding="utf-8")


class TestTheHubOfTheWorkshopPage:
    @pytest.fixture
    def settings(self, tmp_path, monkeypatch):
        """What the page's `jupyterhub_config.py` sets, and the commands that its hook ran."""
        page = (ROOT / "site" / "workshop.md").read_text(encoding="utf-8")
        [text] = [each for each in re.findall(r"```python\n(.*?)```", page, re.DOTALL)
                  if "c.Spawner" in each]  # fmt: skip
        made = SimpleNamespace(Spawner=SimpleNamespace(), Authenticator=SimpleNamespace(), ran=[])
        monkeypatch.setattr(subprocess, "run", lambda words, check: made.ran.append(words))
        monkeypatch.setattr(Path, "expanduser", lambda path: tmp_path / str(path).lstrip("~"))
        exec(compile(text, "jupyterhub_config.py", "exec"), {"c": made})
        return made

    def test_locks_nobody_out_and_opens_the_first_lesson(self, settings):
        assert settings.Authenticator.allow_all is True
        shown = settings.Spawner.default_url.removeprefix("/lab/tree/")
        assert (ROOT / shown).is_file()

    def test_brings_each_participant_the_lessons_once(self, settings, tmp_path):
        spawner = SimpleNamespace(user=SimpleNamespace(name="ada"))
        own = tmp_path / "ada" / "lessons"
        settings.Spawner.pre_spawn_hook(spawner)
        assert settings.ran == [
            ["git", "clone", "--quiet", "/srv/lessons", own],
            ["chown", "--recursive", "ada:", own],
        ]
        own.mkdir(parents=True)
        settings.Spawner.pre_spawn_hook(spawner)
        assert len(settings.ran) == 2

    def test_takes_the_helpers_from_the_same_copy(self, settings):
        spawner = SimpleNamespace(user=SimpleNamespace(name="ada"))
        assert settings.Spawner.environment["PYTHONPATH"](spawner) == "/home/ada/lessons"
        assert settings.Spawner.notebook_dir == "~/lessons"
