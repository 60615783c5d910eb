"""Small pictures of thirty seeds: where the values lie, and on which seeds a claim holds.

They are SVG that takes the colour of the text around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from helpers.findings.verdicts import in_the_middle, ranging, shown

WIDTH, HEIGHT, EDGE, DOT = 200, 34, 8, 2.5
LEVELS = 4  # dots at one place are set on each other, up to so many
BLUE = "#0072b2"


def strip(values: Sequence[float], unit: str = "") -> str:
    """A dot for each seed on a line from the lowest value to the highest."""
    low, high = min(values), max(values)
    reach, dots, above = high - low, "", dict[int, int]()
    for value in sorted(values):
        x = EDGE + (WIDTH - 2 * EDGE) * ((value - low) / reach if reach else 0.5)
        level = above.get(round(x / DOT), 0)
        above[round(x / DOT)] = level + 1
        y = 16 - min(level, LEVELS) * DOT
        dots += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{DOT}"/>'
    captions = (
        f'<text x="{EDGE}" y="31">{escape(shown(low))}</text>'
        f'<text x="{WIDTH - EDGE}" y="31" text-anchor="end">{escape(shown(high))}</text>'
        if reach
        else f'<text x="{WIDTH / 2}" y="31" text-anchor="middle">{escape(shown(low))}</text>'
    )
    alt = f"{len(values)} seeds: {ranging(values)} {unit}, median {in_the_middle(values)}"
    line = f'<line x1="{EDGE}" x2="{WIDTH - EDGE}" y1="20" y2="20" stroke="currentColor"/>'
    return _svg(
        f'{line}<g fill="{BLUE}" fill-opacity="0.6">{dots}</g>'
        f'<g fill="currentColor" font-size="9">{captions}</g>',
        alt,
    )


def squares(held: Mapping[int, bool]) -> str:
    """A square for each seed, in their order: filled where the claim holds, empty where not."""
    step = (WIDTH - 2 * EDGE) / len(held)
    drawn = "".join(
        f'<rect x="{EDGE + step * n + 1:.1f}" y="12" width="{step - 2:.1f}" height="8" '
        f'fill="{BLUE if holds else "none"}" stroke="{BLUE}"><title>seed {seed}</title></rect>'
        for n, (seed, holds) in enumerate(held.items())
    )
    failed = [str(seed) for seed, holds in held.items() if not holds]
    alt = f"Holds on {len(held) - len(failed)} of {len(held)} seeds"
    return _svg(drawn, alt + (f", not on seed {', '.join(failed)}" if failed else ""))


def _svg(content: str, alt: str) -> str:
    return (
        f'<svg class="strip" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" aria-label="{escape(alt)}">{content}</svg>'
    )
