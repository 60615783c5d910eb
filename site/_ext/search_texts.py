"""Write what the page of search results says of each page: a sentence, and the page's own text.

Sphinx would fetch the pages, which a browser refuses when they are opened from a file. So their
text is in a script, which the search page alone loads.
"""

import json
import re
from pathlib import Path

from docutils import nodes

FILE = "page-texts.js"


def setup(app):
    """Register the events. Called by Sphinx."""
    app.connect("html-page-context", tell_page)
    app.connect("build-finished", write_texts)
    return {"parallel_read_safe": True}


def tell_page(app, pagename, templatename, context, doctree):
    """Load the texts and the script on the search page."""
    if pagename == "search":
        app.add_js_file(FILE)
        app.add_js_file("search.js")


def write_texts(app, exception):
    """Write the script that holds the texts of all pages."""
    if exception or app.builder.format != "html":
        return
    texts = {}
    for page in sorted(app.env.found_docs):
        text = text_of(app.env.get_doctree(page))
        texts[page] = {"about": about(app.lessons.get(page), text), "text": text}
    script = f"window.pageTexts = {json.dumps(texts, ensure_ascii=False)};\n"
    (Path(app.outdir) / "_static" / FILE).write_text(script, encoding="utf-8")


def text_of(doctree):
    """What a page says in paragraphs and lists, its tables left out, as one line."""
    paragraphs = doctree.findall(nodes.paragraph)
    told = (each.astext() for each in paragraphs if not isinstance(each.parent, nodes.entry))
    return re.sub(r"\s+", " ", " ".join(told)).strip()


def about(lesson, text):
    """A lesson's question, or the first sentence of another page."""
    if lesson:
        return f"Lesson {lesson['number']:02d}: {lesson['question']}"
    return re.split(r"(?<=[.?:]) ", text, maxsplit=1)[0]
