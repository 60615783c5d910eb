"""Axes side by side."""

from itertools import pairwise

import pandas as pd
import pytest

from helpers import charts

COUNTS = pd.DataFrame({"events": [1, 2], "answers": [3, 0]}, index=["sparse", "full"])


def drawn(count, frame=COUNTS):
    sides = charts.abreast(count, title="A finding, in a sentence with its numbers: 1, 2 and 3")
    for ax in sides:
        charts.bars(frame, ylabel="bytes", ax=ax, title="Bytes")
    sides[0].figure.canvas.draw()
    return sides


@pytest.mark.parametrize("count", [2, 3, 4])
def test_axes_stand_side_by_side_and_nothing_overlaps(count):
    sides = drawn(count, COUNTS[["events"]] if count == 4 else COUNTS)
    renderer = sides[0].figure.canvas.get_renderer()
    boxes = [ax.get_tightbbox(renderer) for ax in sides]
    assert all(left.x1 <= right.x0 for left, right in pairwise(boxes))
    assert all(box.x0 >= 0 and box.x1 <= sides[0].figure.bbox.width for box in boxes)
    widths = [ax.get_position().width for ax in sides]
    assert max(widths) < 1.2 * min(widths)


def test_they_are_one_picture_with_one_title():
    left, right = drawn(2)
    assert charts.show(left, alt="bytes").svg == charts.show(right, alt="bytes").svg
    assert "A finding" in left.figure.get_suptitle()


def test_a_long_title_is_broken():
    sides = charts.abreast(2, title="It costs many bytes, " * 6)
    assert "\n" in sides[0].figure.get_suptitle()


@pytest.mark.parametrize("count", [0, 1, 5])
def test_other_numbers_of_axes_are_refused(count):
    with pytest.raises(ValueError, match=f"got {count}"):
        charts.abreast(count, title="Nothing")
