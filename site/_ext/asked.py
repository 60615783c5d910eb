"""A lesson's quiz as text for a page, from the notebook's metadata.

The metadata are read as they are now. A cell's output would not do: outputs are kept until code
changes, and know nothing of metadata.
"""

import re

from metadata import lesson_of
from nbformat.v4 import new_markdown_cell
from sphinx.errors import ExtensionError

from helpers.exercises.questions import questions
from helpers.exercises.quiz_page import as_html

FENCE = "`" * 12
CALL = re.compile(r"^exercises\.quiz\(", re.MULTILINE)
ALL = "The [quiz page](/quiz.md) has the questions of all lessons.\n"


def asks_quiz(cell):
    """Whether a cell of code asks a lesson's quiz."""
    return bool(CALL.search(cell.source))


def quiz_of(notebook, cell):
    """The text cell that stands on a page for the cell that asks the quiz."""
    text = as_page(lesson_of(notebook))
    return new_markdown_cell(f"{text}\n{ALL}", id=cell.id, metadata=cell.metadata)


def as_page(lesson):
    """The quiz of a lesson as MyST; empty without questions.

    Raises
    ------
    ExtensionError
        A question lacks something.
    """
    try:
        asked = questions(lesson.get("teach", []))
    except ValueError as error:
        raise ExtensionError(f"lesson {lesson['number']}: {error}") from None
    return f"{FENCE}{{raw}} html\n{as_html(asked)}\n{FENCE}\n" if asked else ""
