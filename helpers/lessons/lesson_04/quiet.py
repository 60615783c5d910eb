"""A quiet day of the shop, against queueing theory."""

from __future__ import annotations

import pandas as pd

from helpers import load, theory, trace
from helpers.lessons.lesson_04.experiment import RATE, WORK, on_record, shop

SETTINGS = {  # Kendall's notation: orders per second, workers, how long a charge takes (mean 1 s)
    "mm1": (0.6, 1, lambda draws: draws.expovariate(1.0)),
    "mm1_busy": (0.8, 1, lambda draws: draws.expovariate(1.0)),
    "md1": (0.6, 1, lambda draws: 1.0),
    "mm3": (1.8, 3, lambda draws: draws.expovariate(1.0)),
}
NAMED = {
    "mm1": "M/M/1, 60 % busy",
    "mm1_busy": "M/M/1, 80 % busy",
    "md1": "M/D/1, 60 % busy",
    "mm3": "M/M/3, 60 % busy",
}
WARM = 100  # seconds: the theory is about a shop that has been open for long
MEASURED = 300  # orders after that


def mean_wait(setting: str, seed: int) -> float:
    """Mean seconds that an order waits until its charge begins, in one of the `SETTINGS`.

    Each setting has customers of its own. With the same ones, a calm day would pull all the means
    down together.
    """
    rate, workers, work = SETTINGS[setting]
    seed += 1000 * (1 + list(SETTINGS).index(setting))
    length = WARM + MEASURED / rate
    orders = load.orders(rate=rate, seconds=length, seed=seed)
    events = shop(orders, workers=workers, outage=0, seconds=length + 60, seed=seed, work=work)
    stays = trace.sojourns(events)
    return float(stays.loc[stays["entered"] > WARM, "wait"].mean())


def against_theory() -> pd.DataFrame:
    """Mean waits in seconds: by the theory, and on the thirty seeds on record.

    `low` and `high` are the 95 % confidence interval of the thirty seeds' mean.
    """
    rows, record = {}, pd.concat([on_record("quiet_day"), on_record("busy_day")], axis="columns")
    for setting, (rate, workers, _) in SETTINGS.items():
        rates = {"arrival_rate": rate, "service_rate": 1.0}
        says = theory.md1(**rates) if setting == "md1" else theory.mmc(**rates, workers=workers)
        means = record[setting]
        rows[NAMED[setting]] = (says, means.mean(), *theory.confidence_interval(list(means)))
    columns = ["theory", "30 seeds", "low", "high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def spread_of_a_recovery(backlog: float, workers: int) -> float:
    """How far luck takes a recovery from the formula, as a share of it: a standard deviation.

    The backlog is a random walk that falls by the headroom h per second, with the variance of
    Poisson arrivals at rate r. Its first passage from B to zero takes B / h on average, with the
    variance r * B / h ** 3 (the inverse Gaussian distribution's). So the share is the square root
    of r / (B * h). The times of the charges hardly vary.
    """
    return float((RATE / (backlog * (workers / WORK - RATE))) ** 0.5)
