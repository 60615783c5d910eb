"""Progress outlives a damaged file, and shows in the table of lessons."""

import json
import tempfile
from pathlib import Path

import pytest
from asked_in_a_field import field_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quick_exercise import right

from helpers import exercises
from helpers.exercises import progress

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def test_progress_is_kept_sorted_and_once(notebooks):
    for exercise in ("03.2", "03.1", "03.2"):
        progress.note(exercise)
    assert progress.solved() == ["03.1", "03.2"]
    exercises.reset()
    assert progress.solved() == []
    exercises.reset()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.binary())
def test_a_damaged_file_is_no_reason_to_stop(damage, notebooks):
    for kept in (progress.SOLVED, progress.PREDICTED):
        path = notebooks / kept
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(damage)
    before = progress.solved()
    progress.note("03.1")
    progress.note_prediction("How long?", 3)
    assert progress.solved() == sorted({*before, "03.1"})
    assert progress.predicted()["How long?"]["mine"] == 3


@given(content=json_values)
def test_a_prediction_file_of_something_else_is_no_reason_to_stop(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / progress.PREDICTED
        path.parent.mkdir()
        path.write_text(json.dumps(content), encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(progress, "NOTEBOOKS", Path(folder))
            field_of(exercises.predict("How long?"))[0].value = "4"
            assert exercises.predict("How long?").mine == 4
            exercises.lessons()


@pytest.mark.parametrize("content", ["{}", "[1, 2]", "null", '"03.1"', '[["03.1"], 3]', '{"a": 1}'])
def test_a_file_of_something_else_is_no_reason_to_stop(content, notebooks):
    path = notebooks / progress.SOLVED
    path.parent.mkdir()
    path.write_text(content, encoding="utf-8")
    progress.note("03.1")
    assert progress.solved() == ["03.1"]
    exercises.lessons()


def test_pages_that_are_built_leave_no_progress(notebooks, monkeypatch, quick):
    monkeypatch.setenv("NB_STATIC", "1")
    assert exercises.check("99.1", right)
    assert not (notebooks / ".progress").exists()


def test_pages_that_are_built_show_nobody_s_progress(notebooks, monkeypatch):
    content = {"cells": [], "metadata": {"lesson": {"title": "Put a queue", "exercises": 2}}}
    (notebooks / "03-put.ipynb").write_text(json.dumps(content), encoding="utf-8")
    progress.note("03.1")
    assert list(exercises.lessons()["solved"]) == ["1 of 2"]
    monkeypatch.setenv("NB_STATIC", "1")
    assert list(exercises.lessons()["solved"]) == ["0 of 2"]


def test_the_table_of_lessons_comes_from_the_notebooks(notebooks):
    about = {"title": "Put a queue between", "question": "What?", "minutes": 45, "exercises": 2}
    for name, lesson in {"03-put.ipynb": about, "07-not-yet.ipynb": {}}.items():
        content = {"cells": [], "metadata": {"lesson": lesson} if lesson else {}}
        (notebooks / name).write_text(json.dumps(content), encoding="utf-8")
    (notebooks / "scratch.ipynb").write_text("{}", encoding="utf-8")
    path = notebooks / "03-put.ipynb"
    cells = [
        {"id": "a", "cell_type": "markdown", "source": "# 03 Put a queue", "metadata": {}},
        {"cell_type": "code", "source": ['exercises.predict("Wie „lang“?")'], "metadata": {}},
    ]
    about["two_hours"] = [{"from": "a", "to": "a"}]
    content = {"cells": cells, "metadata": {"lesson": about}}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    progress.note("03.2")
    exercises.predict("Wie „lang“?", 10).score(15)
    table = exercises.lessons()
    assert list(table["predicted"]) == ["1 of 2", "–"]
    assert list(table["lesson"]) == ["03 Put a queue between", "07 not-yet"]
    assert list(table["solved"]) == ["1 of 2", "–"]
    assert table.loc[0, "minutes"] == 45
    assert list(table["in two hours"]) == ["1", "–"]
