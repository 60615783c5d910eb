"""The quiz of a lesson in the notebook: a button for each answer, and what it reveals below."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from helpers.exercises import progress
from helpers.exercises.questions import Choice, Question, questions
from helpers.exercises.quiz_page import as_html

if TYPE_CHECKING:
    import ipywidgets

BOX = "lab-quiz"  # class of the box around the questions
# A button of ipywidgets is one line high and cuts off what is longer.
STYLE = f"""<style>
.{BOX} .jupyter-button {{
  height: auto; width: auto; max-width: 60em; white-space: normal; text-align: left;
  line-height: 1.4; padding: 4px 10px; overflow: visible;
}}
.{BOX} .widget-html-content {{ max-width: 60em; line-height: 1.4; white-space: normal; }}
</style>"""


class Quiz:
    """The questions of a lesson, and which answer the reader gave first to each."""

    def __init__(self, lesson: str, asked: list[Question]) -> None:
        self.lesson, self.asked = lesson, asked

    def first_answers(self) -> dict[str, Choice]:
        """The reader's first answer by the key of its question, for those that were answered."""
        kept = progress.quizzed()
        return {
            question.key: question.choices[kept[question.key]]
            for question in self.asked
            if kept.get(question.key, len(question.choices)) < len(question.choices)
        }

    def score(self) -> str:
        """How many were answered, and how many of them rightly at the first try."""
        given = self.first_answers()
        right = sum(choice.is_right for choice in given.values())
        count = len(self.asked)
        return f"Answered: {len(given)} of {count}. Right at the first try: {right}."

    def answer(self, question: Question, choice: Choice) -> str:
        """Note an answer, if it is the first to its question. What the reader is told of it."""
        if question.key not in self.first_answers():
            progress.note_quizzed(question.key, question.choices.index(choice))
        return choice.verdict

    def _repr_html_(self) -> str:
        return as_html(self.asked)

    def __repr__(self) -> str:
        return f"The quiz of lesson {self.lesson}: {len(self.asked)} questions."

    def widget(self) -> ipywidgets.Widget:
        """Ask all questions. The first answer to each is kept beside the notebooks."""
        import ipywidgets

        score = ipywidgets.HTML()

        def tell() -> None:
            score.value = f'<p role="status">{self.score()}</p>'

        tell()
        groups = [
            self._group(number, question, tell)
            for number, question in enumerate(self.asked, start=1)
        ]
        box = ipywidgets.VBox([ipywidgets.HTML(STYLE), *groups, score])
        box.add_class(BOX)
        return box

    def _group(
        self, number: int, question: Question, tell: Callable[[], None]
    ) -> ipywidgets.Widget:
        """One question with a button for each answer. `tell` shows the score anew."""
        import ipywidgets

        first = self.first_answers().get(question.key)
        said = ipywidgets.HTML()

        def take(button: ipywidgets.Button, choice: Choice) -> None:
            _mark(button, choice)
            said.value = f'<p role="status">{escape(self.answer(question, choice))}</p>'
            tell()

        buttons = []
        for choice in question.choices:
            button = ipywidgets.Button(description=choice.text)
            button.on_click(partial(take, choice=choice))
            if choice is first:
                _mark(button, choice)
            buttons.append(button)
        ask = ipywidgets.HTML(f"<b>{number}. {escape(question.ask)}</b>")
        return ipywidgets.VBox([ask, *buttons, said])


def _mark(button: ipywidgets.Button, choice: Choice) -> None:
    """Show on the button of an answer whether it is right."""
    button.icon = "check" if choice.is_right else "times"


def quiz(lesson: str) -> Quiz | None:
    """Ask the questions of a lesson such as "03", from its notebook's metadata.

    Each answer says at once what it reveals, and the first to each question counts.
    `exercises.reset()` forgets the answers.

    Raises
    ------
    ValueError
        If there is no such lesson, or it asks nothing.
    """
    found = [path for path in progress.notebooks() if path.name[:2] == lesson]
    asked = questions(progress.about(found[0]).get("teach", [])) if found else []
    if not asked:
        raise ValueError(f"there is no quiz for lesson {lesson!r}")
    made = Quiz(lesson, asked)
    from IPython import get_ipython

    if os.environ.get("NB_STATIC") or not hasattr(get_ipython(), "kernel"):
        return made  # a page shows it as text
    from IPython.display import display

    display(made.widget())
    return None
