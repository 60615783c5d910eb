"""What a run on an account can cost at most, said before anything is made. Part of `helpers.costs`.

A run has a bound on its calls and on its minutes. Which calls it makes is not known before, so each
is taken as the dearest that there is, and so is what it sets off.
"""

from __future__ import annotations

import math
from numbers import Real
from typing import Any, NamedTuple

from helpers.costs.prices import FILE, Price, read_prices
from helpers.costs.running import EXPRESS_MEMORY

MEMORY, LARGEST = 128, 10_240  # MB of a function, at least and at most [Lambda quotas]
# "Lambda starts processing five batches at a time with five concurrent invocations of your
# function" and polls for up to 20 s each [Lambda Developer Guide, "Using Lambda with Amazon SQS"].
POLLS = 5 * 60 / 20  # requests a minute of a mapping whose queue is empty
_BY_TIME = {("lambda", "duration (x86)"), ("stepfunctions", "express duration")}
# What a service does by itself after a call. The others are calls of the run's own.
_SET_OFF = {
    ("sqs", "requests"), ("sqs", "FIFO requests"), ("sns", "HTTP deliveries"),
    ("events", "custom events"), ("events", "replayed events"),
    ("events", "API destination invocations"), ("scheduler", "invocations"), ("pipes", "requests"),
    ("lambda", "requests"), ("stepfunctions", "state transitions"),
    ("stepfunctions", "express requests"), ("dynamodb", "write request units"),
    ("dynamodb", "read request units"),
}  # fmt: skip
LEFT_OUT = (
    "storage, logs, alarms, data that leaves AWS, taxes, what other regions cost more than "
    "us-east-1, and what is left running after the run"
)


class Bound(NamedTuple):
    """One part of an estimate.

    Attributes
    ----------
    what : str
        As a table shows it.
    units : float
        How many of it there are at most.
    dollars : float
        US dollars for all of them.
    """

    what: str
    units: float
    dollars: float


class Estimate(NamedTuple):
    """An upper bound of what a run costs.

    Attributes
    ----------
    dollars : float
        US dollars, free tier and discounts left aside.
    parts : tuple of Bound
        What it consists of.
    text : str
        In sentences, with the date of the prices and what is left out.
    """

    dollars: float
    parts: tuple[Bound, ...]
    text: str

    def __str__(self) -> str:
        return self.text


def estimate(
    *,
    calls: int,
    minutes: float,
    fan_out: int = 10,
    kilobytes: int = 4,
    items: int = 10,
    at_once: int = 10,
    memory: int = MEMORY,
    mappings: int = 5,
) -> Estimate:
    """What a run costs at most, by the prices of `data/prices.csv`.

    Parameters
    ----------
    calls : int
        Requests that the run sends to AWS at most.
    minutes : float
        Minutes that it lasts at most.
    fan_out : int
        How many things a call sets off at most, one after another: deliveries, invocations, states.
    kilobytes : int
        Size of a message or an item at most, in KB.
    items : int
        How many items or events a call has at most: 10 events in PutEvents, 100 items in a
        transaction of DynamoDB.
    at_once : int
        How many functions, and how many express workflows, run at the same time at most.
    memory : int
        MB of each of them, 128 to 10,240.
    mappings : int
        How many event source mappings poll queues, also while nothing is in them.

    Raises
    ------
    ValueError
        With the value that is out of range.

    Examples
    --------
    >>> estimate(calls=1_000, minutes=10).dollars < 1
    True
    """
    whole = {"calls": calls, "fan_out": fan_out, "kilobytes": kilobytes, "items": items,
             "at_once": at_once, "memory": memory, "mappings": mappings}  # fmt: skip
    for name, value in whole.items():
        _check_whole(name, value)
    if isinstance(minutes, bool) or not isinstance(minutes, Real) or not 0 < minutes < math.inf:
        raise ValueError(f"minutes are a finite number above 0, got {minutes!r}")
    if not MEMORY <= memory <= LARGEST:
        raise ValueError(f"memory is {MEMORY} to {LARGEST:,} MB, got {memory!r}")
    prices = {(price.service, price.what): price for price in read_prices(FILE)}
    counted = {key: price for key, price in prices.items() if key not in _BY_TIME}
    seconds = float(minutes) * 60
    dearest = max(counted.values(), key=lambda price: _of_one(price, kilobytes, items))
    after = max(
        (price for key, price in counted.items() if key in _SET_OFF),
        key=lambda price: _of_one(price, kilobytes),
    )
    duration = prices["lambda", "duration (x86)"]
    poll = prices["sqs", "FIFO requests"]
    each_gb = max(duration.each, prices["stepfunctions", "express duration"].each)
    gb_seconds = seconds * at_once * (memory + EXPRESS_MEMORY) / 1024
    polls = mappings * POLLS * float(minutes)
    parts = (
        Bound(f"calls, each as dear as {dearest.service}: {dearest.what}", calls,
              calls * _of_one(dearest, kilobytes, items)),
        Bound(f"what they set off, each as dear as {after.service}: {after.what}",
              calls * fan_out, calls * fan_out * _of_one(after, kilobytes)),
        Bound("GB-seconds of functions and express workflows", gb_seconds, gb_seconds * each_gb),
        Bound("polls of empty queues", polls, polls * poll.each),
    )  # fmt: skip
    dollars = sum(part.dollars for part in parts)
    return Estimate(dollars, parts, _text(dollars, calls, float(minutes), kilobytes, prices))


def _of_one(price: Price, kilobytes: int, items: int = 1) -> float:
    """US dollars of one request with so many items of so many KB, at most."""
    chunks = 1
    size, _, unit = price.chunk.partition(" ")
    if unit == "KB":
        chunks = math.ceil(kilobytes / int(size))
    if price.service == "dynamodb":
        chunks *= 2  # in a transaction, or a strongly consistent read
    several = price.service in ("dynamodb", "events", "sns")  # SQS counts a batch as one
    return price.each * chunks * (max(1, items) if several else 1)


def _text(dollars: float, calls: int, minutes: float, kilobytes: int, prices: Any) -> str:
    read = {price.read for price in prices.values()}
    when = min(read) if len(read) == 1 else f"{min(read)} to {max(read)}"
    cents = math.ceil(dollars * 100) / 100  # rounded up: it is a bound
    return (
        f"At most ${cents:,.2f} for up to {calls:,} calls in up to {minutes:g} minutes, with "
        f"messages of up to {kilobytes} KB. Each call, and all that it sets off, is counted as the "
        f"dearest that there is; a usual run costs far less. By AWS's prices in us-east-1, read "
        f"in {when}, without the free tier. Left out: {LEFT_OUT}."
    )


def _check_whole(name: str, value: Any) -> None:
    least = 1 if name == "calls" else 0
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} is a whole number from {least}, got {value!r}")
