"""Whether a finding holds on given seeds, and how that is said."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpers.findings.finding import Finding, Law, Numbers, Quantity, Tendency, shares

INSIDE = 0.8  # of new seeds, in the range that was stated


@dataclass(frozen=True)
class Verdict:
    """A finding on some seeds. `said` is its share, or its median and range."""

    finding: Finding
    kind: str
    said: str
    holds: bool


def judge(
    finding: Finding, measured: Mapping[int, Numbers], stated: Mapping[int, Numbers]
) -> Verdict:
    """Hold a finding against new runs.

    Parameters
    ----------
    measured : mapping of int to mapping
        The new runs' numbers, by seed.
    stated : mapping of int to mapping
        The recorded runs' numbers, which a lesson's ranges are taken from.
    """
    runs = list(measured.values())
    if isinstance(finding, Law | Tendency):
        share = shares(finding, runs)
        kind, least = (
            ("law", 1.0)
            if isinstance(finding, Law)
            else (f"tendency, at least {finding.share:.0%}", finding.share)
        )
        return Verdict(finding, kind, on_seeds(share, len(runs)), share >= least)
    assert isinstance(finding, Quantity)
    values = [numbers[finding.number] for numbers in runs]
    low, high = limits([numbers[finding.number] for numbers in stated.values()])
    inside = sum(low <= value <= high for value in values) / len(values)
    said = f"{in_the_middle(values)}, {ranging(values)}"
    if set(measured) - set(stated):
        said += f"; {inside:.0%} within {shown(low)} to {shown(high)}"
    return Verdict(finding, "quantity", f"{said} {finding.unit}".strip(), inside >= INSIDE)


def limits(values: Sequence[float]) -> tuple[float, float]:
    """The range that is stated: from the lowest of the recorded seeds to the highest.

    Not the 5th to 95th percentile. Of thirty new values, fewer than 80 % lie between the
    percentiles of thirty others in 24 % of cases, and between their extremes in 2.6 %.
    """
    return min(values), max(values)


def on_seeds(share: float, count: int) -> str:
    """`on all of 30 seeds`, or `on 28 of 30 seeds`."""
    held = round(share * count)
    return f"on all of {count} seeds" if held == count else f"on {held} of {count} seeds"


def ranging(values: Sequence[float]) -> str:
    """`64 to 109`, or the one value that all have."""
    low, high = map(shown, limits(values))
    return low if low == high else f"{low} to {high}"


def in_the_middle(values: Sequence[float]) -> str:
    """The median, as text: of whole numbers a whole one."""
    whole = all(value == int(value) for value in values)
    return shown((statistics.median_high if whole else statistics.median)(values))


def shown(value: float) -> str:
    """A number in three significant digits; a whole one in full: `1,234`, `0.0123`."""
    if math.isfinite(value) and value == int(value) and abs(value) < 1e6:
        return f"{int(value):,}"
    return f"{float(f'{value:.3g}'):,g}"
