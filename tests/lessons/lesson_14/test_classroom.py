"""Teams hand in a file each, and one command makes a table of them."""

import json

import pytest

from helpers.lessons.lesson_14 import classroom, measured
from helpers.lessons.lesson_14.__main__ import main
from helpers.patterns.black_friday import charge_by_token, open_plain_queue, take_order_of


def good():
    return open_plain_queue, take_order_of, charge_by_token


def poor():
    return measured.one_queue, take_order_of, measured.charge_each


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    for team, shop in (("poor", poor), ("team blue", poor), ("team blue", good)):
        classroom.hand_in(team, shop, seeds=(2141,), folder=folder)
    return folder


def test_the_best_team_is_first_and_its_last_file_counts(handed_in, capsys, tmp_path):
    assert main([str(handed_in), "--csv", str(tmp_path / "table.csv")]) == 0
    frame, wrong = classroom.table(handed_in)
    assert (list(frame.index), list(frame["grade"]), wrong) == (["team blue", "poor"], [3, 0], [])
    assert "team blue" in capsys.readouterr().out
    assert (
        (tmp_path / "table.csv")
        .read_text(encoding="utf-8")
        .startswith("team,grade,customers who read an error")
    )


def test_a_file_has_the_team_s_code(handed_in):
    said = json.loads((handed_in / "team blue.json").read_text(encoding="utf-8"))
    assert "def charge_by_token(session, shop, charge)" in said["code"]


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"team": "x", "days": {}}', '{"team": "x", "days": {"1": {"recovery": 1}}}'],
)
def test_a_file_that_is_none_is_named_and_the_others_count(handed_in, tmp_path, capsys, content):
    good_file = (handed_in / "poor.json").read_text(encoding="utf-8")
    (tmp_path / "poor.json").write_text(good_file, encoding="utf-8")
    (tmp_path / "broken.json").write_text(content, encoding="utf-8")
    assert main([str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert "poor" in out
    assert "broken.json is no file of a team" in err


@pytest.mark.parametrize(
    "change", [{"AWS": -5}, {"AWS": "2"}, {"AWS": None}, {"team": "<b>"}, {"AWS": float("nan")}]
)
def test_what_no_day_gives_is_not_believed(handed_in, tmp_path, change):
    given = json.loads((handed_in / "poor.json").read_text(encoding="utf-8"))
    given |= {key: value for key, value in change.items() if key == "team"}
    given["days"]["2141"] |= {key: value for key, value in change.items() if key != "team"}
    (tmp_path / "edited.json").write_text(json.dumps(given), encoding="utf-8")
    (tmp_path / "folder.json").mkdir()
    frame, wrong = classroom.table(tmp_path)
    assert (len(frame), len(wrong)) == (0, 2)


@pytest.mark.parametrize("team", ["", "../x", "a/b", "x" * 41, None])
def test_a_team_s_name_is_that_of_a_file(team, tmp_path):
    with pytest.raises(ValueError, match="a team's name"):
        classroom.hand_in(team, good, folder=tmp_path)


def test_what_is_no_shop_is_told_as_a_check_would(tmp_path):
    with pytest.raises(ValueError, match=r"A shop gives its three functions, .*Yours gave None"):
        classroom.hand_in("blue", lambda: None, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_other_days_is_named_and_stays_in_the_table(handed_in, tmp_path, capsys):
    text = (handed_in / "poor.json").read_text(encoding="utf-8")
    for team in ("poor", "red"):
        (tmp_path / f"{team}.json").write_text(text.replace("poor", team), encoding="utf-8")
    other = text.replace('"2141"', '"7"').replace("poor", "green")
    (tmp_path / "green.json").write_text(other, encoding="utf-8")
    assert main([str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert err == (
        "green.json is of other days: seeds 7, where most have 2141. Its numbers cannot be "
        "compared.\n"
    )
    assert "green" in out


def test_of_two_files_the_one_of_the_class_s_own_days_counts(handed_in, tmp_path):
    text = (handed_in / "poor.json").read_text(encoding="utf-8")
    day = json.loads(text)["days"]["2141"]
    for team, seeds in (("blue", classroom.SEEDS), ("azure", (1, 2, 3))):
        given = {"team": team, "code": "", "days": {str(seed): day for seed in seeds}}
        (tmp_path / f"{team}.json").write_text(json.dumps(given), encoding="utf-8")
    _, wrong = classroom.table(tmp_path)
    assert [sentence.partition(" ")[0] for sentence in wrong] == ["azure.json"]


def test_a_folder_without_files_is_named(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main([str(tmp_path)])
    assert str(tmp_path) in capsys.readouterr().err
