"""What a lesson says of itself, in its notebook's metadata: read here, for the site and its tests.

Knows no Sphinx.
"""

import re

import nbformat

NEEDED = {"number", "minutes", "question"}


def lesson_of(notebook):
    """The `lesson` of a notebook's metadata as a dictionary; empty where there is none."""
    return dict(notebook.metadata.get("lesson", {}))


def about(path):
    """Read what a lesson says of itself.

    Returns
    -------
    dict
        The metadata of the lesson, with `title` as its first cell has it, without the number, and
        `file`, the name of the notebook.

    Raises
    ------
    ValueError
        The notebook has no title, or its metadata lack something that a page needs.
    """
    notebook = nbformat.read(path, 4)
    first = notebook.cells[0].source if notebook.cells else ""
    if not first.startswith("# "):
        raise ValueError(f"{path.name}: the first cell must begin with '# ' and the title")
    lesson = lesson_of(notebook)
    if missing := NEEDED - set(lesson):
        raise ValueError(f"{path.name}: metadata.lesson lacks {', '.join(sorted(missing))}")
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        raise ValueError(f"{path.name}: without kernelspec python3 JupyterLab asks for a kernel")
    title = re.sub(r"# (\d\d )?", "", first.splitlines()[0]).strip()
    return {**lesson, "title": title, "file": path.name}
