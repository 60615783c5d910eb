"""What lesson 07 says of thirty seeds together holds on the record."""

import pytest

from helpers import theory
from helpers.findings.record import recorded


@pytest.mark.parametrize("design", ["decides", "publishes"])
def test_the_share_that_succeeds_is_that_of_the_formula(design):
    runs = recorded()["07.one_in_ten"].values()
    expected = {"decides": lambda run: run["formula"], "publishes": lambda run: 90.0}[design]
    low, high = theory.confidence_interval([run[design] - expected(run) for run in runs])
    assert low <= 0 <= high


def test_the_sender_that_decides_succeeds_less_often_than_one_send():
    runs = recorded()["07.one_in_ten"].values()
    assert theory.confidence_interval([run["decides"] for run in runs])[1] < 90
