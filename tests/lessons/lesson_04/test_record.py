"""What lesson 04 says of thirty seeds together holds on the record: spreads and intervals."""

import pytest

from helpers import theory
from helpers.lessons.lesson_04 import experiment, quiet

RATES = {"arrival_rate": 0.6, "service_rate": 1.0}


@pytest.fixture(scope="module")
def waits():
    return quiet.against_theory()


@pytest.mark.parametrize("setting", quiet.NAMED.values())
def test_the_mean_of_thirty_seeds_agrees_with_the_theory(waits, setting):
    row = waits.loc[setting]
    assert row["low"] <= row["theory"] <= row["high"]
    assert row["low"] < row["30 seeds"] < row["high"]


def test_the_theory_is_that_of_each_setting(waits):
    said = waits["theory"].to_dict()
    assert said == pytest.approx(
        {
            "M/M/1, 60 % busy": theory.mm1(**RATES),
            "M/M/1, 80 % busy": theory.mm1(arrival_rate=0.8, service_rate=1.0),
            "M/D/1, 60 % busy": theory.md1(**RATES),
            "M/M/3, 60 % busy": theory.mmc(arrival_rate=1.8, service_rate=1.0, workers=3),
        }
    )


def test_the_intervals_tell_one_setting_from_another(waits):
    low, high = waits["low"], waits["high"]
    assert high["M/M/3, 60 % busy"] < low["M/D/1, 60 % busy"]
    assert high["M/D/1, 60 % busy"] < low["M/M/1, 60 % busy"]
    assert high["M/M/1, 60 % busy"] < low["M/M/1, 80 % busy"]


def test_luck_spreads_recoveries_as_a_random_walk_does():
    days = experiment.on_record("policies")
    share = quiet.spread_of_a_recovery(days["backlog"].mean(), workers=3)
    assert days["ratio"].std() / 100 == pytest.approx(share, rel=0.3)


def test_with_a_hundred_times_the_backlog_the_spread_is_a_tenth():
    few, many = (quiet.spread_of_a_recovery(count, workers=3) for count in (60, 6000))
    assert many == pytest.approx(few / 10)
