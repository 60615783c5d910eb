"""The three things that the lab may do with an operation."""

from __future__ import annotations

from dataclasses import dataclass

ACTS, MOTO, REFUSED = "acts", "moto's", "refused"


@dataclass(frozen=True)
class Verdict:
    """What the lab does with one operation.

    Attributes
    ----------
    kind : str
        ``ACTS``: the lab's own, held by its tests. ``MOTO``: moto's answer, played against plain
        moto by a test. ``REFUSED``: `NotModelled`.
    note : str
        What a reader should know, or what is missing.
    instead : str
        The way on, if it is refused.
    """

    kind: str
    note: str = ""
    instead: str = ""


def acts(note: str = "") -> Verdict:
    """The lab does what AWS does."""
    return Verdict(ACTS, note)


def moto(note: str = "") -> Verdict:
    """moto answers, and does all that there is to do."""
    return Verdict(MOTO, note)


def refused(missing: str, instead: str) -> Verdict:
    """The lab refuses it: it would be taken, and nothing or something else would come of it."""
    return Verdict(REFUSED, missing, instead)


KEPT = moto("kept and told again; nobody is asked for a permission here")
