"""What learners answer to the exercises of lesson 02: retry without harm, and work for nobody."""

import random
import time

from helpers.patterns.sync import (
    CallFailed,
    CircuitBreaker,
    RetryBudget,
    call,
    fixed,
    jittered,
    retry,
)


def six_tries_a_second_apart(client):
    """The starter: six attempts, one second apart."""
    return lambda order: retry(lambda: call(client, "charge-card", order), 6, lambda n: 1)


def never_tries_again(client):
    """Keeps within every limit, and gives up an order at its first failure."""
    return lambda order: call(client, "charge-card", order)


def a_budget_for_each_call(client):
    """Makes a new budget for each order, full of retries."""

    def charge(order):
        budget = RetryBudget(share=0.25, reserve=10)
        return retry(lambda: call(client, "charge-card", order), 4, jittered, budget)

    return charge


def a_budget_without_jitter(client):
    """Has the budget, and backs off by the same times for all."""
    budget = RetryBudget(share=0.25, reserve=10)
    return lambda order: retry(lambda: call(client, "charge-card", order), 4, fixed, budget)


def jitter_without_a_budget(client):
    """Has the four attempts and the jitter, and no budget."""
    return lambda order: retry(lambda: call(client, "charge-card", order), 4, jittered)


def one_attempt_too_many(client):
    """Takes four retries for four attempts."""
    budget = RetryBudget(share=0.25, reserve=10)

    def charge(order):
        budget.earn()
        for again in range(5):
            try:
                return call(client, "charge-card", order)
            except CallFailed:
                if again == 4 or not budget.spend():
                    raise
                time.sleep(jittered(again + 1))

    return charge


def a_budget_of_a_third(client):
    """Allows a retry for every three calls."""
    budget = RetryBudget(share=1 / 3, reserve=10)
    return lambda order: retry(lambda: call(client, "charge-card", order), 4, jittered, budget)


def no_budget_to_start_with(client):
    """Waits for a quarter of a call to be saved, and gives up orders until then."""
    budget = RetryBudget(share=0.02, reserve=1)
    return lambda order: retry(lambda: call(client, "charge-card", order), 4, jittered, budget)


def a_breaker_for_a_budget(client):
    """Has a circuit breaker, and lets small trouble through without a limit of retries."""
    breaker = CircuitBreaker(limit=30, rest=1)

    def charge(order):
        return retry(lambda: breaker.run(lambda: call(client, "charge-card", order)), 4, jittered)

    return charge


def forgets_to_return(client):
    """Charges at once, and returns no function."""
    retry(lambda: call(client, "charge-card", {"order_id": "o-1-00001"}), 4, jittered)


def counts_calls_and_retries(client):
    """Counts calls and retries in one dict, and waits a random time."""
    seen = {"calls": 0, "retries": 0}

    def charge(order):
        seen["calls"] += 1
        for attempt in range(4):
            try:
                return call(client, "charge-card", order)
            except CallFailed:
                if attempt == 3 or seen["retries"] + 1 > 10 + seen["calls"] / 4:
                    raise
                seen["retries"] += 1
                time.sleep(random.uniform(0, 3))

    return charge


class Charger:
    """A class with tokens, as another would write it."""

    def __init__(self, client):
        self.client, self.tokens = client, 10.0

    def __call__(self, order):
        self.tokens = min(10, self.tokens + 0.25)
        try:
            return call(self.client, "charge-card", order)
        except CallFailed:
            return self.again(order)

    def again(self, order):
        for pause in (1, 2, 4):
            if self.tokens < 1:
                break
            self.tokens -= 1
            time.sleep(random.random() * pause)
            try:
                return call(self.client, "charge-card", order)
            except CallFailed:
                pass
        raise CallFailed("given up")


def an_object_that_charges(client):
    """Returns an object of a class of its own, which has the tokens."""
    return Charger(client)


def waits_long_and_apart(client):
    """Backs off up to twenty seconds, with a budget in a closure and three attempts."""
    budget = RetryBudget(share=0.25, reserve=10)

    def charge(order):
        work = lambda: call(client, "charge-card", order)  # noqa: E731
        return retry(work, 3, lambda attempt: random.uniform(0, 20), budget)

    return charge


def knows_no_deadline(order, ask, charge):
    """The starter: five seconds for all."""
    ask("fraud-check", order, timeout=5)
    charge(order)


def looks_only_at_the_beginning(order, ask, charge):
    """Turns late orders away, and then waits as long as it likes."""
    if time.time() < order["deadline"]:
        ask("fraud-check", order, timeout=5)
        charge(order)


def looks_only_before_the_charge(order, ask, charge):
    """Asks in any case, and charges only in time."""
    ask("fraud-check", order, timeout=5)
    if time.time() < order["deadline"]:
        charge(order)


def asks_with_what_is_left_of_nothing(order, ask, charge):
    """Gives what is left as the time-out, also where nothing is left."""
    ask("fraud-check", order, timeout=order["deadline"] - time.time())
    charge(order)


def gives_each_a_second(order, ask, charge):
    """Waits one second, however much the customer has left."""
    if time.time() < order["deadline"]:
        ask("fraud-check", order, timeout=min(1, order["deadline"] - time.time()))
        charge(order)


def takes_a_time_out_for_a_yes(order, ask, charge):
    """Charges when fraud-check has not answered in time."""
    left = order["deadline"] - time.time()
    if left > 0:
        try:
            ask("fraud-check", order, timeout=left)
        except Exception:
            left = 0
        charge(order)


def charges_first(order, ask, charge):
    """Charges while there is time, and checks for fraud afterwards."""
    left = order["deadline"] - time.time()
    if left > 0:
        charge(order)
        ask("fraud-check", order, timeout=left)


def charges_nothing(order, ask, charge):
    """Never works for nobody, nor for anybody."""


def catches_the_time_out(order, ask, charge):
    """Ends quietly when there is no answer in time."""
    left = order["deadline"] - time.time()
    if left <= 0:
        return None
    try:
        ask("fraud-check", order, timeout=left)
    except Exception:
        return "too late"
    charge(order)
    return "charged"


def looks_twice(order, ask, charge):
    """Looks at the clock before it asks and before it charges, and raises when it is too late."""

    def left():
        return max(0.0, order["deadline"] - time.time())

    if not left():
        raise CallFailed("the customer has left")
    ask("fraud-check", order, timeout=left())
    if left():
        charge(order)


WRONG = {
    "1": [
        six_tries_a_second_apart,
        never_tries_again,
        a_budget_for_each_call,
        a_budget_without_jitter,
        jitter_without_a_budget,
        one_attempt_too_many,
        a_budget_of_a_third,
        no_budget_to_start_with,
        a_breaker_for_a_budget,
        forgets_to_return,
    ],
    "2": [
        knows_no_deadline,
        looks_only_at_the_beginning,
        looks_only_before_the_charge,
        asks_with_what_is_left_of_nothing,
        gives_each_a_second,
        takes_a_time_out_for_a_yes,
        charges_first,
        charges_nothing,
    ],
}
RIGHT = {
    "1": [counts_calls_and_retries, an_object_that_charges, waits_long_and_apart],
    "2": [catches_the_time_out, looks_twice],
}
