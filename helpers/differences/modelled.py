"""What the lab does with each operation: the table `MODELLED`, to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.wire import MODELLED

if TYPE_CHECKING:
    import pandas as pd


def modelled(service: str | None = None) -> pd.DataFrame:
    """What the lab does with each operation of its services.

    An operation "acts", or the answer is "moto's" and known to be right, or it is "refused" with
    `NotModelled`. What has no line is moto's own: the lab says so once, and marks it in the trace.

    Parameters
    ----------
    service : str, optional
        As boto3 names it. Without, the numbers of operations of all services.

    Returns
    -------
    DataFrame
        For one service a row per operation: verdict, note (what is missing, if it is refused) and
        instead (the way on). For all, a row per service and a column per verdict.

    Raises
    ------
    KeyError
        If the service has no line.
    """
    import pandas as pd

    frame = operations()
    if service is None:
        order = frame.service.drop_duplicates()
        return pd.crosstab(frame.service, frame.verdict).loc[order]
    if service not in set(frame.service):
        names = ", ".join(frame.service.drop_duplicates())
        raise KeyError(f"no line for {service!r}; there are lines for {names}")
    return frame[frame.service == service].drop(columns="service").set_index("operation")


def operations() -> pd.DataFrame:
    """Each line of `MODELLED`: service, operation, verdict, note and instead."""
    import pandas as pd

    rows = [
        (name, operation, verdict.kind, verdict.note, verdict.instead)
        for (name, operation), verdict in MODELLED.items()
    ]
    columns = ["service", "operation", "verdict", "note", "instead"]
    return pd.DataFrame(rows, columns=columns)
