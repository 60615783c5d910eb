"""The site of all lessons works as a reader has it: every page, and every set of slides.

That a page can cope with whatever a lesson holds is held with a small site, in `test_site` and
`test_slides`. What differs from one lesson to another is looked at here.
"""

import re

import pytest
from browser import (
    SCREENS,
    assert_accessible,
    assert_accessible_in_each_look,
    assert_contrast_of_each_look,
    assert_readable,
    needs_browser,
    on_these,
)
from lesson_notebooks import LESSONS
from slide_show import walk

OWN = [
    "index",
    "choose",
    "quiz",
    "workshop",
    "handout",
    "patterns",
    "glossary",
    "numbers",
    "front-ends",
]
# Text of a diagram that is seen, and not drawn.
SOURCES = """() => [...document.querySelectorAll("pre")].filter(each => each.checkVisibility())
    .map(each => each.textContent).filter(text => text.includes("accTitle"))"""
TERM = re.compile(r'href="[^"]*(glossary\.html#term-[^"]*)"')
lessons = pytest.mark.parametrize("lesson", [path.stem for path in LESSONS])


@needs_browser
@pytest.mark.parametrize("name", [*OWN, *(f"lessons/{path.stem}" for path in LESSONS)])
def test_a_page_is_readable_offline_on_every_screen(built, visit, name):
    page = visit(built / f"{name}.html")
    for _ in on_these(page, SCREENS):
        assert_readable(page)
        assert page.evaluate(SOURCES) == []
        page.evaluate("requestAnimationFrame = () => 0")  # a replay that has begun stands still
    # On the last of them all rules, and on the first, which alone shows the menus, the contrast.
    assert_accessible_in_each_look(page)
    for _ in on_these(page, SCREENS[:1]):
        assert_contrast_of_each_look(page)


@needs_browser
def test_one_faint_word_is_found(built, visit):
    page = visit(built / "lessons/03-put-a-queue-between.html")
    page.evaluate("document.querySelector('article li').style.color = '#aaa'")
    only = r"^\[\('color-contrast', \[\['[^']*> li'\]\]\)\]"
    for holds in (assert_accessible_in_each_look, assert_contrast_of_each_look):
        with pytest.raises(AssertionError, match=only):
            holds(page)


@needs_browser
@lessons
def test_slides_fit_and_ask_nobody(built, visit, lesson):
    page = visit(built / "slides" / f"{lesson}.slides.html", height=720)
    texts, larger, empty = walk(page)
    assert larger == empty == []
    assert len(texts) > 8
    assert_readable(page)
    assert_accessible(page)


@lessons
def test_a_lesson_links_to_several_terms_each_once(built, lesson):
    text = (built / "lessons" / f"{lesson}.html").read_text(encoding="utf-8")
    targets = TERM.findall(text.partition("<article")[2].partition("</article>")[0])
    assert len(targets) >= 5
    assert len(targets) == len(set(targets))


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_handout_is_one_sheet_whatever_fonts_there_are(built, visit, scheme):
    page = visit(built / "handout.html", width=690, scheme=scheme)  # A4 without its margins
    page.emulate_media(media="print")
    for table in page.locator("table").all():
        box = table.bounding_box()
        assert box["x"] + box["width"] <= 690
    printed = page.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
    fonts = {name.decode() for name in re.findall(rb"/FontName\s*/\w+\+([\w-]+)", printed)}
    assert fonts == {"SourceSansPro-Regular", "SourceSansPro-Semibold", "SourceSansPro-It"}
