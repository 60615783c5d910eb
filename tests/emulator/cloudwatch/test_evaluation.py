"""The states of an alarm, as the tables of AWS have them.

Source: CloudWatch User Guide, "How alarm state is evaluated when data is missing" (the tables as of
November 2026, and older ones from awsdocs/amazon-cloudwatch-user-guide).
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.emulator.cloudwatch.evaluation import state_of

OK, ALARM, NONE, KEPT = "OK", "ALARM", "INSUFFICIENT_DATA", None
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
POINTS = {"0": False, "X": True, "-": None}
THREE_OF_THREE = [
    ("0 - X - X", OK, OK, OK, OK),
    ("0 - - - -", OK, OK, OK, OK),
    ("- - - - -", NONE, KEPT, ALARM, OK),
    ("0 X X - X", ALARM, ALARM, ALARM, ALARM),
    ("- - - - X", NONE, KEPT, ALARM, OK),
    ("X - - - -", ALARM, KEPT, ALARM, OK),
    ("- - X - -", ALARM, KEPT, ALARM, OK),
]
TWO_OF_THREE = [
    ("0 - X - X", ALARM, ALARM, ALARM, ALARM),
    ("0 0 X 0 X", ALARM, ALARM, ALARM, ALARM),
    ("0 - X - -", OK, OK, ALARM, OK),
    ("- - - - 0", OK, OK, ALARM, OK),
    ("- - - - X", NONE, KEPT, ALARM, OK),
    ("- - - X -", ALARM, KEPT, ALARM, OK),
]


@pytest.mark.parametrize(
    ("points", "to_alarm", "states"),
    [(points, 3, states) for points, *states in THREE_OF_THREE]
    + [(points, 2, states) for points, *states in TWO_OF_THREE],
)
def test_the_tables_of_the_user_guide(points, to_alarm, states):
    given = [POINTS[point] for point in points.split()]
    found = [
        state_of(given, periods=3, to_alarm=to_alarm, missing=missing) for missing in TREATMENTS
    ]
    assert found == states


@given(
    points=st.lists(st.sampled_from([True, False, None]), min_size=3, max_size=8),
    more=st.integers(0, 5),
    missing=st.sampled_from(TREATMENTS),
)
def test_what_is_missing_does_not_matter_when_enough_is_there(points, more, missing):
    periods = len(points) - 2
    to_alarm = 1 + more % periods
    there = [point for point in points if point is not None]
    found = state_of(points, periods=periods, to_alarm=to_alarm, missing=missing)
    if len(there) >= periods:
        assert found == (ALARM if sum(there[-periods:]) >= to_alarm else OK)
    elif sum(there) >= to_alarm:
        assert found == ALARM
    elif missing == "notBreaching":
        assert found == OK
