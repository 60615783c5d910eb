"""The prices of `data/prices.csv`, read and checked. Part of `helpers.costs`.

`data/README.md` tells where they come from. The file is read at its first use and kept.
"""

from __future__ import annotations

import csv
import math
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

FILE = Path(__file__).resolve().parents[2] / "data" / "prices.csv"
COLUMNS = (
    "service", "what", "dollars", "per", "unit", "chunk", "region", "source", "address",
    "published", "read",
)  # fmt: skip
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


class NoPrice(LookupError):
    """The trace has something that AWS bills and that the prices here do not cover."""


class Price(NamedTuple):
    """What AWS bills, and what it costs.

    Attributes
    ----------
    service : str
        As in the trace.
    dollars : float
        US dollars for `per` units, before any discount.
    chunk : str
        What a unit holds at most, or how it is rounded up; "" where size does not count.
    published, read : str
        The month of which the source says so, and the month in which it was read: "2026-03".
    """

    service: str
    what: str
    dollars: float
    per: int
    unit: str
    chunk: str
    region: str
    source: str
    address: str
    published: str
    read: str

    @property
    def each(self) -> float:
        """US dollars for one unit."""
        return self.dollars / self.per


def read_prices(path: Path) -> tuple[Price, ...]:
    """The prices of a file with `COLUMNS`.

    Raises
    ------
    ValueError
        Names the line and the value that is wrong.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path.name} has the columns {rows.fieldnames}, not {COLUMNS}")
        return tuple(_price(row, f"{path.name}, line {rows.line_num}") for row in rows)


def _price(row: dict[str, str], place: str) -> Price:
    for name in COLUMNS:
        if not row[name] and name != "chunk":
            raise ValueError(f"{place}: {name} is empty")
    for name in ("published", "read"):
        if not _MONTH.fullmatch(row[name]):
            raise ValueError(f"{place}: {name} is no month like 2026-03: {row[name]!r}")
    if not row["address"].startswith("https://"):
        raise ValueError(f"{place}: address begins with https://, got {row['address']!r}")
    try:
        dollars, per = float(row["dollars"]), int(row["per"])
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
    if not (math.isfinite(dollars) and dollars > 0 and per > 0):
        raise ValueError(f"{place}: no price: {row['dollars']!r} per {row['per']!r}")
    return Price(**{**row, "dollars": dollars, "per": per})  # type: ignore[arg-type]


@cache
def _prices() -> dict[tuple[str, str], Price]:
    return {(price.service, price.what): price for price in read_prices(FILE)}


def prices() -> pd.DataFrame:
    """All prices, one row each.

    Returns
    -------
    DataFrame
        The fields of `Price`: dollars are US dollars for `per` units.
    """
    import pandas as pd

    return pd.DataFrame(_prices().values(), columns=list(COLUMNS))


def price_of(service: str, what: str) -> Price:
    """The price of one thing that AWS bills.

    Raises
    ------
    NoPrice
        If there is none; the message has those that there are for the service.
    """
    found = _prices().get((service, what))
    if found is None:
        known = [other for name, other in _prices() if name == service] or "none at all"
        raise NoPrice(f"no price for {what!r} of {service!r}; known of this service: {known}")
    return found
