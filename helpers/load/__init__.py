"""Seeded loads: the orders that reach the shop, and when.

`orders` gives a load at a rate of your choice, `day` the shop's own day from `data/`. Both
return a list of `Order`; a sender sleeps ``order.gap`` seconds before each one. The arrival
processes `steady`, `poisson`, `burst`, `varying` and `daily` give times alone, for
``orders(arrivals=...)`` or for a chart.
"""

from helpers.load.arrivals import burst, poisson, steady, varying
from helpers.load.cutting import at_most
from helpers.load.recorded import Tenant, tenants
from helpers.load.stream import Item, Order, daily, day, orders

__all__ = [
    "Item",
    "Order",
    "Tenant",
    "at_most",
    "burst",
    "daily",
    "day",
    "orders",
    "poisson",
    "steady",
    "tenants",
    "varying",
]
