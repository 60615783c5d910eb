"""What a Black Friday has in store: its orders, and when which thing goes wrong.

An outage of a minute and a half, and a minute in which one tenant is loud, one in each half of the
day; two machines that die; one order that nobody can charge. All is drawn from the seed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from helpers import load

RATE = 0.35  # orders per second, of all tenants
LASTS = 480  # seconds in which customers come
OUTAGE = 90  # seconds for which the card provider is down
NOISE, LOUD_RATE = 60, 2.0  # seconds for which a tenant is loud; its further orders per second
SECOND = "records"  # the tenant with the second most orders, whose place the loud one takes
HALVES = ((80, 130), (270, 320))  # seconds between which one of the two begins
MACHINES = 4  # on each of which a worker runs
DEATHS = 2
NEGATIVE = -3990  # cents: the amount of the order that nobody can charge


@dataclass(frozen=True)
class Plan:
    """One Black Friday.

    Attributes
    ----------
    outage, noise : tuple of float
        Seconds from the day's begin: when it begins and ends.
    loud : str
        The tenant who is loud. The second largest and it have changed places for the day: a queue
        knows a tenant as noisy by its share, so another share would be another experiment.
    deadly : tuple of int
        The machines die that begin with so many charges, counted over all machines from one.
    poisoned : str
        The order whose amount is below zero.
    until : float
        Seconds after which the day is judged.
    """

    orders: list[load.Order]
    outage: tuple[float, float]
    noise: tuple[float, float]
    loud: str
    deadly: tuple[int, ...]
    poisoned: str
    until: float = LASTS + 420


def draw(seed: int) -> Plan:
    """The Black Friday of a seed."""
    draws = Random(f"black friday {seed}")
    begins = [draws.uniform(*half) for half in HALVES]
    draws.shuffle(begins)
    outage, noise = (begins[0], begins[0] + OUTAGE), (begins[1], begins[1] + NOISE)
    everybody = load.poisson(rate=RATE, seconds=LASTS, seed=seed)
    noisy = load.poisson(rate=LOUD_RATE, seconds=NOISE, seed=seed + 1_000_000)
    times = sorted(
        [*((float(t), None) for t in everybody), *((noise[0] + t, SECOND) for t in noisy)]
    )
    orders = load.orders(arrivals=[time for time, _ in times], seed=seed)
    for place, (_, tenant) in enumerate(times):
        if tenant is not None:
            orders[place] = replace(orders[place], tenant=tenant)
    quiet = [n for n, order in enumerate(orders) if order.tenant != SECOND]
    poisoned = draws.choice(quiet[10:60])
    orders[poisoned] = replace(orders[poisoned], amount=NEGATIVE)
    deadly = draws.sample(range(10, 150), DEATHS)
    loud = Random(f"loud on black friday {seed}").choice(load.tenants()).tenant
    places = {SECOND: loud, loud: SECOND}
    orders = [replace(each, tenant=places.get(each.tenant, each.tenant)) for each in orders]
    return Plan(orders, outage, noise, loud, tuple(sorted(deadly)), orders[poisoned].order_id)
