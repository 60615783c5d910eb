"""The eight shops that share the warehouse, and what they send when one of them has a sale."""

from __future__ import annotations

from helpers import load

SHOPS = [shop.tenant for shop in load.tenants()]  # the largest first
NOISY = "records"
SALE = 60.0  # seconds after which the sale begins


def traffic(
    seed: int, *, rate: float = 2.2, lasts: float = 50, seconds: float = 180, daily: float = 0.6
) -> list[list[load.Order]]:
    """A list of orders per shop, and one of the sale.

    Parameters
    ----------
    rate, lasts : float
        Of the sale: orders per second, and seconds.
    seconds : float
        How long the shops send.
    daily : float
        Orders per second of all shops together on an ordinary day.
    """
    first = 100 * seed
    streams = [
        load.orders(tenant=shop.tenant, rate=daily * shop.share, seconds=seconds, seed=first + n)
        for n, shop in enumerate(load.tenants())
    ]
    times = SALE + load.poisson(rate=rate, seconds=lasts, seed=seed)
    return [*streams, load.orders(tenant=NOISY, arrivals=times, seed=first + 50)]
