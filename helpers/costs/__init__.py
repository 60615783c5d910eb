"""What a run would have cost on AWS, computed from its trace. Knows no AWS SDK.

The prices stand in `data/prices.csv`, each with its source, month and region (us-east-1). `billed`
lists what a trace would have been billed for, `per_million` is its sum per million orders, and
`comparison` sets several designs side by side.

`prices` has the list, `requests` what each call is billed as, `running` what functions and
workflows are billed for while they run, and `bills` the sums. `estimate` says before a run on an
account what it costs at most.

Left out: the free tier, discounts for large amounts, storage, data transfer, logs and taxes, and
the calls that set up queues, rules or functions, which are made once and not per order.
"""

from helpers.costs.bills import billed, comparison, per_million
from helpers.costs.estimate import Estimate, estimate
from helpers.costs.prices import NoPrice, Price, price_of, prices

__all__ = [
    "Estimate", "NoPrice", "Price", "billed", "comparison", "estimate", "per_million", "price_of",
    "prices",
]  # fmt: skip
