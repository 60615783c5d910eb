"""Answers that learners would write, beside each lesson's tests, and the shape of a refusal.

An author writes `tests/lessons/lesson_NN/answers.py` with two tables of functions, by exercise:

    WRONG = {"1": [forgets_between_polls, …], "2": […]}  # three or more for each exercise
    RIGHT = {"1": [a_set_of_ids, …], "2": […]}  # two or more, none of them the lesson's solution

Each function is written as a reader would write it in a cell, with a docstring of one line that
says what it does. What is not a function, such as a partial, needs a `__name__` and a `__doc__`.
"""

import importlib.util
import re
from functools import cache

import pytest
from in_ci import left_to_ci
from project import ROOT

WRONG, RIGHT = 3, 2  # how many answers an exercise has at least
LONGEST = 400  # characters: two sentences
SENTENCE = re.compile(r"[.?](?= [A-Z«]|$)")
# What a refusal points at: an id such as o-1001-00007, a line of the reader's code, or a value.
POINTS = re.compile(r"\w-\d+|«.+»|\bgot \S|\bgave \S|'[^']+'")


@cache
def answers_of(lesson):
    """The module `answers` of a lesson's tests."""
    path = ROOT / "tests" / "lessons" / f"lesson_{lesson}" / "answers.py"
    spec = importlib.util.spec_from_file_location(f"answers_of_lesson_{lesson}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judged_lessons():
    """The numbers of the lessons that have such answers."""
    found = (ROOT / "tests" / "lessons").glob("lesson_*/answers.py")
    return sorted(path.parent.name.removeprefix("lesson_") for path in found)


def named(table, *, at_a_desk=None):
    """Each (exercise, function) of a table such as "WRONG", with an id such as 00.1-forgets.

    What an exercise has beyond so many `at_a_desk` is left to CI.
    """
    others = left_to_ci(f"judges more than {at_a_desk} answers to an exercise")
    return [
        pytest.param(
            f"{lesson}.{number}",
            function,
            id=f"{lesson}.{number}-{function.__name__}",
            marks=[others] if at_a_desk and place >= at_a_desk else [],
        )
        for lesson in judged_lessons()
        for number, functions in getattr(answers_of(lesson), table).items()
        for place, function in enumerate(functions)
    ]


def faults_of(sentence):
    """What is wrong with the form of a refusal, in words; nothing if it is well."""
    found = []
    own = sentence.partition("»: ")[0] + "." if "Your function raised" in sentence else sentence
    if not 1 <= len(SENTENCE.findall(own)) <= 2:  # an error has its own words
        found.append("it is not one or two sentences")
    if not sentence.endswith((".", "?")) or "\n" in sentence:
        found.append("it is not one line that ends with a full stop")
    if not (sentence[:1].isupper() or sentence[:1] in "«"):
        found.append("it does not begin as a sentence does")
    if len(sentence) > LONGEST:
        found.append(f"it has {len(sentence)} characters, more than {LONGEST}")
    if "It was here" in sentence or sentence.endswith((":.", ",.", "..")):
        found.append("it is cut off")
    if not POINTS.search(sentence):
        found.append("it names no order, no line and no value")
    return found
