"""Write what the pages for workshops include: agendas, questions to ask, patterns.

All of it comes from the lessons, so that it is right when a lesson is added or changed.
"""

from pathlib import Path

import agenda
import take_home
from lessons import write_if_new
from sphinx.errors import ExtensionError

from helpers.exercises.questions import checked


def setup(app):
    """Register the event. Called by Sphinx."""
    app.connect("config-inited", write_texts, priority=900)  # after the lessons
    return {"parallel_read_safe": True}


def write_texts(app, config):
    """Write the texts that pages include into lessons/, beside the table of lessons."""
    target = Path(app.srcdir) / "lessons"
    source = (Path(app.srcdir) / config.lessons_source).resolve()
    lessons = app.lessons
    texts = {
        "half-days.txt": agendas(lessons, "Half-day", longest=agenda.HALF_DAY),
        "full-days.txt": agendas(lessons, "Day", longest=agenda.FULL_DAY),
        "questions.txt": "".join(questions(page, lessons[page]) for page in lessons),
    }
    try:
        texts["patterns.txt"] = patterns(lessons, source.parent / "helpers" / "patterns")
    except ValueError as error:
        raise ExtensionError(str(error)) from None
    for name, text in texts.items():
        write_if_new(target / name, text)


def link(page, lesson):
    """A lesson's number and title, with its page behind it."""
    return f"[{lesson['number']:02d} {lesson['title']}](/{page}.ipynb)"


def slides_of(lesson):
    """Where a lesson's slides are, seen from a page at the top of the site."""
    return f"slides/{Path(lesson['file']).stem}.slides.html"


def agendas(lessons, name, *, longest):
    """All lessons over as many sessions as they need, each session a table under its heading."""
    pages = {lesson["file"]: page for page, lesson in lessons.items()}

    def cell(lesson):
        slides = f'<a href="{slides_of(lesson)}">slides</a>'
        return f"{link(pages[lesson['file']], lesson)} ({slides})"

    text = ""
    found = agenda.sessions(lessons.values(), longest=longest)
    for number, session in enumerate(found, start=1):
        heading = name if len(found) == 1 else f"{name} {number}"
        text += f"**{heading}**\n\n{agenda.as_markdown(session, links=cell)}\n"
    return text


def questions(page, lesson):
    """What to ask in one lesson, what is then said wrong, what this reveals, and what is right.

    Raises
    ------
    ExtensionError
        An entry lacks something.
    """
    try:
        told = "".join(told_of(checked(entry)) for entry in lesson.get("teach", []))
    except ValueError as error:
        raise ExtensionError(f"{lesson['file']}: {error}") from None
    return f"### {link(page, lesson)}\n\n{told}" if told else ""


def told_of(entry):
    """One question as Markdown, for a teacher."""
    told = f"**{entry['ask']}**\n\n"
    for label, each in [("Often said", entry), *(("Or", each) for each in entry.get("also", []))]:
        told += f"- *{label}:* {each['wrong']} *What it reveals:* {each['reveals']}\n"
    if "right" in entry:
        told += f"- *Right:* {entry['right']}\n"
    return f"{told}\n"


def patterns(lessons, folder):
    """The patterns that a reader takes home, each with its lesson, functions and source."""
    pages = {lesson["number"]: page for page, lesson in lessons.items()}
    text = ""
    for pattern in take_home.patterns_in(folder):
        page = pages.get(pattern.lesson)
        told = link(page, lessons[page]) if page else f"lesson {pattern.lesson:02d}"
        source = f"../helpers/patterns/{pattern.file}"
        text += take_home.as_markdown(pattern, lesson=f"{told}", source=source)
    return text
