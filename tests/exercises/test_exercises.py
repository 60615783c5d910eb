"""Predictions are scored, checks never stop a notebook, progress outlives a damaged file.

What each lesson's exercises accept and refuse is held with the lessons; the solutions here are
those of the lessons.
"""

import importlib
import json
import random
import tempfile
import time
from pathlib import Path

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lesson_notebooks import LESSONS, Lesson

from helpers import Lab, exercises, faults
from helpers.exercises import checks, progress
from helpers.lessons.exercise import Exercise, Failed
from helpers.patterns.queue import charge_from_queue

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
positive = st.floats(min_value=1e-6, max_value=1e9)
NUMBERS = [
    f"{lesson.name[:2]}.{number}"
    for lesson in map(Lesson, LESSONS)
    for number in range(1, 1 + lesson.about["exercises"])
]


@pytest.fixture(autouse=True)
def notebooks(tmp_path, monkeypatch):
    """A folder of notebooks that replaces the real one, whose progress is the reader's."""
    monkeypatch.delenv("NB_STATIC", raising=False)
    monkeypatch.setattr(progress, "NOTEBOOKS", tmp_path)
    return tmp_path


@pytest.fixture
def quick(monkeypatch):
    """An exercise that takes a moment: 99.1, a worker that counts ten messages."""
    monkeypatch.setattr(checks, "_find", lambda exercise: Exercise(rule, (1, 2), "All counted."))


def rule(lab, answer, seed):
    sqs, counted = boto3.client("sqs"), []
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    for number in range(10):
        sqs.send_message(QueueUrl=queue, MessageBody=str(number))
    with lab.running(minutes=1):
        lab.start(answer, sqs, queue, counted.append)
    if len(counted) != 10:
        raise Failed(f"{len(counted)} of 10 were counted.")


def right(sqs, queue, count):
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            count(message["Body"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


# -- predictions


@given(mine=positive, measured=positive)
def test_points_depend_on_the_factor_alone(mine, measured):
    factor = max(mine / measured, measured / mine)
    points = exercises.predict("?", mine).score(measured).points
    assert points == (2 if factor <= 1.25 else 1 if factor <= 2 else 0)
    assert points == exercises.predict("?", measured).score(mine).points


@given(
    mine=st.floats(-1e9, 1e9), measured=st.floats(-1e9, 1e9), unit=st.sampled_from(["s", "%", ""])
)
def test_any_number_is_scored(mine, measured, unit):
    score = exercises.predict("How long?", mine, unit=unit).score(measured)
    assert score.points in (0, 1, 2)
    assert str(score).endswith(f"{score.points} of 2 points.")
    assert mine != measured or score.points == 2


@given(measured=st.floats(-1e9, 1e9))
def test_no_prediction_has_no_points_and_still_tells_the_measurement(measured):
    score = exercises.predict("How long?", unit="s").score(measured)
    assert score.points is None
    assert "Measured: " in str(score)


def test_a_score_says_how_far_off_and_on_which_side():
    assert "you were high by a factor of 3" in str(exercises.predict("?", 30, unit="s").score(10))
    assert "you were low by a factor of 4" in str(exercises.predict("?", 2.5).score(10))
    assert "exactly so" in str(exercises.predict("?", 0).score(0))
    assert "You said 1,200 s." in str(exercises.predict("?", 1200, unit="s").score(10))


def test_choices_are_right_or_wrong():
    options = ("none", "one", "all")
    assert exercises.predict("?", "one", choices=options).score("one").points == 2
    assert exercises.predict("?", "all", choices=options).score("one").points == 0
    assert exercises.predict("?", choices=options).score("one").points is None


@pytest.mark.parametrize("mine", ["twelve", True, float("nan"), float("inf"), [1]])
def test_what_is_no_number_is_refused_with_its_value(mine):
    with pytest.raises(ValueError, match="a prediction here is a number of s, got "):
        exercises.predict("?", mine, unit="s")


def test_what_is_no_choice_is_refused_with_its_value():
    with pytest.raises(ValueError, match="'some' is none of the answers 'none', 'all'"):
        exercises.predict("?", "some", choices=["none", "all"])


@given(text=st.text())
def test_a_score_is_safe_html(text):
    predicted = exercises.predict("?", text, choices=[text, "other"]).score("other")
    inside = predicted._repr_html_().split(">", 1)[1].removesuffix("</p>")
    assert "<" not in inside
    assert ">" not in inside


# -- checks


def never_ending(sqs, queue, count):
    while True:
        pass


def half_finished(sqs, queue, count): ...


def raising(sqs, queue, count):
    raise KeyError("Mesages")


def wrong_arguments():
    return None


def stops_the_program(sqs, queue, count):
    raise SystemExit(1)


def waits_for_nothing(sqs, queue, count):
    import threading

    threading.Event().wait()


def lazy(sqs, queue, count):
    yield sqs.receive_message(QueueUrl=queue)


ANSWERS = {
    "never ending": (never_ending, "brings the run to a stop"),
    "half-finished": (half_finished, "0 of 10 were counted"),
    "raising": (raising, "raised KeyError in the line «raise KeyError"),
    "wrong arguments": (wrong_arguments, "raised TypeError"),
    "stops the program": (stops_the_program, "raised SystemExit in the line"),
    "waits for nothing": (waits_for_nothing, "brings the run to a stop: everyone waits"),
    "generator": (lazy, "raised TypeError"),
    "constant": (10, "has to be a function, got 10"),
    "none": (None, "has to be a function, got None"),
    "text": ("right", "has to be a function, got 'right'"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_wrong_answer_is_a_sentence_and_no_exception(name, quick, monkeypatch):
    monkeypatch.setattr(checks, "PATIENCE", 0.5)  # none of them is right, so haste does no harm
    answer, words = ANSWERS[name]
    verdict = exercises.check("99.1", answer)
    assert not verdict
    assert words in str(verdict)
    assert str(verdict).startswith("✗ Exercise 99.1. ")
    assert progress.solved() == []


def test_a_right_answer_passes_on_every_seed_and_is_kept(quick, notebooks):
    verdict = exercises.check("99.1", right)
    assert verdict
    assert str(verdict) == "✓ Exercise 99.1. All counted. On 2 seeds not seen before."
    assert json.loads((notebooks / ".progress" / "solved.json").read_text()) == ["99.1"]


def test_an_error_in_the_middle_of_a_right_answer_names_the_line(quick):
    def nearly(sqs, queue, count):
        for message in sqs.receive_message(QueueUrl=queue)["Messages"]:
            count(message["body"])

    verdict = exercises.check("99.1", nearly)
    assert 'raised KeyError in the line «count(message["body"])»' in str(verdict)


def test_a_verdict_is_safe_html(quick):
    def hostile(sqs, queue, count):
        raise ValueError("<script>alert(1)</script>")

    assert "<script>" not in exercises.check("99.1", hostile)._repr_html_()


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("constant", [None, 0, True, [], {}], ids=repr)
def test_constants_do_not_pass(number, constant):
    assert not exercises.check(number, constant)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_function_that_does_nothing_does_not_pass(number):
    assert not exercises.check(number, lambda *args, **options: None)
    assert progress.solved() == []


@pytest.mark.parametrize("name", ["03.9", "77.1", "03", "", "3.1", "checks.1", "03.1.1"])
def test_an_unknown_exercise_is_refused_by_name(name):
    with pytest.raises(ValueError, match="there is no exercise"):
        exercises.check(name, right)


@pytest.mark.parametrize("number", NUMBERS)
def test_an_exercise_has_several_seeds_that_no_lesson_uses(number):
    lesson, _, count = number.partition(".")
    task = importlib.import_module(f"helpers.lessons.lesson_{lesson}.exercises").EXERCISES[count]
    assert len(set(task.seeds)) >= 2
    assert min(task.seeds) > 1000
    assert task.praise.endswith(".")


def test_the_readers_lab_is_left_as_it_is():
    """Time, queues, messages, functions, faults, ids and random draws go on as if nothing was."""

    def afterwards(check):
        with Lab(seed=7) as lab:
            sqs = boto3.client("sqs")
            queue = sqs.create_queue(QueueName="mine")["QueueUrl"]
            lab.deploy("mine", lambda event, context: "mine")
            with lab.running(minutes=3):
                lab.start(time.sleep, 60)
            sqs.send_message(QueueUrl=queue, MessageBody="before")
            sqs.receive_message(QueueUrl=queue, VisibilityTimeout=30)
            random.seed(5)
            with faults.throttling("sqs.SendMessage", rate=0.5, seed=1) as fault:
                if check:
                    assert exercises.check("03.1", charge_from_queue)
                met = fault.requests
            hidden = sqs.receive_message(QueueUrl=queue).get("Messages", [])
            after = sqs.send_message(QueueUrl=queue, MessageBody="after")["MessageId"]
            answer = boto3.client("lambda").invoke(FunctionName="mine")["Payload"].read()
            queues = sqs.list_queues()["QueueUrls"]
            return (
                lab.now, met, hidden, after, answer, queues, random.random(), lab.trace.to_csv(),
            )  # fmt: skip

    assert afterwards(check=True) == afterwards(check=False)


def test_a_check_inside_a_run_is_a_sentence_too(quick):
    with Lab(seed=1) as lab:
        verdicts = []
        with lab.running(seconds=10):
            lab.start(lambda: verdicts.append(exercises.check("99.1", right)))
    assert not verdicts[0]


# -- predictions in a field


def field_of(prediction):
    [_, field, said] = prediction.widget().children
    return field, said


def test_a_number_given_in_the_field_counts_and_is_kept():
    asked = exercises.predict("How long?", unit="s")
    field, said = field_of(asked)
    field.value = "2.5"
    assert asked.mine == 2.5
    assert "2.5 s" in said.value
    again = exercises.predict("How long?", unit="s")
    assert again.mine == 2.5
    assert field_of(again)[0].value == "2.5"
    assert again.score(2.5).points == 2


def test_what_is_no_number_is_refused_and_changes_nothing():
    asked = exercises.predict("How long?", 3, unit="s")
    field, said = field_of(asked)
    for wrong in ("soon", "nan", "1e999"):
        field.value = wrong
        assert asked.mine == 3
        assert "a number of s" in said.value
    field.value = "4,5"
    assert asked.mine == 4.5


def test_a_choice_is_kept_unless_the_question_has_other_answers_by_now():
    asked = exercises.predict("Who pays?", choices=["one", "all"])
    field_of(asked)[0].value = "all"
    assert exercises.predict("Who pays?", choices=["one", "all"]).mine == "all"
    assert exercises.predict("Who pays?", choices=["none", "some"]).mine is None


def test_an_answer_in_the_cell_goes_before_a_kept_one():
    field_of(exercises.predict("How long?"))[0].value = "3"
    assert exercises.predict("How long?").mine == 3
    assert exercises.predict("How long?", 5).mine == 5
    assert exercises.predict("How long?").mine is None  # taken out of the cell again
    field_of(exercises.predict("How long?"))[0].value = "3"
    exercises.reset()
    assert exercises.predict("How long?").mine is None


def test_a_page_asks_the_question_and_keeps_nothing(notebooks, monkeypatch):
    exercises.predict("How long?", 3)
    monkeypatch.setenv("NB_STATIC", "1")
    asked = exercises.predict("How long?", unit="s")
    assert asked.mine is None
    assert "How long? (s)" in asked._repr_html_()
    exercises.predict("And then?", 7).score(7)
    monkeypatch.delenv("NB_STATIC")
    assert exercises.predict("And then?").mine is None


# -- progress


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
        path.write_text(json.dumps(content))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(progress, "NOTEBOOKS", Path(folder))
            field_of(exercises.predict("How long?"))[0].value = "4"
            assert exercises.predict("How long?").mine == 4
            exercises.lessons()


@pytest.mark.parametrize("content", ["{}", "[1, 2]", "null", '"03.1"', '[["03.1"], 3]', '{"a": 1}'])
def test_a_file_of_something_else_is_no_reason_to_stop(content, notebooks):
    path = notebooks / progress.SOLVED
    path.parent.mkdir()
    path.write_text(content)
    progress.note("03.1")
    assert progress.solved() == ["03.1"]
    exercises.lessons()


def test_pages_that_are_built_leave_no_progress(notebooks, monkeypatch, quick):
    monkeypatch.setenv("NB_STATIC", "1")
    assert exercises.check("99.1", right)
    assert not (notebooks / ".progress").exists()


def test_pages_that_are_built_show_nobody_s_progress(notebooks, monkeypatch):
    content = {"cells": [], "metadata": {"lesson": {"title": "Put a queue", "exercises": 2}}}
    (notebooks / "03-put.ipynb").write_text(json.dumps(content))
    progress.note("03.1")
    assert list(exercises.lessons()["solved"]) == ["1 of 2"]
    monkeypatch.setenv("NB_STATIC", "1")
    assert list(exercises.lessons()["solved"]) == ["0 of 2"]


def test_the_table_of_lessons_comes_from_the_notebooks(notebooks):
    about = {"title": "Put a queue between", "question": "What?", "minutes": 45, "exercises": 2}
    for name, lesson in {"03-put.ipynb": about, "07-not-yet.ipynb": {}}.items():
        content = {"cells": [], "metadata": {"lesson": lesson} if lesson else {}}
        (notebooks / name).write_text(json.dumps(content))
    (notebooks / "scratch.ipynb").write_text("{}")
    path = notebooks / "03-put.ipynb"
    cells = [{"cell_type": "code", "source": ['exercises.predict("Wie „lang“?")']}]
    content = {"cells": cells, "metadata": {"lesson": about}}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    progress.note("03.2")
    exercises.predict("Wie „lang“?", 10).score(15)
    table = exercises.lessons()
    assert list(table["predicted"]) == ["1 of 2", "–"]
    assert list(table["lesson"]) == ["03 Put a queue between", "07 not-yet"]
    assert list(table["solved"]) == ["1 of 2", "–"]
    assert table.loc[0, "minutes"] == 45
