"""Write what the pages for workshops include: agendas, questions to ask, patterns.

And the path of two hours, which the front page and an agenda share.

All of it comes from the lessons, so that it is right when a lesson is added or changed.
"""

from pathlib import Path

import agenda
import nbformat
import take_home
from choose_page import anchor_on
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
    try:
        path = path_of_two_hours(lessons, source)
    except ValueError as error:
        raise ExtensionError(str(error)) from None
    texts = {
        "ways.txt": ways(lessons, path),
        "two-hours.txt": "".join(f"- {told(page, path[page])}\n" for page in path),
        "two-hours-agenda.txt": agendas(path, "One session", longest=agenda.TWO_HOURS),
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


def path_of_two_hours(lessons, folder):
    """The lessons that have a part in the path, each with its parts and the minutes they take.

    Raises
    ------
    ValueError
        A notebook's metadata name a cell that is not there. The message has the notebook's name.
    """
    from helpers.lessons.two_hours import minutes, parts

    found = {}
    for page, lesson in lessons.items():
        notebook = nbformat.read(folder / lesson["file"], 4)
        try:
            if taken := parts(notebook):
                found[page] = {**lesson, "parts": taken, "minutes": minutes(notebook)}
        except ValueError as error:
            raise ValueError(f"{lesson['file']}, {error}") from None
    return found


def told(page, lesson):
    """A lesson with a link, or its parts, each with a link to where it begins and its end."""
    if "parts" not in lesson:
        return link(page, lesson)
    ways = []
    for part in lesson["parts"]:
        begin = f"[{part.begin}]({anchor_on(page, part.begin)})"
        begin = link(page, lesson) if part.whole else begin
        ways.append(f"{begin} until *{part.until}*" if part.until else begin)
    return ", then ".join(ways)


def ways(lessons, path):
    """How much there is for ten minutes, for two hours, and in all."""
    minutes = sum(lesson["minutes"] for lesson in path.values())
    hours = round(sum(lesson["minutes"] for lesson in lessons.values()) / 60)
    return (
        "**How long do you have?** Ten minutes: the replay above, and the "
        "[pictures](#ten-minutes) below. Two hours: "
        f"[parts of {len(path)} lessons](#two-hours), {minutes} minutes without a break. "
        f"Longer: [all {len(lessons)} lessons](#lessons), {hours} hours with their exercises.\n"
    )


def slides_of(lesson):
    """Where a lesson's slides are, seen from a page at the top of the site."""
    return f"slides/{Path(lesson['file']).stem}.slides.html"


def agendas(lessons, name, *, longest):
    """All lessons over as many sessions as they need, each session a table under its heading."""
    pages = {lesson["file"]: page for page, lesson in lessons.items()}

    def cell(lesson):
        slides = f'<a href="{slides_of(lesson)}">slides</a>'
        return f"{told(pages[lesson['file']], lesson)} ({slides})"

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
        files = take_home.policies_of(pattern, folder.parents[1] / "data" / "policies")
        policies = {role: f"../data/policies/{path.name}" for role, path in files.items()}
        text += take_home.as_markdown(pattern, lesson=told, source=source, policies=policies)
    return text
