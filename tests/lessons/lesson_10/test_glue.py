"""The glue that lesson 10 shows is the glue that its findings measure."""

import inspect

from lesson_notebooks import LESSONS, Lesson

from helpers.lessons.lesson_10.glue import careful_glue


def test_the_lesson_shows_the_glue_that_its_findings_measure():
    [path] = [path for path in LESSONS if path.stem.startswith("10-")]
    shown = Lesson(path).definitions()["careful_glue"]
    assert shown.strip() == inspect.getsource(careful_glue).strip()
