"""What lesson 03 reads from its traces."""

import pandas as pd

from helpers.lessons.lesson_03 import experiment


def test_the_most_charges_of_a_window_count_those_that_began_before_it():
    events = pd.DataFrame(
        [
            (1.0, "charging"),
            (2.0, "charging"),
            (3.0, "charged"),
            (4.0, "answered"),
            (31.0, "charged"),
            (32.0, "charging"),
            (33.0, "charged"),
        ],
        columns=["time", "name"],
    )
    found = experiment.at_once(events, every=10)
    assert found["time"].tolist() == [0, 10, 20, 30]
    assert found["charges"].tolist() == [2, 1, 1, 1]


def test_strangers_are_those_with_another_s_receipt_and_not_those_without_one():
    events = pd.DataFrame(
        {
            "name": ["answered", "answered", "answered", "placed"],
            "order_id": ["a", "b", "c", "d"],
            "receipt": ["a", "c", None, "a"],
        }
    )
    assert experiment.strangers(events).to_dict("records") == [{"order_id": "b", "receipt": "c"}]
