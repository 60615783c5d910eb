"""What the cells of lesson 08 show is what its experiments run."""

import json
from pathlib import Path

import pytest
from lesson_notebooks import LESSONS, Lesson

from helpers import load
from helpers.lessons.lesson_08 import experiment, outages


@pytest.fixture(scope="module")
def shown():
    """The names that the lesson's cells with the event and the routes define."""
    [path] = [each for each in LESSONS if each.name.startswith("08")]
    names = {"json": json}
    for cell in Lesson(Path(path)).code:
        if cell.source.startswith(("def order_placed(", "PLACED = ")):
            exec(cell.source, names)
    return names


def test_the_event_and_the_routes_are_those_of_the_cells(shown):
    for order in load.orders(rate=1, seconds=20, seed=8):
        assert shown["order_placed"](order) == experiment.order_placed(order)
    assert shown["ROUTES"] == experiment.ROUTES


@pytest.mark.parametrize(
    ("arrived", "kind"),
    [
        ([101, 102, 103], "all at once"),
        ([130, 160, 190], "one by one, the oldest first"),
        ([190, 130, 160], "each at a moment of its own"),
    ],
)
def test_a_comeback_is_told_by_its_order_and_its_pace(arrived, kind):
    import pandas as pd

    table = pd.DataFrame({"placed": [10.0, 20.0, 30.0], "charging": arrived})
    assert kind in outages.COMEBACKS
    assert outages.comeback(table, end=100) == kind
