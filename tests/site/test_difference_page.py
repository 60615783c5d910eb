"""The page of differences: every row to the letter, what is not corrected first."""

import re

from site_build import DIFFERENCES


def test_every_row_is_on_the_page_to_the_letter(site):
    page = (site / "differences.html").read_text(encoding="utf-8")
    headings = re.findall(r"<h2>(.*?)<a", page)
    assert headings == ["Shown only", "SQS"]
    assert "3 differences were run. The lab corrects 2 of them" in page
    shown, corrected = page.split("<h2>SQS", 1)
    assert shown.count("SNS: $1 | no") == 1
    assert corrected.count("FIFO: $1 | yes") == corrected.count(">$1 | yes<") == 1
    assert page.count("*gone*") == len(DIFFERENCES)
