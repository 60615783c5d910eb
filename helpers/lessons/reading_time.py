"""How long a lesson takes: ``python -m helpers.lessons.reading_time`` prints it for each.

230 words a minute; 8 seconds for a line of code in view; 10 minutes for an exercise, its text and
starter included; and a minute for the runs. What is folded (hints, solutions, cells with a
``hide-…`` tag) is not in view, and a diagram is looked at, not read. The quiz comes on top, for
those who want it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
WORDS_A_MINUTE, SECONDS_A_LINE, AN_EXERCISE, RUNS = 230, 8, 10, 1
FOLDED = {"solution", "hide-input", "hide-cell", "remove-cell"}
NOT_READ = re.compile(r"<details>.*?</details>|^```mermaid.*?^```", re.DOTALL | re.MULTILINE)
SECTION = re.compile(r"^(?=## )", re.MULTILINE)
OTHERWISE = ("## Exercise", "## Quiz")  # sections whose words and lines are not counted


def reading_time(notebook: dict[str, Any]) -> dict[str, float]:
    """Words and lines in view, exercises, and the minutes that they take, of a notebook's JSON."""
    words = lines = exercises = 0
    heading = ""
    for cell in notebook["cells"]:
        source, tags = "".join(cell["source"]), set(cell["metadata"].get("tags", ()))
        exercises += "solution" in tags
        if cell["cell_type"] == "markdown":
            for part in SECTION.split(NOT_READ.sub("", source)):
                heading = part if part.startswith("## ") else heading
                words += 0 if heading.startswith(OTHERWISE) else len(part.split())
        elif not tags & FOLDED and not heading.startswith(OTHERWISE):
            lines += sum(bool(line.strip()) for line in source.splitlines())
    reading = words / WORDS_A_MINUTE + lines * SECONDS_A_LINE / 60
    minutes = round(reading + exercises * AN_EXERCISE + RUNS, 1)
    return {"words": words, "lines": lines, "exercises": exercises, "minutes": minutes}


def main() -> None:
    """Print a row per lesson, and the sum."""
    total = 0.0
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]-*.ipynb")):
        time = reading_time(json.loads(path.read_text(encoding="utf-8")))
        total += time["minutes"]
        print(
            f"{path.stem:34} {time['words']:6} words {time['lines']:4} lines "
            f"{time['exercises']} exercises {time['minutes']:6.1f} min"
        )
    print(f"{total:.0f} min in all")


if __name__ == "__main__":
    main()
