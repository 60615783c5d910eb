"""The shop's recorded day: the files of `data/`, read and checked.

A file is read at its first use and kept. `data/README.md` tells how the files were made.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "data"
DAY = 24 * 3600  # seconds
ORDER_COLUMNS = ("order_id", "tenant", "customer", "items", "amount", "placed_at")
ITEM_COLUMNS = ("sku", "quantity", "unit_price")
TENANT_COLUMNS = ("tenant", "name", "share", "customers", "skus")

_order_values, _item_values = itemgetter(*ORDER_COLUMNS), itemgetter(*ITEM_COLUMNS)


@dataclass(frozen=True, slots=True)
class Tenant:
    """A shop on the platform; `share` is its part of the everyday orders, between 0 and 1."""

    tenant: str
    name: str
    share: float
    customers: int
    skus: int


@cache
def tenants() -> tuple[Tenant, ...]:
    """The tenants of `data/tenants.csv`, the largest first."""
    return read_tenants(DATA / "tenants.csv")


@cache
def recorded_orders() -> list[dict[str, Any]]:
    """The orders of `data/orders.jsonl`, as `read_orders` gives them."""
    return read_orders(DATA / "orders.jsonl", tenants={t.tenant for t in tenants()})


def read_tenants(path: Path | str) -> tuple[Tenant, ...]:
    """Read and check a file of tenants: CSV with the columns `TENANT_COLUMNS`.

    Returns
    -------
    tuple of Tenant
        The one with the largest share first.

    Raises
    ------
    FileNotFoundError
        The file is not there.
    ValueError
        A line is wrong. The message names the file, the line and the value.
    """
    table = csv.reader(_text(path).splitlines())
    header = next(table, [])
    if missing := [c for c in TENANT_COLUMNS if c not in header]:
        raise ValueError(f"{path}, line 1: column {missing[0]!r} is missing, got {header}")
    found: dict[str, Tenant] = {}
    for row in table:
        try:
            tenant = _tenant(row, header)
            if tenant.tenant in found:
                raise ValueError(f"tenant {tenant.tenant!r} is there twice")
        except ValueError as error:
            raise ValueError(f"{path}, line {table.line_num}: {error}") from error
        found[tenant.tenant] = tenant
    if not found:
        raise ValueError(f"{path}: there are no tenants in the file")
    return tuple(sorted(found.values(), key=lambda t: -t.share))


def read_orders(path: Path | str, *, tenants: Collection[str]) -> list[dict[str, Any]]:
    """Read and check a file of orders: JSON lines with the columns `ORDER_COLUMNS`, by time.

    Parameters
    ----------
    tenants : collection of str
        The tenants an order may belong to.

    Returns
    -------
    list of dict
        One dictionary per order; `placed_at` is seconds since midnight, `amount` and
        `unit_price` are euro cents.

    Raises
    ------
    FileNotFoundError
        The file is not there.
    ValueError
        A line is wrong. The message names the file, the line and the value.
    """
    records, before = _records(path), 0.0
    line_of: dict[str, int] = {}
    for line, record in enumerate(records, start=1):
        try:
            before = _check_order(record, tenants, before)
            first = line_of.setdefault(record["order_id"], line)
            if first != line:
                raise ValueError(f"order_id {record['order_id']!r} is on line {first} already")
        except ValueError as error:
            raise ValueError(f"{path}, line {line}: {error}") from error
    return records


def _text(path: Path | str) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{path} is not there; data/ comes with the repository, beside helpers/"
        ) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        wrong = error.object[error.start : error.end]
        raise ValueError(f"{path}, line {line}: not UTF-8, got {wrong!r}") from error


def _tenant(row: list[str], header: list[str]) -> Tenant:
    if len(row) != len(header):
        raise ValueError(f"expected {len(header)} values, got {row}")
    record = dict(zip(header, row, strict=True))
    if not record["tenant"]:
        raise ValueError("tenant must not be empty, got ''")
    share = float(record["share"])
    if not 0 < share <= 1:
        raise ValueError(f"share must be between 0 and 1, got {share}")
    customers, skus = int(record["customers"]), int(record["skus"])
    return Tenant(record["tenant"], record["name"], share, customers, skus)


def _records(path: Path | str) -> list[Any]:
    """The value on each line of a file of JSON lines."""
    lines = _text(path).removesuffix("\n").split("\n")
    try:
        # All at once is twice as fast as line by line.
        records: list[Any] = json.loads(f"[{','.join(lines)}]")
    except json.JSONDecodeError:
        records = []
    if len(records) == len(lines):
        return records
    for number, line in enumerate(lines, start=1):
        try:
            json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}, line {number}: not JSON ({error}), got {line!r}") from error
    raise ValueError(f"{path}: not one JSON object per line")


def _check_order(record: Any, tenants: Collection[str], before: float) -> float:
    """Check one order and give its time."""
    placed_at: float
    order_id, tenant, customer, items, amount, placed_at = _values(_order_values, record)
    _name("order_id", order_id)
    _name("customer", customer)
    if type(tenant) is not str or tenant not in tenants:
        raise ValueError(f"tenant must be one of {sorted(tenants)}, got {tenant!r}")
    if type(items) is not list or not items:
        raise ValueError(f"items must be a list with at least one item, got {items!r}")
    total = 0
    for item in items:
        sku, quantity, unit_price = _values(_item_values, item)
        _name("sku", sku)
        _count("quantity", quantity, 1)
        _count("unit_price", unit_price, 0)
        total += quantity * unit_price
    _count("amount", amount, 0)
    if amount != total:
        raise ValueError(f"amount must be the sum of the items, {total}, got {amount}")
    if type(placed_at) not in (int, float) or not 0 <= placed_at < DAY:
        raise ValueError(f"placed_at must be seconds since midnight, got {placed_at!r}")
    if placed_at < before:
        raise ValueError(f"orders must be sorted by placed_at, got {placed_at} after {before}")
    return placed_at


def _values(get: Callable[[Any], tuple[Any, ...]], record: Any) -> tuple[Any, ...]:
    try:
        return get(record)
    except KeyError as error:
        raise ValueError(f"column {error} is missing, got {list(record)}") from error
    except TypeError as error:
        raise ValueError(f"expected a JSON object, got {record!r}") from error


def _name(column: str, value: object) -> None:
    if type(value) is not str or not value:
        raise ValueError(f"{column} must be a text that is not empty, got {value!r}")


def _count(column: str, value: object, least: int) -> None:
    # type, not isinstance: true and false do not count as numbers
    if type(value) is not int or value < least:
        raise ValueError(f"{column} must be a whole number, at least {least}, got {value!r}")
