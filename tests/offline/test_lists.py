"""The wheels of a class are those of the lock, for every machine and Python that it names."""

import re
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from project import ROOT
from this_machine import NAME, PYTHON

from offline.__main__ import arguments
from offline.lists import Lacking, Lock
from offline.machines import LEFT_OUT, MACHINES, PYTHONS
from offline.wheels import NotBrought, check

PAIRS = [(name, python) for name in MACHINES for python in PYTHONS]


@pytest.fixture(scope="module")
def lock():
    return Lock(ROOT)


@pytest.mark.parametrize(("name", "python"), [each for each in PAIRS if each not in LEFT_OUT])
def test_a_class_on_any_machine_has_all_it_needs(lock, name, python):
    wheels = lock.list(MACHINES[name], python)
    names = {each.name for each in wheels}
    assert {"boto3", "moto", "jupyterlab", "matplotlib", "pip"} <= names
    assert ("pywin32" in names) == name.startswith("windows")
    assert not names & {"pytest", "sphinx", "event-driven-architectures"}
    assert all(each.size > 0 and re.fullmatch("[0-9a-f]{64}", each.sha256) for each in wheels)
    systems = {"linux": "manylinux", "macos": "macosx", "windows": "win_"}
    kind = systems[name.partition("-")[0]]
    assert all("-any.whl" in each.file or kind in each.file for each in wheels)


def test_what_the_lock_lacks_is_said_with_its_name(lock):
    for name, python in LEFT_OUT:
        with pytest.raises(Lacking, match=rf"no wheel of \w+ [\d.]+ for {name}, {python}"):
            lock.list(MACHINES[name], python)


def test_the_list_of_this_machine_is_what_a_reader_has_installed(lock):
    """If this environment was made from the lock: what uv chose, by name and version."""
    chosen = {}
    for wheel in lock.list(MACHINES[NAME], PYTHON):
        line = wheel.line().partition(" --hash")[0]
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():
            chosen[canonicalize_name(wheel.name)] = wheel.version
    assert len(chosen) > 100
    assert {name: metadata.version(name) for name in chosen} == chosen


@pytest.mark.parametrize(
    ("machine", "oldest"), [("linux-x86_64", "manylinux_2_28"), ("macos-arm64", "macosx_11_0")]
)
def test_older_systems_can_install_them(lock, machine, oldest):
    """numpy, pandas and their like have several wheels for one machine: the oldest counts."""
    limit = MACHINES[machine].age(f"{oldest}_{MACHINES[machine].processor}")
    for wheel in lock.list(MACHINES[machine], "3.12"):
        tags = wheel.file.removesuffix(".whl").rpartition("-")[2].split(".")
        ages = [MACHINES[machine].age(tag) for tag in tags]
        assert min(age for age in ages if age is not None) <= limit, wheel.file


def test_a_wheel_that_is_another_is_refused_with_both_hashes(lock, tmp_path):
    wheel = lock.list(MACHINES[NAME], PYTHON)[0]
    with pytest.raises(NotBrought, match=re.escape(f"{wheel.file} was not brought")):
        check(wheel, tmp_path)
    (tmp_path / wheel.file).write_bytes(b"not a wheel")
    with pytest.raises(NotBrought, match=f"SHA-256 is [0-9a-f]{{64}}, not {wheel.sha256}"):
        check(wheel, tmp_path)


@pytest.mark.parametrize("words", [["--machine", "linux-sparc"], ["--python", "3.10"]])
def test_a_machine_that_is_not_known_is_refused_with_those_that_are(words, capsys):
    with pytest.raises(SystemExit):
        arguments(words)
    said = capsys.readouterr().err
    assert words[1] in said
    known = MACHINES if words[0] == "--machine" else PYTHONS
    assert all(each in said for each in known)
