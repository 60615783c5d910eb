"""Every pattern in the lab, as `data/elsewhere.csv` has it; and the file itself."""

from __future__ import annotations

import json
import re
from functools import cache

import pytest
from botocore.session import Session
from project import ROOT

from helpers.elsewhere.aws import SAYS
from helpers.elsewhere.gaps import GAPS
from helpers.elsewhere.runs import FAILED, RUNS, main, results
from helpers.elsewhere.table import COLUMNS, WHERE, kept, read, write


@pytest.mark.parametrize("name", RUNS)
def test_the_lab_gives_what_the_file_has(name):
    found = {what: str(value) for what, value in results(name).items()}
    assert found == kept(name, "lab")
    assert FAILED not in found


def test_every_pattern_is_run():
    there = {path.stem for path in (ROOT / "helpers" / "patterns").glob("[!_]*.py")}
    assert {pattern for run in RUNS.values() for pattern in run.patterns.split()} == there


def test_every_run_was_everywhere_and_differs_only_where_a_gap_is_known():
    assert {name for name, _ in read()} == set(RUNS)
    for where in ("moto", "ministack"):
        for name in RUNS:
            there = kept(name, where)
            assert there, (name, where)
            assert (there != kept(name, "lab")) is (name in GAPS[where]), (name, where)


def test_a_gap_is_of_a_run_and_says_what_was_measured():
    for where, gaps in GAPS.items():
        assert where in WHERE
        for name, why in gaps.items():
            assert name in RUNS
            assert len(why) > 20


@cache
def model_of(service):
    """The texts of a service's API model, without markup."""
    model = Session().get_component("data_loader").load_service_model(service, "service-2")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", json.dumps(model, ensure_ascii=False)))


@pytest.mark.parametrize("name", RUNS)
def test_what_aws_says_stands_in_its_model(name):
    text, source = SAYS[name]
    service = source.split()[0]
    if service in Session().get_available_services():
        assert text in model_of(service)
        assert source.split()[1] in model_of(service)
    else:
        assert source == "SQS Developer Guide, Standard queues"  # the one guide that is quoted


def test_a_run_that_is_kept_again_takes_its_own_place(tmp_path):
    file = tmp_path / "elsewhere.csv"
    write("a", "lab", {"x": 1, "y": 2}, file)
    write("b", "lab", {"x": 3}, file)
    write("a", "moto", {FAILED: "SendMessage: 500, twice"}, file)
    write("a", "lab", {"x": 4}, file)
    assert kept("a", "lab", file) == {"x": "4"}
    assert kept("a", "moto", file) == {FAILED: "SendMessage: 500, twice"}
    assert [name for name, _ in read(file)] == ["a", "a", "b"]
    file.write_text("run,what\n", encoding="utf-8")
    with pytest.raises(ValueError, match="columns"):
        read(file)
    assert COLUMNS[2:] == WHERE


def test_a_run_that_nobody_knows_is_told(capsys):
    with pytest.raises(SystemExit):
        main(["no such run"])
    assert "no run is called 'no such run'" in capsys.readouterr().err


def test_nothing_else_is_among_the_lines_of_json(monkeypatch, capsys):
    def told(name, *, longest):
        print(f"Not removed: the queue of {name}.")
        return {"charged": 3}

    monkeypatch.setattr("helpers.elsewhere.runs.results", told)
    main(["--json", "calls"])
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"calls": {"charged": "3"}}
    assert "Not removed: the queue of calls." in printed.err
