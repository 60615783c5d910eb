"""Write the findings of all lessons for the page "How each number was made".

Each has its sentence with the median of thirty seeds, how it held, and its distribution as a small
picture. All of it comes from ``data/findings.csv``: nothing is run.
"""

from html import escape
from pathlib import Path

from lessons import write_if_new

KINDS = {"Law": "law", "Tendency": "tendency", "Quantity": "quantity"}


def setup(app):
    """Register the event. Called by Sphinx."""
    app.connect("config-inited", write_findings, priority=870)  # after the lessons
    return {"parallel_read_safe": True}


def write_findings(app, config):
    """Write the tables that the page includes, one for each lesson."""
    from helpers.findings import lessons_with_findings, of_lesson

    titles = {f"{each['number']:02d}": each["title"] for each in app.lessons.values()}
    parts = {number: of_lesson(number) for number in lessons_with_findings() if number in titles}
    text = summary([finding for findings in parts.values() for finding in findings])
    for number, findings in parts.items():
        text += f"\n### {number} {titles[number]}\n\n{table(findings)}\n"
    write_if_new(Path(app.srcdir) / "lessons" / "findings.txt", text)


def summary(findings):
    """One sentence with the number of each kind."""
    kinds = [type(finding).__name__ for finding in findings]
    return (
        f"The lessons make {len(findings)} claims about runs: {kinds.count('Law')} laws, "
        f"{kinds.count('Tendency')} tendencies and {kinds.count('Quantity')} quantities.\n"
    )


def table(findings):
    """The findings of a lesson as a table in HTML, each with its picture."""
    from helpers.findings.telling import on_record, picture, sentence

    rows = "".join(
        f"<tr><td>{escape(sentence(finding))}</td>"
        f"<td><strong>{KINDS[type(finding).__name__]}</strong><br>{escape(on_record(finding))}</td>"
        f"<td>{picture(finding)}</td></tr>\n"
        for finding in findings
    )
    head = "<tr><th>finding</th><th>on thirty seeds</th><th>each seed</th></tr>"
    return f'<table class="findings">\n<thead>{head}</thead>\n<tbody>\n{rows}</tbody></table>\n'
