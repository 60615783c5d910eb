"""Write the rows of the page of differences: the table is run while the lessons are.

The rows are kept until something that they come from changes, as the lessons' outputs are.
"""

import json
import subprocess
import sys
from pathlib import Path

from lessons import write_if_new
from modelled_section import modelled_section
from running import digest_of
from sphinx.errors import ExtensionError

LIMIT = 900  # seconds; it takes ten on an idle machine


def setup(app):
    """Register the setting and the two events. Called by Sphinx."""
    app.add_config_value("differences_rows", "", "env")  # a file of rows, to run nothing
    app.connect("config-inited", begin, priority=400)  # before the lessons
    app.connect("config-inited", finish, priority=850)
    return {"parallel_read_safe": True}


def begin(app, config):
    """Start the table in a process of its own, unless its rows are there and right."""
    target = Path(app.srcdir) / "lessons" / "_executed"
    app.rows, app.running_rows = target / "differences.json", None
    if config.differences_rows:
        app.rows = Path(config.differences_rows)
        return
    target.mkdir(parents=True, exist_ok=True)
    source = (Path(app.srcdir) / config.lessons_source).resolve()
    app.rows_digest = digest_of(sorted(source.glob("*.ipynb")))
    stamp = app.rows.with_suffix(".digest")
    if not (
        app.rows.exists()
        and stamp.exists()
        and stamp.read_text(encoding="utf-8") == app.rows_digest
    ):
        command = [sys.executable, "-m", "helpers.differences", "--json", str(app.rows)]
        app.running_rows = subprocess.Popen(
            command,
            cwd=source.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )


def finish(app, config):
    """Wait for the table, and write it as the Markdown that the page includes.

    Raises
    ------
    ExtensionError
        The run of the table failed. The message has what it said.
    """
    if app.running_rows is not None:
        said, _ = app.running_rows.communicate(timeout=LIMIT)
        if app.running_rows.returncode:
            raise ExtensionError(f"the table of differences: {said}")
        app.rows.with_suffix(".digest").write_text(app.rows_digest, encoding="utf-8")
    found = json.loads(app.rows.read_text(encoding="utf-8"))
    page = page_of(found["differences"]) + modelled_section(found["operations"])
    write_if_new(Path(app.srcdir) / "lessons" / "differences.txt", page)


def page_of(rows):
    """What is shown only, then what the lab chose, then what is corrected, by service."""
    shown = [row for row in rows if row["as on AWS"] == "no"]
    chosen = [row for row in rows if row["as on AWS"] == "the lab's choice"]
    corrected = [row for row in rows if row["as on AWS"] == "yes"]
    text = (
        f"{len(rows)} differences were run. The lab corrects {len(corrected)} of them: it answers "
        f"as AWS does. {len(chosen)} are the lab's choice: AWS leaves them open, and the lab does "
        f"one of what AWS may do. {len(shown)} are shown only: do not trust the lab there, and "
        "each lesson says so where it matters.\n"
    )
    columns = {"behaviour": "behaviour", "AWS": "AWS", "the lab": "here", "source": "source"}
    text += section("Shown only", shown, columns)
    text += section("The lab's choice", chosen, columns)
    columns = {"behaviour": "behaviour", "AWS and the lab": "AWS", "plain moto": "plain moto"}
    for service in dict.fromkeys(service_of(row) for row in corrected):
        of_it = [row for row in corrected if service_of(row) == service]
        for row in of_it:
            row["behaviour"] = row["behaviour"].removeprefix(service).lstrip(": ")
        text += section(service, of_it, columns | {"source": "source"})
    return text


def service_of(row):
    """The service whose behaviour it is, without the kind of queue or the stream."""
    service = row["behaviour"].partition(":")[0]
    return service if service == "Step Functions" else service.partition(" ")[0]


def section(title, rows, columns):
    """A heading, and a table of rows: `columns` has their names, and what is in them."""
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    for row in rows:
        lines.append(f"| {' | '.join(escaped(row[name]) for name in columns.values())} |")
    return f"\n## {title}\n\n" + "\n".join(lines) + "\n"


def escaped(text):
    """A text in a cell of a Markdown table, to the letter."""
    for sign in "\\`*_[]<>{}|$":
        text = text.replace(sign, f"\\{sign}")
    return text
