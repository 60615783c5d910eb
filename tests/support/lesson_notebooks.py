"""The lessons as their tests read them, and what a reader needs to run them."""

import ast
import os
import re
import shutil
from itertools import pairwise

import nbformat
from metadata import lesson_of
from project import ROOT

from helpers.findings import lessons_with_findings
from helpers.lessons.reading_time import reading_time

LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
HANGS = 1800  # seconds; only for a kernel that hangs: the machine may have ten other jobs
CHECK = re.compile(r"^# To try it: (assert exercises\.check\(.*\))$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


class Lesson:
    """One notebook, with what its tests ask of it."""

    def __init__(self, path):
        self.path, self.name = path, path.stem
        self.notebook = nbformat.read(path, as_version=4)
        self.cells = self.notebook.cells
        self.code = [cell for cell in self.cells if cell.cell_type == "code"]
        self.text = [cell for cell in self.cells if cell.cell_type == "markdown"]
        self.about = lesson_of(self.notebook)
        self.has_findings = self.name[:2] in lessons_with_findings()
        self.minutes = reading_time(self.notebook)["minutes"]

    @property
    def prose(self):
        """The text cells without their code blocks, inline code and HTML."""
        text = FENCE.sub("", "\n\n".join(cell.source for cell in self.text))
        return re.sub(r"`[^`\n]*`|<[^>]+>", " ", text)

    def definitions(self):
        """Source of each function and class that a cell defines at its top level, by name."""
        found = {}
        for cell in self.code:
            found.update(definitions(cell.source))
        return found

    def solutions(self):
        """Index of each cell tagged `solution`, and of the code cell before it: the starter."""
        kinds = [(i, cell) for i, cell in enumerate(self.cells) if cell.cell_type == "code"]
        return [
            (before[0], here[0])
            for before, here in pairwise(kinds)
            if "solution" in here[1].metadata.get("tags", [])
        ]


def definitions(source):
    """Source of each function and class at the top level, by name, with its decorators."""
    lines, kinds = source.splitlines(), ast.FunctionDef | ast.ClassDef
    return {
        node.name: "\n".join(lines[first_line(node) - 1 : node.end_lineno])
        for node in ast.parse(source).body
        if isinstance(node, kinds)
    }


def first_line(node):
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])


def classroom(folder):
    """Copy what a lesson needs into a folder, so that no run touches a reader's own progress."""
    for part in ("helpers", "data"):
        shutil.copytree(ROOT / part, folder / part)
    (folder / "notebooks").mkdir()
    for path in LESSONS:
        shutil.copy(path, folder / "notebooks")
    return folder


def environment(room):
    """What a reader's kernel in the classroom finds in its environment.

    Its zone of time is one that no machine of the project has: a lesson says the same in all.
    """
    kept = {name: value for name, value in os.environ.items() if name != "NB_STATIC"}
    return {**kept, "PYTHONPATH": str(room), "TZ": "NPT-5:45"}
