"""`python -m helpers.differences` prints or writes what the site's page is made from."""

import json
import sys

import pytest

from helpers import differences
from helpers.differences.__main__ import main
from helpers.wire import MODELLED


@pytest.fixture
def run(monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["python -m helpers.differences", *arguments])
        main()
        return capsys.readouterr().out

    return run


def test_what_is_modelled_by_service(run):
    lines = run("--modelled").splitlines()
    for service, row in differences.modelled().iterrows():
        assert [service, *map(str, row)] in [line.split() for line in lines]


def test_what_is_modelled_of_one_service(run):
    printed = run("--modelled", "pipes")
    refused = MODELLED["pipes", "CreatePipe"]
    [line] = [line for line in printed.splitlines() if line.startswith("CreatePipe ")]
    assert all(text in line for text in ("refused", refused.note, refused.instead))


def test_an_unknown_service_is_named(run, capsys):
    with pytest.raises(SystemExit):
        run("--modelled", "kinesis")
    assert "no line for 'kinesis'; there are lines for sqs, sns" in capsys.readouterr().err


def test_the_json_has_every_row_and_every_operation(run, tmp_path, monkeypatch):
    some = differences.table("SQS: StartMessageMoveTask")
    monkeypatch.setattr("helpers.differences.__main__.table", lambda: some)
    assert run("--json", str(tmp_path / "rows.json")) == ""
    found = json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))
    assert found["differences"] == some.to_dict("records")
    assert {(row["service"], row["operation"]) for row in found["operations"]} == set(MODELLED)
