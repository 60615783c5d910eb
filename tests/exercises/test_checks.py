"""Checks of exercises never stop a notebook.

What each lesson's exercises accept and refuse is held with the lessons.
"""

import contextlib
import importlib
import json
import random
import socket
import time

import boto3
import pytest
from lesson_notebooks import LESSONS, Lesson
from quick_exercise import right

from helpers import Lab, exercises, faults
from helpers.clock import RealTimePassed
from helpers.exercises import checks, progress
from helpers.patterns.queue import charge_from_queue

NUMBERS = [
    f"{lesson.name[:2]}.{number}"
    for lesson in map(Lesson, LESSONS)
    for number in range(1, 1 + lesson.about["exercises"])
]


def never_ending(sqs, queue, count):
    while True:
        pass


def half_finished(sqs, queue, count): ...


def raising(sqs, queue, count):
    raise KeyError("Mesages")


def wrong_arguments():
    return None


def stops_the_program(sqs, queue, count):
    raise SystemExit(1)


def waits_for_nothing(sqs, queue, count):
    import threading

    threading.Event().wait()


def lazy(sqs, queue, count):
    yield sqs.receive_message(QueueUrl=queue)


ANSWERS = {
    "never ending": (never_ending, "runs on in the line «while True:» and never waits"),
    "half-finished": (half_finished, "0 of 10 were counted"),
    "raising": (raising, "raised KeyError in the line «raise KeyError"),
    "wrong arguments": (wrong_arguments, "raised TypeError"),
    "stops the program": (stops_the_program, "raised SystemExit in the line"),
    "waits for nothing": (
        waits_for_nothing,
        "brings the run to a stop in the line «threading.Event().wait()»: everyone waits",
    ),
    "generator": (lazy, "raised TypeError"),
    "constant": (10, "has to be a function, got 10"),
    "none": (None, "has to be a function, got None"),
    "text": ("right", "has to be a function, got 'right'"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_wrong_answer_is_a_sentence_and_no_exception(name, quick, monkeypatch):
    monkeypatch.setattr(checks, "PATIENCE", 0.5)  # none of them is right, so haste does no harm
    answer, words = ANSWERS[name]
    verdict = exercises.check("99.1", answer)
    assert not verdict
    assert words in str(verdict)
    assert str(verdict).startswith("✗ Exercise 99.1. ")
    assert progress.solved() == []


def test_a_right_answer_passes_on_every_seed_and_is_kept(quick, notebooks):
    verdict = exercises.check("99.1", right)
    assert verdict
    assert str(verdict) == "✓ Exercise 99.1. All counted. On 2 seeds not seen before."
    assert json.loads((notebooks / ".progress" / "solved.json").read_text(encoding="utf-8")) == [
        "99.1"
    ]


def test_an_error_in_the_middle_of_a_right_answer_names_the_line(quick):
    def nearly(sqs, queue, count):
        for message in sqs.receive_message(QueueUrl=queue)["Messages"]:
            count(message["body"])

    verdict = exercises.check("99.1", nearly)
    assert 'raised KeyError in the line «count(message["body"])»' in str(verdict)


@pytest.mark.usefixtures("looks_count_though_late")
def test_a_machine_that_is_busy_elsewhere_changes_no_verdict(quick, monkeypatch):
    """No processor for longer than the patience: here a wait that the clock cannot see."""
    monkeypatch.setattr(checks, "PATIENCE", 0.4)
    silent, _ = socket.socketpair()
    silent.settimeout(1)

    def held_up(sqs, queue, count):
        with contextlib.suppress(TimeoutError):
            silent.recv(1)
        right(sqs, queue, count)

    with pytest.warns(RealTimePassed):
        assert exercises.check("99.1", held_up)


def test_a_check_changes_nothing_that_the_notebook_remembers(quick):
    known = set()

    def remembers(sqs, queue, count):
        def count_once(body):
            if body not in known:
                count(body)
            known.add(body)

        right(sqs, queue, count_once)

    for _ in range(2):  # the cell is run twice
        assert exercises.check("99.1", remembers)
    assert known == set()


def test_a_verdict_is_safe_html(quick):
    def hostile(sqs, queue, count):
        raise ValueError("<script>alert(1)</script>")

    assert "<script>" not in exercises.check("99.1", hostile)._repr_html_()


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("constant", [None, 0, True, [], {}], ids=repr)
def test_constants_do_not_pass(number, constant):
    assert not exercises.check(number, constant)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_function_that_does_nothing_does_not_pass(number):
    assert not exercises.check(number, lambda *args, **options: None)
    assert progress.solved() == []


@pytest.mark.parametrize("name", ["03.9", "77.1", "03", "", "3.1", "checks.1", "03.1.1"])
def test_an_unknown_exercise_is_refused_by_name(name):
    with pytest.raises(ValueError, match="there is no exercise"):
        exercises.check(name, right)


@pytest.mark.parametrize("number", NUMBERS)
def test_an_exercise_has_several_seeds_that_no_lesson_uses(number):
    lesson, _, count = number.partition(".")
    task = importlib.import_module(f"helpers.lessons.lesson_{lesson}.exercises").EXERCISES[count]
    assert len(set(task.seeds)) >= 2
    assert min(task.seeds) > 1000
    assert task.praise.endswith(".")


def test_the_readers_lab_is_left_as_it_is():
    """Time, queues, messages, functions, faults, ids and random draws go on as if nothing was."""

    def afterwards(check):
        with Lab(seed=7) as lab:
            sqs = boto3.client("sqs")
            queue = sqs.create_queue(QueueName="mine")["QueueUrl"]
            lab.deploy("mine", lambda event, context: "mine")
            with lab.running(minutes=3):
                lab.start(time.sleep, 60)
            sqs.send_message(QueueUrl=queue, MessageBody="before")
            sqs.receive_message(QueueUrl=queue, VisibilityTimeout=30)
            random.seed(5)
            with faults.throttling("sqs.SendMessage", rate=0.5, seed=1) as fault:
                if check:
                    assert exercises.check("03.1", charge_from_queue)
                met = fault.requests
            hidden = sqs.receive_message(QueueUrl=queue).get("Messages", [])
            after = sqs.send_message(QueueUrl=queue, MessageBody="after")["MessageId"]
            answer = boto3.client("lambda").invoke(FunctionName="mine")["Payload"].read()
            queues = sqs.list_queues()["QueueUrls"]
            return (
                lab.now, met, hidden, after, answer, queues, random.random(), lab.trace.to_csv(),
            )  # fmt: skip

    assert afterwards(check=True) == afterwards(check=False)


def test_a_check_inside_a_run_is_a_sentence_too(quick):
    with Lab(seed=1) as lab:
        verdicts = []
        with lab.running(seconds=10):
            lab.start(lambda: verdicts.append(exercises.check("99.1", right)))
    assert not verdicts[0]
