"""What queueing theory says of a queue, and how a measurement compares with it.

Poisson arrivals, exponential service, one queue, c workers: M/M/c in Kendall's notation; service
that always takes the same time: M/D/1. Sources:
A. K. Erlang, "Solution of some Problems in the Theory of Probabilities of Significance in Automatic
Telephone Exchanges" (1917), for the probability of waiting (Erlang C); L. Kleinrock, "Queueing
Systems", volume 1 (1975), sections 3.2 and 3.5, for the waiting times. Knows no AWS SDK.

Rates are per second, times in seconds. The waiting time ends when service begins; the sojourn time
is the waiting time plus the service time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# The 97.5th percentile of Student's t distribution, by degrees of freedom.
STUDENT_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


def utilisation(*, arrival_rate: float, service_rate: float, workers: int = 1) -> float:
    """Share of time that a worker is busy.

    Parameters
    ----------
    arrival_rate : float
        Messages per second that arrive.
    service_rate : float
        Messages per second that one worker handles.

    Returns
    -------
    float
        Above 0 and below 1.

    Raises
    ------
    ValueError
        If a rate is not positive, `workers` not a positive whole number, or if the queue would grow
        without end (1 or more).
    """
    for name, value in (("arrival_rate", arrival_rate), ("service_rate", service_rate)):
        if not 0 < value < math.inf:
            raise ValueError(f"{name} must be positive, got {value!r}")
    if not isinstance(workers, int) or workers < 1:
        raise ValueError(f"workers must be a positive whole number, got {workers!r}")
    busy = arrival_rate / (workers * service_rate)
    if busy >= 1:
        raise ValueError(f"the queue grows without end at a utilisation of {busy:.3g}")
    return busy


def mm1(*, arrival_rate: float, service_rate: float) -> float:
    """Mean waiting time in seconds, with one worker.

    Parameters and errors as for `utilisation`.

    Examples
    --------
    >>> mm1(arrival_rate=0.5, service_rate=1.0)
    1.0
    """
    busy = utilisation(arrival_rate=arrival_rate, service_rate=service_rate)
    return busy / (service_rate - arrival_rate)


def md1(*, arrival_rate: float, service_rate: float) -> float:
    """Mean waiting time in seconds, with one worker whose service always takes the same time.

    Half of M/M/1's, by the formula of Pollaczek and Khinchine (Kleinrock, section 5.7). Parameters
    and errors as for `utilisation`.

    Examples
    --------
    >>> md1(arrival_rate=0.5, service_rate=1.0)
    0.5
    """
    return mm1(arrival_rate=arrival_rate, service_rate=service_rate) / 2


def erlang_c(*, arrival_rate: float, service_rate: float, workers: int) -> float:
    """Probability that a message has to wait, 0 to 1.

    Parameters and errors as for `utilisation`.
    """
    busy = utilisation(arrival_rate=arrival_rate, service_rate=service_rate, workers=workers)
    offered = arrival_rate / service_rate  # in erlangs
    blocked = 1.0  # Erlang B, by its recursion in the number of workers
    for worker in range(1, workers + 1):
        blocked = offered * blocked / (worker + offered * blocked)
    return blocked / (1 - busy * (1 - blocked))


def mmc(*, arrival_rate: float, service_rate: float, workers: int) -> float:
    """Mean waiting time in seconds, with so many workers.

    Parameters and errors as for `utilisation`.

    Examples
    --------
    >>> round(mmc(arrival_rate=1.0, service_rate=1.0, workers=2), 6)
    0.333333
    """
    waits = erlang_c(arrival_rate=arrival_rate, service_rate=service_rate, workers=workers)
    return waits / (workers * service_rate - arrival_rate)


def confidence_interval(means: Sequence[float]) -> tuple[float, float]:
    """95 % confidence interval of the mean (Student's t).

    Parameters
    ----------
    means : sequence of float
        One independent mean per seed, 2 to 31 of them.

    Returns
    -------
    low, high : float
        In the unit of the means.

    Raises
    ------
    ValueError
        For fewer or more means than that.
    """
    count = len(means)
    if not 2 <= count <= len(STUDENT_T) + 1:
        raise ValueError(f"an interval needs 2 to {len(STUDENT_T) + 1} means, got {count}")
    middle = math.fsum(means) / count
    variance = math.fsum((mean - middle) ** 2 for mean in means) / (count - 1)
    half = STUDENT_T[count - 2] * math.sqrt(variance / count)
    return middle - half, middle + half


def table(
    measured: Mapping[tuple[int, float], Sequence[float]], *, service_rate: float
) -> pd.DataFrame:
    """Theory beside measurement, one row per setting.

    Parameters
    ----------
    measured : mapping
        From (workers, arrival rate in messages per second) to the mean waiting time of each seed in
        seconds.
    service_rate : float
        Messages per second that one worker handles.

    Returns
    -------
    DataFrame
        workers, arrival_rate (messages per second), utilisation (0 to 1), theory and measured (mean
        waiting times in seconds), low and high (95 % confidence interval over the seeds), agrees
        (the interval holds the theory).

    Raises
    ------
    ValueError
        As `utilisation` and `confidence_interval` do.
    """
    import pandas as pd

    rows = []
    for (workers, rate), means in measured.items():
        theory = mmc(arrival_rate=rate, service_rate=service_rate, workers=workers)
        busy = utilisation(arrival_rate=rate, service_rate=service_rate, workers=workers)
        low, high = confidence_interval(means)
        mean = math.fsum(means) / len(means)
        row = (workers, rate, busy, theory, mean, low, high, low <= theory <= high)
        rows.append(row)
    names = "workers arrival_rate utilisation theory measured low high agrees"
    return pd.DataFrame(rows, columns=names.split())
