"""A lesson's questions give nothing away, and the first answer to each counts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import exercises
from helpers.exercises import progress
from helpers.exercises.questions import questions
from helpers.exercises.quiz_page import as_html

HIPPOS = {
    "ask": "How many hippos?",
    "right": "Two.",
    "wrong": "None.",
    "reveals": "They hide under water.",
    "also": [{"wrong": "Three.", "reveals": "One was counted again."}],
}
TOLD_ALONE = {"ask": "And birds?", "wrong": "None.", "reveals": "They hide in trees."}
words = st.text(min_size=1)


@pytest.fixture
def quiz(notebooks):
    lesson = {"title": "Count", "teach": [HIPPOS, TOLD_ALONE]}
    content = {"cells": [], "metadata": {"lesson": lesson}}
    (notebooks / "03-count.ipynb").write_text(json.dumps(content), encoding="utf-8")
    return exercises.quiz("03")


def choice(quiz, text):
    [question] = quiz.asked
    [found] = [each for each in question.choices if each.text == text]
    return question, found


def test_a_question_without_a_right_answer_is_for_teachers_alone(quiz):
    assert [question.ask for question in quiz.asked] == ["How many hippos?"]
    assert {each.text: each.reveals for each in quiz.asked[0].choices} == {
        "Two.": "",
        "None.": "They hide under water.",
        "Three.": "One was counted again.",
    }


def test_answers_stand_in_an_order_that_does_not_depend_on_which_is_right():
    swapped = {**HIPPOS, "right": "None.", "wrong": "Two."}
    orders = [[each.text for each in questions([entry])[0].choices] for entry in (HIPPOS, swapped)]
    assert orders[0] == orders[1]


@given(st.lists(words, min_size=2, max_size=4, unique=True), words)
def test_an_answer_is_kept_for_these_words_alone(answers, more):
    right, wrong, *also = answers
    entry = {"ask": "?", "right": right, "wrong": wrong, "reveals": "Why."}
    entry["also"] = [{"wrong": each, "reveals": "Why."} for each in also]
    key = questions([entry])[0].key
    assert key == questions([{**entry, "reveals": more}])[0].key
    assert key != questions([{**entry, "right": right + more}])[0].key


@pytest.mark.parametrize(
    "entry",
    [
        {"ask": "How many?", "wrong": "None."},
        {**HIPPOS, "hint": "Look again."},
        {**HIPPOS, "also": [{"wrong": "Four."}]},
    ],
)
def test_an_entry_that_lacks_something_is_refused_with_its_words(entry):
    with pytest.raises(ValueError, match=r"How many|Four"):
        questions([entry])


def test_the_first_answer_counts_and_each_says_what_it_reveals(quiz):
    assert quiz.score() == "Answered: 0 of 1. Right at the first try: 0."
    assert quiz.answer(*choice(quiz, "None.")) == "Not so. They hide under water."
    assert quiz.answer(*choice(quiz, "Two.")).startswith("Right.")
    assert quiz.score() == "Answered: 1 of 1. Right at the first try: 0."
    exercises.reset()
    quiz.answer(*choice(quiz, "Two."))
    quiz.answer(*choice(quiz, "Three."))
    assert exercises.quiz("03").score() == "Answered: 1 of 1. Right at the first try: 1."


@pytest.mark.parametrize("content", ["[]", "damaged", '{"KEY": 7}', '{"KEY": -1}', '{"KEY": "0"}'])
def test_kept_answers_that_fit_no_question_are_as_none(content, quiz, notebooks):
    kept = notebooks / progress.QUIZZED
    kept.parent.mkdir()
    kept.write_text(content.replace("KEY", quiz.asked[0].key), encoding="utf-8")
    assert quiz.first_answers() == {}
    quiz.answer(*choice(quiz, "Two."))
    assert quiz.score().endswith("Right at the first try: 1.")


def test_a_button_says_what_its_answer_reveals_and_the_first_is_marked_again(quiz):
    [_, group, score] = quiz.widget().children
    [ask, *buttons, said] = group.children
    assert ask.value == "<b>1. How many hippos?</b>"
    by_text = {button.description: button for button in buttons}
    by_text["Three."].click()
    assert said.value == '<p role="status">Not so. One was counted again.</p>'
    assert "Answered: 1 of 1. Right at the first try: 0." in score.value
    by_text["Two."].click()
    [_, group, _] = quiz.widget().children
    icons = {button.description: button.icon for button in group.children[1:-1]}
    assert icons == {"Two.": "", "None.": "", "Three.": "times"}


def test_a_page_asks_in_text_and_keeps_nothing(quiz, notebooks, monkeypatch):
    monkeypatch.setenv("NB_STATIC", "1")
    page = exercises.quiz("03")._repr_html_()
    assert page.count("They hide under water.") == 1
    assert page.count("<details") == 3
    quiz.answer(*choice(quiz, "Two."))
    assert not (notebooks / progress.QUIZZED).exists()


@given(words, words, words)
def test_any_words_are_safe_html(ask, wrong, reveals):
    page = as_html(questions([{"ask": ask, "right": "Yes.", "wrong": wrong, "reveals": reveals}]))
    plain = as_html(questions([{"ask": "?", "right": "Yes.", "wrong": "No.", "reveals": "Why."}]))
    assert page.count("<") == plain.count("<")
    assert page.count('"') == plain.count('"')


@pytest.mark.parametrize("lesson", ["12", "3", 3])
def test_a_lesson_that_asks_nothing_is_refused_with_its_name(lesson, quiz):
    with pytest.raises(ValueError, match=f"no quiz for lesson {lesson!r}"):
        exercises.quiz(lesson)
