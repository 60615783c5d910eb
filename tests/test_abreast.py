"""Axes side by side."""

import pandas as pd
import pytest

from helpers import charts


def test_axes_stand_side_by_side_in_one_picture():
    left, right = charts.abreast(2)
    assert left.get_position().x1 < right.get_position().x0
    assert left.get_position().y0 == right.get_position().y0
    charts.bars(pd.Series({"sparse": 1, "full": 2}, name="bytes"), ylabel="bytes", ax=left)
    assert charts.show(left, alt="bytes").svg == charts.show(right, alt="bytes").svg


def test_a_panel_s_title_is_broken_to_its_own_width():
    long = "This title says what was found, in some more words than a third of the page can hold"
    (whole,) = charts.panels(1)
    third = charts.abreast(3)[1]
    for ax in (whole, third):
        charts.bars(pd.Series({"a": 1}), ylabel="bytes", ax=ax, title=long)
    lines = [ax.get_title(loc="left").count("\n") for ax in (whole, third)]
    assert lines[1] > lines[0] + 1


@pytest.mark.parametrize("count", [0, 1, 5])
def test_other_numbers_of_axes_are_refused(count):
    with pytest.raises(ValueError, match=f"got {count}"):
        charts.abreast(count)
