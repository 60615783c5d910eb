"""What the reader has solved, kept beside the notebooks and ignored by git."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
FILE = Path(".progress") / "solved.json"


def solved(notebooks: Path = NOTEBOOKS) -> list[str]:
    """The exercises that have been passed, such as "03.1"."""
    try:
        kept = json.loads((notebooks / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except ValueError:
        return []  # a damaged file is no reason to stop a lesson
    if not isinstance(kept, list):
        return []
    return sorted(name for name in kept if isinstance(name, str))


def note(exercise: str, notebooks: Path = NOTEBOOKS) -> None:
    """Remember that an exercise has been passed. Not while the pages are being built."""
    if os.environ.get("NB_STATIC") or not notebooks.is_dir():
        return
    path = notebooks / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(sorted({*solved(notebooks), exercise})), encoding="utf-8")


def reset(notebooks: Path = NOTEBOOKS) -> None:
    """Forget what has been solved."""
    (notebooks / FILE).unlink(missing_ok=True)


def lessons(notebooks: Path = NOTEBOOKS) -> pd.DataFrame:
    """The lessons, from the notebooks' own metadata: question, minutes, exercises solved."""
    import pandas as pd

    done, rows = [] if os.environ.get("NB_STATIC") else solved(notebooks), []
    for path in sorted(notebooks.glob("[0-9][0-9]-*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))
        lesson = cells["metadata"].get("lesson", {})
        number = path.name[:2]
        passed = sum(name.startswith(f"{number}.") for name in done)
        exercises = lesson.get("exercises", 0)
        rows.append(
            {
                "lesson": f"{number} {lesson.get('title', path.stem[3:])}",
                "question": lesson.get("question", ""),
                "minutes": lesson.get("minutes"),
                "solved": f"{passed} of {exercises}" if exercises else "–",
            }
        )
    return pd.DataFrame(rows, columns=["lesson", "question", "minutes", "solved"])
