"""Conditions and updates against a small model of what AWS's guide says about them."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from emulated_dynamodb import KEY, Indexed, message, plain, typed
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import Lab
from helpers.emulator.dynamodb import values
from helpers.emulator.dynamodb.expressions import changes, checking, conditions, updates
from helpers.emulator.dynamodb.expressions.evaluation import holds
from helpers.emulator.dynamodb.expressions.placeholders import Placeholders
from helpers.emulator.dynamodb.refusals import ItemInvalid, Malformed

NAMES = ("a", "b", "c")
SCALARS = st.one_of(
    st.integers(-3, 3).map(lambda n: {"N": str(n)}),
    st.sampled_from(["", "a", "ab", "b"]).map(lambda s: {"S": s}),
    st.sampled_from([b"", b"a", b"ab"]).map(lambda b: {"B": b}),
    st.booleans().map(lambda b: {"BOOL": b}),
    st.just({"NULL": True}),
)
SETS = st.one_of(
    st.sets(st.sampled_from("abc"), min_size=1).map(lambda s: {"SS": sorted(s)}),
    st.sets(st.integers(0, 3), min_size=1).map(lambda s: {"NS": [str(n) for n in sorted(s)]}),
)
VALUES = st.recursive(
    st.one_of(SCALARS, SETS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda one: {"L": one}),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=2).map(lambda one: {"M": one}),
    ),
    max_leaves=4,
)
ITEMS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3)
PATHS = st.sampled_from([*NAMES, "a[0]", "a[1]", "a.b", "b.c[0]"])


# A small model: Python's own values, and nothing of the evaluator's.


def native(value):
    """Type and value, comparable within a type; sets without order."""
    [(kind, held)] = value.items()
    if kind == "N":
        held = Decimal(held)
    elif kind in ("SS", "NS"):
        held = frozenset(held)
    elif kind == "L":
        held = tuple(map(native, held))
    elif kind == "M":
        held = frozenset((name, native(one)) for name, one in held.items())
    elif kind == "S":
        held = held.encode()
    return kind, held


def reached(item, path):
    value = {"M": item}
    for part in path.replace("[", ".[").split("."):
        if part[0] == "[":
            elements = value.get("L", [])
            place = int(part[1:-1])
            value = elements[place] if place < len(elements) else None
        else:
            value = value.get("M", {}).get(part)
        if value is None:
            return None
    return native(value)


def compared(operator, one, other):
    if one is None or other is None:
        return False
    if operator in ("=", "<>"):
        return (one == other) == (operator == "=")
    if one[0] != other[0] or one[0] not in ("N", "S", "B"):
        return False
    left, right = one[1], other[1]
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[
        operator
    ]


TESTS = st.tuples(st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), PATHS, SCALARS)
KINDS = st.tuples(st.just("attribute_type"), PATHS, st.sampled_from(values.TYPES))
THERE = st.tuples(st.sampled_from(["attribute_exists", "attribute_not_exists"]), PATHS)
CONDITIONS = st.recursive(
    st.one_of(TESTS, KINDS, THERE),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["AND", "OR"]), inner, inner), st.tuples(st.just("NOT"), inner)
    ),
    max_leaves=5,
)


def written(condition, given):
    """The text of a condition; its values are put into `given`."""
    operator, *operands = condition
    if operator in ("AND", "OR"):
        return f"({written(operands[0], given)}) {operator} ({written(operands[1], given)})"
    if operator == "NOT":
        return f"not ({written(operands[0], given)})"
    if len(operands) == 1:
        return f"{operator}({operands[0]})"
    name = f":v{len(given)}"
    path, value = operands
    given[name] = {"S": value} if operator == "attribute_type" else value
    return f"{operator}({path}, {name})" if operator[0] == "a" else f"{path} {operator} {name}"


def expected(condition, item):
    operator, *operands = condition
    if operator == "AND":
        return expected(operands[0], item) and expected(operands[1], item)
    if operator == "OR":
        return expected(operands[0], item) or expected(operands[1], item)
    if operator == "NOT":
        return not expected(operands[0], item)
    found = reached(item, operands[0])
    if operator.startswith("attribute"):
        if operator == "attribute_type":
            return found is not None and found[0] == operands[1]
        return (found is not None) == (operator == "attribute_exists")
    return compared(operator, found, native(operands[1]))


def has_unordered(condition):
    """Whether a condition orders by a value that has no order, which AWS refuses."""
    operator, *operands = condition
    if operator in ("AND", "OR", "NOT"):
        return any(map(has_unordered, operands))
    return operator in ("<", "<=", ">", ">=") and next(iter(operands[1])) in ("BOOL", "NULL")


@given(CONDITIONS, ITEMS)
@settings(max_examples=400, deadline=None)
def test_a_condition_holds_as_the_guide_says(condition, item):
    given = {}
    text = written(condition, given)
    parsed, placeholders = conditions.parsed(text), Placeholders(None, given or None)
    if has_unordered(condition):
        with pytest.raises(Malformed, match="Incorrect operand type"):
            checking.bound(parsed, placeholders)
        return
    bound = checking.bound(parsed, placeholders)
    assert holds(bound, item) == expected(condition, item)


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("SET"), st.sampled_from(NAMES), VALUES),
        st.tuples(st.just("REMOVE"), st.sampled_from([*NAMES, "a[0]", "a[1]"])),
        st.tuples(st.just("ADD"), st.sampled_from(NAMES), st.one_of(
            st.integers(-2, 2).map(lambda n: {"N": str(n)}), SETS)),
        st.tuples(st.just("DELETE"), st.sampled_from(NAMES), SETS),
    ),
    min_size=1, max_size=3, unique_by=lambda action: action[1][0],
)  # fmt: skip


def updated(item, actions):
    """What the guide says that an update makes; None if the item does not allow it."""
    after = dict(item)
    for section, path, *operand in actions:
        name, held = path[0], item.get(path[0])
        if section == "SET":
            after[name] = operand[0]
        elif path != name:  # the removal of an element
            if held is None or "L" not in held:
                return None
            place = int(path[2])
            after[name] = {"L": held["L"][:place] + held["L"][place + 1 :]}
        elif section == "REMOVE":
            after.pop(name, None)
        else:
            [(kind, given)] = operand[0].items()
            if held is not None and kind not in held:
                return None
            if kind == "N":
                after[name] = {"N": str(int(held["N"] if held else 0) + int(given))}
                continue
            before = set(held[kind]) if held else set()
            left = before | set(given) if section == "ADD" else before - set(given)
            after.pop(name, None)
            if left:
                after[name] = {kind: sorted(left)}
    return after


@given(ITEMS, ACTIONS)
@settings(max_examples=400, deadline=None)
def test_an_update_changes_an_item_as_the_guide_says(item, actions):
    given, sections = {}, {}
    for section, path, *operand in actions:
        text = path
        if operand:
            given[f":{path}"] = operand[0]
            text += f" = :{path}" if section == "SET" else f" :{path}"
        sections.setdefault(section, []).append(text)
    text = " ".join(f"{section} {', '.join(parts)}" for section, parts in sections.items())
    bound = updates.bound(updates.parsed(text), Placeholders(None, given or None))
    wanted = updated(item, actions)
    before = {name: native(value) for name, value in item.items()}
    if wanted is None:
        with pytest.raises(ItemInvalid):
            changes.changed(item, bound)
    else:
        after = changes.changed(item, bound)
        assert {n: native(v) for n, v in after.items()} == {n: native(v) for n, v in wanted.items()}
    assert {name: native(value) for name, value in item.items()} == before


@given(st.text(alphabet="ab#:=<>()[].,+- 01ANDORNTSEREMVI", max_size=20))
@settings(max_examples=500, deadline=None)
def test_any_text_is_an_expression_or_a_syntax_error(text):
    for read in (conditions.parsed, updates.parsed):
        with suppress(Malformed):
            assert read(text)


# What reaches further than the model.


@pytest.fixture
def table():
    with Lab(seed=1):
        yield Indexed()


@pytest.mark.parametrize(
    ("expression", "after"),
    [
        ("SET l[5] = :x, l[9] = :y", {"l": [1, 2, 3, 7, 8]}),  # beyond the end: appended in order
        ("REMOVE l[0], l[2]", {"l": [2]}),  # places are those from before
        ("REMOVE l[0] SET l[1] = :x", {"l": [7, 3]}),
        ("REMOVE l[7], m.gone", {}),
        ("SET m.deep.n = m.deep.n + :x", {"m": {"deep": {"n": 8}}}),
        ("SET l = list_append(l, if_not_exists(gone, :l))", {"l": [1, 2, 3, 9]}),
        ("SET l = list_append(:l, l)", {"l": [9, 1, 2, 3]}),
        ("SET p = q, q = p", {"p": "q", "q": "p"}),  # all values are those from before
        ("SET p = (:x - :y)", {"p": -1}),
        ("SET c = if_not_exists(c, :x) + :y", {"c": 15}),
        ("ADD c :x", {"c": 7}),
        ("DELETE s :s", {"s": None}),  # no set is empty
        ("ADD s :s", {"s": {"a"}}),
        ("set p=:x remove q", {"p": 7, "q": None}),
    ],
)
def test_updates_of_parts(table, expression, after):
    item = {"l": [1, 2, 3], "m": {"deep": {"n": 1}}, "p": "p", "q": "q", "s": {"a"}}
    table.put(**item)
    given = {"x": 7, "y": 8, "l": [9], "s": {"a"}}
    table.update(expression, **{n: v for n, v in given.items() if f":{n}" in expression})
    wanted = {n: v for n, v in {**KEY, **item, **after}.items() if v is not None}
    assert table.get() == wanted


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("NONE", None),
        ("ALL_OLD", {**KEY, "p": 1, "m": {"x": 1, "y": 2}}),
        ("UPDATED_OLD", {"p": 1, "m": {"x": 1}}),
        ("ALL_NEW", {**KEY, "p": 2, "m": {"x": 5, "y": 2}, "new": 3}),
        ("UPDATED_NEW", {"p": 2, "m": {"x": 5}, "new": 3}),
    ],
)
def test_what_an_update_returns(table, wanted, shown):
    table.put(p=1, m={"x": 1, "y": 2})
    found = table.update(
        "SET p = :p, m.x = :x, #new = :n", {"#new": "new"}, p=2, x=5, n=3, ReturnValues=wanted
    )
    assert (plain(found["Attributes"]) if "Attributes" in found else None) == shown


def test_a_sum_beyond_38_digits_or_the_largest_number(table):
    item = {**typed(KEY), "p": {"N": "9" * 38}, "big": {"N": "9e125"}}
    table.put_item(Item=item)
    table.update("SET p = p + :x", x=1)
    assert table.get_item(Key=typed(KEY))["Item"]["p"] == {"N": "1" + "0" * 38}
    assert message(table.update, "SET big = big + big") == (
        "Number overflow. Attempting to store a number with magnitude larger than supported range"
    )


@pytest.mark.parametrize(
    ("condition", "true"),
    [
        ("size(label) = :three", True),
        ("size(l) = :three", False),
        ("contains(label, :b)", True),
        ("contains(l, :b)", True),
        ("contains(tags, :b)", False),
        ("contains(tags, :label)", True),
        ("begins_with(label, :b)", False),
        ("l[0] = :b AND m.x[1] = :three", True),
        ("gone <> :b", False),  # of nothing, nothing is said
        ("NOT gone = :b", True),
        ("label BETWEEN :label AND :b", True),
        (":b IN (gone, l[0])", True),
        ("amount < :b OR amount > :b OR amount = :b", False),  # a number and a text
        ("(amount = :three) and not(label=:b)", True),
    ],
)
def test_conditions_on_parts(table, condition, true):
    table.put(label="abc", l=["b", 1], tags={"abc"}, m={"x": [0, 3]}, amount=3)
    given = {":three": 3, ":b": "b", ":label": "abc"}
    found = table.scan(
        FilterExpression=condition,
        ExpressionAttributeValues=typed({n: v for n, v in given.items() if n in condition}),
    )
    assert found["Count"] == true
