"""What the reader has solved, predicted and answered, beside the notebooks and ignored by git."""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.lessons import two_hours

if TYPE_CHECKING:
    import pandas as pd

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
SOLVED = Path(".progress") / "solved.json"
PREDICTED = Path(".progress") / "predicted.json"
QUIZZED = Path(".progress") / "quizzed.json"


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


def quizzed() -> dict[str, int]:
    """Which answer was given first, by the key of its question."""
    kept = _read(QUIZZED)
    if not isinstance(kept, dict):
        return {}
    return {key: place for key, place in kept.items() if type(place) is int and place >= 0}


def note_quizzed(key: str, place: int) -> None:
    """Remember the first answer to a question by its place among the answers."""
    _write(QUIZZED, {**quizzed(), key: place})


def reset() -> None:
    """Forget what has been solved, predicted and answered."""
    for kept in (SOLVED, PREDICTED, QUIZZED):
        (NOTEBOOKS / kept).unlink(missing_ok=True)


def notebooks() -> list[Path]:
    """The lessons' notebooks, by number."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]-*.ipynb"))


def about(notebook: Path) -> dict[str, Any]:
    """What a lesson says of itself in its metadata. Empty if it says nothing.

    Keys: number, title, question, minutes, exercises (how many).
    """
    content = json.loads(notebook.read_text(encoding="utf-8"))
    lesson: dict[str, Any] = content["metadata"].get("lesson", {})
    return lesson


def lessons() -> pd.DataFrame:
    """The lessons, from the notebooks' own metadata, and how far the reader has come in each.

    Returns
    -------
    DataFrame
        lesson, question, minutes, in two hours (minutes of its parts on the path of two hours),
        solved (of how many exercises), predicted (points of how many, two for each prediction that
        was scored).
    """
    import pandas as pd

    building = bool(os.environ.get("NB_STATIC"))  # a page shows nobody's progress
    done, said = ([], {}) if building else (solved(), predicted())
    columns = ["lesson", "question", "minutes", "in two hours", "solved", "predicted"]
    return pd.DataFrame([_row(path, done, said) for path in notebooks()], columns=columns)


def _row(notebook: Path, done: list[str], said: dict[str, dict[str, Any]]) -> dict[str, Any]:
    lesson, number = about(notebook), notebook.name[:2]
    exercises = lesson.get("exercises", 0)
    passed = sum(name.startswith(f"{number}.") for name in done)
    text = notebook.read_text(encoding="utf-8")  # predictions are found by their question
    scored = [
        entry["points"]
        for question, entry in said.items()
        if "points" in entry and json.dumps(question, ensure_ascii=False)[1:-1] in text
    ]
    return {
        "lesson": f"{number} {lesson.get('title', notebook.stem[3:])}",
        "question": lesson.get("question", ""),
        "minutes": lesson.get("minutes"),
        "in two hours": str(two_hours.minutes(json.loads(text)) or "–"),
        "solved": f"{passed} of {exercises}" if exercises else "–",
        "predicted": f"{sum(scored)} of {2 * len(scored)}" if scored else "–",
    }


def _read(kept: Path) -> Any:
    """What a file holds; None if it cannot be read or is damaged: a lesson goes on without."""
    try:
        return json.loads((NOTEBOOKS / kept).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _write(kept: Path, content: Any) -> None:
    """Write a file, but not while the pages are being built.

    A lesson goes on where the folder cannot be written to, as from a stick or a teacher's share.
    """
    if os.environ.get("NB_STATIC") or not NOTEBOOKS.is_dir():
        return
    path = NOTEBOOKS / kept
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        warnings.warn(
            f"what you solve and predict is not kept: {path} cannot be written ({error.strerror}). "
            "Copy the whole project to a folder of your own to keep it.",
            stacklevel=2,
        )
