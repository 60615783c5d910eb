"""A small picture of a distribution: one dot for each seed, on a line."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from helpers.findings.verdicts import in_the_middle, ranging, shown

WIDTH, HEIGHT, EDGE, DOT = 200, 34, 8, 2.5
LEVELS = 4  # dots at one place are set on each other


def strip(values: Sequence[float], unit: str = "", *, labels: tuple[str, str] | None = None) -> str:
    """The picture, as SVG that takes the colour of the text around it.

    Parameters
    ----------
    values : sequence of float
        One for each seed.
    labels : tuple of str, optional
        What the ends 0 and 1 of the line mean, in place of the lowest and the highest value.
    """
    low, high = (0.0, 1.0) if labels else (min(values), max(values))
    ends = labels or (shown(low), shown(high))
    reach, dots, above = high - low, [], dict[int, int]()
    for value in sorted(values):
        x = EDGE + (WIDTH - 2 * EDGE) * ((value - low) / reach if reach else 0.5)
        level = above.get(round(x / DOT), 0)
        above[round(x / DOT)] = level + 1
        y = 16 - min(level, LEVELS) * DOT
        dots.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{DOT}"/>')
    alt = (
        f"{sum(values):.0f} of {len(values)} seeds: {ends[1]}"
        if labels
        else f"{len(values)} seeds: {ranging(values)} {unit}, median {in_the_middle(values)}"
    )
    captions = (
        f'<text x="{EDGE}" y="31">{escape(ends[0])}</text>'
        f'<text x="{WIDTH - EDGE}" y="31" text-anchor="end">{escape(ends[1])}</text>'
        if reach
        else f'<text x="{WIDTH / 2}" y="31" text-anchor="middle">{escape(ends[0])}</text>'
    )
    return (
        f'<svg class="strip" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" aria-label="{escape(alt)}">'
        f'<line x1="{EDGE}" x2="{WIDTH - EDGE}" y1="20" y2="20" stroke="currentColor"/>'
        f'<g fill="#0072b2" fill-opacity="0.6">{"".join(dots)}</g>'
        f'<g fill="currentColor" font-size="9">{captions}</g></svg>'
    )
