"""Give the handout a font of its own, so that its sheet is full at the same word everywhere.

The other pages are read in the fonts that a reader's system has. A sheet of paper has no scroll
bar: what fills it in one font is too much in a wider one. The font is Source Sans Pro, which comes
with reveal.js under the SIL Open Font License; its licence is copied beside it.
"""

import base64
import shutil
from importlib.resources import files
from pathlib import Path

FOLDER = files("sphinx_revealjs") / "_static" / "revealjs" / "dist" / "theme" / "fonts"
FONTS = FOLDER / "source-sans-pro"
FACES = {"regular": (400, "normal"), "semibold": (700, "normal"), "italic": (400, "italic")}
PAGE = "handout"


def setup(app):
    """Register the events. Called by Sphinx."""
    app.connect("builder-inited", write_font)
    app.connect("html-page-context", tell_page)
    return {"parallel_read_safe": True}


def write_font(app):
    """Write the style sheet that holds the font, and its licence."""
    if app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    static.mkdir(parents=True, exist_ok=True)
    (static / "source-sans-pro.css").write_text(style_sheet(), encoding="utf-8")
    shutil.copyfile(FONTS / "LICENSE", static / "source-sans-pro-license.txt")


def style_sheet():
    """The faces as CSS, each inside its rule: some browsers load no font for a page from a file."""
    rules = "/* Source Sans Pro, (c) Adobe, SIL Open Font License: source-sans-pro-license.txt */\n"
    for face, (weight, style) in FACES.items():
        data = base64.b64encode((FONTS / f"source-sans-pro-{face}.woff").read_bytes()).decode()
        rules += (
            f'@font-face {{ font-family: "Source Sans Pro"; font-weight: {weight}; '
            f'font-style: {style}; src: url("data:font/woff;base64,{data}") format("woff"); }}\n'
        )
    return rules


def tell_page(app, pagename, templatename, context, doctree):
    """Load the two style sheets on the one page that is a sheet of paper."""
    if pagename == PAGE:
        app.add_css_file("source-sans-pro.css")
        app.add_css_file("handout.css", priority=900)  # after the theme's and the site's
