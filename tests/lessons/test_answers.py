"""Answers that learners would write are judged rightly: wrong ones refused in words that help.

`tests/support/judged_answers.py` says how an author writes them down.
"""

import importlib
import re
from dataclasses import replace

import pytest
from in_ci import IN_CI
from judged_answers import RIGHT, WRONG, answers_of, faults_of, judged_lessons, named

from helpers import exercises
from helpers.exercises import checks, progress

lessons = pytest.mark.parametrize("lesson", judged_lessons())


def exercises_of(lesson):
    return importlib.import_module(f"helpers.lessons.lesson_{lesson}.exercises").EXERCISES


@pytest.fixture(autouse=True)
def nobody_s_progress(tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "NOTEBOOKS", tmp_path)


@pytest.fixture(autouse=True)
def little_patience(monkeypatch):
    """What never waits, floods or always fails is found sooner. All others end before."""
    monkeypatch.setattr(checks, "PATIENCE", 0.6)
    monkeypatch.setattr("helpers.lessons.lesson_07.exercises.ATTEMPTS", 2_000)
    monkeypatch.setattr("helpers.lessons.lesson_13.exercises.DELIVERIES", 30)
    monkeypatch.setattr("helpers.lessons.lesson_14.day.CALLS", 6_000)


@pytest.mark.parametrize(("exercise", "answer"), named("WRONG", at_a_desk=WRONG))
def test_a_wrong_answer_is_refused_in_words_that_help(exercise, answer):
    verdict = exercises.check(exercise, answer)
    assert not verdict, f"it passes, and {answer.__doc__}"
    assert faults_of(verdict.text) == [], verdict.text


@pytest.fixture
def one_seed_at_a_desk(exercise, monkeypatch):
    """To judge a right answer on all seeds of an exercise is left to CI."""
    if not IN_CI:
        table, number = exercises_of(exercise[:2]), exercise[3:]
        monkeypatch.setitem(table, number, replace(table[number], seeds=table[number].seeds[:1]))


@pytest.mark.usefixtures("one_seed_at_a_desk")
@pytest.mark.parametrize(("exercise", "answer"), named("RIGHT"))
def test_a_right_answer_passes(exercise, answer):
    verdict = exercises.check(exercise, answer)
    assert verdict, f"{verdict.text} And {answer.__doc__}"


@lessons
def test_every_exercise_of_the_lesson_has_enough_answers(lesson):
    answers = answers_of(lesson)
    known = exercises_of(lesson)
    for table, least in ((answers.WRONG, WRONG), (answers.RIGHT, RIGHT)):
        assert table.keys() == known.keys()
        for number, functions in table.items():
            assert len({function.__code__ for function in functions}) >= least, number


@lessons
def test_every_answer_says_in_one_line_what_it_does(lesson):
    answers = answers_of(lesson)
    for functions in [*answers.WRONG.values(), *answers.RIGHT.values()]:
        for function in functions:
            assert re.fullmatch(r"[A-Z].+\.", function.__doc__ or ""), function.__name__


@pytest.mark.parametrize(
    ("sentence", "fault"),
    {
        "Your function brings the run to a stop: It was here.": "it is cut off",
        "Two orders were never charged.": "it names no order, no line and no value",
        "Order o-1-00007 was lost. It was sent. It was late.": "it is not one or two sentences",
        "Order o-1-00007 was charged twice": "it is not one line that ends with a full stop",
        "Order o-1-00007 was charged 2 times.": None,
        "Your function raised KeyError in the line «x['a']»: 'a'.": None,
    }.items(),
)
def test_the_form_of_a_refusal_is_held(sentence, fault):
    assert (fault in faults_of(sentence)) if fault else (faults_of(sentence) == [])
