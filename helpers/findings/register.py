"""Which findings there are: each lesson's ``findings.py`` has them in ``FINDINGS``."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path

from helpers.findings.finding import Finding

LESSONS = Path(__file__).resolve().parents[1] / "lessons"


def lessons_with_findings() -> list[str]:
    """The numbers of the lessons that have findings: ``["00", "01", …]``."""
    return sorted(path.parent.name[-2:] for path in LESSONS.glob("lesson_*/findings.py"))


def of_lesson(lesson: str) -> Sequence[Finding]:
    """The findings of a lesson, in the order in which it tells them.

    Raises
    ------
    ValueError
        With the number, if no lesson of this number has findings, or if two have one id, or an id
        is another lesson's.
    """
    if lesson not in lessons_with_findings():
        raise ValueError(
            f"no lesson {lesson!r} has findings; those are {', '.join(lessons_with_findings())}"
        )
    module = importlib.import_module(f"helpers.lessons.lesson_{lesson}.findings")
    findings: Sequence[Finding] = module.FINDINGS
    ids = [finding.id for finding in findings]
    for name in ids:
        if ids.count(name) > 1 or name[:2] != lesson:
            raise ValueError(f"lesson {lesson} has no place for a finding {name!r}")
    return findings


def find(name: str) -> Finding:
    """The finding with this id.

    Raises
    ------
    ValueError
        With the id, if there is none.
    """
    for finding in of_lesson(name[:2]):
        if finding.id == name:
            return finding
    known = ", ".join(finding.id for finding in of_lesson(name[:2]))
    raise ValueError(f"there is no finding {name!r}; lesson {name[:2]} has {known}")
