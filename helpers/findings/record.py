"""``data/findings.csv``: a row for each number of each run, a column for each seed."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

RECORD = Path(__file__).resolve().parents[2] / "data" / "findings.csv"
SEEDS = range(1, 31)
DIGITS = 6  # significant, so that a row can be read and compared

Measured = dict[str, dict[int, dict[str, float]]]  # by run, by seed, by number


def rounded(value: float) -> float:
    """A number as the record keeps it."""
    return float(f"{float(value):.{DIGITS}g}")


def read(path: Path = RECORD) -> Measured:
    """What was measured. Empty if there is no record.

    Raises
    ------
    ValueError
        With the row, if one is damaged.
    """
    if not path.exists():
        return {}
    measured: Measured = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            run, number = row.pop("run"), row.pop("number")
            by_seed = measured.setdefault(run, {})
            try:
                for seed, value in row.items():
                    by_seed.setdefault(int(seed), {})[number] = float(value)
            except (TypeError, ValueError):
                raise ValueError(f"{path.name}: {run}, {number} is damaged: {row}") from None
    return measured


@cache
def recorded(path: Path = RECORD) -> Measured:
    """The record, read once."""
    return read(path)


def write(measured: Mapping[str, Mapping[int, Mapping[str, float]]], path: Path = RECORD) -> None:
    """Write the record, sorted by run and number. It is replaced whole or not at all."""
    recorded.cache_clear()
    beside = path.with_name(f"{path.name}.new")
    with beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["run", "number", *SEEDS])
        for run, by_seed in sorted(measured.items()):
            for number in sorted(by_seed[SEEDS[0]]):
                values = [f"{by_seed[seed][number]:.{DIGITS}g}" for seed in SEEDS]
                writer.writerow([run, number, *values])
    beside.replace(path)
