"""`python -m helpers.emulator` names each correction that does not fit the installed moto."""

import subprocess
import sys

import moto
from project import ROOT

from helpers.emulator import fit
from helpers.emulator.sns import corrections

SNS = ["helpers.emulator.sns.corrections"]
TOPIC = "moto.sns.models:Topic.publish"


def test_every_correction_fits_the_locked_moto():
    command = [sys.executable, "-m", "helpers.emulator"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.startswith(f"Every correction fits moto {moto.__version__} and boto3 ")


def test_every_file_that_expects_something_of_moto_is_looked_at():
    expecting = {
        path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        for path in (ROOT / "helpers" / "emulator").rglob("*.py")
        if "\nEXPECTED_SOURCES = {" in path.read_text(encoding="utf-8")
    }
    assert len(expecting) > 20
    assert expecting <= set(fit.parts())


def test_a_changed_function_is_named_with_the_file_that_corrects_it(monkeypatch):
    monkeypatch.setitem(corrections.EXPECTED_SOURCES, TOPIC, "000000000000")
    [found] = fit.misfits(SNS)
    assert found.file == "helpers/emulator/sns/corrections.py"
    assert found.place == TOPIC
    assert found.what.startswith("has changed (000000000000 is now ")
    assert f"| `{found.file}` | `{TOPIC}` | has changed" in fit.report([found])


def test_a_function_that_is_gone_is_named(monkeypatch):
    monkeypatch.setitem(corrections.EXPECTED_SOURCES, "moto.sns.models:Topic.shout", "0")
    assert [(each.place, each.what) for each in fit.misfits(SNS)] == [
        ("moto.sns.models:Topic.shout", "is gone")
    ]


def test_a_module_that_cannot_be_imported_any_more_is_named():
    [found] = fit.misfits(["helpers.emulator.no_such_correction"])
    assert found.file == "helpers/emulator/no_such_correction.py"
    assert "no_such_correction" in found.what


def test_another_version_of_moto_is_told_first(monkeypatch):
    monkeypatch.setattr(moto, "__version__", "6.0.0")
    [found] = fit.misfits(SNS)
    assert found.what == f"moto is 6.0.0, the corrections are written for {fit.VERSION}x"
