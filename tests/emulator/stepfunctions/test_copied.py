"""What is copied in moto's place is equal, and nothing of it is shared."""

import copy
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from helpers.emulator.stepfunctions.speed import copied

ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.just(datetime(2026, 11, 2, tzinfo=UTC))
)
DATA = st.recursive(ATOMS, lambda some: st.lists(some) | st.dictionaries(st.text(), some))


class Own(dict):
    """No dictionary of JSON's."""


def changeable(value):
    """The identity of each list and dictionary in it."""
    if isinstance(value, dict):
        return {id(value)}.union(*map(changeable, value.values()))
    return {id(value)}.union(*map(changeable, value)) if isinstance(value, list) else set()


@given(DATA)
def test_a_copy_is_equal_and_shares_nothing(value):
    ours = copied(value)
    assert ours == copy.deepcopy(value) == value
    assert not changeable(ours) & changeable(value)


def test_what_json_cannot_hold_is_copied_as_python_does():
    value = {"own": Own(inner=[1])}
    ours = copied(value)
    assert type(ours["own"]) is Own
    assert ours == value
    assert ours["own"]["inner"] is not value["own"]["inner"]
