"""A worker begins again after a crash, and after what it raises on purpose."""

import contextlib
import itertools
import json
import threading
import time
from functools import partial

import boto3
import pytest

from helpers import Lab
from helpers.exercises import checks
from helpers.lessons.exercise import Exercise, Failed
from helpers.lessons.machines import Crash, Machine, attempt, is_mistake, kept_running
from helpers.lessons.memory import fresh
from helpers.patterns.idempotency import InProgress


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


class Till:
    """Charges that are written down, and a machine that dies before the third of them."""

    def __init__(self):
        self.charged, self.deaths = [], 0

    def charge(self, machine, name):
        time.sleep(1)
        if len(self.charged) == 2 and not self.deaths:
            self.deaths += 1
            machine.die()
        self.charged.append(name)

    def given(self, machine):
        return (machine.part(partial(self.charge, machine)),)


def counts_in_memory(charge, done=[]):  # noqa: B006
    for number in range(4):
        if number not in done:
            charge(number)
            done.append(number)


def catches_everything(charge):
    for number in range(4):
        try:
            charge(number)
        except:  # noqa: E722
            charge("after my death")


def catches_everything_for_ever(charge):
    while True:
        with contextlib.suppress(BaseException):
            charge(0)


def test_after_a_crash_the_worker_begins_again_with_its_first_memory(lab):
    till = Till()
    with lab.running():
        lab.start(kept_running, counts_in_memory, till.given)
    assert till.charged == [0, 1, 0, 1, 2, 3]
    assert lab.now == 2 + 1 + 5 + 4


def test_nothing_that_a_dead_machine_does_reaches_the_world(lab):
    till = Till()
    with lab.running():
        lab.start(kept_running, catches_everything, till.given)
    assert till.charged == [0, 1, 0, 1, 2, 3]


def test_one_that_catches_even_its_death_for_ever_stands_still(lab):
    till = Till()
    with lab.running(seconds=20):
        lab.start(kept_running, catches_everything_for_ever, till.given)
    assert till.charged.count(0) == len(till.charged) == 2 + 20 - 8


def charges_in_threads(charge):
    """Each charge has a thread, which is on the machine as well."""
    for name in itertools.count():
        at_work = threading.Thread(target=charge, args=(name,))
        at_work.start()
        at_work.join(1.5)


def test_what_a_function_began_stands_still_with_its_machine(lab):
    till = Till()
    with lab.running(seconds=20):
        lab.start(kept_running, charges_in_threads, till.given)
    assert till.charged[:4] == [0, 1, 0, 1]


def test_clients_of_a_machine_work_until_it_dies(lab):
    machine = Machine()
    sqs = machine.part(boto3.client("sqs"))
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="none")
    with pytest.raises(Crash):
        machine.die()
    with pytest.raises(Crash):
        sqs.send_message(QueueUrl=url, MessageBody="lost")


# -- on purpose, or by mistake


class Busy(Exception):
    pass


class Unreadable(ValueError):
    pass


def raises(error):
    def handler():
        raise error

    return handler


def refused_by_aws():
    boto3.client("sqs").get_queue_url(QueueName="none")


def charges(order):
    return order["id"]


ON_PURPOSE = {
    "a class of its own": raises(Busy()),
    "a kind of ValueError of its own": raises(Unreadable("o-1")),
    "a lesson's class": raises(InProgress("o-1")),
    "a plain class, raised": raises(ValueError("in progress")),
    "a plain error": raises(RuntimeError("later")),
    "the provider's": raises(ConnectionError("down")),
    "refused by AWS": refused_by_aws,
}
BY_MISTAKE = {
    "a name": lambda: order,  # noqa: F821
    "a key": lambda: {}["Messages"],
    "an argument": lambda: charges(),
    "a value that the check does not know": lambda: charges(7),
    "no JSON": lambda: json.loads("{"),
    "a number": lambda: int("four"),
    "a parameter of boto3": lambda: boto3.client("sqs").send_message(Body="o-1"),
}


@pytest.mark.parametrize("handler", ON_PURPOSE.values(), ids=ON_PURPOSE)
def test_what_is_raised_on_purpose_means_later(handler, lab):
    found = attempt(handler)
    assert not found
    assert not is_mistake(found.error)


@pytest.mark.parametrize("handler", BY_MISTAKE.values(), ids=BY_MISTAKE)
def test_a_mistake_comes_out_and_the_check_names_its_line(handler, lab):
    with pytest.raises(Exception) as raised:  # noqa: PT011
        attempt(handler)
    assert is_mistake(raised.value)


def test_an_attempt_has_the_answer_or_the_crash(lab):
    assert attempt(lambda order: order, 7).value == 7
    assert attempt(lambda: None)
    machine = Machine()
    assert isinstance(attempt(machine.die).error, Crash)


def test_a_worker_that_raises_on_purpose_is_begun_again_and_a_mistake_ends_the_run(lab):
    moments = []

    def busy(tell):
        if tell() < 4:
            raise Busy

    def mistaken(tell):
        if tell() < 6:
            raise Busy
        [][0]

    def tell():
        moments.append(lab.now)
        return len(moments)

    with lab.running():
        lab.start(kept_running, busy, lambda machine: (tell,))
    assert moments == [0, 5, 10, 15]
    with pytest.raises(IndexError), lab.running():
        lab.start(kept_running, mistaken, lambda machine: (tell,))
    assert len(moments) == 6


def test_a_check_with_machines_refuses_what_remembers_in_memory(monkeypatch):
    """The whole way: a rule, a worker, a crash, and a sentence."""

    def rule(lab, answer, seed):
        till = Till()
        with lab.running():
            lab.start(kept_running, answer, till.given)
        if till.charged != [0, 1, 2, 3]:
            raise Failed(f"Order o-{till.charged[2]} was charged twice.")

    monkeypatch.setattr(checks, "_find", lambda exercise: Exercise(rule, (1, 2), "Once."))
    assert checks.check("99.1", counts_in_memory).text == "Order o-0 was charged twice."
    assert counts_in_memory.__defaults__ == ([],)
    assert fresh(counts_in_memory).__defaults__ == ([],)
