"""Make an executed notebook ready for reading without a kernel."""

import html

from sphinx.errors import ExtensionError

WIDGET = "application/vnd.jupyter.widget-view+json"
SOLUTION = {"code_prompt_show": "Show a worked solution", "code_prompt_hide": "Hide the solution"}
CELL = {"code_prompt_show": "Show this cell", "code_prompt_hide": "Hide this cell"}


def prepare(notebook, *, name):
    """Fold solutions, name what is folded, and give every figure its text.

    Raises
    ------
    ExtensionError
        A cell shows a widget, which would be dead on the page, or a figure without a text.
    """
    notebook.metadata.pop("widgets", None)
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        where = f"{name}, cell {number}"
        fold(cell)
        figures = [out for out in cell.outputs if "image/png" in out.get("data", {})]
        for index, output in enumerate(figures):
            describe(output, cell, index, where=where)
        for output in cell.outputs:
            if WIDGET in output.get("data", {}):
                raise ExtensionError(f"{where}: shows a widget although NB_STATIC is set")


def fold(cell):
    """Turn the tags `solution` and `hide-cell` into a fold whose summary says what is in it."""
    tags = cell.metadata.setdefault("tags", [])
    if "solution" in tags:
        tags.append("hide-cell")
    if "hide-cell" in tags:
        prompts = SOLUTION if "solution" in tags else CELL
        cell.metadata["mystnb"] = {**prompts, **cell.metadata.get("mystnb", {})}


def describe(output, cell, index, *, where):
    """Put a figure's alternative text beside it.

    The text is the output's own (`metadata["image/png"]["alt"]`), or the cell's: `metadata.alt`,
    a string, or a list with one string per figure.

    Raises
    ------
    ExtensionError
        The figure has no text.
    """
    of_cell = cell.metadata.get("alt", [])
    of_cell = [of_cell] if isinstance(of_cell, str) else of_cell
    own = output.get("metadata", {}).get("image/png", {}).get("alt")
    text = own or (of_cell[index] if index < len(of_cell) else None)
    if not text:
        raise ExtensionError(
            f"{where}: figure {index + 1} has no text; set the cell's metadata.alt"
        )
    image = output["data"].pop("image/png").replace("\n", "")
    output["data"]["text/html"] = (
        f'<img class="chart" alt="{html.escape(text)}" src="data:image/png;base64,{image}">'
    )
