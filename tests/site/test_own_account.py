"""The numbers of the page "On your own account" are those of the code."""

from __future__ import annotations

import inspect
import re

from project import ROOT

from helpers import costs, load
from helpers.costs import estimate
from helpers.lab.behind import OF_A_RUN
from helpers.lab.settings import Settings
from helpers.lessons.lesson_03 import experiment

PAGE = " ".join((ROOT / "site" / "own-account.md").read_text(encoding="utf-8").split())


def test_the_bounds_are_the_labs():
    assert "A run lasts a minute at most" in PAGE
    assert Settings().longest == 60
    assert "the first two thirds" in PAGE
    assert OF_A_RUN == 2 / 3
    assert f"each of {Settings().calls:,} calls" in PAGE
    assert "ten deliveries after it" in PAGE
    assert inspect.signature(estimate).parameters["fan_out"].default == 10


def test_the_emulators_version_is_the_one_that_is_tried():
    wanted = (ROOT / "tests" / "endpoints" / "ministack.txt").read_text(encoding="utf-8")
    assert f"ministack {re.search(r'^ministack==([^ ]+)', wanted, re.MULTILINE)[1]}," in PAGE


def test_a_usual_run_costs_a_fraction_of_a_cent():
    assert "A usual run costs a fraction of a cent" in PAGE
    orders = load.orders(rate=0.5, minutes=10, seed=3)
    assert 0 < costs.billed(experiment.by_queue(orders, seed=3)).dollars.sum() < 0.01
