"""Show on the front page what lesson 00 begins with: the replay of an order that is charged twice.

It is the output of the lesson's own cell, so the page and the lesson show one run.
"""

from pathlib import Path

import nbformat
from lessons import write_if_new

FENCE = "`" * 12


def setup(app):
    """Register the event. Called by Sphinx."""
    app.connect("config-inited", bring_replay, priority=600)  # after the lessons
    return {"parallel_read_safe": True}


def bring_replay(app, config):
    """Write the file that the index page includes: the last replay of the first lesson with one."""
    target = Path(app.srcdir) / "lessons"
    found = ""
    for path in sorted(target.glob("[0-9][0-9]-*.ipynb")):
        shown = replays(nbformat.read(path, as_version=4))
        if shown:
            found = f"{FENCE}{{raw}} html\n{shown[-1]}\n{FENCE}\n"
            break
    write_if_new(target / "replay.txt", found)


def replays(notebook):
    """The replays among a notebook's outputs, as HTML."""
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    pages = [out.get("data", {}).get("text/html", "") for out in outputs]
    return [page for page in pages if 'class="lab-replay"' in page]
