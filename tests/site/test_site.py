"""The site works as a reader has it: opened from a file, without a network, on any screen.

The pages are those of a small site, built here from two lessons that hold everything. Those of the
real one are looked at in `test_pages_as_built`.
"""

import subprocess

import pytest
from address import Address
from browser import (
    SCREENS,
    assert_accessible,
    assert_accessible_in_each_look,
    assert_readable,
    needs_browser,
    on_these,
)
from nbformat.v4 import new_code_cell, new_notebook, new_output
from reading import prepare
from site_build import REPOSITORY, build
from site_lessons import write_notebook
from sphinx.errors import ExtensionError

PAGES = ["index.html", "lessons/01-try-everything.html"]


@needs_browser
@pytest.mark.parametrize("path", PAGES)
def test_page_is_readable_offline_on_every_screen(site, visit, path):
    page = visit(site / path)
    assert_accessible(page)
    for _ in on_these(page, SCREENS):
        assert_readable(page)
        assert_accessible_in_each_look(page)


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_diagrams_are_drawn_once_in_the_colours_of_the_page(site, visit, scheme):
    page = visit(site / "lessons/01-try-everything.html", scheme=scheme)
    drawn = page.locator(".diagram svg:visible")
    assert drawn.count() == 2
    for index, words in enumerate(["Orders through a queue", "A lost reply"]):
        box = drawn.nth(index).bounding_box()
        assert min(box["width"], box["height"]) > 100
        assert drawn.nth(index).locator("> title").text_content() == words
        assert drawn.nth(index).locator("> desc").text_content().startswith("The ")
    # The theme's button goes from the system's choice to the other one.
    page.locator(".theme-toggle:visible").click()
    assert page.locator(".diagram svg:visible").count() == 2
    other = "light" if scheme == "dark" else "dark"
    assert page.locator(f".diagram .only-{other} svg:visible").count() == 2


@needs_browser
def test_a_chain_of_boxes_fits_a_phone(site, visit):
    page = visit(site / "lessons/01-try-everything.html", width=390)
    boxes = page.locator(".diagram > div:visible")
    assert boxes.count() == 2
    assert boxes.first.evaluate("box => box.scrollWidth - box.clientWidth") == 0
    assert boxes.first.locator("title").first.text_content() == "Orders through a queue"


@needs_browser
def test_formulas_are_drawn(site, visit):
    page = visit(site / "lessons/01-try-everything.html")
    boxes = [formula.bounding_box() for formula in page.locator("math").all()]
    assert len(boxes) == 2
    assert all(box["width"] > 50 and box["height"] > 10 for box in boxes)
    text = page.locator("article").inner_text()
    assert "$" not in text
    assert "frac" not in text


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tables_and_text_have_enough_contrast(site, visit, scheme):
    page = visit(site / "lessons/01-try-everything.html", scheme=scheme)
    script = """element => {
        let ground = element;
        while (/, 0\\)$|transparent/.test(getComputedStyle(ground).backgroundColor))
            ground = ground.parentElement;
        return [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor];
    }"""
    for selector in ("table.dataframe tr:nth-child(2) td", "table.docutils td p", "summary p"):
        colours = page.locator(selector).first.evaluate(script)
        assert contrast(*colours) >= 4.5, (selector, colours)


def contrast(one, other):
    """Contrast of two colours as browsers write them, by WCAG 2.2: 1 to 21."""

    def luminance(colour):
        channels = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@needs_browser
def test_cells_are_shown_folded_or_left_out_by_their_tags(site, visit):
    page = visit(site / "lessons/01-try-everything.html")
    text = page.locator("article").inner_text()
    assert "static: 1 notebooks" in text
    assert "output of a hidden input" in text
    assert "shown on purpose" in text
    assert "[!NOTE]" not in text
    assert page.locator(".admonition.note:visible").count() == 1
    for prompt, content in {
        "Show the code": "hidden_input = 1",
        "Show this cell": "all of it hidden",
        "Show the output": "\noutput that is hidden",
        "Show a worked solution": "solved 42",
    }.items():
        assert content not in text
        page.locator("summary", has_text=prompt).click()
        assert content in page.locator("article").inner_text()
    assert "never to be seen" not in page.content()


def sliders_on(page):
    return page.get_by_role("slider", name="workers"), page.get_by_role("slider", name="down for")


def alt_shown(page):
    [alt] = [image.get_attribute("alt") for image in page.locator(".lab-frames img:visible").all()]
    return alt


@needs_browser
def test_sliders_move_by_keyboard_and_say_their_value(site, visit):
    page = visit(site / "lessons/01-try-everything.html")
    workers, outage = sliders_on(page)
    assert alt_shown(page) == "2 workers, 60 s of outage."
    workers.focus()
    page.keyboard.press("ArrowRight")
    assert workers.get_attribute("aria-valuetext") == "3 people"
    assert alt_shown(page) == "3 workers, 60 s of outage."
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    assert outage.get_attribute("aria-valuetext") == "120 s"
    assert alt_shown(page) == "1 workers, 120 s of outage."


@needs_browser
@pytest.mark.parametrize("finger", [False, True])
def test_sliders_move_by_mouse_and_by_touch(site, visit, finger):
    page = visit(site / "lessons/01-try-everything.html", width=390, has_touch=finger)
    workers = sliders_on(page)[0]
    workers.scroll_into_view_if_needed()
    box = workers.bounding_box()
    assert box["height"] >= 24  # WCAG 2.2, target size
    touch = page.touchscreen.tap if finger else page.mouse.click
    touch(box["x"] + box["width"] - 5, box["y"] + box["height"] / 2)
    assert alt_shown(page) == "3 workers, 60 s of outage."


@needs_browser
def test_without_javascript_sliders_are_a_list(site, visit):
    page = visit(site / "lessons/01-try-everything.html", java_script_enabled=False)
    frames = page.locator(".lab-frames details")
    assert frames.count() == 6
    assert alt_shown(page) == "2 workers, 60 s of outage."
    frames.last.locator("summary").click()
    assert frames.last.locator("img").is_visible()
    assert frames.last.locator("summary").inner_text() == "workers: 3 people, down for: 120 s"


@needs_browser
def test_search_finds_a_word_of_a_lesson(site, visit):
    page = visit(site / "search.html", query="?q=hippopotamus")
    page.locator("#search-results li a").first.wait_for()
    assert page.locator("#search-results li a").first.inner_text() == "Go on"
    assert page.complaints == []


@needs_browser
def test_pages_lead_on_and_say_what_they_were_built_from(site, visit):
    page = visit(site / "index.html")
    table = page.locator("article table").inner_text()
    assert "Does it all show?" in table
    assert "20" in table
    page.locator("article table a", has_text="Try everything").click()
    assert "Lesson 01 · 20 minutes" in page.locator(".lesson-line").inner_text()
    file, address = "01-try-everything.ipynb", Address(REPOSITORY)
    target = page.get_by_text("Open in JupyterLab").get_attribute("href")
    assert target == address.binder(file)
    assert page.get_by_text("in Colab").get_attribute("href") == address.colab(file)
    page.locator(".lesson-line").get_by_text("slides").click()
    assert page.title() == "Try everything (slides)"
    page.get_by_text("Read this lesson").click()
    page.locator("a.next-page").click()
    assert page.locator("h1").inner_text().startswith("Go on")
    page.locator("a.prev-page").click()
    head = ["git", "rev-parse", "--short=10", "HEAD"]
    commit = subprocess.run(
        head, cwd=site.parent, capture_output=True, encoding="utf-8", check=True
    )
    assert f"commit {commit.stdout.strip()}." in page.locator(".built-from").inner_text()


def test_a_lesson_that_fails_fails_the_build(tmp_path):
    (tmp_path / "notebooks").mkdir()
    for number, name, code in [(4, "fail", "1 / 0"), *((n, "rest", "1") for n in range(4))]:
        path = tmp_path / f"notebooks/{number:02d}-{name}.ipynb"
        write_notebook(path, "A lesson", [new_code_cell(code)], number=number)
    result = build(tmp_path)
    assert result.returncode != 0
    assert "04-fail.ipynb" in result.stderr
    assert "ZeroDivisionError" in result.stderr


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"application/vnd.jupyter.widget-view+json": {}}, "shows a widget"),
        ({"image/png": "", "text/plain": "<Figure>"}, "no alt text"),
        ({"text/html": '<p>A chart:</p><img src="data:,">'}, "no alt text"),
        ({"text/html": '<img alt="" src="data:,">'}, "no alt text"),
    ],
)
def test_what_would_be_dead_or_mute_on_the_page_is_refused(data, complaint):
    output = new_output("display_data", data=data)
    notebook = new_notebook(cells=[new_code_cell("show()", outputs=[output])])
    with pytest.raises(ExtensionError, match=f"04-fail.ipynb, cell 0: .*{complaint}"):
        prepare(notebook, name="04-fail.ipynb")


@needs_browser
def test_the_front_page_begins_with_the_replay_of_a_lesson(site, visit):
    page = visit(site / "index.html", reduced_motion="reduce")
    replay = page.locator("article .lab-replay")
    assert replay.count() == 1
    assert replay.locator("figcaption").inner_text() == "Ten minutes at noon"
    slider = replay.get_by_role("slider", name="Simulated time")
    slider.evaluate("e => { e.value = 300; e.dispatchEvent(new Event('input')) }")
    assert replay.locator("[data-message]").count() > 5
    above = replay.evaluate("e => e.getBoundingClientRect().top")
    assert 0 < above < 450  # in the first screen
