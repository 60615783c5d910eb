"""A process that starts again has the memory that its function had at first."""

import copy
import functools
import itertools
import json
import random
import threading
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import ClassVar

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import Lab
from helpers.lessons.memory import fresh

# -- workers that remember, each in a place of its own: True at an order seen before

SEEN, COUNTS, TABLES = set(), Counter(), {"orders": {"seen": []}}
LATEST, NUMBERS, ODDS = None, itertools.count(), random.Random(1)
LOCK = threading.Lock()


def in_a_global(name):
    again = name in SEEN
    SEEN.add(name)
    return again


def in_a_global_bound_anew(name):
    global LATEST
    again, LATEST = name == LATEST, name
    return again


def deep_in_a_global(name):
    again = name in TABLES["orders"]["seen"]
    TABLES["orders"]["seen"].append(name)
    return again


def in_a_function_that_it_calls(name):
    return in_a_global(name)


def by_a_counter(name):
    COUNTS[name] += 1
    return COUNTS[name] > 1


def by_an_iterator(name):
    return next(NUMBERS) > 0


def by_a_draw(name):
    return ODDS.random() != random.Random(1).random()


def in_a_default(name, seen=[]):  # noqa: B006
    again = name in seen
    seen.append(name)
    return again


def in_a_named_default(name, *, seen={}):  # noqa: B006
    return seen.setdefault(name, 0) or bool(seen.update({name: 1}))


def in_an_attribute(name):
    again = name in in_an_attribute.seen
    in_an_attribute.seen.add(name)
    return again


in_an_attribute.seen = set()


class Ledger:
    seen: ClassVar = set()

    def __init__(self):
        self.own = []

    def note(self, name):
        again = name in self.own
        self.own.append(name)
        return again

    @classmethod
    def note_for_all(cls, name):
        again = name in cls.seen
        cls.seen.add(name)
        return again

    def __call__(self, name):
        return self.note(name)


class Heir(Ledger):
    def note(self, name):
        return super().note(name)


@dataclass
class Slotted:
    __slots__ = ("seen",)
    seen: dict

    def note(self, name):
        return bool(self.seen.setdefault(name, [])) or self.seen[name].append(1) or False


LEDGER, HEIR, SLOTTED = Ledger(), Heir(), Slotted({})


def in_an_object(name):
    return LEDGER.note(name)


def in_a_class(name):
    return Ledger.note_for_all(name)


def in_an_heir(name):
    return HEIR.note(name)


def in_slots(name):
    return SLOTTED.note(name)


def behind_a_lock(name):
    return not LOCK.acquire(blocking=False)  # never released: the process died


def around():
    seen, last = set(), None

    def inner(name):
        nonlocal last
        again, last = name in seen or name == last, name
        seen.add(name)
        return again

    return inner


@functools.cache
def first_answer(name, counted=[]):  # noqa: B006
    counted.append(name)
    return object()


ANSWERS = []


def by_a_cache(name):
    given = first_answer(name)
    again = any(given is each for each in ANSWERS)
    ANSWERS.append(given)
    return again


@functools.wraps(in_a_global)
def wrapped(name):
    return in_a_global(name)


WORKERS = [
    in_a_global, in_a_global_bound_anew, deep_in_a_global, in_a_function_that_it_calls,
    by_a_counter, by_an_iterator, by_a_draw, in_a_default, in_a_named_default, in_an_attribute,
    in_an_object, in_a_class, in_an_heir, in_slots, behind_a_lock, by_a_cache, wrapped,
]  # fmt: skip
OTHERS = {
    "a closure": around(),
    "a partial": functools.partial(lambda seen, name: bool(name in seen or seen.append(name)), []),
    "a method": Ledger().note,
    "a method of a class": Heir.note_for_all,
    "an object": Ledger(),
    "a lambda": (lambda seen: lambda name: bool(name in seen or seen.add(name)))(set()),
}
each = pytest.mark.parametrize(
    "worker",
    [*WORKERS, *OTHERS.values()],
    ids=[*(worker.__name__ for worker in WORKERS), *OTHERS],
)


@each
def test_a_process_remembers_and_a_new_one_does_not(worker):
    process = fresh(worker)
    assert not process("o-1")
    assert process("o-1")
    assert not fresh(worker)("o-1")


@each
def test_two_at_once_have_two_memories_and_the_notebook_keeps_its_own(worker):
    one, other = fresh(worker), fresh(worker)
    assert [one("o-1"), other("o-1")] == [False, False]
    assert [one("o-1"), other("o-1")] == [True, True]
    assert not fresh(fresh(worker))("o-1")


# -- what is shared


def test_clients_modules_and_what_is_handed_in_are_the_world():
    with Lab(seed=1) as lab:
        sqs, told = boto3.client("sqs"), []

        def worker(tell):
            tell((sqs, lab, json, Lab, boto3.client))

        fresh(worker)(told.append)
        assert all(
            a is b for a, b in zip(told[0], (sqs, lab, json, Lab, boto3.client), strict=True)
        )


def test_what_cannot_be_copied_is_shared(tmp_path):
    lines, numbers = open(tmp_path / "log", "w", encoding="utf-8"), (n for n in range(9))  # noqa: SIM115

    def worker():
        return lines, next(numbers)

    assert fresh(worker)() == (lines, 0)
    assert fresh(worker)() == (lines, 1)
    lines.close()


def test_functions_of_a_process_share_what_they_shared():
    seen = []

    def note(name):
        seen.append(name)

    def look():
        return seen

    def both():
        return note, look

    add, see = fresh(both)()
    add("o-1")
    assert (see(), seen) == (["o-1"], [])


def test_one_that_calls_itself_and_a_ring_of_objects_are_copied_once():
    ring = {"of": []}
    ring["of"].append(ring)

    def walk(depth):
        return ring if depth == 0 else walk(depth - 1)

    found = fresh(walk)(3)
    assert found is not ring
    assert found["of"][0] is found


def test_its_name_and_its_words_are_as_they_were():
    made = fresh(in_a_default)
    assert (made.__name__, made.__module__) == (in_a_default.__name__, in_a_default.__module__)
    assert made.__code__ is in_a_default.__code__


def test_waiting_things_of_threads_can_be_used():
    ready, slots = threading.Event(), threading.Semaphore(2)
    ready.set()
    ready.clear()

    def worker():
        ready.set()
        return ready.is_set() and slots.acquire(blocking=False)

    assert fresh(worker)()
    assert not ready.is_set()


@dataclass(eq=False)
class Box:
    inside: object = None
    more: list = field(default_factory=list)

    def __eq__(self, other):  # also with a box of another process, whose class is its own
        return vars(self) == vars(other)

    __hash__ = None


plain = st.recursive(
    st.none() | st.integers() | st.text(max_size=3) | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.tuples(inner, inner)
        | st.builds(deque, st.lists(inner, max_size=3), st.just(5))
        | st.builds(Box, inner)
        | st.sets(st.integers(), max_size=3)
        | st.builds(lambda items: defaultdict(list, {"a": items}), st.lists(inner, max_size=2))
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(content=plain)
def test_a_process_finds_what_was_there_and_changes_its_own_alone(content):
    kept, before = {"content": content}, copy.deepcopy(content)

    def worker():
        found = copy.deepcopy(kept["content"])
        kept["content"] = None
        kept["more"] = 1
        spoil(content)
        return found

    assert fresh(worker)() == before
    assert kept == {"content": content}
    assert content == before


def spoil(value):
    """Change everything that can be changed, however deep."""
    if isinstance(value, dict):
        for inner in list(value.values()):
            spoil(inner)
        value["spoiled"] = True
    elif isinstance(value, list | deque):
        for inner in list(value):
            spoil(inner)
        value.append("spoiled")
    elif isinstance(value, set):
        value.add("spoiled")
    elif isinstance(value, tuple):
        for inner in value:
            spoil(inner)
    elif hasattr(value, "inside"):
        spoil(value.inside)
        value.inside = "spoiled"
        value.more.append(1)
