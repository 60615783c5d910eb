"""Predictions are scored, and kept where they are given."""

import pytest
from asked_in_a_field import field_of
from hypothesis import given
from hypothesis import strategies as st

from helpers import exercises

positive = st.floats(min_value=1e-6, max_value=1e9)


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


def test_a_page_says_what_was_measured_and_nothing_of_predictions(monkeypatch):
    asked = exercises.predict("How long?", unit="s")
    assert str(asked.score(3)) == "No prediction. Measured: 3 s."
    monkeypatch.setenv("NB_STATIC", "1")
    assert str(asked.score(3)) == "Measured: 3 s."


def test_an_answer_that_is_kept_is_still_said_when_the_cell_is_run_again():
    field_of(exercises.predict("How long?", unit="s"))[0].value = "3"
    assert "✓ 3 s" in field_of(exercises.predict("How long?", unit="s"))[1].value


def test_a_page_asks_the_question_and_keeps_nothing(notebooks, monkeypatch):
    exercises.predict("How long?", 3)
    monkeypatch.setenv("NB_STATIC", "1")
    asked = exercises.predict("How long?", unit="s")
    assert asked.mine is None
    assert "How long? (s)" in asked._repr_html_()
    exercises.predict("And then?", 7).score(7)
    monkeypatch.delenv("NB_STATIC")
    assert exercises.predict("And then?").mine is None
