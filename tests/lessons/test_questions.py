"""The questions in the notebooks' metadata are complete, and each lesson asks its own."""

import re

import pytest
from lesson_notebooks import LESSONS, Lesson

from helpers.exercises.questions import questions

NUMBER_OF_A_RUN = re.compile(r"\bo-\d+-\d+\b|\bseeds?\b", re.IGNORECASE)
lessons = pytest.mark.parametrize(
    "lesson", [Lesson(path) for path in LESSONS], ids=lambda each: each.name
)


@lessons
def test_every_question_has_its_right_answer_and_one_to_three_wrong_ones(lesson):
    teach = lesson.about["teach"]
    asked = questions(teach)
    assert len(asked) == len(teach) >= 4
    for question in asked:
        assert 2 <= len(question.choices) <= 4
        assert sum(choice.is_right for choice in question.choices) == 1
        assert len({choice.text for choice in question.choices}) == len(question.choices)


@lessons
def test_questions_and_answers_are_sentences(lesson):
    asked = questions(lesson.about["teach"])
    assert asked
    for question in asked:
        assert question.ask.endswith("?")
        for choice in question.choices:
            assert choice.text.endswith(".")
            assert choice.is_right or len(choice.reveals.split()) >= 10, choice.reveals
            for text in (question.ask, choice.text, choice.reveals):
                assert "`" not in text  # shown as plain text
                assert "!" not in text
                assert not NUMBER_OF_A_RUN.search(text), text


@lessons
def test_a_lesson_asks_its_quiz_before_its_last_words(lesson):
    *_, text, quiz, last = lesson.cells
    assert text.source.startswith("## Quiz\n")
    assert quiz.source == f'exercises.quiz("{lesson.name[:2]}")'
    assert last.source.startswith("## What you learned")


ASKED = [each for path in LESSONS for each in questions(Lesson(path).about.get("teach", []))]


def right_of(question):
    [found] = [choice for choice in question.choices if choice.is_right]
    return found


def test_the_right_answer_stands_at_every_place_alike():
    of_three = [each for each in ASKED if len(each.choices) == 3]
    places = [each.choices.index(right_of(each)) for each in of_three]
    assert min(places.count(place) for place in range(3)) >= 0.2 * len(places) > 5


def test_the_length_of_an_answer_does_not_tell_which_is_right():
    longest = [max(len(choice.text) for choice in each.choices) for each in ASKED]
    right = [len(right_of(each).text) for each in ASKED]
    assert sum(map(int.__eq__, longest, right)) <= 0.45 * len(ASKED)
    assert all(2 * mine >= most for mine, most in zip(right, longest, strict=True))


def test_no_question_is_asked_twice():
    assert len({each.key for each in ASKED}) == len(ASKED) >= 70


def test_what_an_answer_reveals_is_written_in_the_metadata_alone():
    cells = "".join(cell.source for path in LESSONS for cell in Lesson(path).cells)
    told = [choice.reveals for each in ASKED for choice in each.choices if not choice.is_right]
    assert [reveals for reveals in told if reveals in cells] == []
