"""Make the shop's day: `orders.jsonl` and `tenants.csv`.

Run it as ``python data/make_orders.py``. The same seed gives the same bytes: every random number
is a `random.Random.random()`, the one stream that Python promises to keep from version to
version (library reference, `random`, "Notes on Reproducibility"). `README.md` in this directory
tells the method and why each number was chosen.
"""

import csv
import io
import json
import math
from bisect import bisect
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random

SEED = 2022
DAY = 24 * 3600  # seconds

# tenant, name, share of the everyday orders, customers, SKUs, cheapest and dearest price in cents
TENANTS = [
    ("books", "Corner Books", 0.40, 2400, 400, 590, 4990),
    ("garden", "Garden Gate", 0.15, 900, 180, 390, 8990),
    ("toys", "Toy Chest", 0.12, 700, 150, 790, 6990),
    ("coffee", "Coffee Yard", 0.10, 450, 40, 690, 3990),
    ("paper", "Paper Mill Lane", 0.08, 400, 120, 190, 2990),
    ("records", "Side B Records", 0.06, 1500, 90, 1490, 3990),
    ("wool", "Wool Corner", 0.05, 260, 110, 350, 2490),
    ("cycling", "Spoke and Chain", 0.04, 240, 130, 490, 19990),
]

# The daily curve: relative order rate at 0:00, 1:00 … 24:00, straight lines between.
EVERYDAY_ORDERS = 6600
CURVE = [0.45, 0.28, 0.17, 0.11, 0.10, 0.13, 0.25, 0.45, 0.65, 0.82, 0.95, 1.02, 1.08]
CURVE += [1.05, 0.98, 0.97, 1.00, 1.08, 1.18, 1.38, 1.60, 1.58, 1.20, 0.78, 0.45]

# The flash sale: one shop releases one record at noon. The rate jumps, then decays.
SALE_TENANT, SALE_SKU, SALE_PRICE = "records", "REC-LTD", 2490
SALE_START, SALE_END = 12 * 3600, 12 * 3600 + 1800
SALE_PEAK = 1.5  # orders per second at the start
SALE_DECAY = 600  # seconds until the rate has fallen to 1/e

BASKET = [0.55, 0.25, 0.12, 0.05, 0.03]  # probability of 1, 2 … 5 different SKUs in an order
QUANTITY = [0.84, 0.12, 0.04]  # probability of 1, 2, 3 pieces of one SKU


def everyday_rate(time):
    """Orders per second at `time` (seconds since midnight), the sale left out."""
    area = math.fsum((a + b) / 2 for a, b in pairwise(CURVE)) * 3600  # alike in every Python
    hour, part = divmod(time / 3600, 1)
    left, right = CURVE[int(hour)], CURVE[int(hour) + 1]
    return EVERYDAY_ORDERS / area * (left + part * (right - left))


def sale_rate(time):
    """Orders per second that the flash sale adds at `time`."""
    return SALE_PEAK * math.exp(-(time - SALE_START) / SALE_DECAY)


def thinned(rate_at, highest, start, end, rng):
    """Arrival times of a Poisson process with a varying rate, by thinning.

    Lewis and Shedler, "Simulation of nonhomogeneous Poisson processes by thinning", Naval
    Research Logistics Quarterly 26 (1979): draw at the highest rate, keep each arrival with
    probability ``rate_at(time) / highest``.
    """
    time = start
    while (time := time - math.log(1 - rng.random()) / highest) < end:
        if rng.random() * highest < rate_at(time):
            yield time


def cumulative(weights):
    """Weights added up and scaled to end at 1, for `draw`."""
    sums = list(accumulate(weights))
    return [s / sums[-1] for s in sums]


def draw(sums, rng):
    """A random index, by inversion of the cumulative weights."""
    return min(bisect(sums, rng.random()), len(sums) - 1)


def popularity(count, offset):
    """Cumulative Zipf-Mandelbrot weights ``1 / (rank + offset)`` over `count` ranks."""
    return cumulative(1 / (rank + offset) for rank in range(1, count + 1))


class Shop:
    """One tenant: its catalogue and its customers, most popular first."""

    def __init__(self, row, first_customer, rng):
        self.tenant, _, _, self.customers, skus, cheapest, dearest = row
        self.first_customer = first_customer
        self.popular_customers = popularity(self.customers, offset=self.customers / 3)
        self.popular_skus = popularity(skus, offset=3)
        self.catalogue = []
        for n in range(1, skus + 1):
            # Log-uniform, rounded down to a price that ends in 90 cents.
            price = int(cheapest * (dearest / cheapest) ** rng.random())
            sku = f"{self.tenant[:3].upper()}-{n:03d}"
            self.catalogue.append((sku, (price + 10) // 100 * 100 - 10))

    def customer(self, index):
        return f"c-{self.first_customer + index:05d}"

    def everyday(self, rng):
        """The customer and the basket of an everyday order."""
        customer = self.customer(draw(self.popular_customers, rng))
        size = 1 + draw(cumulative(BASKET), rng)
        chosen = {}
        while len(chosen) < size:
            sku, price = self.catalogue[draw(self.popular_skus, rng)]
            chosen[sku] = item(sku, 1 + draw(cumulative(QUANTITY), rng), price)
        return customer, list(chosen.values())

    def sale(self, rng):
        """The customer and the basket of an order in the sale: anyone, one piece."""
        return self.customer(int(rng.random() * self.customers)), [item(SALE_SKU, 1, SALE_PRICE)]


def item(sku, quantity, unit_price):
    return {"sku": sku, "quantity": quantity, "unit_price": unit_price}


def orders(seed=SEED):
    """The orders of the day, sorted by time, as dictionaries.

    Each aspect has a stream of its own, so a change to the baskets leaves the times alone.
    """
    everyday = thinned(
        everyday_rate,
        everyday_rate(CURVE.index(max(CURVE)) * 3600),
        0,
        DAY - 1e-3,
        Random(f"{seed}/day"),
    )
    sale = thinned(sale_rate, SALE_PEAK, SALE_START, SALE_END, Random(f"{seed}/sale"))
    arrivals = [(round(t, 3), False) for t in everyday] + [(round(t, 3), True) for t in sale]

    shops, first = {}, 1
    prices = Random(f"{seed}/prices")
    for row in TENANTS:
        shops[row[0]] = Shop(row, first, prices)
        first += row[3]
    shares = cumulative(row[2] for row in TENANTS)

    rng = Random(f"{seed}/baskets")
    for number, (time, in_sale) in enumerate(sorted(arrivals), start=1):
        shop = shops[SALE_TENANT if in_sale else TENANTS[draw(shares, rng)][0]]
        customer, items = shop.sale(rng) if in_sale else shop.everyday(rng)
        yield {
            "order_id": f"o-{number:05d}",
            "tenant": shop.tenant,
            "customer": customer,
            "items": items,
            "amount": sum(i["quantity"] * i["unit_price"] for i in items),
            "placed_at": time,
        }


def files(seed=SEED):
    """The text of each data file, by name."""
    lines = (json.dumps(order, separators=(",", ":")) + "\n" for order in orders(seed))
    tenants = io.StringIO()
    table = csv.writer(tenants, lineterminator="\n")
    table.writerow(["tenant", "name", "share", "customers", "skus"])
    table.writerows(row[:5] for row in TENANTS)
    return {"orders.jsonl": "".join(lines), "tenants.csv": tenants.getvalue()}


if __name__ == "__main__":
    for name, text in files().items():
        Path(__file__).with_name(name).write_text(text, encoding="utf-8", newline="\n")
