"""Make an executed notebook ready for reading without a kernel."""

import re

from asked import asks_quiz, quiz_of
from sphinx.errors import ExtensionError

WIDGET = "application/vnd.jupyter.widget-view+json"
SOLUTION = {"code_prompt_show": "Show a worked solution", "code_prompt_hide": "Hide the solution"}
OUTPUT = {"code_prompt_show": "Show the output", "code_prompt_hide": "Hide the output"}
# Code that runs and draws an experiment, and defines nothing that a reader takes home.
STAGE = re.compile(
    r"\b(charts|costs|exercises\.predict|experiment|explore|findings|trace)\b|\.score\("
)
DEFINES = re.compile(r"^(def|class) ", re.MULTILINE)
CELL = {"code_prompt_show": "Show this cell", "code_prompt_hide": "Hide this cell"}


def prepare(notebook, *, name):
    """Fold solutions, name what is folded, and refuse what a page cannot show to everybody.

    Raises
    ------
    ExtensionError
        A cell shows a widget, which would be dead on the page, or a picture without alt text.
    """
    notebook.metadata.pop("widgets", None)
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            cell.source = cell.source.replace("](../site/", "](/")  # a page of the site
            continue
        if asks_quiz(cell):
            notebook.cells[number] = quiz_of(notebook, cell)
            continue
        where = f"{name}, cell {number}"
        fold(cell)
        for output in cell.outputs:
            refuse(output.get("data", {}), where=where)


def fold(cell):
    """Turn tags that hide (part of) a cell into a fold whose summary says what is in it."""
    tags = cell.metadata.setdefault("tags", [])
    if STAGE.search(cell.source) and not DEFINES.search(cell.source):
        tags.append("stage")  # which fold.js folds on a phone
    if "solution" in tags:
        tags.append("hide-cell")
    if {"hide-cell", "hide-output"} & set(tags):
        prompts = SOLUTION if "solution" in tags else CELL if "hide-cell" in tags else OUTPUT
        cell.metadata["mystnb"] = {**prompts, **cell.metadata.get("mystnb", {})}


def refuse(data, *, where):
    """Raise ExtensionError for an output that would be dead on the page, or mute."""
    if WIDGET in data:
        raise ExtensionError(f"{where}: shows a widget although NB_STATIC is set")
    images = re.findall(r"<img\b[^>]*>", "".join(data.get("text/html", "")))
    bare = any(kind.startswith("image/") for kind in data)
    if bare or any(not re.search(r'\balt="[^"]', image) for image in images):
        raise ExtensionError(f"{where}: a picture has no alt text; show it by charts.show")
