"""The record is what the code measures, and the command says what does not hold."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from functools import partial
from importlib import import_module
from random import Random

import pytest
from in_ci import left_to_ci

from helpers.findings import lessons_with_findings, of_lesson, record, register
from helpers.findings.__main__ import main
from helpers.findings.measuring import measure, measure_all, runs_of
from helpers.findings.record import RECORD, SEEDS, read

SOURCES = [source for number in lessons_with_findings() for source in runs_of(of_lesson(number))]
DRAWN = [(source, Random(source).choice(SEEDS)) for source in SOURCES]  # a seed for each run


@left_to_ci("measures each run behind the findings again, on one seed of its thirty")
@pytest.mark.parametrize(("source", "seed"), DRAWN, ids=str)
def test_the_record_is_what_is_measured(source, seed):
    numbers, _ = measure(source, seed)
    assert numbers == pytest.approx(read()[source][seed], rel=1e-5), (
        f"python -m helpers.findings --lesson {source[:2]} writes the record again"
    )


def test_the_record_has_thirty_seeds_of_each_run_and_of_no_other():
    assert {source: set(runs) for source, runs in read().items()} == {
        source: set(SEEDS) for source in SOURCES
    }


@pytest.mark.parametrize("number", lessons_with_findings())
def test_each_finding_holds_on_record(number, capsys):
    assert main(["--lesson", number, "--recorded"]) == 0
    assert capsys.readouterr().out.count("✓") == len(of_lesson(number))


def test_the_record_is_written_as_it_was_read(tmp_path):
    copy = tmp_path / "findings.csv"
    record.write(read(), copy)
    assert copy.read_text(encoding="utf-8") == RECORD.read_text(encoding="utf-8")


def test_a_damaged_row_is_named(tmp_path):
    copy = tmp_path / "findings.csv"
    copy.write_text("run,number,1,2\n00.calm,half,1.5,many\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"00\.calm, half is damaged"):
        read(copy)


@pytest.fixture
def lesson_77(tmp_path, monkeypatch):
    """A lesson whose law fails on seeds above thirty, in a package of its own."""
    import helpers.lessons

    folder = tmp_path / "lesson_77"
    folder.mkdir()
    (folder / "__init__.py").write_text("", encoding="utf-8")
    (folder / "findings.py").write_text(
        "from helpers.findings import Law, Quantity\n"
        "def small(seed): return {'n': seed}\n"
        "def sudden(seed): return {'n': 1 / (seed - seed % 20)}\n"
        "FINDINGS = (Law('77.small', 'n is small', small, lambda n: n['n'] <= 30),\n"
        "            Quantity('77.n', 'n is {n}', small, 'n'))\n"
        "BAD = (*FINDINGS, Quantity('77.bad', 'n is {n}', sudden, 'n'))\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(helpers.lessons, "__path__", [*helpers.lessons.__path__, str(tmp_path)])
    monkeypatch.setattr(register, "LESSONS", tmp_path)
    monkeypatch.setattr("helpers.findings.__main__.measure_all", _here)
    shutil.copy(RECORD, tmp_path / "findings.csv")
    kept = {"77.small": {seed: {"n": float(seed)} for seed in SEEDS}}
    monkeypatch.setattr("helpers.findings.__main__.recorded", lambda: kept)


def _here(sources, seeds):
    for source in sources:
        for seed in seeds:
            yield source, seed, *measure(source, seed)


def test_the_command_says_what_does_not_hold_on_other_seeds(lesson_77, capsys):
    assert main(["--lesson", "77", "--seeds", "1:30"]) == 0
    assert main(["--lesson", "77", "--seeds", "31:34"]) == 1
    said = capsys.readouterr().out
    assert "✗ 77.small" in said
    assert "on all of 30 seeds" in said
    assert "0% within 1 to 30" in said


def test_a_run_that_fails_leaves_the_others_on_record(lesson_77, tmp_path, monkeypatch):
    copy = tmp_path / "findings.csv"
    monkeypatch.setattr("helpers.findings.__main__.read", partial(read, copy))
    monkeypatch.setattr("helpers.findings.__main__.write", partial(record.write, path=copy))
    bad = import_module("helpers.lessons.lesson_77.findings").BAD
    monkeypatch.setattr("helpers.findings.__main__.of_lesson", lambda number: bad)
    monkeypatch.setattr("helpers.findings.measuring.of_lesson", lambda number: bad)
    with pytest.raises(SystemExit, match=r"77\.sudden on seed 1: ZeroDivisionError"):
        main(["--lesson", "77"])
    now = read(copy)
    assert now.pop("77.small") == {seed: {"n": seed} for seed in SEEDS}
    assert now == read()


@pytest.mark.parametrize("wrong", [["--lesson", "99"], ["--seeds", "60"], ["--seeds", "9:3"]])
def test_a_wrong_argument_is_named(wrong, capsys):
    with pytest.raises(SystemExit):
        main(wrong)
    assert wrong[1] in capsys.readouterr().err


def test_a_run_that_does_not_exist_is_named():
    with pytest.raises(KeyError, match=r"00\.nothing"):
        list(measure_all(["00.nothing"], [1]))


MEASURES = """
from helpers.findings.measuring import measure_all
for source, seed, *_ in measure_all(["00.calm"], range(1, 2000)):
    print(seed, flush=True)
"""


def test_no_worker_outlives_a_command_that_is_killed():
    command = subprocess.Popen(
        [sys.executable, "-c", MEASURES], stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        assert command.stdout.readline()  # the workers are there, and have much to do
        command.kill()
        command.communicate(timeout=60)  # they hold its output open for as long as they live
    finally:
        with contextlib.suppress(ProcessLookupError, AttributeError):  # no groups on Windows
            os.killpg(command.pid, signal.SIGKILL)
