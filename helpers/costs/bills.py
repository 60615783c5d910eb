"""Bills: what a run would have been billed, per million orders, and designs side by side.

Part of `helpers.costs`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any

from helpers.costs.prices import price_of
from helpers.costs.requests import Assumed, is_for_an_order, processed, replayed, units
from helpers.costs.running import invocations, transitions
from helpers.trace import COLUMNS, field

if TYPE_CHECKING:
    import pandas as pd

MILLION = 1_000_000
PER_MILLION = "dollars per million orders"
BY_AWS = " (by AWS)"


def billed(
    trace: pd.DataFrame,
    orders: int | None = None,
    *,
    memory: int | Mapping[str, int] = 128,
    express: Collection[str] = (),
    fair: Collection[str] = (),
    items: Mapping[str, int] | None = None,
    consistent: bool = False,
    leave_out: str | Collection[str] = (),
) -> pd.DataFrame:
    """What AWS would have billed for a run, by the prices of `data/prices.csv` (us-east-1).

    Parameters
    ----------
    trace : DataFrame
        `lab.trace`, or a part of it.
    orders : int, optional
        How many orders the run had. By default those whose `order_id` the trace has.
    memory : int or mapping
        MB of the functions, 128 to 10,240, or of each by its name.
    express : collection of str
        Names of express workflows that are started without waiting for them.
    fair : collection of str
        Names of the standard queues whose messages have a MessageGroupId.
    items : mapping, optional
        How many items a call has, for DynamoDB's operations that take several, such as
        ``{"TransactWriteItems": 2}``.
    consistent : bool
        Whether DynamoDB's reads are strongly consistent, which doubles them.
    leave_out : str or collection of str
        What is not to be billed: "cloudwatch", or "cloudwatch.GetMetricData".

    Returns
    -------
    DataFrame
        A row for each thing that is billed: service, what ("(by AWS)" where a service made the
        requests by itself), units, dollars (US dollars of this run), and dollars per million
        orders. No row if nothing is billed.

    Raises
    ------
    NoPrice
        If the trace has something that AWS bills and that has no price here.
    ValueError
        If an argument is out of range, or the trace has no order and `orders` is not given.
    """
    import pandas as pd

    _check_trace(trace)
    count = _orders(trace, orders)
    _check_memory(memory)
    found = _units(
        trace,
        Assumed(fair, _checked(items or {}), consistent),
        memory,
        express,
        {leave_out} if isinstance(leave_out, str) else set(leave_out),
    )
    rows = []
    for (service, what, by_aws), amount in sorted(found.items()):
        dollars = amount * price_of(service, what).each
        name = what + BY_AWS if by_aws else what
        rows.append((service, name, amount, dollars, dollars / count * MILLION))
    columns = ["service", "what", "units", "dollars", PER_MILLION]
    kinds = dict.fromkeys(columns[2:], float)
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def per_million(trace: pd.DataFrame, orders: int | None = None, **options: Any) -> float:
    """US dollars per million orders of a run; `options` as in `billed`."""
    return float(billed(trace, orders, **options)[PER_MILLION].sum())


def comparison(
    designs: Mapping[str, pd.DataFrame], orders: int | None = None, **options: Any
) -> pd.DataFrame:
    """What designs cost, each measured in a run of its own.

    Parameters
    ----------
    designs : mapping
        The trace of each design, by its name.
    orders : int, optional
        How many orders each run had; by default counted in each trace.
    **options
        As in `billed`, for all designs.

    Returns
    -------
    DataFrame
        Indexed by design: calls per order (requests that services processed for the program, polls
        that found nothing included, set-up left out), calls by AWS per order (those that services
        made by themselves) and dollars per million orders.
    """
    import pandas as pd

    if not isinstance(designs, Mapping) or not designs:
        raise ValueError(f"designs is a mapping of names to traces, got {designs!r}")
    rows = {}
    for name, trace in designs.items():
        _check_trace(trace)
        count = _orders(trace, orders)
        made = Counter(r.by_aws for r in processed(trace) if is_for_an_order(r))
        dollars = per_million(trace, count, **options)
        rows[name] = (made[False] / count, made[True] / count, dollars)
    names = ["calls per order", "calls by AWS per order", PER_MILLION]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=names)
    return frame.rename_axis("design")


def _units(
    trace: pd.DataFrame,
    assumed: Assumed,
    memory: int | Mapping[str, int],
    express: Collection[str],
    without: set[str],
) -> dict[tuple[str, str, bool], float]:
    """Units of all that is billed: by service, by what, and by whether a service asked for it."""
    found: defaultdict[tuple[str, str, bool], float] = defaultdict(float)
    replay = False
    for request in processed(trace):
        if {request.service, f"{request.service}.{request.operation}"} & without:
            continue
        replay = replay or request.operation == "StartReplay"
        for service, what, amount in units(request, assumed):
            found[service, what, request.by_aws and service == request.service] += amount
    if replay:
        found["events", "replayed events", False] += replayed(trace)
    for service, what, amount in (*invocations(trace, memory), *transitions(trace, express)):
        if service not in without:
            found[service, what, False] += amount
    return found


def _orders(trace: pd.DataFrame, orders: int | None) -> int:
    if orders is None:
        orders = len(_keys(trace))
        if not orders:
            raise ValueError("the trace has no order_id: say how many orders it had, orders=…")
    number = isinstance(orders, Real) and not isinstance(orders, bool)
    if not (number and float(orders).is_integer() and orders >= 1):
        raise ValueError(f"orders is a whole number from 1, got {orders!r}")
    return int(orders)


def _keys(trace: pd.DataFrame) -> set[Any]:
    """The orders that a trace has, in messages and in marks."""
    bodies = {h.body for handled in trace["messages"] for h in handled if h.body}
    found = {field(body, "order_id") for body in bodies}
    if "order_id" in trace.columns:
        found.update(trace["order_id"].dropna())
    return found - {None}


def _check_trace(trace: Any) -> None:
    missing = [name for name in COLUMNS if name not in getattr(trace, "columns", ())]
    if missing:
        raise ValueError(f"no trace such as lab.trace: {type(trace).__name__} without {missing}")


def _check_memory(memory: Any) -> None:
    for size in memory.values() if isinstance(memory, Mapping) else [memory]:
        if isinstance(size, bool) or not isinstance(size, int) or not 128 <= size <= 10_240:
            raise ValueError(f"memory is 128 to 10,240 MB, got {size!r}")


def _checked(items: Mapping[str, int]) -> Mapping[str, int]:
    for operation, count in items.items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise ValueError(f"items of {operation}: a whole number from 1, got {count!r}")
    return items
