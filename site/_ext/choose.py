"""Write the page "Which pattern when", the handout, and the pictures of the front page.

All three come from `patterns.toml`.

The page is complete without a script: every question and every pattern stands on it as text, and
an answer is a link to what follows from it. `choose.js` shows them one at a time.
"""

import re
from pathlib import Path

import choices
import choose_page
import handout
from lessons import write_if_new
from sphinx.errors import ExtensionError

PAGE = "choose"


def setup(app):
    """Register the setting and the events. Called by Sphinx."""
    app.add_config_value("choose_data", "patterns.toml", "env")
    app.connect("config-inited", write_texts, priority=900)  # after the lessons
    app.connect("html-page-context", tell_page)
    return {"parallel_read_safe": True}


def write_texts(app, config):
    """Write what the two pages include into lessons/, beside the table of lessons.

    Raises
    ------
    ExtensionError
        The file names something that is not there.
    """
    target = Path(app.srcdir) / "lessons"
    folder = (Path(app.srcdir) / config.lessons_source).resolve().parent / "helpers" / "patterns"
    try:
        lessons = choices.lessons_of(app.lessons, target)
        data = choices.read(Path(app.srcdir) / config.choose_data, lessons, folder)
        pictures = {key: picture(each, lessons) for key, each in data["patterns"].items()}
    except ValueError as error:
        raise ExtensionError(str(error)) from None
    write_if_new(target / "choose.txt", choose_page.page(data, lessons, folder, pictures))
    write_if_new(target / "ten-minutes.txt", choose_page.ten_minutes(data, lessons, pictures))
    write_if_new(target / "handout.txt", handout.sheet(data, lessons))


def picture(pattern, lessons):
    """The chart that a pattern names, as an `<img>`; None if it names a heading alone.

    Raises
    ------
    ValueError
        The cell shows no picture.
    """
    chart = pattern["chart"]
    if "cell" not in chart:
        return None
    outputs = lessons[chart["lesson"]].cells[chart["cell"]].outputs
    html = "".join("".join(out.get("data", {}).get("text/html", "")) for out in outputs)
    found = re.search(r"<img\b[^>]*>", html)
    if found is None:
        raise ValueError(f"{pattern['id']}: cell {chart['cell']!r} shows no picture")
    return re.sub(r' style="[^"]*"', "", found[0])


def tell_page(app, pagename, templatename, context, doctree):
    """Load the style sheet and the script on the one page that they are for."""
    if pagename == PAGE:
        app.add_css_file("choose.css", priority=900)  # after the theme's and the site's
        app.add_js_file("choose.js")
