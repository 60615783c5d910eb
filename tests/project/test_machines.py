"""The lessons run on every machine that a class brings: what one of them lacks is taken away."""

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import tomllib
from itertools import chain, product
from pathlib import Path

import pytest
from kernels import client
from nbformat.v4 import new_code_cell, new_notebook
from packaging.markers import Marker, default_environment
from packaging.tags import mac_platforms
from packaging.utils import canonicalize_name, parse_wheel_filename
from project import ROOT
from small_run import fingerprint

from helpers.clock import selecting
from helpers.exercises import progress

SUPPORT = ROOT / "tests" / "support"
# Where a reader's or an author's own code is. Not what is made, nor what tools bring.
SOURCES = sorted(
    path
    for folder in ("benchmarks", "data", "helpers", "jupyter", "offline", "site", "tests")
    for path in (ROOT / folder).rglob("*.py")
)
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "site").glob("*.md")]
LOCK = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
# Narrow, without one letter that English does not have: no more than the oldest of terminals.
ASCII = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def program(*words, folder=ROOT, **settings):
    """Run Python on these words, in a process of its own; what it printed."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(SUPPORT)])}
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**environment, **settings},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def usual():
    return program("-m", "small_run")


def test_a_run_is_the_same_without_all_that_windows_lacks(usual):
    lacking = "import as_on_windows, small_run; print(small_run.fingerprint())"
    assert program("-c", lacking) == usual


def test_and_without_a_choice_of_the_core(usual, monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.delattr(os, "sched_setaffinity", raising=False)
    assert fingerprint() == usual


def test_and_where_the_choice_is_forbidden(usual, monkeypatch):
    def forbidden(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    monkeypatch.setattr(os, "sched_setaffinity", forbidden, raising=False)
    assert fingerprint() == usual


def test_and_in_another_thread_than_the_first(usual):
    """Some front ends run cells in one, where no handler of SIGINT can be set."""
    before, seen = signal.getsignal(signal.SIGINT), []
    thread = threading.Thread(target=lambda: seen.append(fingerprint()))
    thread.start()
    thread.join()
    assert seen == [usual]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_socket_that_is_no_file_does_not_stop_a_selector(monkeypatch):
    def no_file(descriptor):
        raise OSError(9, "Bad file descriptor")

    with monkeypatch.context() as patch:  # and not for pytest, which asks afterwards
        patch.setattr(os, "fstat", no_file)
        found = selecting._is_of_a_pair(3)
    assert found is False


@pytest.mark.parametrize(
    "words",
    [
        ["-m", "small_run"],
        ["-m", "helpers.findings", "--recorded", "--lesson", "00"],
        ["-m", "helpers.differences", "--modelled", "sns"],
        ["-m", "helpers.emulator"],
        ["-m", "helpers.lessons.reading_time"],
    ],
    ids=" ".join,
)
def test_programs_print_where_there_are_few_letters(words):
    assert program(*words, **ASCII)


def test_files_are_read_where_there_are_few_letters():
    reads = (
        "import locale, json; from helpers import load; from helpers.exercises import progress; "
        "from helpers.costs import prices; from helpers.findings import record; "
        "assert locale.getpreferredencoding(False).upper() in ('ANSI_X3.4-1968', 'US-ASCII'); "
        "frame = progress.lessons(); assert len(frame) > 10; record.read(); "
        "assert len(load.day()) > 1000; print('read')"
    )
    if os.name != "posix":
        pytest.skip("the locale of this system is not set by the environment")
    assert program("-c", reads, **ASCII) == "read"


def named_calls(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            yield name, node, {word.arg: word.value for word in node.keywords}


def left_to_the_system(name, node, words):
    if "encoding" in words or None in words:  # None: **words
        return False
    if name == "read_text":
        return not node.args
    if name == "write_text":
        return len(node.args) < 2
    if name == "open" and isinstance(node.func, ast.Name):
        mode = words.get("mode", node.args[1] if len(node.args) > 1 else None)
        return not (isinstance(mode, ast.Constant) and "b" in mode.value)
    if name in {"run", "Popen", "check_output"}:
        return any(key in words for key in ("text", "universal_newlines"))
    return False


def test_no_file_leaves_its_encoding_to_the_system():
    """If one does: give encoding="utf-8" in these lines."""
    assert len(SOURCES) > 500
    left = {
        path.relative_to(ROOT).as_posix(): lines
        for path in SOURCES
        if (lines := [call[1].lineno for call in named_calls(path) if left_to_the_system(*call)])
    }
    assert left == {}


def test_what_leaves_it_is_found(tmp_path):
    text = "open('a')\nopen('a', 'rb')\np.read_text()\np.write_text('a')\nrun([], text=True)\n"
    (tmp_path / "a.py").write_text(text + "p.read_text(encoding='utf-8')\n", encoding="utf-8")
    found = [call[1].lineno for call in named_calls(tmp_path / "a.py") if left_to_the_system(*call)]
    assert found == [1, 3, 4, 5]


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own") / "Kurs für Anfänger, 2. Tag" / "event driven"
    for name in ("helpers", "data", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pyc*"))
    return folder


class TestAFolderWithSpacesAndUmlauts:
    def test_runs_the_same(self, moved, usual):
        where = "import helpers; print(helpers.__file__)"
        assert Path(program("-c", where, folder=moved)).is_relative_to(moved)
        assert program("-m", "small_run", folder=moved) == usual

    def test_keeps_what_was_solved(self, moved):
        progress_there = "from helpers.exercises import progress; progress.note('00.1'); "
        said = program("-c", f"{progress_there} print(progress.solved())", folder=moved)
        assert said == "['00.1']"
        assert (moved / "notebooks" / ".progress" / "solved.json").exists()

    def test_runs_a_cell_in_a_kernel(self, moved, usual, tmp_path):
        book = new_notebook(cells=[new_code_cell("import small_run as s; print(s.fingerprint())")])
        sockets = tmp_path / "Ä b"
        sockets.mkdir()
        kernel = client(book, cwd=moved / "notebooks", folder=str(sockets), timeout=300)
        kernel.execute(
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(moved), str(SUPPORT)])}
        )
        said = [each.text for each in book.cells[0].outputs if each.get("name") == "stdout"]
        assert said == [f"{usual}\n"]


class TestAFolderThatCannotBeWrittenTo:
    @pytest.fixture(params=["mkdir", "write_text"])
    def locked(self, request, tmp_path, monkeypatch):
        def refused(*_, **__):
            raise PermissionError(13, "Permission denied")

        (tmp_path / ".progress").mkdir()
        monkeypatch.setattr(progress, "NOTEBOOKS", tmp_path)
        monkeypatch.delenv("NB_STATIC", raising=False)
        monkeypatch.setattr(Path, request.param, refused)

    def test_a_lesson_goes_on_and_says_what_is_not_kept(self, locked):
        with pytest.warns(UserWarning, match="is not kept: .*solved.json cannot be written"):
            progress.note("00.1")
        assert progress.solved() == []

    def test_a_file_that_cannot_be_read_is_taken_for_none(self, tmp_path, monkeypatch):
        (tmp_path / progress.SOLVED).mkdir(parents=True)  # reading it is an OSError
        monkeypatch.setattr(progress, "NOTEBOOKS", tmp_path)
        assert progress.solved() == []


# -- what is installed where

MACHINES = {
    "Linux": ("linux", "x86_64", r"(many|musl)linux.*_x86_64"),
    "Linux on ARM": ("linux", "aarch64", r"(many|musl)linux.*_aarch64"),
    "Mac with Apple's processor": ("darwin", "arm64", "|".join(mac_platforms((15, 0), "arm64"))),
    "Mac with Intel's processor": ("darwin", "x86_64", "|".join(mac_platforms((15, 0), "x86_64"))),
    "Windows": ("win32", "AMD64", "win_amd64"),
    "Windows on ARM": ("win32", "ARM64", "win_arm64"),
}
BY_NAME = {}
for each in LOCK["package"]:
    BY_NAME.setdefault(each["name"], []).append(each)


def holds(marker, environment):
    return not marker or Marker(marker).evaluate(environment)


def installed(environment):
    """What a reader's environment has there, by the lock: packages, each once."""
    found, waiting = {}, [("event-driven-architectures", ())]
    while waiting:
        name, extras = waiting.pop()
        for package in BY_NAME[name]:
            marks = package.get("resolution-markers", [])
            if marks and not any(holds(mark, environment) for mark in marks):
                continue
            key = (name, package["version"], extras)
            if key in found:
                continue
            found[key] = package
            optional = package.get("optional-dependencies", {})
            wanted = chain(
                package.get("dependencies", []), *(optional.get(extra, []) for extra in extras)
            )
            waiting += [
                (each["name"], tuple(each.get("extra", ())))
                for each in wanted
                if holds(each.get("marker"), environment)
            ]
    return list(found.values())


def fits(wheel, python, platforms):
    """Whether a wheel can be installed there."""
    minor = int(python.partition(".")[2])
    _, _, _, tags = parse_wheel_filename(wheel["url"].rsplit("/", 1)[1])
    for tag in tags:
        runs = tag.platform == "any" or re.fullmatch(platforms, tag.platform)
        stable = tag.abi == "abi3" and re.fullmatch(r"cp3\d+", tag.interpreter)
        exact = tag.interpreter == f"cp3{minor}" and tag.abi in {f"cp3{minor}", "abi3", "none"}
        pure = tag.interpreter in {"py3", f"py3{minor}"}
        if runs and (exact or pure or (stable and int(tag.interpreter[3:]) <= minor)):
            return True
    return False


# The README names what is left out: some libraries have nothing for Windows on ARM before 3.12.
@pytest.mark.parametrize(
    ("machine", "python"),
    [each for each in product(MACHINES, ("3.11", "3.12", "3.13"))
     if each != ("Windows on ARM", "3.11")],
)  # fmt: skip
def test_readers_need_no_compiler(machine, python):
    system, processor, platforms = MACHINES[machine]
    environment = default_environment() | {
        "sys_platform": system,
        "platform_machine": processor,
        "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[system],
        "os_name": "nt" if system == "win32" else "posix",
        "python_version": python,
        "python_full_version": f"{python}.9",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    packages = [each for each in installed(environment) if "editable" not in each["source"]]
    assert len(packages) > 90
    lacking = {
        canonicalize_name(each["name"])
        for each in packages
        if not any(fits(wheel, python, platforms) for wheel in each.get("wheels", []))
    }
    assert lacking == set()


# -- what git and the pages hand out


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no clone")
def test_every_clone_has_the_same_bytes():
    listed = subprocess.run(
        ["git", "ls-files", "--eol"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    ).stdout.splitlines()
    assert len(listed) > 500
    texts = [line for line in listed if not line.startswith("i/-text")]
    assert [line for line in texts if not line.startswith("i/lf")
            and not line.startswith("i/none")] == []  # fmt: skip
    assert [line for line in texts if "eol=lf" not in line] == []


def test_names_of_files_are_names_on_windows():
    taken = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?|.*[<>:\"|?*\\].*|.*[ .]")
    folders = ("helpers", "tests", "notebooks", "data", "site", "jupyter", "benchmarks", ".github")
    names = [path.name for folder in folders for path in (ROOT / folder).rglob("*")]
    assert len(names) > 500
    assert [name for name in names if taken.fullmatch(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_stand_one_a_line(page):
    """PowerShell 5.1, which Windows brings, refuses `&&`."""
    blocks = re.findall(r"```bash\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert [block for block in blocks if "&&" in block] == []
