"""Say a finding in a lesson: this run's number, and what thirty seeds gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from helpers.findings.finding import Finding, Law, Numbers, Quantity, Tendency, shares
from helpers.findings.record import SEEDS, recorded
from helpers.findings.register import find, of_lesson
from helpers.findings.strip import squares, strip
from helpers.findings.verdicts import in_the_middle, judge, on_seeds, ranging, shown

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Told:
    """What a cell shows: sentences, each with what thirty seeds say of it."""

    lines: tuple[tuple[str, str], ...]

    def _repr_html_(self) -> str:
        lines = "".join(
            f"<li>{escape(sentence)} <small>{escape(seeds)}</small></li>"
            for sentence, seeds in self.lines
        )
        return f'<ul class="findings">{lines}</ul>'

    def __repr__(self) -> str:
        return "\n".join(f"- {sentence} {seeds}" for sentence, seeds in self.lines)


def told(*ids: str, **measured: float) -> Told:
    """Say findings with the numbers of the run that the reader has just made.

    Parameters
    ----------
    *ids : str
        Findings, such as ``"03.lost-by-call"``.
    **measured : float
        What this run measured, by the names in the findings' sentences. A name that is left out is
        told with the median of thirty seeds.

    Raises
    ------
    ValueError
        With the id or the name, if there is no such finding, or if none of them names the number.
    """
    findings = [find(name) for name in ids]
    if unknown := set(measured) - {name for finding in findings for name in finding.names}:
        raise ValueError(f"{', '.join(ids)} name no number {', '.join(sorted(unknown))}")
    return Told(tuple((sentence(each, measured), _seeds(each)) for each in findings))


def sentence(finding: Finding, measured: Mapping[str, float] | None = None) -> str:
    """A finding's sentence, with these numbers, and medians for the others."""
    runs = record_of(finding).values()
    values = {
        name: shown((measured or {})[name])
        if name in (measured or {})
        else in_the_middle([numbers[name] for numbers in runs])
        for name in finding.names
    }
    return finding.sentence.format(**values)


def span(name: str) -> str:
    """The range of a quantity on thirty seeds, as text: ``"64 to 109"``.

    Raises
    ------
    ValueError
        With the id, if there is no such finding, or if it is not a quantity.
    """
    finding = find(name)
    if not isinstance(finding, Quantity):
        raise ValueError(f"{name!r} is not a quantity and has no range")
    return f"{ranging(_values(finding))} {finding.unit}".strip()


def table(lesson: str) -> pd.DataFrame:
    """A lesson's findings: id, finding, on thirty seeds.

    Raises
    ------
    ValueError
        With the number, if no lesson of this number has findings.
    """
    import pandas as pd

    rows = [
        {"id": each.id, "finding": sentence(each), "on 30 seeds": on_record(each)}
        for each in of_lesson(lesson)
    ]
    return pd.DataFrame(rows).set_index("id")


def on_record(finding: Finding) -> str:
    """What the record says of a finding: the share of seeds, or median and range."""
    measured = record_of(finding)
    return judge(finding, measured, measured).said


def record_of(finding: Finding) -> Mapping[int, Numbers]:
    """The recorded numbers of a finding's run, by seed.

    Raises
    ------
    ValueError
        With the id, if the record has no row for it.
    """
    try:
        return recorded()[finding.source]
    except KeyError:
        raise ValueError(
            f"data/findings.csv has nothing of {finding.id!r}: "
            f"run python -m helpers.findings --lesson {finding.lesson}"
        ) from None


def picture(finding: Finding) -> str:
    """A finding's thirty seeds as a small picture, in SVG."""
    if isinstance(finding, Quantity):
        return strip(_values(finding), finding.unit)
    assert isinstance(finding, Law | Tendency)
    return squares({seed: finding.holds(runs) for seed, runs in record_of(finding).items()})


def _values(finding: Quantity) -> list[float]:
    return [numbers[finding.number] for numbers in record_of(finding).values()]


def _seeds(finding: Finding) -> str:
    """What thirty seeds say, in brackets."""
    if isinstance(finding, Quantity):
        values = _values(finding)
        if min(values) == max(values):
            return f"(The same on all of {len(values)} seeds.)"
        middle = f"median {in_the_middle(values)}"
        return f"(On {len(SEEDS)} seeds: {ranging(values)} {finding.unit}".strip() + f", {middle}.)"
    assert isinstance(finding, Law | Tendency)
    runs = list(record_of(finding).values())
    held = on_seeds(shares(finding, runs), len(runs))
    return f"({held[0].upper()}{held[1:]}.)"
