"""The messages of an order: how they are called, and how often each was delivered.

Knows no AWS SDK. Part of `helpers.charts.journey`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd


class Messages:
    """The messages of an order.

    Parameters
    ----------
    mine : DataFrame
        The rows of `messages(trace)` that are about it.
    """

    def __init__(self, mine: pd.DataFrame) -> None:
        self._idents: dict[str, list[str]] = defaultdict(list)
        self._often: dict[int, int] = {}
        counts: dict[tuple[str, str], int] = defaultdict(int)
        for row in mine.itertuples():
            if row.id not in self._idents[row.queue]:
                self._idents[row.queue].append(row.id)
            if row.what == "received":
                counts[row.queue, row.id] += 1
                self._often[row.Index] = counts[row.queue, row.id]

    def name(self, queue: str, ident: str) -> str:
        """The name of a message, if its queue has had several of this order."""
        idents = self._idents[queue]
        return f"message {idents.index(ident) + 1}" if len(idents) > 1 else ""

    def often(self, row: Any) -> int:
        """The number of this delivery, lost ones included."""
        return self._often[row.Index]
