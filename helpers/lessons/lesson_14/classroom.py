"""A table for a class: each team hands in a file, and one command puts the files together."""

from __future__ import annotations

import inspect
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.lessons.exercise import Failed
from helpers.lessons.lesson_14 import scorecard
from helpers.lessons.lesson_14.day import hold
from helpers.lessons.lesson_14.exercises import parts_of

SEEDS = (2141, 2142, 2143)  # of the class; a teacher can give others
TEAM = re.compile(r"[\w][\w .-]{0,39}")
NAMES = [measure.name for measure in scorecard.MEASURES]


def hand_in(
    team: str,
    shop: Callable[[], Any],
    *,
    seeds: Sequence[int] = SEEDS,
    folder: str | Path = "handed-in",
) -> Path:
    """Hold the class's Black Fridays and write how they went, beside the code.

    Parameters
    ----------
    team : str
        Up to 40 letters, digits, spaces, dots and dashes. The file has this name.
    shop : callable
        Gives `set_up, checkout, worker`.

    Returns
    -------
    Path
        The file. It is a team's second one that counts, if it hands in twice.

    Raises
    ------
    ValueError
        If the team's name is no file's name, or the shop is none: with what a check would say.
    """
    if not isinstance(team, str) or not TEAM.fullmatch(team):
        raise ValueError(f"a team's name has 1 to 40 letters, digits and spaces, got {team!r}")
    try:
        parts = parts_of(shop)
    except Failed as failed:
        raise ValueError(str(failed)) from None
    days = {str(seed): scorecard.score(hold(*parts, seed=seed)) for seed in seeds}
    code = "\n\n".join(map(_source, parts))
    path = Path(folder) / f"{team}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"team": team, "days": days, "code": code}, indent=1), "utf-8")
    return path


def _source(function: Any) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return f"# no source: {function!r}"


def table(folder: str | Path) -> tuple[pd.DataFrame, list[str]]:
    """Put the files of a folder together.

    Returns
    -------
    tuple
        A DataFrame indexed by team, the best first: grade (the lowest of its days) and the median
        of each measure. And a sentence for each file that could not be read, or that is of other
        days than the most: of those that were held by as many teams, the class's own.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or no file in it.
    """
    paths = sorted(Path(folder).glob("*.json"))
    if not paths:
        raise FileNotFoundError(f"no file of a team (team.json) in {str(folder)!r}")
    rows, seeds, wrong = {}, {}, []
    for path in paths:
        try:
            given = json.loads(path.read_text("utf-8"))
            team, row = _row(given)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            wrong.append(f"{path.name} is no file of a team: {error!r:.120}")
        else:
            rows[team], seeds[path.name] = row, tuple(sorted(given["days"]))
    wrong += _of_other_days(seeds)
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["grade", *NAMES])
    frame = frame.sort_values(["grade", NAMES[-1]], ascending=[False, True]).rename_axis("team")
    return frame, wrong


def _of_other_days(seeds: dict[str, tuple[str, ...]]) -> list[str]:
    """A sentence for each file whose seeds are not those of the most."""
    own = tuple(sorted(map(str, SEEDS)))
    counts = Counter(seeds.values())
    usual = max(counts, key=lambda days: (counts[days], days == own), default=own)
    return [
        f"{name} is of other days: seeds {', '.join(days)}, where most have {', '.join(usual)}. "
        "Its numbers cannot be compared."
        for name, days in seeds.items()
        if days != usual
    ]


def _row(handed_in: dict[str, Any]) -> tuple[str, list[float]]:
    days = handed_in["days"]
    if not days:
        raise ValueError("no day")
    values = pd.DataFrame.from_dict(days, orient="index")[NAMES]
    for number in values.to_numpy().ravel():
        if isinstance(number, bool) or not isinstance(number, int | float) or not number >= 0:
            raise ValueError(f"no measure of a day: {number!r}")
    if not TEAM.fullmatch(str(handed_in["team"])):
        raise ValueError(f"no team's name: {handed_in['team']!r}")
    grade = min(scorecard.grade(dict(row)) for _, row in values.iterrows())
    return str(handed_in["team"]), [grade, *values.median()]
