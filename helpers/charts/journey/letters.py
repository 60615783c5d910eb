"""How wide text is, and how it breaks into lines, without a browser.

Knows no AWS SDK. Part of `helpers.charts.journey`. Measured in DejaVu Sans, which comes with
matplotlib and is wider than the fonts that the drawing asks for.
"""

from __future__ import annotations

import functools
import re

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

SIZE = 13.0  # px
_BOLD = 1.14  # at most, of the same letters
_UNIT = re.compile(r"(?<=\d) (?=(?:s|min|h|days?)\b)")  # stays with its number
# A name may be broken after a mark, and before a capital letter.
_PIECES = re.compile(r"[-_.:/]*(?:[A-Z]*[^-_.:/A-Z]+|[A-Z]+)[-_.:/]*\s*|[-_.:/]+\s*")


@functools.cache
def _font() -> FT2Font:
    font = FT2Font(font_manager.findfont("DejaVu Sans"))
    font.set_size(SIZE, 72)
    return font


@functools.cache
def _letter(letter: str) -> float:
    font = _font()
    if not font.get_char_index(ord(letter)):
        return SIZE * 1.1  # of another font
    return float(font.load_char(ord(letter)).linearHoriAdvance) / 65536


def wide(text: str, *, bold: bool = False) -> float:
    """The width of a text in px, at most."""
    return sum(map(_letter, text)) * (_BOLD if bold else 1)


def lines(text: str, width: float, *, bold: bool = False) -> list[str]:
    """The text in lines of at most `width` px: broken after words, else in names, else anywhere."""
    done: list[str] = []
    text = _UNIT.sub("\u00a0", " ".join(text.split()))
    for part in re.findall(r"[^ ]+ ?", text) or [""]:
        if done and wide((done[-1] + part).rstrip(), bold=bold) <= width:
            done[-1] += part
            continue
        pieces = [part]
        if wide(part.rstrip(), bold=bold) > width:
            pieces = re.findall(
                r"[-_.:/]*(?:[A-Z]*[^-_.:/A-Z]+|[A-Z]+)[-_.:/]*\s*|[-_.:/]+\s*", part
            )
            pieces = [cut for piece in pieces for cut in _cut(piece, width, bold)]
        line = ""
        for piece in pieces:
            if line and wide((line + piece).rstrip(), bold=bold) > width:
                done.append(line)
                line = ""
            line += piece
        done.append(line)
    return [line.replace("\u00a0", " ").rstrip() for line in done]


def _cut(text: str, width: float, bold: bool) -> list[str]:
    """The text in pieces that are no wider, if it is one piece that is."""
    if wide(text.rstrip(), bold=bold) <= width:
        return [text]
    pieces = [""]
    for letter in text:
        if pieces[-1] and wide(pieces[-1] + letter, bold=bold) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
