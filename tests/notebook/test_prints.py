"""Of a flood of prints, the first lines are shown, and the others counted."""

import contextlib
import io
import sys

from hypothesis import given
from hypothesis import strategies as st

from helpers import Lab, exercises
from helpers.exercises import checks, progress
from helpers.lessons.exercise import Exercise
from helpers.notebook import few_lines

pieces = st.lists(st.text(alphabet="ab\n", max_size=8), max_size=30)


def told(pieces, lines):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), few_lines(lines):
        for piece in pieces:
            sys.stdout.write(piece)
    return out.getvalue()


@given(pieces=pieces, lines=st.integers(1, 10))
def test_no_line_is_changed_and_none_is_lost_without_a_word(pieces, lines):
    text = "".join(pieces)
    whole = text.splitlines(keepends=True)
    ends = sum(line.endswith("\n") for line in whole)
    if ends <= lines and (ends < lines or text.endswith("\n") or not text):
        assert told(pieces, lines) == text
    elif ends > lines:
        assert told(pieces, lines) == "".join(whole[:lines]) + (
            f"… and {ends - lines:,} more lines, which are not shown: a run shows the first "
            f"{lines}.\n"
        )


def test_a_line_without_an_end_is_capped_as_well():
    assert told(["x" * 900] * 1000, 5) == "x" * 1000 + " … and 899,000 more characters\n"


@given(length=st.integers(0, 3000), cut=st.integers(0, 3000))
def test_a_long_line_is_cut_in_however_many_pieces_it_comes(length, cut):
    line = "x" * length
    said = told([line[:cut], line[cut:] + "\n", "short\n"], 5).splitlines()
    more = f" … and {length - 1000:,} more characters" if length > 1000 else ""
    assert said == [line[:1000] + more, "short"]


def test_a_long_line_among_those_that_are_left_out_is_one_of_them():
    assert told(["a\n", "b" * 5000 + "\n", "c\n"], 1).splitlines() == [
        "a",
        "… and 2 more lines, which are not shown: a run shows the first 1.",
    ]


def test_a_block_in_a_block_changes_nothing():
    out = io.StringIO()
    with contextlib.redirect_stdout(out), few_lines(3):
        with few_lines(1):
            print("1\n2")
        print("3\n4")
    assert out.getvalue().splitlines()[:3] == ["1", "2", "3"]
    assert out.getvalue().count("more lines") == 1


def test_an_answer_that_prints_at_each_message_is_cut_after_its_first_lines(
    monkeypatch, tmp_path, capsys
):
    def rule(lab, answer, seed):
        with lab.running():
            lab.start(answer)

    def loud():
        for number in range(10_000):
            print("looking at", number)

    monkeypatch.setattr(progress, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(checks, "_find", lambda exercise: Exercise(rule, (1,), "Done."))
    assert exercises.check("99.1", loud)
    lines = capsys.readouterr().out.splitlines()
    assert lines[49:] == [
        "looking at 49",
        "… and 9,950 more lines, which are not shown: a run shows the first 50.",
    ]


def test_outside_of_a_notebook_a_run_prints_all(capsys):
    with Lab(seed=1) as lab, lab.running():
        lab.start(lambda: [print(number) for number in range(1000)])
    assert len(capsys.readouterr().out.splitlines()) == 1000


def test_what_else_a_stream_has_it_still_has():
    outer = sys.stdout
    with few_lines(3):
        assert (sys.stdout.encoding, sys.stdout.isatty()) == (outer.encoding, outer.isatty())
