"""Link the first mention of a glossary term on each lesson's page to the glossary.

The notebooks know nothing of it. Only prose is looked at: no headings, code, links or outputs.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

GLOSSARY = "glossary"
LINKED = "lessons/"
# What is no prose, or is a link already.
CLOSED = (
    nodes.title,
    nodes.thead,
    nodes.reference,
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    nodes.container,  # a cell of code and its outputs
    addnodes.pending_xref,
)


def setup(app):
    """Register the transform. Called by Sphinx."""
    app.add_transform(LinkTerms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class LinkTerms(SphinxTransform):
    """Walk the text of a lesson and turn the first mention of each term into a link."""

    default_priority = 600

    def apply(self):
        """Walk one document."""
        if not self.env.docname.startswith(LINKED):
            return
        path = Path(self.env.doc2path(GLOSSARY))
        self.env.note_dependency(str(path))
        open_terms = patterns_of(terms_in(path.read_text(encoding="utf-8")))
        for text in list(self.document.findall(nodes.Text)):
            if not is_closed(text):
                text.parent.replace(text, linked(text.astext(), open_terms, self.env.docname))


def terms_in(source):
    """The terms of a glossary in MyST: its lines without indentation."""
    inside = source.partition("```{glossary}\n")[2].partition("\n```")[0]
    return [line for line in inside.splitlines() if line and not line.startswith((" ", ":"))]


def patterns_of(terms):
    """For each term a pattern that finds it: singular or plural, with hyphen or space."""
    return {term: re.compile(pattern(term), re.IGNORECASE) for term in terms}


def pattern(term):
    """The pattern of one term, which ends where the word ends."""
    *words, last = re.split(r"[- ]", term)
    stem = re.escape(last)
    if last.endswith("y") and last[-2] not in "aeiou":
        ending = f"(?:{stem}|{re.escape(last[:-1])}ies)"
    else:
        ending = f"{stem}(?:e?s)?"
    middle = "".join(re.escape(word) + r"[-\s]" for word in words)
    return rf"(?<![\w.-]){middle}{ending}(?![\w-])"


def is_closed(text):
    """Whether a text is in something that gets no links."""
    node = text.parent
    while node is not None:
        if isinstance(node, CLOSED):
            return True
        node = node.parent
    return False


def linked(text, open_terms, page):
    """Cut a text into texts and links. Each term that is linked is taken out of `open_terms`."""
    matches = [
        (match.start(), -match.end(), term)
        for term, pattern in open_terms.items()
        if (match := pattern.search(text))
    ]
    if not matches:
        return [nodes.Text(text)]
    start, end, term = min(matches)  # the first, and the longest of those that begin there
    del open_terms[term]
    link = addnodes.pending_xref(
        "",
        nodes.inline("", text[start:-end], classes=["term"]),
        refdomain="std",
        reftype="term",
        reftarget=term,
        refexplicit=True,
        refdoc=page,
        refwarn=True,
    )
    return [nodes.Text(text[:start]), link, *linked(text[-end:], open_terms, page)]
