"""A quiz as HTML that needs no script: each answer unfolds what it reveals.

`site/_static/quiz.js` counts the first answer to each question. Without it nothing is counted, and
everything else works, also on a single page made by nbconvert.
"""

from __future__ import annotations

from html import escape

from helpers.exercises.questions import Choice, Question


def as_html(asked: list[Question]) -> str:
    """The questions of a lesson, one group of answers for each."""
    return f'<div class="quiz">\n{"".join(_as_group(question) for question in asked)}</div>'


def _as_group(question: Question) -> str:
    # Answers of one name: when one is opened, the browser closes the one before.
    answers = "".join(_as_fold(choice, question.key) for choice in question.choices)
    return (
        f'<fieldset data-question="{question.key}">\n<legend>{escape(question.ask)}</legend>\n'
        f"{answers}</fieldset>\n"
    )


def _as_fold(choice: Choice, name: str) -> str:
    kind = "right" if choice.is_right else "wrong"
    return (
        f'<details class="{kind}" name="{name}"><summary>{escape(choice.text)}</summary>\n'
        f"<p>{escape(choice.verdict)}</p></details>\n"
    )
