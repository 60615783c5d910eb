"""What came of each run on each endpoint, kept in `data/elsewhere.csv`.

A row is one result of one run; a column is where it ran: in the lab, in moto's own server, in
ministack. An empty cell means that the run did not come so far there.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[2] / "data" / "elsewhere.csv"
WHERE = ("lab", "moto", "ministack")
COLUMNS = ("run", "what", *WHERE)

Rows = dict[tuple[str, str], dict[str, str]]


def read(path: Path = FILE) -> Rows:
    """The values as text, by run and result, and then by where it ran.

    Raises
    ------
    ValueError
        If the file has other columns.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path.name} has the columns {rows.fieldnames}, not {COLUMNS}")
        return {(row["run"], row["what"]): {name: row[name] for name in WHERE} for row in rows}


def kept(run: str, where: str, path: Path = FILE) -> dict[str, str]:
    """What came of one run in one place, as the file has it."""
    return {
        what: row[where] for (name, what), row in read(path).items() if name == run and row[where]
    }


def write(run: str, where: str, found: dict[str, Any], path: Path = FILE) -> None:
    """Put the results of one run in one place into the file, in place of what it had there."""
    rows = read(path) if path.exists() else {}
    for (name, _), row in rows.items():
        if name == run:
            row[where] = ""
    for what, value in found.items():
        rows.setdefault((run, what), dict.fromkeys(WHERE, ""))[where] = str(value)
    order = list(dict.fromkeys(name for name, _ in rows))
    told = sorted(rows.items(), key=lambda item: order.index(item[0][0]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for (name, what), row in told:
            if any(row.values()):
                writer.writerow([name, what, *(row[place] for place in WHERE)])
