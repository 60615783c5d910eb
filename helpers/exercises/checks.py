"""Run the reader's function on seeds that the lesson does not use, and say what went wrong."""

from __future__ import annotations

import importlib
import time
import traceback
from dataclasses import dataclass
from html import escape
from typing import Any

from helpers.clock import ClockError, Deadlock, NeverWaits
from helpers.exercises import progress
from helpers.exercises.places import first_words, own_line
from helpers.lab import beside
from helpers.lessons.exercise import Exercise, Failed
from helpers.lessons.memory import fresh
from helpers.notebook import advice, few_lines

PATIENCE = 3.0  # seconds of real time for a function that never waits
WORKED = 0.8  # share of it in which it had a processor: less is no verdict, and it is tried again
LINES = 50  # that an answer may print in one try
LONGER = 4  # times the patience, the second time


@dataclass(frozen=True)
class Verdict:
    """What a check found. True when the exercise is passed."""

    exercise: str
    passed: bool
    text: str

    def __bool__(self) -> bool:
        return self.passed

    def _repr_html_(self) -> str:
        sign, kind = ("✓", "passed") if self.passed else ("✗", "not-yet")
        return (
            f'<p class="check check-{kind}"><strong>{sign} Exercise {self.exercise}.</strong> '
            f"{escape(self.text)}</p>"
        )

    def __repr__(self) -> str:
        return f"{'✓' if self.passed else '✗'} Exercise {self.exercise}. {self.text}"


def check(exercise: str, answer: Any) -> Verdict:
    """Check the reader's answer to an exercise such as "03.1".

    Never raises on wrong or half-finished code. The reader's own lab is left as it is.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    task = _find(exercise)
    if not callable(answer):
        return Verdict(exercise, False, f"The answer has to be a function, got {answer!r}.")
    for seed in task.seeds:
        with few_lines(LINES):
            sentence = _try(task, answer, seed)
        if sentence is not None:
            return Verdict(exercise, False, sentence)
    progress.note(exercise)
    return Verdict(exercise, True, f"{task.praise} On {len(task.seeds)} seeds not seen before.")


def _find(exercise: str) -> Exercise:
    lesson, _, number = exercise.partition(".")
    try:
        module = importlib.import_module(f"helpers.lessons.lesson_{lesson}.exercises")
        exercises: dict[str, Exercise] = module.EXERCISES
        return exercises[number]
    except (ImportError, KeyError):
        raise ValueError(f"there is no exercise {exercise!r}") from None


def _try(task: Exercise, answer: Any, seed: int) -> str | None:
    """One seed: None if the rule holds, else a sentence or two."""
    used = time.process_time()
    try:
        try:
            _run(task, answer, seed, PATIENCE)
        except NeverWaits:
            if time.process_time() - used > WORKED * PATIENCE:
                raise
            _run(task, answer, seed, LONGER * PATIENCE)  # others had the processor
    except Failed as failed:
        return str(failed)
    except ClockError as stuck:
        return _stopped(stuck, answer)
    except (Exception, SystemExit) as error:
        return _raised(error, answer)
    return None


def _run(task: Exercise, answer: Any, seed: int, patience: float) -> None:
    with beside(seed=seed, patience=patience) as lab:
        task.rule(lab, fresh(answer), seed)


def _stopped(error: ClockError, answer: Any) -> str:
    """Which of the reader's lines a run stood at when it could not go on, and what to do."""
    places = [place for stack in error.stacks if (place := own_line(stack, answer))]
    place = places[0] if places else ""
    if isinstance(error, NeverWaits):
        return (
            f"Your function runs on{place} and never waits, so no simulated time can pass. It has "
            "to wait somewhere: in time.sleep, or in a receive with WaitTimeSeconds."
        )
    if isinstance(error, Deadlock):
        return (
            f"Your function brings the run to a stop{place}: everyone waits, and nobody has a "
            "deadline. Let it wait for something that happens, or only for some seconds."
        )
    return f"Your function brings the run to a stop{place}: {first_words(error)}"


def _raised(error: BaseException, answer: Any) -> str:
    """Where in the reader's own code an exception came from."""
    if isinstance(error.__cause__, StopIteration):  # on its way through a context manager
        error = error.__cause__
    place = own_line(traceback.extract_tb(error.__traceback__), answer)
    words = f"{said}." if (said := advice(error)) else first_words(error)
    return f"Your function raised {type(error).__name__}{place}: {words}"
