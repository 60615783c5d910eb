"""Make the slides of each lesson while the site is built, from the notebook that its page shows."""

import functools
import shutil
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from slide_cells import REVEAL, REVEAL_CSS, REVEAL_JS, TEMPLATES
from sphinx.util import logging

log = logging.getLogger(__name__)


def setup(app):
    """Register the event. Called by Sphinx."""
    app.connect("build-finished", write_slides)
    return {"parallel_read_safe": True}


def write_slides(app, error):
    """Write slides/<lesson>.slides.html, and reveal.js among the static files."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for name in (*REVEAL_CSS, *REVEAL_JS):
        target = out / "_static" / "reveal" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REVEAL / name, target)
    (out / "slides").mkdir(exist_ok=True)
    for page, lesson in app.lessons.items():
        path = Path(app.srcdir) / "lessons" / lesson["file"]
        text = convert(path, page=f"../{page}.html", commit=app.commit)
        (out / "slides" / f"{path.stem}.slides.html").write_text(text, encoding="utf-8")


def convert(path, *, page, commit):
    """A notebook with its outputs as slides that find reveal.js in the site's static files.

    Parameters
    ----------
    page : str
        Where the lesson's page is, seen from the slides.
    """
    resources = {"lesson": {"page": page, "commit": commit}}
    text, _ = exporter().from_notebook_node(nbformat.read(path, 4), resources)
    return text


@functools.cache
def exporter():
    """nbconvert's, one for all lessons: each would read and compile all templates."""
    return SlidesExporter(
        template_name="lesson",
        extra_template_basedirs=[str(TEMPLATES)],
        reveal_url_prefix="../_static/reveal",
    )
