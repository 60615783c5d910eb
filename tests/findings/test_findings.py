"""A claim of each kind, held against runs that are made up."""

import pytest

from helpers.findings import Law, Quantity, Tendency, find, of_lesson, span, table, told
from helpers.findings.strip import squares, strip
from helpers.findings.verdicts import judge


def coin(seed):
    return {"heads": seed % 10, "throws": 10}


def measured(first, last):
    return {seed: coin(seed) for seed in range(first, last + 1)}


def law(holds):
    return Law("03.coin", "It holds.", coin, holds)


def test_a_law_fails_on_one_seed_of_thirty():
    stated = measured(1, 30)
    assert judge(law(lambda n: n["heads"] <= n["throws"]), stated, stated).holds
    verdict = judge(law(lambda n: n["heads"] != 7), measured(1, 9), stated)
    assert not verdict.holds
    assert verdict.said == "on 8 of 9 seeds"


@pytest.mark.parametrize(("share", "holds"), [(0.8, True), (0.95, False)])
def test_a_tendency_has_a_share(share, holds):
    finding = Tendency("03.coin", "Mostly.", coin, lambda n: n["heads"] > 0, share)
    assert judge(finding, measured(1, 30), measured(1, 30)).holds is holds


def test_a_quantity_is_held_against_the_range_that_was_stated():
    finding = Quantity("03.heads", "{heads} heads", coin, "heads", "heads")
    stated = {seed: {"heads": 2 + seed % 3} for seed in range(1, 31)}  # 2 to 4
    assert judge(finding, stated, stated).said == "3, 2 to 4 heads"
    inside = {seed: {"heads": 4 if seed <= 38 else 5} for seed in range(31, 41)}
    assert judge(finding, inside, stated).holds
    outside = {seed: {"heads": 4 if seed <= 37 else 5} for seed in range(31, 41)}
    assert not judge(finding, outside, stated).holds
    assert "70% within 2 to 4" in judge(finding, outside, stated).said


@pytest.mark.parametrize("share", [0.5, 1, 1.2, 0])
def test_a_share_that_says_nothing_is_refused(share):
    with pytest.raises(ValueError, match=str(share)):
        Tendency("03.coin", "Sometimes.", coin, lambda n: True, share)


@pytest.mark.parametrize("name", ["coin", "3.coin", "03.Coin", "03.", "03.a b"])
def test_an_id_says_its_lesson(name):
    with pytest.raises(ValueError, match=name):
        Law(name, "It holds.", coin, lambda n: True)


def test_a_notebook_says_its_own_number_and_the_range_of_thirty():
    said = repr(told("00.charged-twice", twice=1234))
    assert said.startswith("- 1,234 customers are charged more than once. (On 30 seeds: ")
    assert f"{span('00.charged-twice')}, median" in said
    assert "(On all of 30 seeds.)" in repr(told("00.none-lost"))
    assert "<li>1,234 customers" in told("00.charged-twice", twice=1234)._repr_html_()


@pytest.mark.parametrize(
    ("call", "value"),
    [
        (lambda: told("00.nothing"), "00.nothing"),
        (lambda: told("77.nothing"), "77"),
        (lambda: told("00.charged-twice", thrice=3), "thrice"),
        (lambda: span("00.none-lost"), "00.none-lost"),
        (lambda: of_lesson("0"), "'0'"),
    ],
)
def test_what_is_not_there_is_named(call, value):
    with pytest.raises(ValueError, match=value):
        call()


def test_a_lesson_s_findings_are_a_table():
    rows = table("00")
    assert rows.index[0] == "00.charged-once"
    assert not rows["finding"].str.contains("{", regex=False).any()
    assert rows.loc["00.charged-once", "on 30 seeds"] == "on all of 30 seeds"
    assert find("00.half").unit == "min"


def test_a_picture_has_a_dot_for_each_seed_and_says_what_it_shows():
    drawn = strip([1, 2, 3, 4.5], "min")
    assert drawn.count("<circle") == 4
    assert 'aria-label="4 seeds: 1 to 4.5 min, median 2.5"' in drawn


def test_a_claim_s_picture_says_on_which_seed_it_fails():
    drawn = squares({1: True, 2: False, 3: True})
    assert drawn.count('fill="none"') == 1
    assert 'aria-label="Holds on 2 of 3 seeds, not on seed 2"' in drawn
