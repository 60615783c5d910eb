"""The exercises of lesson 02: retry without harm; work for nobody."""

from __future__ import annotations

import contextlib
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable
from random import Random
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from helpers import load
from helpers.lab import Lab
from helpers.lessons.exercise import Exercise, Failed
from helpers.patterns.shop import open_shop
from helpers.patterns.sync import CallFailed, call

SEEDS = (1021, 1022, 1023)
ONCE = {"total_max_attempts": 1}  # the SDK does not try again

# Exercise 1, in seconds: charge-card hangs, crashes with all calls in it, and stays down for so
# long that a budget of a third of the calls is more than is allowed.
HANGS, CRASHES, BACK, WELL, END = 20.0, 40.0, 130.0, 140.0, 180.0
RESERVE, SHARE, MOST = 10, 0.25, 4
DECLINED = 3  # the place of an order whose card fails at every attempt


def retry_without_harm(lab: Lab, make: Callable[..., Any], seed: int) -> None:
    """Retries help in small trouble, and in an outage they stay few and apart."""
    draws = Random(f"charges {seed}")
    orders = load.orders(rate=0.9, seconds=END, seed=seed)
    declined = orders[DECLINED].order_id
    tried: list[tuple[float, str]] = []
    charged: set[str] = set()

    def charge_card(order: dict[str, Any], context: Any) -> None:
        tried.append((lab.now, order["order_id"]))
        if HANGS <= lab.now < CRASHES:
            time.sleep(CRASHES - lab.now)
        down = CRASHES <= lab.now < BACK or order["order_id"] == declined
        if down or draws.random() < 1 / 7:
            raise ConnectionError("the card provider is down")
        charged.add(order["order_id"])

    lab.deploy("charge-card", charge_card, timeout=60)
    charge = make(boto3.client("lambda", config=Config(read_timeout=60, retries=ONCE)))
    if not callable(charge):
        raise Failed(f"Your my_caller has to return the function that charges, got {charge!r}.")

    def checkout(order: load.Order) -> None:
        try:
            charge({"order_id": order.order_id, "amount": order.amount})
        except (BotoCoreError, ClientError):
            pass
        except Exception as error:
            if type(error).__name__ != "CallFailed":  # the reader's own class, by its name
                raise

    def watch() -> None:  # the first retry too many decides, whatever comes after it
        while True:
            time.sleep(5)
            _few_enough(tried, orders)

    with lab.running(seconds=END + 60):
        lab.start(open_shop, orders, checkout)
        lab.start(watch)
    _few_enough(tried, orders)
    small = [o.order_id for o in orders if o.placed_at < HANGS - 5 or o.placed_at > WELL]
    small.remove(declined)
    lost = [name for name in small if name not in charged]
    if len(lost) > 0.05 * len(small):
        raise Failed(
            f"While only one attempt in seven failed, {len(lost)} of {len(small)} orders were "
            f"lost, such as {lost[0]}."
        )
    _apart(tried)


def _few_enough(tried: list[tuple[float, str]], orders: list[load.Order]) -> None:
    """No order too often, and never more retries than the budget allows."""
    times: Counter[str] = Counter()
    retries = 0
    for now, name in tried:
        times[name] += 1
        retries += times[name] > 1
        if times[name] > MOST:
            raise Failed(f"Order {name} was tried {times[name]} times.")
        calls = bisect_right(orders, now, key=lambda order: order.placed_at)
        if retries > RESERVE + SHARE * calls + 1e-9:
            raise Failed(
                f"Order {name} was tried again at second {now:.0f}: that was retry {retries} after "
                f"{calls} calls, and {int(RESERVE + SHARE * calls)} were allowed."
            )


def _apart(tried: list[tuple[float, str]]) -> None:
    """Orders that failed in the crash do not come back in one moment."""
    caught = {name for now, name in tried if HANGS <= now < CRASHES}
    back: dict[str, float] = {}
    for now, name in tried:
        if name in caught and now >= CRASHES:
            back.setdefault(name, now)
    if len(back) < 5:
        missing = min(caught - set(back), default="none at all")
        raise Failed(
            f"In the crash at second {CRASHES:.0f} {len(caught)} orders failed, such as {missing}, "
            f"and only {len(back)} were tried again, although more retries were allowed."
        )
    for name, first in back.items():
        together = sum(first <= other < first + 0.05 for other in back.values())
        if together > len(back) / 2:
            raise Failed(
                f"Of the {len(back)} orders that came back after the crash, {together} did so "
                f"within the same 50 ms, order {name} among them."
            )


class Deadlines:
    """charge-card behind customers who leave, and in front of a fraud-check that takes its time."""

    def __init__(self, lab: Lab, answer: Callable[..., Any], seed: int) -> None:
        self._lab, self._answer, self._draws = lab, answer, Random(f"patience {seed}")
        self._clients: dict[float, Any] = {}
        self.asked: dict[str, tuple[float, float]] = {}  # when, and how long fraud-check takes
        self.ended: dict[str, float] = {}
        self.charged: defaultdict[str, list[float]] = defaultdict(list)
        self.leaves: dict[str, float] = {}
        self.errors: list[Exception] = []
        lab.deploy("fraud-check", self._fraud_check, timeout=60)
        lab.deploy("charge-card", self._charge_card, timeout=60)

    def customer(self, order: load.Order) -> None:
        patience = self._draws.choice((1.5, 2.0, 3.0))
        self.leaves[order.order_id] = self._lab.now + patience
        event = {"order_id": order.order_id, "deadline": time.time() + patience}
        with contextlib.suppress(CallFailed):
            self._ask("charge-card", event, timeout=patience)

    def _ask(self, function: str, order: dict[str, Any], timeout: float) -> Any:
        if timeout <= 0:  # as urllib3 refuses it
            raise ValueError(f"a time-out has to be above zero, got {timeout:.2f} s")
        seconds = int(timeout * 5) / 5  # down to a fifth, so that few clients are needed
        if seconds <= 0:
            raise CallFailed(f"{function}: no time left")
        if seconds not in self._clients:
            config = Config(read_timeout=seconds, retries=ONCE)
            self._clients[seconds] = boto3.client("lambda", config=config)
        return call(self._clients[seconds], function, order)

    def _fraud_check(self, order: dict[str, Any], context: Any) -> None:
        long = self._draws.expovariate(1.0)
        self.asked[order["order_id"]] = (self._lab.now, long)
        time.sleep(long)

    def _charge_card(self, order: dict[str, Any], context: Any) -> None:
        time.sleep(self._draws.expovariate(1 / 0.7))  # late already, now and then
        try:
            self._answer(order, self._ask, self._charge)
        except CallFailed:
            raise
        except Exception as error:
            self.errors.append(error)
        finally:
            self.ended[order["order_id"]] = self._lab.now

    def _charge(self, order: dict[str, Any]) -> None:
        self.charged[order["order_id"]].append(self._lab.now)


def work_for_nobody(lab: Lab, answer: Callable[..., Any], seed: int) -> None:
    """Nothing is asked, waited for or charged after the deadline, and nothing is left undone."""
    shop = Deadlines(lab, answer, seed)
    orders = load.orders(rate=1.0, seconds=45, seed=seed)
    with lab.running(seconds=90):
        lab.start(open_shop, orders, shop.customer)
    if shop.errors:
        raise shop.errors[0]
    for order in orders:
        name = order.order_id
        _nothing_late(
            name, shop.leaves[name], shop.asked.get(name), shop.charged[name], shop.ended[name]
        )


def _nothing_late(
    name: str,
    leaves: float,
    asked: tuple[float, float] | None,
    charged: list[float],
    ended: float,
) -> None:
    if asked and asked[0] > leaves:
        late = asked[0] - leaves
        raise Failed(f"Order {name}: fraud-check was asked {late:.1f} s after the customer left.")
    if charged and (not asked or charged[0] < sum(asked) - 1e-6):
        raise Failed(f"Order {name} was charged before fraud-check had answered.")
    if charged and charged[0] > leaves:
        raise Failed(
            f"Order {name} was charged {charged[0] - leaves:.1f} s after the customer left."
        )
    if ended > leaves + 0.05 and asked:
        raise Failed(
            f"Order {name}: charge-card was still at work {ended - leaves:.1f} s after the "
            "customer left."
        )
    if len(charged) > 1:
        raise Failed(f"Order {name} was charged {len(charged)} times.")
    if not charged and asked and sum(asked) < leaves - 0.3:
        raise Failed(
            f"Order {name}: fraud-check needed {asked[1]:.1f} s, the customer would have waited "
            f"{leaves - asked[0]:.1f} s, and the card was not charged."
        )
    if not charged and not asked and ended < leaves - 0.3:
        raise Failed(f"Order {name} came in time, and fraud-check was never asked about it.")


EXERCISES = {
    "1": Exercise(retry_without_harm, SEEDS, "Small trouble is healed, an outage is not fed."),
    "2": Exercise(work_for_nobody, SEEDS, "Nobody works for a customer who has left."),
}
