"""The rig of lesson 02: what it refuses, and what it counts."""

import pandas as pd
import pytest

from helpers.lessons.lesson_02 import experiment, receiver


def test_a_phase_that_there_is_not_is_named():
    with pytest.raises(ValueError, match="'tired'"):
        experiment.phase("tired", seed=1)


@pytest.mark.parametrize(("layers", "calls"), [(0, 1), (1, 3), (2, 9), (3, 27)])
def test_the_formula_multiplies_when_all_fail(layers, calls):
    assert experiment.formula(1.0, layers=layers) == calls
    assert experiment.formula(0.0, layers=layers) == 1


def test_rates_are_per_second_and_have_empty_windows():
    times = pd.Series([0.1, 0.2, 1.3, 9.0])
    frame = receiver.per_second(times, start=0, end=2, window=0.5)
    assert list(frame["time"]) == [0, 0.5, 1, 1.5]
    assert list(frame["rate"]) == [4, 0, 2, 0]


def test_an_outage_gives_each_client_a_caller_of_its_own():
    clients = []

    def caller(client):
        clients.append(client)
        return lambda order: None

    told = experiment.answers(receiver.outage(caller, clients=3, seed=1))
    assert len({id(client) for client in clients}) == 3
    assert told["ok"].all()
