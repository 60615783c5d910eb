"""A journey as it is seen: drawn by the project, by Mermaid, and in a notebook's pages."""

import html
import json
import re
import xml.etree.ElementTree as ET

import pytest
from browser import assert_accessible, assert_readable, needs_browser
from diagrams import LIGHT, draw_once
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output
from replayed import shop
from told_orders import Shop

from helpers import charts
from helpers.charts.journey.mermaid import escaped

NASTY = 'o;1#2: "end" %%{init} <b>&amp; $$x$$ -->> wrap: \\n `{y}` ключ 注文'
PHONE = 358  # px of a picture on a phone that is 390 px wide
TEXTS = """svg => [...svg.querySelectorAll("text")].map(e => {
    const b = e.getBBox(); return [e.textContent, b.x, b.y, b.width, b.height]; })"""
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Journeys</title>
<meta name="viewport" content="width=device-width"><body><main><h1>The journeys of some orders</h1>
<p>What happened to some orders of a shop, from the first request to the last reply.</p>
{}</main></body></html>"""


@pytest.fixture(scope="module")
def made():
    """The journeys of many orders, one with a nasty name and one with many participants."""
    events = shop(seed=7, orders=30, failing=0.3, lost=0.15, delay=10, minutes=6)
    journeys = [charts.journey(events, f"o-{number}") for number in range(30)]
    crowd = shop(seed=3, orders=1, workers=9, failing=1, timeout=5, minutes=2)
    return [*journeys, charts.journey(crowd, "o-0"), charts.journey(*nasty()), wide()]


def nasty():
    ours = Shop()

    def send():
        ours.lab.mark("a note: 1; 2 # <i>", order_id=NASTY)
        ours.send(NASTY)

    return ours.run(send, ours.charge), NASTY


def wide():
    """A story in which so many take part that some share a lifeline."""
    ours = Shop("a-queue-with-a-rather-long-name_and_more")

    def checkout_of_the_customers_basket():
        for _ in range(4):
            ours.send()

    def one_of_many_very_busy_workers():
        order, receipt = next(ours.receive())
        ours.lab.mark("TheCustomersCardHasBeenChargedByTheBank", order_id=order)
        ours.sqs.send_message(QueueUrl=other, MessageBody=json.dumps({"order_id": order}))
        ours.delete(receipt)

    other = ours.sqs.create_queue(QueueName="parcels")["QueueUrl"]
    workers = [one_of_many_very_busy_workers] * 4
    return charts.journey(ours.run(checkout_of_the_customers_basket, *workers), "o-1")


@needs_browser
def test_text_lies_within_the_frame_over_no_other_and_is_large_enough(visit, made, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(PAGE.format("".join(one.svg for one in made)), encoding="utf-8")
    drawings = visit(path).locator("svg").all()
    assert len(drawings) == len(made)
    for drawing in drawings:
        wide, high = (float(drawing.get_attribute(name)) for name in ("width", "height"))
        size = float(drawing.get_attribute("font-size"))
        assert size * min(1, PHONE / wide) >= 9
        boxes = drawing.evaluate(TEXTS)
        assert len(boxes) > 4
        for number, (text, x, y, width, height) in enumerate(boxes):
            assert 0 <= x <= x + width <= wide, text
            assert 0 <= y <= y + height <= high, text
            for other, left, top, across, down in boxes[:number]:
                apart = x >= left + across or left >= x + width
                assert apart or y + 1 >= top + down or top + 1 >= y + height, (text, other)


@needs_browser
def test_a_page_shows_it_on_a_phone_without_any_other_file(visit, made, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(PAGE.format("".join(one.html for one in made[:4])), encoding="utf-8")
    page = visit(path, width=390, java_script_enabled=True)
    assert_readable(page)
    assert_accessible(page)
    for picture, one in zip(page.locator("img").all(), made, strict=False):
        assert picture.get_attribute("alt") == one.alt
        assert picture.bounding_box()["width"] <= 390


def test_an_svg_is_well_formed_has_its_words_as_text_and_no_script(made):
    for one in made:
        root = ET.fromstring(one.svg)
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert tags <= {"svg", "title", "desc", "rect", "path", "text"}
        words = " ".join(element.text for element in root.iter() if element.tag.endswith("text"))
        assert "SendMessage" in words
        assert len(one.svg) < 60_000


def test_many_share_a_lifeline_and_are_told_apart_by_their_names(made):
    root = ET.fromstring(made[-1].svg)
    words = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert "workers" in words
    assert words.count("queue") + words.count("2 together") >= 1
    mermaid = made[-1].mermaid
    assert len(re.findall(r"^    participant ", mermaid, re.MULTILINE)) > 5


@pytest.mark.parametrize("which", [0, -2, -1])
def test_mermaid_draws_it_word_for_word(made, which):
    one = made[which]
    drawing = draw_once(one.mermaid, LIGHT, name="journey")
    drawn = [html.unescape(words) for words in re.findall(r">([^<>]+)<", drawing)]
    for step in one.steps:
        assert any(words.endswith(" ".join(step.text.split())) for words in drawn), step.text
    title = html.unescape(re.search(r"<title[^>]*>([^<]*)<", drawing)[1])
    assert title.startswith("The journey of o")
    assert (which != -2) or title == f"The journey of {NASTY}"


def test_text_for_mermaid_has_nothing_that_mermaid_reads():
    assert escaped("a;b#c: <d>\n e") == "a#59;b#35;c#58; #60;d#62; e"
    assert escaped("attempt 2, (o-1)") == "attempt 2, (o-1)"


def test_a_notebooks_page_shows_the_picture_and_not_the_diagrams_text(made):
    bundle = made[0]._repr_mimebundle_()
    assert list(bundle) == ["text/html", "text/plain"]
    output = new_output("display_data", data=bundle)
    page, _ = HTMLExporter().from_notebook_node(
        new_notebook(cells=[new_code_cell("charts.journey(…)", outputs=[output])])
    )
    [source] = re.findall(r'src="(data:[^"]+)"', made[0].html)
    assert page.count(source) == 1
    assert "accDescr" not in page


def test_a_title_and_an_alt_text_can_be_given():
    ours = Shop()
    trace = ours.run(ours.send)
    one = charts.journey(trace, "o-1", title="Sent & never read", alt="An order waits\nfor ever.")
    assert one.alt == "An order waits for ever."
    assert "accTitle: Sent #38; never read" in one.mermaid
    assert "Sent &amp; never read" in one.svg
    assert 'alt="An order waits for ever."' in one.html
