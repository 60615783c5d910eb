"""The installer of a class's folder says why it cannot install, with the values."""

import ast
import hashlib
import platform
import shutil
import sys
import sysconfig
from collections import namedtuple

import pytest
from this_machine import BROUGHT, installer

Version = namedtuple("Version", "major minor micro releaselevel serial")


@pytest.fixture
def small(tmp_path, monkeypatch):
    """An installer in a folder with one wheel, for two machines."""
    lists = tmp_path / "wheels" / "lists"
    lists.mkdir(parents=True)
    line = f"one==1.0 --hash=sha256:{hashlib.sha256(b'one').hexdigest()}  # one-1.0.whl\n"
    for name in ("solaris-sparc-3.12", "windows-amd64-3.11", "windows-amd64-3.13"):
        (lists / f"{name}.txt").write_text(line, encoding="utf-8")
    (tmp_path / "wheels" / "one-1.0.whl").write_bytes(b"one")
    (tmp_path / "lessons" / "notebooks").mkdir(parents=True)
    (tmp_path / "lessons" / "notebooks" / "00.ipynb").write_text("{}", encoding="utf-8")
    shutil.copy(BROUGHT / "start.py", tmp_path)
    module = installer()
    monkeypatch.setattr(module, "HERE", tmp_path)
    monkeypatch.setattr(module, "WHEELS", tmp_path / "wheels")
    return module


def as_if_on(monkeypatch, system, processor, word="win-amd64"):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: processor)
    monkeypatch.setattr(sysconfig, "get_platform", lambda: word)


@pytest.mark.parametrize(
    ("system", "processor", "word", "name"),
    [
        ("linux", "x86_64", "", "linux-x86_64"),
        ("linux", "arm64", "", "linux-aarch64"),
        ("darwin", "arm64", "", "macos-arm64"),
        ("darwin", "x86_64", "", "macos-x86_64"),
        ("win32", "AMD64", "win-amd64", "windows-amd64"),
        ("win32", "ARM64", "win-amd64", "windows-amd64"),  # Python of the other processor
        ("win32", "ARM64", "win-arm64", "windows-arm64"),
        ("win32", "AMD64", "win32", "windows-32 bits"),
    ],
)
def test_machines_have_the_names_of_the_lists(monkeypatch, system, processor, word, name):
    as_if_on(monkeypatch, system, processor, word)
    assert installer().machine() == name


def test_a_python_of_32_bits_or_without_its_lock_is_another_machine(monkeypatch):
    as_if_on(monkeypatch, "linux", "x86_64")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "maxsize", 2**31 - 1)
        assert installer().machine() == "linux-32 bits"
    monkeypatch.setattr(sysconfig, "get_config_var", {"Py_GIL_DISABLED": 1}.get)
    assert installer().machine() == "linux-x86_64-without-gil"


def test_an_unsupported_python_is_told_with_those_that_are(small, monkeypatch):
    as_if_on(monkeypatch, "win32", "AMD64")
    monkeypatch.setattr(sys, "version_info", Version(3, 12, 1, "final", 0))
    monkeypatch.setattr(platform, "python_version", lambda: "3.12.1")
    with pytest.raises(small.Refused) as refused:
        small.wheel_list()
    said = str(refused.value)
    assert said.startswith(f"this is Python 3.12.1 of {sys.executable}, on windows-amd64.")
    assert said.splitlines()[1:] == ["  solaris-sparc: 3.12", "  windows-amd64: 3.11, 3.13"]


@pytest.mark.parametrize("name", ["install.py", "start.py"])
def test_an_old_python_reads_it_far_enough_to_say_so(name):
    ast.parse((BROUGHT / name).read_text(encoding="utf-8"), feature_version=(3, 6))


def test_a_missing_wheel_is_named(small, tmp_path):
    listed = tmp_path / "wheels" / "lists" / "solaris-sparc-3.12.txt"
    assert small.wheels_of(listed) == [tmp_path / "wheels" / "one-1.0.whl"]
    (tmp_path / "wheels" / "one-1.0.whl").unlink()
    with pytest.raises(small.Refused, match=r"1 of 1 wheels are missing in .*: one-1\.0\.whl\."):
        small.wheels_of(listed)


def test_work_that_is_there_is_not_written_over(small, tmp_path):
    target = tmp_path / "own"
    target.mkdir()
    (target / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(small.Refused, match=r"own is there already.*--to FOLDER"):
        small.lay_out(target)
    assert [path.name for path in target.iterdir()] == ["notes.txt"]


def test_what_broke_off_goes_on(small, tmp_path):
    target = tmp_path / "own"
    small.lay_out(target)
    (target / "notebooks" / "00.ipynb").unlink()
    small.lay_out(target)
    assert (target / "notebooks" / "00.ipynb").exists()
    assert (target / "start.py").exists()


def test_a_program_that_fails_is_told_with_its_words_and_the_machine(small):
    with pytest.raises(small.Refused) as refused:
        small.run(sys.executable, "-c", "print('Grüße'); raise SystemExit(3)")
    said = str(refused.value)
    assert platform.python_version() in said
    assert said.endswith("Grüße\n")


def test_start_says_what_to_run_first(tmp_path):
    start = (BROUGHT / "start.py").read_text(encoding="utf-8")
    with pytest.raises(SystemExit, match=r"is missing: run install\.py"):
        exec(compile(start, "start.py", "exec"), {"__file__": str(tmp_path / "start.py")})
