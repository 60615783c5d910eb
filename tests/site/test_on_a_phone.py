"""The pages in the hand: what is folded, what opens large, what a search and a reader aloud say."""

import pytest
from browser import assert_accessible, needs_browser
from nbformat.v4 import new_code_cell
from playwright.sync_api import expect
from reading import fold

LESSON = "lessons/01-try-everything.html"


@pytest.mark.parametrize(
    ("source", "folded"),
    [
        ("charts.backlog(calm)", True),
        ("waits = experiment.by_queue(orders, seed=3)", True),
        ("guess.score(waits)", True),
        ("def work(queue):\n    return trace.backlog(queue)", False),
        ('pattern = {"source": ["shop"]}', False),
        ('exercises.check("03.1", {"a": 1})', False),
        ("sqs.send_message(QueueUrl=queue, MessageBody=body)", False),
    ],
)
def test_code_that_sets_the_stage_is_told_from_what_is_taken_home(source, folded):
    cell = new_code_cell(source)
    fold(cell)
    assert ("stage" in cell.metadata["tags"]) == folded


@needs_browser
@pytest.mark.parametrize(("width", "seen"), [(390, False), (1280, True)])
def test_a_phone_folds_the_code_that_draws(site, visit, width, seen):
    page = visit(site / LESSON, width=width)
    code = page.locator("pre", has_text="charts.replay(experiment.noon(lost=0.05)")
    expect(code).to_be_visible(visible=seen)
    if not seen:
        cell = page.locator("div.cell", has=code)
        cell.locator("summary", has_text="Show the code").click()
        expect(code).to_be_visible()


@needs_browser
def test_a_chart_opens_large_on_a_tap_and_closes(site, visit):
    page = visit(site / LESSON, width=390, has_touch=True)
    chart = page.locator("button.enlarge", has=page.get_by_alt_text("Line chart: the backlog"))
    chart.tap()
    large = page.get_by_role("dialog")
    expect(large).to_be_visible()
    assert large.locator("img").bounding_box()["width"] > 800
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert_accessible(page)
    large.get_by_role("button", name="Close").click()
    expect(large).to_have_count(0)
    chart.focus()
    page.keyboard.press("Enter")
    expect(large).to_be_visible()
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)


@needs_browser
def test_a_wide_screen_leaves_charts_as_they_are(site, visit):
    page = visit(site / LESSON)
    assert page.locator("img.lab-chart:visible").count() > 0
    assert page.locator("button.enlarge").count() == 0


@needs_browser
def test_the_table_of_lessons_leaves_its_room_to_the_questions(site, visit):
    page = visit(site / "index.html", width=390)
    widths = [cell.bounding_box()["width"] for cell in page.locator("article table th").all()]
    assert widths[2] > widths[3]  # the question has more than the minutes


@needs_browser
def test_what_a_function_does_has_the_width_of_a_phone(site, visit):
    page = visit(site / "patterns.html", width=390)
    signature, about = page.locator(".stacks td").all()[:2]
    assert about.bounding_box()["y"] >= signature.bounding_box()["y"] + 10
    assert about.bounding_box()["width"] > 300


@needs_browser
def test_a_search_result_says_what_the_page_is_about_and_where_the_word_is(site, visit):
    page = visit(site / "search.html", query="?q=hippopotamus")
    result = page.locator("#search-results li", has_text="Go on").first
    expect(result).to_contain_text("Lesson 02: What now?")
    expect(result.locator("mark")).to_have_text("hippopotamus")
    assert page.complaints == []


@needs_browser
def test_landmarks_and_tables_have_names(site, visit):
    page = visit(site / LESSON)
    for name in ("All pages", "On this page"):
        assert page.get_by_role("navigation", name=name).count() == 1
    assert page.get_by_role("table", name="What it cost").count() == 1
    for table in page.locator("article table").all():
        assert table.get_attribute("aria-label") or table.locator("caption").count()
