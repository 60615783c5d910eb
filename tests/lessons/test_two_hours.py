"""The path of two hours: which cells of which lessons, where it begins and where it ends."""

import nbformat
import pytest
from lesson_notebooks import LESSONS

from helpers.lessons.reading_time import reading_time
from helpers.lessons.two_hours import Part, minutes, parts

CELLS = [
    {"id": "a", "cell_type": "markdown", "source": "# 03 A title\n\nWords, words.", "metadata": {}},
    {"id": "b", "cell_type": "code", "source": ["1 + 1"], "metadata": {}},
    {"id": "c", "cell_type": "markdown", "source": ["Done.\n", "\n", "## Next\n"], "metadata": {}},
    {"id": "d", "cell_type": "markdown", "source": "```\n# no heading\n```\nEnd.", "metadata": {}},
]


def notebook(*pairs):
    lesson = {"two_hours": [{"from": begin, "to": end} for begin, end in pairs]}
    return {"cells": CELLS, "metadata": {"lesson": lesson}}


def test_a_part_begins_at_a_heading_and_ends_at_the_next():
    assert [(part.begin, part.until, part.whole) for part in parts(notebook(("a", "b")))] == [
        ("03 A title", "Next", True)
    ]
    assert parts(notebook(("c", "d")))[0].until == ""


def test_a_lesson_that_is_not_on_the_path_takes_no_time():
    assert parts({"cells": CELLS, "metadata": {}}) == []
    assert minutes({"cells": CELLS}) == 0
    assert minutes(notebook(("a", "b"))) == 2


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (("a", "x"), "no cell 'x'"),
        (("c", "a"), "'a' stands before 'c'"),
        (("b", "c"), "'b' has no heading"),
        (("d", "d"), "'d' has no heading"),
    ],
)
def test_a_part_that_cannot_be_is_refused(pair, said):
    with pytest.raises(ValueError, match=said):
        parts(notebook(pair))


def test_the_path_goes_through_five_lessons_and_takes_less_than_they_do():
    taken = {}
    for path in LESSONS:
        lesson = nbformat.read(path, as_version=4)
        if found := parts(lesson):
            taken[path.stem[:2]] = minutes(lesson)
            assert found[0].whole
            assert all(isinstance(part, Part) and part.until for part in found)
            assert minutes(lesson) <= reading_time(lesson)["minutes"] + 1
    assert list(taken) == ["00", "03", "06", "08", "13"]
    assert 80 <= sum(taken.values()) <= 95
