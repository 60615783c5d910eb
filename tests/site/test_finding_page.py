"""The page of findings lists each, with its picture, from the record alone."""

from types import SimpleNamespace

from finding_page import write_findings

from helpers.findings import of_lesson


def written(folder):
    (folder / "lessons").mkdir()
    lessons = {"lessons/00-start-here": {"number": 0, "title": "Start here"}}
    write_findings(SimpleNamespace(srcdir=str(folder), lessons=lessons), None)
    return (folder / "lessons" / "findings.txt").read_text(encoding="utf-8")


def test_each_finding_has_a_row_with_a_dot_for_each_seed(tmp_path):
    page, findings = written(tmp_path), of_lesson("00")
    assert page.startswith(f"The lessons make {len(findings)} claims about runs: ")
    assert "### 00 Start here" in page
    assert page.count("<svg") == len(findings)
    assert page.count("<circle") + page.count("<rect") == 30 * len(findings)


def test_sentences_have_their_numbers(tmp_path):
    page = written(tmp_path)
    assert "{" not in page
    assert "<td>Every order is charged once, and the queue is empty at the end.</td>" in page
    assert "on all of 30 seeds" in page
