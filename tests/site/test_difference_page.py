"""The page of differences: every row to the letter, what is not corrected first."""

import re

from browser import (
    SCREENS,
    assert_accessible_but_for_contrast,
    assert_readable,
    needs_browser,
    on_these,
)
from site_build import DIFFERENCES, OPERATIONS


def test_every_row_is_on_the_page_to_the_letter(site):
    page = (site / "differences.html").read_text(encoding="utf-8")
    headings = re.findall(r"<h2>(.*?)<a", page)
    assert headings == ["Shown only", "The lab’s choice", "SQS", "What the lab does not model"]
    assert "4 differences were run. The lab corrects 2 of them" in page
    shown, rest = page.split("<h2>The lab’s choice", 1)
    assert shown.count("SNS: $1 | no") == 1
    chosen, corrected = rest.split("<h2>SQS", 1)
    assert chosen.count("<p>maybe {") == chosen.count("<p>{") == 1
    assert corrected.count("FIFO: $1 | yes") == corrected.count(">$1 | yes<") == 1
    assert page.count("*gone*") == len(DIFFERENCES) - 1  # a choice stands without plain moto


def test_what_is_refused_stands_open_and_what_acts_is_folded(site):
    page = (site / "differences.html").read_text(encoding="utf-8")
    section = page.partition("<h2>What the lab does not model")[2]
    assert "4 operations are refused, 2 are done by the lab, and 1 by moto" in section
    refused, others = section.split("<h3>Services without a refusal")
    assert "<strong>Text messages: &lt;nobody&gt;.</strong> Instead: subscribe a queue." in refused
    assert re.findall(r"<summary>(.*?)</summary>", refused) == [
        "4 operations",
        "SNS: 1 done by the lab",
    ]
    assert re.findall(r"<summary>(.*?)</summary>", others) == ["SQS: 1 done by the lab, 1 by moto"]
    section = section.replace("<wbr>", "")
    for each in OPERATIONS:
        assert section.count(f"<code>{each['operation']}</code>") == 1


@needs_browser
def test_the_page_is_readable_on_every_screen_with_every_fold_open(site, visit):
    page = visit(site / "differences.html")
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    for _ in on_these(page, SCREENS):
        assert_readable(page)
    assert_accessible_but_for_contrast(page)
