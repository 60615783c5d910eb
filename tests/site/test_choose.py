"""The page "Which pattern when": one question at a time, and all of it without a script."""

from types import SimpleNamespace

import choose
import pytest
from browser import SCREENS, assert_accessible, assert_readable, needs_browser, on_these
from metadata import about
from playwright.sync_api import expect
from site_lessons import PATTERNS
from sphinx.errors import ExtensionError


def shows(page, *headings):
    """Hold that these questions and patterns are seen, and no others. An address takes a moment."""
    expect(page.locator("article h3:visible")).to_contain_text(list(headings))


def is_reached_by(page, *answers):
    """Hold that the page names these answers, and only these."""
    trail = page.get_by_role("navigation", name="Your answers").locator("li")
    expect(trail).to_have_text(list(answers))


@needs_browser
@pytest.mark.parametrize("address", ["", "#pattern-drum"])
def test_each_step_is_readable_on_every_screen(site, visit, address):
    page = visit(site / "choose.html", query=address)
    for _ in on_these(page, SCREENS):
        assert_readable(page)
        page.locator(".walk-all").click()
        assert_readable(page)
        assert_accessible(page)
        page.locator(".walk-all").click()
        assert_accessible(page)


@needs_browser
def test_it_is_one_tap_away_from_the_front_page(site, visit):
    page = visit(site / "index.html")
    page.locator("article a", has_text="Which pattern when").first.click()
    shows(page, "Does anybody dance?")


@needs_browser
def test_questions_lead_to_a_pattern_by_keyboard_and_back(site, visit):
    page = visit(site / "choose.html")
    shows(page, "Does anybody dance?")
    page.locator("a:visible", has_text="Yes").focus()
    page.keyboard.press("Enter")
    shows(page, "Is it loud?")
    page.keyboard.press("Tab")  # the heading has the focus, and its answers come next
    while page.evaluate("document.activeElement.textContent") != "Very":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    shows(page, "A drum")
    assert page.evaluate("document.activeElement.textContent").startswith("A drum")
    is_reached_by(page, "Does anybody dance? Yes", "Is it loud? Very")
    page.go_back()
    shows(page, "Is it loud?")
    page.get_by_role("navigation", name="Your answers").locator("a").click()
    shows(page, "Does anybody dance?")
    expect(page.get_by_role("navigation", name="Your answers")).to_have_count(0)


@needs_browser
def test_the_last_question_follows_a_pattern(site, visit):
    page = visit(site / "choose.html", query="#pattern-hum")
    shows(page, "A hum")
    page.locator("article a:visible", has_text="What if it is beaten twice?").click()
    page.locator("article a:visible", has_text="Nothing").click()
    shows(page, "A rest")
    is_reached_by(page, "Does anybody dance? No", "A hum", "What if it is beaten twice? Nothing")


@needs_browser
def test_all_of_it_can_be_shown_at_once(site, visit):
    page = visit(site / "choose.html")
    expect(page.locator("article h3:visible")).to_have_count(1)
    button = page.get_by_role("button", name="Show all questions and patterns")
    button.click()
    expect(page.locator("article h3:visible")).to_have_count(6)
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    expect(page.locator("article h3:visible")).to_have_count(1)


@needs_browser
def test_without_javascript_everything_is_read_and_linked(site, visit):
    page = visit(site / "choose.html", java_script_enabled=False)
    expect(page.locator("article h3:visible")).to_have_count(6)
    assert page.get_by_role("button", name="Show all").count() == 0
    text = page.locator("article").inner_text()
    assert "Does anybody dance? Yes → Is it loud? Very" in text
    page.locator("a", has_text="Hardly").click()
    assert page.url.endswith("#pattern-hum")
    expect(page.locator("section#pattern-hum h3")).to_be_in_viewport()


@needs_browser
def test_a_pattern_says_what_it_costs_where_it_is_shown_and_what_to_take_home(site, visit):
    page = visit(site / "choose.html", query="#pattern-drum")
    terms = page.locator("dl:visible dt").all_inner_texts()
    assert terms[0] == "Coupling, against silence"
    text = page.locator("dl:visible").first.inner_text()
    assert "▲ better: temporal (nobody waited for the drummer)" in text
    assert "▼ worse: order (one beat overtook another); topology" in text
    assert "At least 1.20: three beats" in text
    assert "on thirty seeds): an evening" in text
    assert "Every order is charged once, and the queue is empty at the end. (on all of 30" in text
    assert page.locator(".proof img:visible").get_attribute("alt").startswith("Line chart")
    page.locator("a:visible", has_text="lesson 01, Cells").click()
    assert page.url.endswith("01-try-everything.html#cells")
    page.go_back()
    page.locator("a:visible", has_text="helpers/patterns/queue.py").click()
    assert page.url.endswith("patterns.html#a-queue-between-two-systems")


def test_a_heading_that_is_gone_stops_the_build(site, tmp_path):
    """An error of an extension stops it, as that of a lesson which fails does in `test_site`."""
    changed = tmp_path / "patterns.toml"
    changed.write_text(PATTERNS.replace('"Diagrams"', '"Diagram"'), encoding="utf-8")
    lessons = (site.parent / "notebooks").glob("*.ipynb")
    app = SimpleNamespace(
        srcdir=site.parent / "site",
        lessons={f"lessons/{path.stem}": about(path) for path in lessons},
    )
    config = SimpleNamespace(lessons_source="../notebooks", choose_data=changed)
    said = "patterns.toml, hum: lesson 01 has no heading 'Diagram'; it has"
    with pytest.raises(ExtensionError, match=said):
        choose.write_texts(app, config)


@needs_browser
@pytest.mark.parametrize("width", [390, 690, 1280])
def test_the_handout_shows_every_verdict_without_scrolling_sideways(site, visit, width):
    page = visit(site / "handout.html", width=width)
    assert_readable(page)
    assert_accessible(page)
    for cell in page.locator("table.facets td.better, table.facets td.worse").all():
        box = cell.bounding_box()
        assert box["width"] > 0
        assert box["x"] + box["width"] <= width
