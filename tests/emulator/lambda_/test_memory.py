"""Each execution environment of a deployed Python function has a memory of its own.

The handlers here use globals of this module, as a handler in a notebook uses the notebook's.
"""

from __future__ import annotations

import functools
import json
import time
from collections import Counter, OrderedDict, defaultdict, deque
from typing import ClassVar

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from uploaded_function import answer

from helpers import Lab
from helpers.emulator.lambda_.containers import own_copy, plain

seen = set()
record = []
orders = {"open": []}
tally = Counter()
by_kind = defaultdict(list)
waiting = deque([0], maxlen=3)
count = 0
settings = {"down": True}
rate = 1


def remember(number):
    seen.add(number)


@functools.lru_cache
def born(number):
    return time.time()


class Store:
    kept: ClassVar[list[int]] = []

    def keep(self, number):
        self.kept.append(number)
        return len(self.kept)


store = Store()


@pytest.fixture(autouse=True)
def _as_new():
    """The globals as they stand above, for each test."""
    global count, rate
    for container in (seen, record, tally, by_kind, Store.kept):
        container.clear()
    orders.clear()
    orders.update(open=[])
    waiting.clear()
    waiting.append(0)
    settings["down"] = True
    count, rate = 0, 1


@pytest.fixture
def lab():
    with Lab(seed=3) as lab:
        yield lab


def at_once(lab, *numbers):
    answers = {}

    def call(number):
        answers[number] = answer({"n": number})

    with lab.running():
        for number in numbers:
            lab.start(call, number)
    return [answers[number] for number in numbers]


def sees(event, context):
    remember(event["n"])
    time.sleep(1)
    return sorted(seen)


def counts(event, context):
    global count
    count += 1
    time.sleep(1)
    return count


class TestApart:
    def test_invocations_at_the_same_time_share_no_global(self, lab):
        lab.deploy("f", sees)
        assert at_once(lab, 1, 2, 3) == [[1], [2], [3]]

    def test_one_after_the_other_meets_what_was_kept(self, lab):
        lab.deploy("f", sees)
        assert [answer({"n": n}) for n in (1, 2)] == [[1], [1, 2]]

    def test_a_number_that_is_counted_up(self, lab):
        lab.deploy("f", counts)
        assert at_once(lab, 1, 2) == [1, 1]
        assert answer({}) == 2

    def test_containers_in_containers_and_of_every_kind(self, lab):
        def handler(event, context):
            orders["open"].append(event["n"])
            tally["n"] += 1
            by_kind["a"].append(event["n"])
            waiting.append(event["n"])
            time.sleep(1)
            return [orders["open"], tally["n"], by_kind["a"], list(waiting)]

        lab.deploy("f", handler)
        assert at_once(lab, 1, 2) == [[[1], 1, [1], [0, 1]], [[2], 1, [2], [0, 2]]]

    def test_a_cache(self, lab):
        def handler(event, context):
            found = born(1)
            time.sleep(event["n"])
            return found

        lab.deploy("f", handler)
        first, other = at_once(lab, 1, 2)
        assert first == other
        time_of_first = answer({"n": 0})
        assert time_of_first == first  # kept in an environment
        born.cache_clear()
        assert born.cache_info().currsize == 0

    def test_two_functions_with_one_handler(self, lab):
        lab.deploy("f", sees)
        lab.deploy("g", sees)
        assert answer({"n": 1}) == [1]
        assert answer({"n": 2}, name="g") == [2]

    @pytest.mark.parametrize("ends", ["timeout", "exit", "deploy", "configure", "idle"])
    def test_it_ends_with_its_environment(self, lab, ends):
        def handler(event, context):
            remember(event.get("n", 0))
            if event.get("ends") == "timeout":
                time.sleep(60)
            if event.get("ends") == "exit":
                raise SystemExit(1)
            return sorted(seen)

        lab.deploy("f", handler)
        assert answer({"n": 1}) == [1]
        if ends in ("timeout", "exit"):
            answer({"n": 2, "ends": ends})
        elif ends == "deploy":
            lab.deploy("f", handler)
        elif ends == "configure":
            boto3.client("lambda").update_function_configuration(FunctionName="f", Timeout=9)
        else:
            with lab.running(minutes=15):
                pass
        assert answer({"n": 3}) == [3]

    def test_decorated_partial_and_bound_handlers(self, lab):
        def decorated(handler):
            @functools.wraps(handler)
            def wrapper(event, context):
                return handler(event, context)

            return wrapper

        def third(extra, event, context):
            return sees(event, context)

        class Holder:
            def handle(self, event, context):
                return sees(event, context)

        handlers = decorated(sees), functools.partial(third, None), Holder().handle
        for number, handler in enumerate(handlers):
            lab.deploy("f", handler)
            assert at_once(lab, 10 + number, 20 + number) == [[10 + number], [20 + number]]
            seen.clear()


class TestShared:
    def test_variables_around_a_handler_are_the_world(self, lab):
        database = set()

        def handler(event, context):
            database.add(event["n"])
            time.sleep(1)
            return len(database)

        lab.deploy("f", handler)
        assert at_once(lab, 1, 2, 3) == [3, 3, 3]
        assert database == {1, 2, 3}

    def test_instances_and_classes_are(self, lab):
        lab.deploy("f", lambda event, context: store.keep(event["n"]))
        answer({"n": 1})
        lab.deploy("f", lambda event, context: store.keep(event["n"]))
        assert answer({"n": 2}) == 2
        assert Store.kept == [1, 2]


class TestTheNotebook:
    def test_sees_what_all_environments_did(self, lab):
        def handler(event, context):
            record.append(event["n"])
            tally[event["n"] % 2] += 1
            seen.update(n for n in (event["n"],))
            by_kind["all"].append(event["n"])
            orders[event["n"]] = "placed"

        lab.deploy("f", handler)
        at_once(lab, 1, 2, 3)
        assert record == [1, 2, 3]
        assert tally == {0: 1, 1: 2}
        assert seen == {1, 2, 3}
        assert by_kind["all"] == [1, 2, 3]
        assert orders == {"open": [], 1: "placed", 2: "placed", 3: "placed"}

    def test_sees_a_number_that_a_handler_binds(self, lab):
        lab.deploy("f", counts)
        for _ in range(3):
            answer({})
        assert count == 3

    def test_also_when_the_handler_fails_or_is_ended(self, lab):
        def handler(event, context):
            global count
            record.append(event["n"])
            count += 1
            if event["n"] == 1:
                raise ValueError
            time.sleep(60)

        lab.deploy("f", handler)
        answer({"n": 1})
        answer({"n": 2})
        assert (record, count) == ([1, 2], 1 + 1)

    def test_what_it_changes_before_a_handler_does_is_seen(self, lab):
        lab.deploy("f", lambda event, context: [settings["down"], rate])
        assert answer() == [True, 1]
        global rate
        settings["down"], rate = False, 2
        assert answer() == [False, 2]  # in the environment that was there

    def test_a_global_of_a_later_cell(self, lab):
        lab.deploy("f", lambda event, context: later)  # noqa: F821
        assert answer()["errorType"] == "NameError"
        globals()["later"] = [1]
        try:
            assert answer() == [1]
        finally:
            del globals()["later"]

    def test_a_name_that_both_bind(self, lab):
        global count
        lab.deploy("f", counts)
        assert [answer({}), answer({})] == [1, 2]
        count = 10
        assert answer({}) == 3  # that environment has bound its own
        lab.deploy("f", counts)
        count = 20
        assert [answer({}), answer({})] == [21, 22]

    def test_lists_that_several_begin_are_one_record(self, lab):
        def handler(event, context):
            mine = orders.setdefault("new", [])
            mine.append(event["n"])
            time.sleep(1)
            return [mine, orders["new"]]

        lab.deploy("f", handler)
        assert at_once(lab, 1, 2) == [[[1], [1]], [[2], [2]]]
        assert orders["new"] == [1, 2]

    def test_functions_of_it_that_are_bound_anew_count(self, lab):
        global remember
        lab.deploy("f", sees)
        answer({"n": 1})
        before = remember
        remember = lambda number: seen.add(-number)  # noqa: E731
        try:
            assert answer({"n": 2}) == [-2, 1]
        finally:
            remember = before


class TestCopies:
    @pytest.mark.parametrize(
        "container",
        [[1], {1: 2}, {1}, deque([1], maxlen=2), Counter("a"), defaultdict(list, a=[1]),
         OrderedDict(a=1), bytearray(b"a")],
        ids=lambda container: type(container).__name__,
    )  # fmt: skip
    def test_they_look_like_what_they_copy(self, container):
        copy = own_copy(container, lambda: None)
        assert copy == container
        assert repr(copy) == repr(container)
        assert isinstance(copy, type(container))
        assert type(plain(copy)) is type(container)
        assert getattr(plain(copy), "maxlen", None) == getattr(container, "maxlen", None)
        if isinstance(container, list | dict) and type(container) is not OrderedDict:
            assert json.dumps(copy) == json.dumps(container)

    @given(st.lists(st.tuples(st.sampled_from("aeipsdc"), st.integers(-3, 3)), max_size=30))
    def test_a_lists_original_follows_every_change(self, changes):
        original, told = [0, 1, 2], []
        copy = own_copy(original, lambda: told.append(1))
        for what, number in changes:
            before = list(copy)
            try:
                {
                    "a": lambda n: copy.append(n),
                    "e": lambda n: copy.extend(iter([n, n])),
                    "i": lambda n: copy.insert(n, n),
                    "p": lambda n: copy.pop(n),
                    "s": lambda n: copy.__setitem__(n, 9),
                    "d": lambda n: copy.__delitem__(n),
                    "c": lambda n: copy.sort(),
                }[what](number)
            except IndexError:
                assert copy == before
            assert original == copy
        assert bool(told) == bool(changes)

    @given(st.lists(st.tuples(st.sampled_from("sdpuo"), st.integers(0, 3)), max_size=30))
    def test_a_dicts_original_does_too(self, changes):
        original = {0: 0}
        copy = own_copy(original, lambda: None)
        for what, number in changes:
            {
                "s": lambda n: copy.__setitem__(n, n),
                "d": lambda n: copy.setdefault(n, 7),
                "p": lambda n: copy.pop(n, None),
                "u": lambda n: copy.update({n: 1}, x=n),
                "o": lambda n: copy.__ior__({n: 2}),
            }[what](number)
            assert original == copy

    @given(st.lists(st.lists(st.sampled_from("ab"), max_size=5), max_size=5))
    def test_what_several_count_is_added_up(self, words):
        original = Counter()
        copies = [own_copy(original, lambda: None) for _ in words]
        for copy, word in zip(copies, words, strict=True):
            copy.update(word)
            copy["a"] += 1
        assert original == sum((Counter(word) for word in words), Counter(a=len(words)))
        for copy, word in zip(copies, words, strict=True):
            assert copy == Counter(word) + Counter("a")
