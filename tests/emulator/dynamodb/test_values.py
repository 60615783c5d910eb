"""Values, numbers and keys: what is taken, in which form it is kept, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from emulated_dynamodb import KEY, Indexed, message, plain, refused, typed
from hypothesis import given
from hypothesis import strategies as st

from helpers import Lab
from helpers.emulator.dynamodb import numbers
from helpers.emulator.dynamodb.refusals import Malformed

ONE, INVALID = "1 validation error detected: ", "One or more parameter values were invalid: "
NOT_VALID = "One or more parameter values are not valid. "
NUMBERS = {
    "": "The parameter cannot be converted to a numeric value",
    "abc": "The parameter cannot be converted to a numeric value: abc",
    "NaN": "The parameter cannot be converted to a numeric value: NaN",
    "Infinity": "The parameter cannot be converted to a numeric value: Infinity",
    " 1": "The parameter cannot be converted to a numeric value:  1",
    "1_000": "The parameter cannot be converted to a numeric value: 1_000",
    "1" * 39: "Attempting to store more than 38 significant digits in a Number",
    "1e126": "Number overflow. Attempting to store a number with magnitude larger than supported "
    "range",
    "-1e126": "Number overflow. Attempting to store a number with magnitude larger than supported "
    "range",
    "1e-131": "Number underflow. Attempting to store a number with magnitude smaller than "
    "supported range",
}
VALUES = [
    ({"SS": []}, f"{INVALID}An string set  may not be empty"),
    ({"NS": []}, f"{INVALID}An number set  may not be empty"),
    ({"BS": []}, f"{INVALID}Binary sets should not be empty"),
    ({"SS": ["a", "a"]}, f"{INVALID}Input collection [a, a] contains duplicates."),
    ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
    ({"NS": ["x"]}, "The parameter cannot be converted to a numeric value: x"),
    ({"NULL": False}, f"{INVALID}Null attribute value types must have the value of true"),
    ({"M": {"": {"S": "a"}}}, f"{INVALID}An attribute name must be at least one character long"),
    ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
    (
        {"S": "a", "N": "1"},
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
        "supported datatypes",
    ),
]


@pytest.fixture
def table():
    with Lab(seed=1):
        yield Indexed()


@pytest.mark.parametrize("text", NUMBERS)
def test_what_is_no_number(table, text):
    item = {**typed(KEY), "x": {"N": text}}
    assert message(table.put_item, Item=item) == ONE + NUMBERS[text]
    said = message(
        table.scan, FilterExpression="x = :n", ExpressionAttributeValues={":n": {"N": text}}
    )
    assert said == f"ExpressionAttributeValues contains invalid value: {NUMBERS[text]} for key :n"


@pytest.mark.parametrize(("value", "said"), VALUES)
@pytest.mark.parametrize("nested", [False, True])
def test_what_is_no_value(table, value, said, nested):
    item = {**typed(KEY), "x": {"M": {"y": {"L": [value]}}} if nested else value}
    assert message(table.put_item, Item=item) == ONE + said
    requests = {"indexed": [{"PutRequest": {"Item": item}}]}
    assert message(table.db.batch_write_item, RequestItems=requests) == said


@pytest.mark.parametrize(
    ("given", "kept"),
    [("007", "7"), ("1.50", "1.5"), ("-0.0", "0"), ("1E3", "1000"), ("+3", "3"), (".5", "0.5"),
     ("1e125", "1" + "0" * 125), ("1e-130", "0." + "0" * 129 + "1"), ("9" * 38, "9" * 38),
     ("100" + "0" * 40, "1" + "0" * 42)],
)  # fmt: skip
def test_a_number_is_kept_without_zeros_to_spare(table, given, kept):
    table.put_item(Item={**typed(KEY), "x": {"N": given}})
    assert table.get_item(Key=typed(KEY))["Item"]["x"] == {"N": kept}


def valid(value):
    _, digits, _ = value.as_tuple()
    return len("".join(map(str, digits)).strip("0")) <= 38 and -130 <= value.adjusted() <= 125


@given(st.decimals(allow_nan=False, allow_infinity=False, places=None))
def test_the_kept_form_is_the_same_number(value):
    text = str(value)
    if value and not valid(value):
        with pytest.raises(Malformed):
            numbers.canonical(text)
        return
    kept = numbers.canonical(text)
    assert Decimal(kept) == value
    assert numbers.canonical(kept) == kept


@given(st.integers(-(10**38) + 1, 10**38 - 1), st.integers(-(10**38) + 1, 10**38 - 1))
def test_whole_numbers_are_added_exactly_as_long_as_they_have_38_digits(one, other):
    for total, minus in ((one + other, False), (one - other, True)):
        if abs(total) < 10**38:
            assert numbers.added(str(one), str(other), minus=minus) == str(total)


def test_values_come_back_as_they_were_put(table):
    item = {
        **KEY, "b": b"\xff\x00", "bs": {b"", b"x"}, "ss": {"", "ü"}, "ns": {Decimal(1), Decimal(2)},
        "l": [1, [None, {"x": b"y"}]], "m": {" ": "a name"}, "e": "", "eb": b"", "t": True,
    }  # fmt: skip
    table.put_item(Item=typed(item))
    assert table.get() == plain(typed(item))


def test_32_levels_and_no_more(table):
    def nested(levels):
        value = {"N": "1"}
        for _ in range(levels):
            value = {"L": [value]}
        return {**typed(KEY), "x": value}

    table.put_item(Item=nested(32))
    assert "Nesting Levels have exceeded" in message(table.put_item, Item=nested(33))


# Keys.


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sk": None}, f"{INVALID}Missing the key sk in the item"),
        ({"pk": 1}, f"{INVALID}Type mismatch for key pk expected: S actual: N"),
        (
            {"pk": ""},
            f"{NOT_VALID}The AttributeValue for a key attribute cannot contain an empty string "
            "value. Key: pk",
        ),
        (
            {"pk": "x" * 2049},
            f"{INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes",
        ),
        (
            {"sk": "x" * 1025},
            f"{INVALID}Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
        ),
        (
            {"g": 1},
            f"{INVALID}Type mismatch for Index Key g Expected: S Actual: N IndexName: by_g",
        ),
        (
            {"n": "x"},
            f"{INVALID}Type mismatch for Index Key n Expected: N Actual: S IndexName: by_n",
        ),
        (
            {"g": ""},
            f"{NOT_VALID}A value specified for a secondary index key is not supported. The "
            "AttributeValue for a key attribute cannot contain an empty string value. "
            "IndexName: by_g, IndexKey: g",
        ),
    ],
)
def test_keys_of_an_item(table, change, said):
    item = {name: one for name, one in {**KEY, **change}.items() if one is not None}
    assert message(table.put_item, Item=typed(item)) == said


@pytest.mark.parametrize("key", [{"pk": "a"}, {**KEY, "x": "y"}, {"pk": "a", "sk": 1}, {}])
@pytest.mark.parametrize("operation", ["get_item", "delete_item", "update_item"])
def test_a_key_is_whole_and_nothing_else(table, operation, key):
    said = message(getattr(table, operation), Key=typed(key))
    assert said == "The provided key element does not match the schema"


def test_in_a_transaction_a_key_of_another_type_is_a_reason(table):
    def put(**change):
        return {"Put": {"TableName": "indexed", "Item": typed({**KEY, **change})}}

    with refused("TransactionCanceledException", "[None, ValidationError]") as caught:
        table.db.transact_write_items(TransactItems=[put(sk="2"), put(g=1)])
    reason = caught.value.response["CancellationReasons"][1]
    assert reason["Message"] == (
        f"{INVALID}Type mismatch for Index Key g Expected: S Actual: N IndexName: by_g"
    )
    with refused("ValidationException", "empty string value. Key: pk"):
        table.db.transact_write_items(TransactItems=[put(pk="")])
    assert table.get() is None
