"""Slides can be shown from a file, without a network, on a screen of 1280 by 720.

Those of a small lesson are looked at here, those of each lesson in `test_pages_as_built`.
"""

import shutil
import sys

import nbformat
import pytest
from browser import assert_accessible, assert_readable, needs_browser
from lesson_notebooks import LESSONS
from markdown_it import MarkdownIt
from nbconvert.nbconvertapp import NbConvertApp
from nbformat.v4 import new_code_cell, new_markdown_cell
from site_build import ROOT
from site_lessons import COSTS, write_lessons
from slide_cells import split, with_headings
from slide_show import walk

SLIDE_TYPES = {"slide", "subslide", "fragment", "notes", "skip", "-"}


@needs_browser
def test_all_slides_fit_and_are_reached_by_keyboard(site, visit):
    page = visit(site / "slides/01-try-everything.slides.html", height=720)
    texts, larger, empty = walk(page)
    assert larger == empty == []
    assert len(texts) == page.evaluate("Reveal.getTotalSlides()") == 8
    assert "Does it all show?" not in "".join(texts)  # a paragraph: it stands in the notes
    assert [text for text in texts if text.startswith("What it cost")]
    assert_readable(page)


@needs_browser
@pytest.mark.parametrize("width", [1280, 390])
def test_slides_can_be_read_by_everybody(site, visit, width):
    page = visit(site / "slides/01-try-everything.slides.html", width=width)
    page.keyboard.press("Space")
    assert_readable(page)
    assert_accessible(page)


@needs_browser
def test_a_slide_shows_the_chart_without_its_code_and_moves_its_sliders(site, visit):
    page = visit(site / "slides/01-try-everything.slides.html", height=720)
    while not page.get_by_role("slider").count():
        page.keyboard.press("Space")
    assert page.locator("section.present section.present", has_text="explore.sliders").count() == 0
    page.get_by_role("slider", name="workers").focus()
    page.keyboard.press("ArrowRight")
    [alt] = [i.get_attribute("alt") for i in page.locator(".lab-frames img:visible").all()]
    assert alt == "3 workers, 60 s of outage."


@needs_browser
def test_formulas_and_diagrams_are_drawn(site, visit):
    page = visit(site / "slides/01-try-everything.slides.html", height=720)
    found = {"math": 0, ".diagram svg": 0}
    for _ in range(page.evaluate("Reveal.getTotalSlides()")):
        for kind in found:
            drawn = page.locator(f".slides > .present .present {kind}").all()
            boxes = [each.bounding_box() for each in drawn]
            found[kind] += sum(box["width"] > 50 and box["height"] > 10 for box in boxes)
        page.keyboard.press("Space")
    assert found == {"math": 2, ".diagram svg": 2}


@needs_browser
def test_the_speaker_reads_what_is_too_long_for_a_slide(site, visit):
    page = visit(site / "slides/01-try-everything.slides.html", height=720)
    while page.evaluate("Reveal.getCurrentSlide().innerText.startsWith('Cells') === false"):
        page.keyboard.press("Space")
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    opened.value.get_by_text("Told, not shown.").wait_for()


def kinds(cells):
    return [(cell.metadata["slideshow"]["slide_type"], cell.source) for cell in cells]


def test_paragraphs_become_notes_unless_they_are_named():
    cell = new_markdown_cell("## Cost\n\nOne.\n\nTwo.\n\n- a list")
    cell.metadata["slideshow"] = {"slide_type": "slide", "show": ["heading", "paragraph 2"]}
    [(kind, html)] = kinds(split(cell, MarkdownIt()))
    shown, _, notes = html.partition('<aside class="notes">')
    assert kind == "slide"
    assert "<h2>Cost</h2>\n<p>Two.</p>" in shown
    assert "One." in notes
    assert "a list" in notes


def test_a_slide_begins_at_its_heading():
    cell = new_markdown_cell("The end of before.\n\n## Next\n\n- now\n\n### Deeper\n\n## Last")
    cell.metadata["slideshow"] = {"slide_type": "slide"}
    found = kinds(split(cell, MarkdownIt()))
    assert [kind for kind, _ in found] == ["-", "slide", "slide"]
    assert [each for each in ("Next", "Deeper", "Last") if each in found[1][1]] == [
        "Next",
        "Deeper",
    ]


def test_what_stands_before_a_heading_can_have_a_slide_of_its_own():
    cell = new_markdown_cell("- the end\n\n## Next")
    cell.metadata["slideshow"] = {"slide_type": "slide", "before": "subslide"}
    assert [kind for kind, _ in kinds(split(cell, MarkdownIt()))] == ["subslide", "slide"]


def test_a_slide_without_a_heading_repeats_its_section_s():
    text, more = new_markdown_cell("## Cost\n\n- a list"), new_markdown_cell("- more")
    chart = new_code_cell("draw()", metadata={"tags": ["slide-output"]})
    for cell, kind in ((text, "slide"), (chart, "subslide"), (more, "slide")):
        cell.metadata["slideshow"] = {"slide_type": kind}
    read = MarkdownIt()
    found = with_headings([*split(text, read), chart, *split(more, read)])
    again = '<h2 class="again">Cost</h2>\n'
    assert [kind for kind, _ in kinds(found)] == ["slide", "subslide", "-", "slide"]
    assert (found[1].source, found[1].metadata.get("tags")) == (again, None)
    assert (found[2].source, found[2].metadata["tags"]) == ("draw()", ["slide-output"])
    assert found[3].source.startswith(again)
    assert "again" not in found[0].source


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_cell_of_a_lesson_says_what_of_it_is_a_slide(path):
    for cell in nbformat.read(path, 4).cells:
        assert cell.metadata.get("slideshow", {}).get("slide_type") in SLIDE_TYPES, cell.source
        if "slide-output" in cell.metadata.get("tags", []):
            assert cell.cell_type == "code"


@needs_browser
def test_nbconvert_alone_makes_slides_that_work_offline(tmp_path, visit, monkeypatch):
    """As the command of the README, with this project's settings, in a folder of its own.

    The command itself is run in `test_nbconvert`.
    """
    write_lessons(tmp_path)
    config = tmp_path / "etc"
    config.mkdir()
    shutil.copy(ROOT / "jupyter" / "nbconvert_config.py", config / "jupyter_nbconvert_config.py")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(config))
    monkeypatch.setenv("NB_STATIC", "1")  # the settings set it, and a path, for the whole process
    monkeypatch.setattr(sys, "path", [*sys.path])
    path = tmp_path / "01-try-everything.ipynb"
    nbconvert = NbConvertApp()
    nbconvert.initialize(["--to", "slides", str(path)])
    nbconvert.start()
    page = visit(path.with_suffix(".slides.html"), height=720)
    assert COSTS.splitlines()[0].lstrip("# ") in "".join(walk(page)[0])
    assert_readable(page)
