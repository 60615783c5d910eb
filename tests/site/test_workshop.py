"""What the pages for workshops say comes from the lessons, and is right for any of them."""

import ast
import itertools

import pytest
from agenda import FULL_DAY, HALF_DAY, LONGEST_STRETCH, ONE, TWO_HOURS, sessions
from costs import FACETS, costs_of
from hypothesis import given
from hypothesis import strategies as st
from lesson_notebooks import LESSONS, Lesson
from metadata import about
from site_build import ROOT
from site_lessons import COSTS
from take_home import patterns_in
from terms import patterns_of, terms_in
from workshop import path_of_two_hours, told

from helpers.exercises.questions import checked

MINUTES = st.lists(st.integers(5, 90), min_size=1, max_size=20)


def some_lessons(minutes):
    return [{"title": str(n), "number": n, "minutes": m} for n, m in enumerate(minutes)]


@given(MINUTES, st.sampled_from([HALF_DAY, FULL_DAY]))
def test_an_agenda_has_every_lesson_once_in_order_and_ends_in_time(minutes, longest):
    lessons = some_lessons(minutes)
    found = sessions(lessons, longest=longest)
    assert [item.lesson for session in found for item in session if item.lesson] == lessons
    for session in found:
        assert session[-1].end - session[0].begin <= longest
        assert all(one.end == next_.begin for one, next_ in itertools.pairwise(session))


@given(MINUTES, st.sampled_from([HALF_DAY, FULL_DAY]))
def test_an_agenda_has_breaks_and_a_full_day_has_lunch(minutes, longest):
    for session in sessions(some_lessons(minutes), longest=longest):
        stretch = 0
        for item in session[:-1]:  # the closing follows the last lesson at once
            stretch = 0 if item.what in ("Break", "Lunch") else stretch + item.minutes
            assert stretch <= LONGEST_STRETCH
        lunches = [item.begin for item in session if item.what == "Lunch"]
        worked_late = any(item.lesson and item.end > ONE for item in session)
        assert len(lunches) == (1 if longest == FULL_DAY and worked_late else 0)
        assert all(begin <= ONE for begin in lunches)


def test_the_short_path_fits_into_two_hours_and_says_where_each_part_begins():
    lessons = {f"lessons/{path.stem}": about(path) for path in LESSONS}
    path = path_of_two_hours(lessons, ROOT / "notebooks")
    [session] = sessions(path.values(), longest=TWO_HOURS)
    assert session[-1].end - session[0].begin <= TWO_HOURS
    line = told("lessons/06-know-what-sqs-promises", path["lessons/06-know-what-sqs-promises"])
    where = "/lessons/06-know-what-sqs-promises.ipynb#the-message-that-fails-every-time"
    assert f"then [The message that fails every time]({where}) until *" in line


def test_a_part_without_its_cell_names_the_notebook(tmp_path):
    for file in LESSONS[:1]:
        text = file.read_text(encoding="utf-8")
        (tmp_path / file.name).write_text(text.replace('"to": "', '"to": "x'), encoding="utf-8")
    lessons = {"lessons/00-start-here": about(tmp_path / "00-start-here.ipynb")}
    with pytest.raises(ValueError, match=r"^00-start-here.ipynb, two_hours: there is no cell 'x"):
        path_of_two_hours(lessons, tmp_path)


def test_costs_are_read_from_a_lesson_s_table():
    found = [(cost.facet, cost.design, cost.verdict) for cost in costs_of([COSTS], name="01")]
    assert found == [
        ("temporal", "a drum", "better"),
        ("temporal", "two drums", "same"),
        ("order", "a drum", "worse"),
        ("order", "two drums", "better"),
        ("topology", "a drum", "worse"),
        ("topology", "two drums", "better"),
    ]


@pytest.mark.parametrize("wrong", [("temporal", "time"), ("**better**", "**good**")])
def test_a_facet_or_verdict_that_there_is_none_of_is_refused(wrong):
    with pytest.raises(ValueError, match=r"^01: no facet '(time|temporal)' that can be"):
        costs_of([COSTS.replace(*wrong)], name="01")


def test_the_standing_lessons_tell_what_their_pattern_costs():
    found = {}
    for lesson in map(Lesson, LESSONS):
        texts = [cell.source for cell in lesson.text]
        if costs := costs_of(texts, name=lesson.name):  # the last lesson brings no pattern
            found[lesson.name] = {cost.facet for cost in costs}
    assert len(found) >= 13
    assert all(facets == set(FACETS) for facets in found.values()), found


def test_the_index_names_every_pattern_with_what_it_does():
    found = {pattern.file: pattern for pattern in patterns_in(ROOT / "helpers" / "patterns")}
    assert set(found) == {p.name for p in (ROOT / "helpers/patterns").glob("[!_]*.py")}
    queue = found["queue.py"]
    assert queue.lesson == 3
    assert queue.functions["charge_from_queue(sqs, orders, charge)"].startswith("Take orders from")
    assert all(told for pattern in found.values() for told in pattern.functions.values())


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_teacher_is_told_what_to_ask_before_each_prediction(path):
    lesson = Lesson(path)
    calls = [
        node
        for cell in lesson.code
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "exercises.predict"
    ]
    teach = lesson.about.get("teach", [])
    assert len(teach) >= len(calls)
    for entry in map(checked, teach):
        assert entry["ask"].endswith("?")
        assert entry["wrong"].endswith(".")
        assert len(entry["reveals"].split()) >= 12


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Two Retries later", {"retry"}),
        ("a dead letter queue", {"dead-letter queue"}),
        ("dead-letter queues", {"dead-letter queue"}),
        ("a retrying client, lab.retry, my-retry", set()),
    ],
)
def test_terms_are_found_in_the_forms_that_prose_gives_them(text, found):
    patterns = patterns_of(["retry", "dead-letter queue"])
    assert {term for term, pattern in patterns.items() if pattern.search(text)} == found


def test_the_glossary_is_in_order_and_says_each_term_once():
    terms = terms_in((ROOT / "site" / "glossary.md").read_text(encoding="utf-8"))
    assert len(terms) > 40
    assert terms == sorted(set(terms), key=str.lower)
