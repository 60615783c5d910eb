"""Mermaid diagrams as SVG in the page, drawn while the site is built.

Mermaid itself draws them, in a JavaScript engine from PyPI. Light and dark pages have one each. A
chain of boxes that is too wide for a phone is drawn once more, from top to bottom. A page carries
the drawing only: no script, and no network.
"""

import functools
import re

from docutils import nodes
from mermaidx.engine import Engine
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

PHONE = 480  # pixels; a wider drawing is shrunk beyond reading, or cut
ACROSS = re.compile(r"\A(\s*flowchart )LR\b")  # drawn from left to right
COLOURED = re.compile(r'<style>.*?</style>|\b(?:fill|stroke|stop-color)="[^"]*"', re.DOTALL)

log = logging.getLogger(__name__)

LIGHT = {
    "background": "#ffffff",
    "primaryColor": "#e3f0fa",
    "primaryBorderColor": "#0067a5",
    "primaryTextColor": "#16222b",
    "secondaryColor": "#fbe9e0",
    "tertiaryColor": "#f4f6f8",
    "tertiaryBorderColor": "#9aa7b1",
    "lineColor": "#44525d",
    "textColor": "#16222b",
    "noteBkgColor": "#fbe9e0",
    "noteBorderColor": "#c4501b",
    "noteTextColor": "#16222b",
    "edgeLabelBackground": "#ffffff",
}
DARK = {
    "darkMode": True,
    "background": "#131416",
    "primaryColor": "#17364c",
    "primaryBorderColor": "#6cb8ee",
    "primaryTextColor": "#eef3f7",
    "secondaryColor": "#4a2a1a",
    "tertiaryColor": "#1e2226",
    "tertiaryBorderColor": "#6b7780",
    "lineColor": "#b3bec7",
    "textColor": "#eef3f7",
    "noteBkgColor": "#4a2a1a",
    "noteBorderColor": "#f0905f",
    "noteTextColor": "#eef3f7",
    "edgeLabelBackground": "#131416",
}


def setup(app):
    """Register the transform. Called by Sphinx."""
    app.add_transform(DrawDiagrams)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class DrawDiagrams(SphinxTransform):
    """Replace every code block in the language `mermaid` with its drawing."""

    default_priority = 500

    def apply(self):
        """Walk one document."""
        for node in list(self.document.findall(nodes.literal_block)):
            if node.get("language") != "mermaid":
                continue
            source = node.astext()
            for wanted in ("accTitle", "accDescr"):
                if wanted not in source:
                    log.warning("diagram lacks %s", wanted, location=node)
            number = self.env.new_serialno("diagram")
            try:
                drawing = draw(source, name=f"diagram-{number}")
            except RuntimeError as error:
                log.warning("diagram cannot be drawn: %s", error, location=node)
            else:
                node.replace_self(nodes.raw("", drawing, format="html"))


def draw(source, *, name):
    """Draw a diagram for light and for dark pages.

    Parameters
    ----------
    source : str
        The diagram in Mermaid's language.
    name : str
        Start of all ids in the drawing, different for each diagram of a page.

    Raises
    ------
    RuntimeError
        Mermaid does not understand the source.
    """
    wide = in_both(source, name=name)
    if width_of(wide) < PHONE or not ACROSS.search(source):
        return f'<div class="diagram">{wide}</div>\n'
    downwards = ACROSS.sub(r"\1TB", source)
    if width_of(draw_once(downwards, LIGHT, name=name)) > width_of(wide):
        return f'<div class="diagram">{wide}</div>\n'  # one box, and many behind it
    narrow = in_both(downwards, name=f"{name}-narrow")
    return (
        f'<div class="diagram on-wide">{wide}</div>\n'
        f'<div class="diagram on-narrow">{narrow}</div>\n'
    )


def in_both(source, *, name):
    """A drawing in the colours of light pages, and one in those of dark ones."""
    light = draw_once(source, LIGHT, name=f"{name}-light")
    dark = draw_once(source, DARK, name=f"{name}-dark")
    return f'<div class="only-light">{light}</div><div class="only-dark">{dark}</div>'


def width_of(svg):
    """Width of the first drawing in pixels, as Mermaid made it."""
    return float(re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+)', svg)[1])


def draw_once(source, colours, *, name):
    """Draw a diagram in one set of colours, as wide as Mermaid made it."""
    svg = darkened(source) if colours is DARK else drawn(source, tuple(colours.items()))
    width = width_of(svg)
    svg = svg.replace("my-svg", name)
    svg = re.sub(rf' id="(?!{name}|chart-)([^"]+)"', rf' id="{name}-\1"', svg)
    # Never larger than drawn. On a phone it shrinks to two thirds, then its box scrolls.
    style = f"width: {width:.0f}px; max-width: 100%; min-width: {0.64 * width:.0f}px"
    return re.sub(r'width="100%"(.*?) style="[^"]*"', rf'\1 style="{style}"', svg, count=1)


exchanged = {}  # what is coloured on a light page, and what stands in its place on a dark one


def darkened(source):
    """The drawing for a dark page: the one for a light page, with other colours.

    Mermaid writes them into a style sheet, the same for all diagrams of a kind, and some beside it.
    What is seen for the first time is drawn in dark colours by Mermaid itself.
    """
    light = drawn(source, tuple(LIGHT.items()))
    found = COLOURED.findall(light)
    known = exchanged.setdefault(found[0], {})
    if not known.keys() >= set(found):
        dark = drawn(source, tuple(DARK.items()))
        known.update(zip(found, COLOURED.findall(dark), strict=True))
    return COLOURED.sub(lambda coloured: known[coloured[0]], light)


@functools.cache
def drawn(source, colours):
    """Mermaid's drawing. A lesson's page and its slides share it."""
    config = {"theme": "base", "themeVariables": dict(colours), "fontFamily": "inherit"}
    return mermaid().render_svg(source, "base", config, None)


@functools.cache
def mermaid():
    """Mermaid, loaded."""
    engine = OneMermaid()
    engine.start()
    return engine


class OneMermaid(Engine):
    """Draws all diagrams with one Mermaid: to load it takes twice as long as to draw.

    mermaidx loads it for each, so that ids are numbered from 0. Here they get names of their own.
    """

    def _ensure_fresh_context(self):
        """Keep what there is."""
