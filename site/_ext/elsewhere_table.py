"""Write the table of what the patterns did elsewhere, for the page "On your own account".

It comes from `data/elsewhere.csv`, which ``python -m helpers.elsewhere.runs --keep`` writes and
tests hold against the lab, moto's own server and ministack.
"""

import re
from pathlib import Path

from lessons import write_if_new

from helpers.elsewhere.aws import SAYS
from helpers.elsewhere.gaps import GAPS
from helpers.elsewhere.table import WHERE, read

NAMES = {"lab": "the lab", "moto": "moto, as it comes", "ministack": "ministack"}


def setup(app):
    """Register the event. Called by Sphinx."""
    app.connect("config-inited", write_table, priority=900)  # after the lessons
    return {"parallel_read_safe": True}


def write_table(app, config):
    """Write the table into lessons/, beside the other texts that pages include."""
    write_if_new(Path(app.srcdir) / "lessons" / "elsewhere.txt", table(read()))


def table(rows):
    """The results as a Markdown table, a line for each run, and what AWS says of each."""
    runs = dict.fromkeys(run for run, _ in rows)
    lines = [
        f"| run | {' | '.join(NAMES[where] for where in WHERE)} |",
        f"|{'---|' * (1 + len(WHERE))}",
    ]
    for run in runs:
        found = {what: row for (name, what), row in rows.items() if name == run}
        cells = [told(run, where, found) for where in WHERE]
        lines.append(f"| {run} | {' | '.join(cells)} |")
    says = [f"- {run}: “{tidy(SAYS[run].text)}” {source(SAYS[run].source)}" for run in runs]
    return "\n".join([*lines, "", "### What AWS says of each", "", *says]) + "\n"


def told(run, where, found):
    """What came of a run in one place: in full in the lab, elsewhere where it differs."""
    if where == "lab":
        kept = {what: row["lab"] for what, row in found.items() if row["lab"]}
        nought = [what for what, value in kept.items() if value == "0"]
        words = {"True": "yes", "False": "no"}
        parts = [f"{what}: {words.get(v, v)}" for what, v in kept.items() if v != "0"]
        if nought:
            parts.append(f"none {', none '.join(nought)}")
        return "<br>".join(parts)
    gap = GAPS[where].get(run)
    return f"otherwise: {gap}" if gap else "the same"


def tidy(text):
    """A sentence of the API model without the spaces that its markup leaves."""
    return re.sub(r" ([,.;)])", r"\1", text).replace("( ", "(")


def source(text):
    """The source of a sentence, in brackets."""
    service, _, operation = text.partition(" ")
    return f"[API model: {service}, {operation}]" if service.islower() else f"[{text}]"
