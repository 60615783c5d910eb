"""The table of the page "On your own account": what is the same elsewhere, and what is not."""

from __future__ import annotations

from elsewhere_table import source, table, tidy

from helpers.elsewhere.gaps import GAPS
from helpers.elsewhere.runs import RUNS
from helpers.elsewhere.table import read


def test_each_run_has_a_line_with_what_came_of_it_and_what_aws_says():
    text = table(read())
    lines = {line.split(" | ")[0].strip("| "): line for line in text.splitlines() if "|" in line}
    assert set(RUNS) <= lines.keys()
    for run in RUNS:
        for where, gaps in GAPS.items():
            told = f"otherwise: {gaps[run]}" if run in gaps else "the same"
            assert told in lines[run], (run, where)
    assert "orders charged, of 60: 60<br>none charged twice, none left in the queue" in text
    assert "another input refused: yes" in text
    assert text.count("[API model: ") + text.count("[SQS Developer Guide") == len(RUNS)


def test_sentences_of_the_model_lose_the_spaces_of_its_markup():
    assert tidy("a Name , Type , and Value . ( Task states) end") == (
        "a Name, Type, and Value. (Task states) end"
    )
    assert source("sqs SendMessage") == "[API model: sqs, SendMessage]"
    assert source("SQS Developer Guide, queues") == "[SQS Developer Guide, queues]"
