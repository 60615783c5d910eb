"""Make the page with the questions of all lessons, and let pages count answers."""

from pathlib import Path

from asked import as_page
from lessons import write_if_new


def setup(app):
    """Register the event and the files that a page with questions needs. Called by Sphinx."""
    app.connect("config-inited", write_quiz, priority=900)  # after the lessons
    app.add_css_file("quiz.css")
    app.add_js_file("quiz.js")
    return {"parallel_read_safe": True}


def write_quiz(app, config):
    """Write what the page of all questions includes: a section for each lesson that asks."""
    text = ""
    for page, lesson in app.lessons.items():
        if asked := as_page(lesson):
            text += f"## [{lesson['number']:02d} {lesson['title']}](/{page}.ipynb)\n\n{asked}\n"
    write_if_new(Path(app.srcdir) / "lessons" / "quiz.txt", text)
