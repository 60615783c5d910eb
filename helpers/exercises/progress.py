"""What the reader has solved and predicted, kept beside the notebooks and ignored by git."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
SOLVED = Path(".progress") / "solved.json"
PREDICTED = Path(".progress") / "predicted.json"


def solved() -> list[str]:
    """The exercises that have been passed, such as "03.1"."""
    kept = _read(SOLVED)
    return sorted(name for name in kept if isinstance(name, str)) if isinstance(kept, list) else []


def note(exercise: str) -> None:
    """Remember that an exercise has been passed."""
    _write(SOLVED, sorted({*solved(), exercise}))


def predicted() -> dict[str, dict[str, Any]]:
    """The predictions given, by question: `mine`, `kept`, and `points` once scored."""
    kept = _read(PREDICTED)
    if not isinstance(kept, dict):
        return {}
    return {
        question: entry
        for question, entry in kept.items()
        if isinstance(entry, dict) and isinstance(entry.get("mine"), int | float | str)
    }


def note_prediction(
    question: str, mine: float | str, *, points: int | None = None, kept: bool = False
) -> None:
    """Remember an answer, how many points it had, and whether it counts the next time as well."""
    entry: dict[str, Any] = {"mine": mine, "kept": kept}
    if points is not None:
        entry["points"] = points
    before = predicted()
    if before.get(question) != entry:
        _write(PREDICTED, {**before, question: entry})


def reset() -> None:
    """Forget what has been solved and predicted."""
    for kept in (SOLVED, PREDICTED):
        (NOTEBOOKS / kept).unlink(missing_ok=True)


def lessons() -> pd.DataFrame:
    """The lessons, from the notebooks' own metadata, and how far the reader has come in each.

    Returns
    -------
    DataFrame
        lesson, question, minutes, solved (of how many exercises), predicted (points of how many,
        two for each prediction that was scored).
    """
    import pandas as pd

    building = bool(os.environ.get("NB_STATIC"))  # a page shows nobody's progress
    done, said = ([], {}) if building else (solved(), predicted())
    rows = []
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]-*.ipynb")):
        text = path.read_text(encoding="utf-8")
        lesson = json.loads(text)["metadata"].get("lesson", {})
        passed = sum(name.startswith(f"{path.name[:2]}.") for name in done)
        exercises = lesson.get("exercises", 0)
        scored = [
            entry["points"]
            for question, entry in said.items()
            if "points" in entry and json.dumps(question, ensure_ascii=False)[1:-1] in text
        ]
        rows.append(
            {
                "lesson": f"{path.name[:2]} {lesson.get('title', path.stem[3:])}",
                "question": lesson.get("question", ""),
                "minutes": lesson.get("minutes"),
                "solved": f"{passed} of {exercises}" if exercises else "–",
                "predicted": f"{sum(scored)} of {2 * len(scored)}" if scored else "–",
            }
        )
    columns = ["lesson", "question", "minutes", "solved", "predicted"]
    return pd.DataFrame(rows, columns=columns)


def _read(kept: Path) -> Any:
    """What a file holds; a missing or damaged one is no reason to stop a lesson."""
    try:
        return json.loads((NOTEBOOKS / kept).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _write(kept: Path, content: Any) -> None:
    """Not while the pages are being built."""
    if os.environ.get("NB_STATIC") or not NOTEBOOKS.is_dir():
        return
    path = NOTEBOOKS / kept
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
