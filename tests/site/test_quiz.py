"""A quiz works without a kernel, by keyboard, and keeps its score where the browser allows it."""

import pytest
from browser import SCREENS, assert_accessible, assert_readable, needs_browser, on_these

LESSON = "lessons/02-go-on.html"
# The theme asks too, and does not cope: so what is blocked is what the quiz asks for.
BLOCKED = """for (const name of ["getItem", "setItem"]) {
    const real = Storage.prototype[name];
    Storage.prototype[name] = function (key, ...more) {
        if (key === "quiz") throw new DOMException("blocked", "SecurityError");
        return real.call(this, key, ...more);
    };
}"""
pytestmark = needs_browser


def answer(page, text):
    return page.locator("summary", has_text=text)


def score(page):
    return page.locator(".quiz-score p").last.inner_text()


def shown(page):
    return [text.inner_text() for text in page.locator(".quiz details p:visible").all()]


def test_an_answer_unfolds_what_it_reveals_and_the_one_before_closes(site, visit):
    page = visit(site / LESSON)
    assert page.get_by_role("group", name="How many zebras?").count() == 1
    assert shown(page) == []
    answer(page, "None.").click()
    assert shown(page) == ["Not so. They hide under water."]
    answer(page, "Two.").click()
    assert [text.partition(" ")[0] for text in shown(page)] == ["Right."]
    assert score(page) == "Answered: 1 of 1. Right at the first try: 0."


def test_the_keyboard_is_enough_and_the_score_is_kept(site, visit):
    page = visit(site / LESSON)
    page.locator("summary").first.focus()
    while page.evaluate("document.activeElement.textContent") != "Two.":
        page.keyboard.press("Tab")
    assert score(page) == "Answered: 0 of 1. Right at the first try: 0."  # focus is no answer
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "2px"
    page.keyboard.press("Enter")
    assert score(page) == "Answered: 1 of 1. Right at the first try: 1."
    page.reload()
    assert score(page) == "Answered: 1 of 1. Right at the first try: 1."
    assert page.locator("details[data-first] summary").inner_text() == "Two."
    page.goto((site / "quiz.html").as_uri())
    assert page.locator(".quiz-total p").inner_text().startswith("Answered: 1 of 2.")
    page.get_by_role("button", name="Forget all answers").press("Enter")
    assert page.locator(".quiz-total p").inner_text().startswith("Answered: 0 of 2.")
    page.goto((site / LESSON).as_uri())
    assert score(page) == "Answered: 0 of 1. Right at the first try: 0."


def test_forgetting_a_lesson_s_answers_leaves_those_of_the_others(site, visit):
    page = visit(site / "quiz.html")
    for each in range(2):
        answer(page, "Two.").nth(each).click()
    page.get_by_role("button", name="Forget these answers").first.click()
    total = page.locator(".quiz-total p").inner_text()
    assert total == "Answered: 1 of 2. Right at the first try: 1."
    assert page.locator("details[open]").count() == 1


def test_without_storage_it_counts_and_says_that_nothing_is_kept(site, visit):
    page = visit(site / LESSON, alone=True)
    page.context.add_init_script(BLOCKED)
    page.reload()
    answer(page, "Two.").click()
    counted = "Answered: 1 of 1. Right at the first try: 1."
    assert score(page) == f"{counted} This browser does not keep it."
    page.reload()
    assert score(page).startswith("Answered: 0 of 1.")
    assert page.complaints == []


@pytest.mark.parametrize("kept", ["damaged", "null", "[]", '"text"', '{"KEY": 99}', '{"KEY": "x"}'])
def test_kept_answers_that_fit_no_question_are_as_none(site, visit, kept):
    page = visit(site / LESSON)
    key = page.locator("fieldset").get_attribute("data-question")
    page.evaluate("kept => localStorage.setItem('quiz', kept)", kept.replace("KEY", key))
    page.reload()
    assert score(page).startswith("Answered: 0 of 1.")
    answer(page, "Two.").click()
    page.reload()
    assert score(page) == "Answered: 1 of 1. Right at the first try: 1."
    assert page.complaints == []


def test_without_javascript_each_answer_still_says_what_it_reveals(site, visit):
    page = visit(site / LESSON, java_script_enabled=False)
    answer(page, "Three.").click()
    assert shown(page) == ["Not so. One was counted again."]
    assert page.locator(".quiz-score").count() == 0


@pytest.mark.parametrize("path", [LESSON, "quiz.html"])
def test_a_quiz_can_be_read_by_everybody_on_every_screen(site, visit, path):
    page = visit(site / path)
    answer(page, "None.").first.click()
    answer(page, "Two.").last.click()
    for _ in on_these(page, SCREENS):
        assert page.locator("summary").first.bounding_box()["height"] >= 24  # WCAG 2.2, target size
        assert_readable(page)
        assert_accessible(page)


def test_a_page_shows_the_questions_of_the_metadata_once_and_no_code(site, visit):
    page = visit(site / LESSON)
    text = page.locator("article").inner_text()
    assert text.count("How many zebras") == 1
    assert "exercises.quiz" not in text
    assert page.locator("a[href*='glossary']").filter(has=page.locator(".term")).count() == 0
    page.get_by_role("link", name="quiz page").click()
    page.wait_for_url("**/quiz.html*")
    assert page.locator("h2").all_inner_texts()[0].startswith("01 Try everything")
