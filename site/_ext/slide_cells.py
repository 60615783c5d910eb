"""Turn the cells of a lesson into what fits a slide: nbconvert's part of making slides.

Cells are tagged as nbconvert asks for it (`slideshow.slide_type`). Here a text cell is cut: its
headings, lists, tables, diagrams and formulas stand on the slide, its paragraphs go to the
speaker's notes. `slideshow.show` names other parts to show, such as "paragraph 1", or "all".
"""

import re
from importlib.resources import files
from pathlib import Path

import nbformat
from diagrams import LIGHT, draw_once
from markdown_it import MarkdownIt
from mathml import as_mathml
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbconvert.preprocessors import Preprocessor
from pygments.formatters import HtmlFormatter

TEMPLATES = Path(__file__).resolve().parent.parent / "_slides"
REVEAL = files("sphinx_revealjs") / "_static" / "revealjs"
REVEAL_CSS = ["dist/reset.css", "dist/reveal.css"]
REVEAL_JS = ["dist/reveal.js", "plugin/notes/notes.js"]

SHOWN = ("heading", "list", "table", "diagram", "formula")
KINDS = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "math_block": "formula",
    "blockquote_open": "note",
    "alert_open": "note",
}


class LessonSlides(Preprocessor):
    """Cut text cells, leave out what is skipped, and give the template what it asks for."""

    def preprocess(self, nb, resources):
        """Return the notebook with its text as HTML, and the resources with style and script."""
        title = nb.cells[0].source.partition("\n")[0].lstrip("# ")
        read = reader()
        cells = []
        for cell in nb.cells:
            slideshow = cell.metadata.get("slideshow", {})
            if slideshow.get("slide_type") == "skip":
                continue
            cells += split(cell, read) if cell.cell_type == "markdown" else [cell]
        nb.cells = with_headings(cells)
        resources["lesson"] = {
            "title": title,
            "css": (TEMPLATES / "lesson" / "slides.css").read_text(encoding="utf-8"),
            "code_css": HtmlFormatter(style="a11y-high-contrast-light").get_style_defs(
                ".highlight"
            ),
            **resources.get("lesson", {}),
        }
        give_reveal(resources["reveal"])
        return nb, resources


def give_reveal(reveal):
    """Name the files of reveal.js; where they are not beside the slides, put them into the page."""
    reveal["css"], reveal["js"] = REVEAL_CSS, REVEAL_JS
    if reveal["url_prefix"].startswith("http"):
        reveal["inline"] = {
            kind: [(REVEAL / name).read_text(encoding="utf-8") for name in reveal[kind]]
            for kind in ("css", "js")
        }


def reader():
    """A reader of the lessons' Markdown that draws diagrams and sets formulas."""
    count = iter(range(1, 1000))

    def fence(tokens, index, options, env):
        if tokens[index].info.strip() == "mermaid":
            svg = draw_once(tokens[index].content, LIGHT, name=f"diagram-{next(count)}")
            return f'<div class="diagram">{svg}</div>\n'
        return plain(tokens, index, options, env)

    def inline(tokens, index, options, env):
        return as_mathml(tokens[index].content)

    def block(tokens, index, options, env):
        return f'<div class="formula">{as_mathml(tokens[index].content, as_block=True)}</div>\n'

    md = MarkdownIt("commonmark", {"alerts": True}).enable("table").use(dollarmath_plugin)
    plain = md.renderer.rules["fence"]
    md.renderer.rules |= {"fence": fence, "math_inline": inline, "math_block": block}
    return md


def split(cell, read):
    """Cut a text cell where a heading begins a slide, and each part into slide and notes."""
    slideshow = cell.metadata.get("slideshow", {})
    kind, show = slideshow.get("slide_type", "-"), slideshow.get("show", SHOWN)
    parts, level = [[]], None
    for block in blocks(read.parse(cell.source)):
        tag = block[0].tag if block[0].type == "heading_open" else None
        if tag and (level is None or tag <= level):  # h2 before h3
            parts.append([])
            level = tag
        parts[-1].append(block)
    found, seen = [], {}
    for part in parts:
        if not part:
            continue
        # What stands before the first heading still belongs to the slide before, if not told else.
        starts = part is not parts[0] or level is None
        begun = kind if starts else slideshow.get("before", "-")
        found.append(raw_cell(part, begun, show, seen, read))
    return found


HEADING = re.compile(r"<h[123].*?>(.*?)</h[123]>", re.DOTALL)


def with_headings(cells):
    """Repeat the section's heading, smaller, on each slide that has none of its own."""
    found, section = [], ""
    for cell in cells:
        shown = cell.source.partition("<aside")[0] if cell.cell_type == "raw" else ""
        own = HEADING.findall(shown)
        begins = cell.metadata.get("slideshow", {}).get("slide_type") in ("slide", "subslide")
        if begins and section and not own:
            again = f'<h2 class="again">{section}</h2>\n'
            if cell.cell_type == "raw":
                cell.source = again + cell.source
            else:
                begun = {"slideshow": cell.metadata["slideshow"]}  # its tags would hide the source
                found.append(nbformat.v4.new_raw_cell(again, metadata=begun))
                cell.metadata["slideshow"] = {"slide_type": "-"}
        section = own[-1] if own else section
        found.append(cell)
    return found


def blocks(tokens):
    """Group tokens by the blocks of the text's outermost level."""
    found = []
    for token in tokens:
        if token.level == 0 and token.nesting >= 0:
            found.append([])
        found[-1].append(token)
    return found


def raw_cell(part, slide_type, show, seen, read):
    """One cell of HTML: what is shown, and the rest as notes.

    `seen` counts the blocks of each kind in the whole cell, so that "paragraph 2" can be shown.
    """
    shown, told = "", ""
    for block in part:
        kind = kind_of(block[0])
        seen[kind] = seen.get(kind, 0) + 1
        html = read.renderer.render(block, read.options, {})
        if slide_type != "notes" and (
            show == "all" or kind in show or f"{kind} {seen[kind]}" in show
        ):
            shown += html
        else:
            told += html
    source = shown + (f'<aside class="notes">{told}</aside>' if told else "")
    slide_type = "-" if slide_type == "notes" else slide_type
    return nbformat.v4.new_raw_cell(
        source.replace(".ipynb", ".slides.html"), metadata={"slideshow": {"slide_type": slide_type}}
    )


def kind_of(token):
    """What a block is: one of SHOWN, or paragraph, note, code, html."""
    if token.type == "fence":
        return "diagram" if token.info.strip() == "mermaid" else "code"
    return KINDS.get(token.type, "html")
