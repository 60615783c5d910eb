"""The orders of a run: at a rate of your choice, or a day of the shop's own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from helpers.load.arrivals import poisson, resampled, steady
from helpers.load.checks import Times, checked, number, positive, whole
from helpers.load.cutting import cut
from helpers.load.recorded import recorded_orders, tenants

BIN = 300  # seconds; within each, a drawn day has a constant rate


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order.

    Attributes
    ----------
    unit_price : int
        Euro cents.
    """

    sku: str
    quantity: int
    unit_price: int


@dataclass(frozen=True, slots=True)
class Order:
    """One order as it reaches the shop.

    Attributes
    ----------
    amount : int
        Euro cents, the sum of the items.
    placed_at : float
        Seconds since the start of the load.
    gap : float
        Seconds since the order before; for the first order, since the start.
    """

    order_id: str
    tenant: str
    customer: str
    items: tuple[Item, ...]
    amount: int
    placed_at: float
    gap: float

    def json(self) -> str:
        """The order as a compact JSON object, always with the same keys in the same order.

        `gap` is left out: it belongs to the load, not to the order.
        """
        body = {
            "order_id": self.order_id,
            "tenant": self.tenant,
            "customer": self.customer,
            "items": [
                {"sku": i.sku, "quantity": i.quantity, "unit_price": i.unit_price}
                for i in self.items
            ],
            "amount": self.amount,
            "placed_at": self.placed_at,
        }
        return json.dumps(body, separators=(",", ":"))


def orders(
    *,
    seed: int,
    arrivals: str | npt.ArrayLike = "poisson",
    rate: float | None = None,
    seconds: float | None = None,
    minutes: float | None = None,
    hours: float | None = None,
    tenant: str | None = None,
) -> list[Order]:
    """Orders at a rate: bodies drawn from the recorded day, times from an arrival process.

    The same arguments give the same orders. A seed gives the same bodies and ids in the same
    sequence under every rate, duration and arrival process. Loads of different seeds share no
    order id.

    Parameters
    ----------
    seed : int
        At least 0.
    arrivals : {"poisson", "steady"} or array of float
        The arrival process, or the arrival times themselves, in seconds since the start. Times
        are rounded to microseconds.
    rate : float
        Orders per second. Not with an array of times.
    seconds, minutes, hours : float
        How long; exactly one of them. Not with an array of times.
    tenant : str
        Draw the orders of this tenant alone.

    Returns
    -------
    list of Order
        Sorted by `placed_at`.

    Raises
    ------
    TypeError, ValueError
        A value is not what it should be; the message names it.
    """
    length = {"seconds": seconds, "minutes": minutes, "hours": hours}
    uniform = Random(f"{whole('seed', seed)}/bodies").random
    if not isinstance(arrivals, str):
        if given := {k: v for k, v in {"rate": rate, **length}.items() if v is not None}:
            raise ValueError(f"an array of times needs no rate and no duration, got {given}")
        times = checked(arrivals)
    elif arrivals not in ("poisson", "steady"):
        raise ValueError(
            f"arrivals must be 'poisson', 'steady' or an array of times, got {arrivals!r}"
        )
    elif rate is None:
        raise ValueError("rate is missing: give the orders per second, got None")
    elif arrivals == "poisson":
        times = poisson(rate=rate, seed=seed, **length)
    else:
        times = steady(rate=rate, **length)
    bodies = _bodies(tenant)
    drawn = [bodies[int(uniform() * len(bodies))] for _ in times]
    return cut(_timed(drawn, times, seed))


def day(
    *, from_hour: float = 0, to_hour: float = 24, scale: float = 1.0, seed: int | None = None
) -> list[Order]:
    """The shop's own day, or a day like it.

    Without a seed: the recorded orders at their recorded times. With a seed: new arrivals with
    the recorded day's rates times `scale`, each order drawn from the same five minutes.

    Parameters
    ----------
    from_hour, to_hour : float
        The window, in hours since midnight. `placed_at` counts from its beginning.
    scale : float
        Orders per recorded order. Other than 1 it needs a seed.
    seed : int
        At least 0.

    Returns
    -------
    list of Order
        Sorted by `placed_at`.

    Raises
    ------
    TypeError, ValueError
        A value is not what it should be; the message names it.
    """
    window, length = _window(from_hour, to_hour)
    if seed is None:
        if positive("scale", scale) != 1:
            raise ValueError(f"a scale other than 1 draws new orders: give a seed, got {scale=}")
        return cut(_timed(window, [o["placed_at"] - from_hour * 3600 for o in window]))
    drawn, times = _drawn(window, from_hour, length, scale, seed)
    return cut(_timed([window[i] for i in drawn], times, seed))


def daily(*, seed: int, scale: float = 1.0, from_hour: float = 0, to_hour: float = 24) -> Times:
    """Arrival times of ``day(...)`` with a seed: Poisson, with the recorded day's rates.

    Parameters and errors as for `day`; the seed is required. The method is that of
    `arrivals.resampled`, in bins of five minutes.

    Returns
    -------
    numpy.ndarray
        Seconds since the beginning of the window, sorted.
    """
    window, length = _window(from_hour, to_hour)
    return _drawn(window, from_hour, length, scale, seed)[1]


def _window(from_hour: float, to_hour: float) -> tuple[list[dict[str, Any]], float]:
    if not 0 <= number("from_hour", from_hour) < number("to_hour", to_hour) <= 24:
        raise ValueError(
            f"a window must lie within 0 to 24 hours, got from_hour={from_hour}, to_hour={to_hour}"
        )
    start, end = from_hour * 3600, to_hour * 3600
    return [o for o in recorded_orders() if start <= o["placed_at"] < end], end - start


def _drawn(
    window: list[dict[str, Any]], from_hour: float, length: float, scale: float, seed: int
) -> tuple[npt.NDArray[np.int_], Times]:
    recorded = [o["placed_at"] - from_hour * 3600 for o in window]
    return resampled(recorded, length=length, width=BIN, scale=scale, seed=seed)


def _bodies(tenant: str | None) -> list[dict[str, Any]]:
    if tenant is None:
        return recorded_orders()
    if tenant not in (known := [t.tenant for t in tenants()]):
        raise ValueError(f"tenant must be one of {known}, got {tenant!r}")
    return [o for o in recorded_orders() if o["tenant"] == tenant]


def _timed(
    bodies: Sequence[dict[str, Any]], times: Iterable[float], seed: int | None = None
) -> list[Order]:
    """The orders with new times, and with new ids if they are drawn."""
    timed, before = [], 0.0
    for count, (body, time) in enumerate(zip(bodies, times, strict=True), start=1):
        time = round(float(time), 6)
        timed.append(
            Order(
                order_id=body["order_id"] if seed is None else f"o-{seed}-{count:05d}",
                tenant=body["tenant"],
                customer=body["customer"],
                items=tuple(Item(i["sku"], i["quantity"], i["unit_price"]) for i in body["items"]),
                amount=body["amount"],
                placed_at=time,
                gap=round(time - before, 6),
            )
        )
        before = time
    return timed
