"""A single lesson converted by nbconvert: one page that works without a network."""

import os
import shutil
import subprocess
import sys

import pytest
from browser import needs_browser
from in_ci import left_to_ci
from lesson_notebooks import ROOT, classroom
from site_lessons import write_lessons

pytestmark = [needs_browser, left_to_ci("converts a lesson by nbconvert alone")]


@pytest.fixture(scope="module")
def page_of_lesson(tmp_path_factory):
    """A lesson with one of each, run and converted with this project's settings."""
    room = classroom(tmp_path_factory.mktemp("nbconvert"))
    config = room / "etc"
    config.mkdir()
    shutil.copy(ROOT / "jupyter" / "nbconvert_config.py", config / "jupyter_nbconvert_config.py")
    environment = {name: value for name, value in os.environ.items() if name != "NB_STATIC"}
    environment |= {"PYTHONPATH": str(room), "JUPYTER_CONFIG_DIR": str(config)}
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--execute", "--to", "html"]
    write_lessons(room / "notebooks")
    lesson = room / "notebooks" / "01-try-everything.ipynb"
    result = subprocess.run(
        [*command, str(lesson)], cwd=room, env=environment, capture_output=True, encoding="utf-8"
    )
    assert result.returncode == 0, result.stderr
    return lesson.with_suffix(".html")


def test_charts_are_drawn_and_sliders_move_offline(page_of_lesson, visit):
    page = visit(page_of_lesson)
    assert page.evaluate("[...document.images].filter(i => !i.alt || !i.naturalWidth).length") == 0
    workers = page.get_by_role("slider", name="workers")
    before = page.locator(".lab-frames img:visible").get_attribute("alt")
    workers.focus()
    page.keyboard.press("ArrowRight")
    after = page.locator(".lab-frames img:visible").get_attribute("alt")
    assert before == "2 workers, 60 s of outage."
    assert after == "3 workers, 60 s of outage."
    assert page.locator(".jupyter-widgets").count() == 0


def test_a_replay_moves_offline(page_of_lesson, visit):
    page = visit(page_of_lesson, reduced_motion="reduce")
    replay = page.locator(".lab-replay")
    slider = replay.get_by_role("slider", name="Simulated time")
    slider.focus()
    for _ in range(50):
        page.keyboard.press("ArrowRight")
    assert float(slider.input_value()) == pytest.approx(300)
    assert replay.locator("[data-message]").count() > 5
