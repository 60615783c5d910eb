"""Bring the lessons into the site: copied from notebooks/, executed, ready for reading."""

import shutil
import subprocess
from pathlib import Path

import nbformat
from address import Address, published
from metadata import about
from reading import prepare
from running import executed
from sphinx.errors import ExtensionError

HANGS = 1800  # seconds for a cell, only for one that hangs: the machine may have ten other jobs


def setup(app):
    """Register the settings and the two events. Called by Sphinx."""
    app.add_config_value("lessons_source", "../notebooks", "env")
    app.add_config_value("lessons_timeout", HANGS, "env")
    app.add_config_value("lessons_repository", "", "html")  # "": what pyproject.toml names
    app.connect("config-inited", bring_lessons)
    app.connect("builder-inited", keep_inside, priority=900)
    app.connect("html-page-context", tell_page, priority=900)  # after the theme
    return {"parallel_read_safe": True}


def bring_lessons(app, config):
    """Fill lessons/ with executed notebooks, and write the table that the index page includes."""
    source = (Path(app.srcdir) / config.lessons_source).resolve()
    target = Path(app.srcdir) / "lessons"
    target.mkdir(exist_ok=True)
    notebooks = sorted(source.glob("*.ipynb"))
    for stale in target.glob("*.ipynb"):
        if stale.name not in {path.name for path in notebooks}:
            stale.unlink()

    try:
        app.lessons = {f"lessons/{path.stem}": about(path) for path in notebooks}
    except ValueError as error:
        raise ExtensionError(str(error)) from None
    run = executed(notebooks, kept=target / "_executed", timeout=config.lessons_timeout)
    for path, notebook in zip(notebooks, run, strict=True):
        prepare(notebook, name=path.name)
        write_if_new(target / path.name, nbformat.writes(notebook))
    write_table(target / "table.txt", app.lessons)
    app.commit = commit(source)


def write_table(path, lessons):
    """Write the table of lessons as Markdown."""
    rows = ["| | Lesson | Question | Minutes |", "|--:|---|---|--:|"]
    rows += [
        f"| {each['number']:02d} | [{each['title']}](/{page}.ipynb) | {each['question']} "
        f"| {each['minutes']} |"
        for page, each in lessons.items()
    ]
    write_if_new(path, "\n".join(rows) + "\n")


def write_if_new(path, text):
    """Write a file, unless it says so already: Sphinx reads again what was written."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def commit(folder):
    """Name the commit that the lessons are at, with '+' for uncommitted changes; '' outside git."""
    if shutil.which("git") is None:
        return ""
    found = subprocess.run(
        ["git", "describe", "--always", "--abbrev=10", "--exclude=*", "--dirty=+"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
    )
    return found.stdout.strip()


def keep_inside(app):
    """Have myst-nb write its images beside the doctrees, not into a folder next to the site."""
    folder = str(Path(app.doctreedir) / "outputs")
    app.env.mystnb_config = app.env.mystnb_config.copy(output_folder=folder)


def tell_page(app, pagename, templatename, context, doctree):
    """Give a page's template the commit and, on a lesson's page, the lesson."""
    context["commit"] = app.commit
    context["lesson"] = app.lessons.get(pagename)
    given, root = app.config.lessons_repository, Path(app.srcdir).parent
    context["address"] = Address(given) if given else published(root)
    if "furo_navigation_tree" in context:
        # A heading has to say its level.
        context["furo_navigation_tree"] = context["furo_navigation_tree"].replace(
            'class="caption" role="heading"', 'class="caption" role="heading" aria-level="2"'
        )
    if doctree and "body" in context:
        # The summary's own text says more than the label that would replace it.
        context["body"] = context["body"].replace(' aria-label="Toggle hidden content"', "")
