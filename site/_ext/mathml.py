"""Formulas as MathML, which browsers draw themselves: no script, no fonts, no network."""

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.errors import ExtensionError


def setup(app):
    """Register the renderer. Called by Sphinx."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def visit_inline(self, node):
    """Write a formula in a line of text."""
    self.body.append(convert(node))
    raise nodes.SkipNode


def visit_block(self, node):
    """Write a formula on a line of its own, in a box that scrolls when the formula is wide."""
    self.body.append(self.starttag(node, "div", CLASS="formula"))
    self.body.append(convert(node, as_block=True) + "</div>\n")
    raise nodes.SkipNode


def convert(node, **options):
    """Turn the LaTeX of a node into MathML."""
    return as_mathml(node.astext(), **options)


def as_mathml(source, **options):
    """Turn LaTeX into MathML that carries the LaTeX for who copies it.

    Raises
    ------
    ExtensionError
        The formula uses something that docutils cannot convert.
    """
    try:
        return tex2mathml(source.strip(), **options).replace("\n", "")
    except MathError as error:
        raise ExtensionError(f"formula {source!r}: {error}") from None
