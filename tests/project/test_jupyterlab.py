"""A reader in JupyterLab runs lesson 00, predicts, moves a slider, and solves the exercise."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest
from browser import needs_browser
from lesson_notebooks import ROOT, Lesson, classroom
from nbformat.v4 import new_code_cell, new_notebook

LESSON = Lesson(ROOT / "notebooks" / "00-start-here.ipynb")
UP = 60  # seconds; only for a server that does not come up
HANGS = 120_000  # milliseconds
ASKING = """
from helpers import differences, exercises
waiting = exercises.predict("How many orders wait?", unit="orders")
---
print("said", waiting.mine)
---
payer = exercises.predict("Who pays twice?", choices=["nobody", "one of them"])
---
print("said", payer.mine)
---
differences.table("EventBridge: three hours of rate(1 hour)")
"""
FIELDS = new_notebook(
    cells=[new_code_cell(source.strip()) for source in ASKING.split("---")],
    metadata={"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}},
)

HOME = '.jp-BreadCrumbs-item[title=""], .jp-BreadCrumbs-home'
SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"  # of the notebooks that are open

pytestmark = [needs_browser, pytest.mark.timeout(400)]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    """Address of a JupyterLab, started as the README says, on a copy of the notebooks."""
    room = classroom(tmp_path_factory.mktemp("jupyter"))
    nbformat.write(FIELDS, room / "notebooks" / "fields.ipynb")
    home, port = room / "home", free_port()
    settings = home / "user" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    # All cells stand in the page, not only those that the screen has room for.
    (settings / "tracker.jupyterlab-settings").write_text(
        '{"windowingMode": "none"}', encoding="utf-8"
    )
    environment = {name: value for name, value in os.environ.items() if name != "NB_STATIC"}
    environment |= {
        "PYTHONPATH": str(room),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "user"),
    }
    command = [
        sys.executable, "-m", "jupyter", "lab", f"notebooks/{LESSON.path.name}", "--no-browser",
        "--allow-root", f"--port={port}", "--IdentityProvider.token=", "--ServerApp.port_retries=0",
    ]  # fmt: skip
    with open(room / "server.log", "w", encoding="utf-8") as log:
        server = subprocess.Popen(command, cwd=room, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/api", server)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_for(address, server):
    give_up = time.monotonic() + UP
    while time.monotonic() < give_up and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not come up; exit status {server.poll()}")


@pytest.fixture(scope="module")
def page(jupyter, chromium):
    """Lesson 00, all of whose cells have been run by the menu."""
    size = {"width": 1280, "height": 1000}
    context = chromium.new_context(viewport=size, reduced_motion="reduce")  # no replay plays
    page = context.new_page()
    page.goto(f"{jupyter}/lab/tree/notebooks/{LESSON.path.name}")
    wait_for_kernel(page)
    page.click('.lm-MenuBar-itemLabel:text-is("Run")')
    page.click('.lm-Menu-itemLabel:text-is("Run All Cells")')
    wait_for_cell(page, LESSON.code[-1].source)
    yield page
    context.close()


def wait_for_kernel(page):
    """Wait for a notebook that was opened. A menu used earlier asks which kernel to use."""
    page.locator(f"{SHOWN} .jp-Toolbar-kernelName", has_text="Python 3").wait_for(timeout=HANGS)
    wait_until_idle(page)


def wait_until_idle(page):
    idle = f'{SHOWN} .jp-Notebook-ExecutionIndicator[data-status="idle"]'
    page.wait_for_selector(idle, timeout=HANGS, state="attached")


def cell(page, text):
    """The cell whose source in the lesson contains a text."""
    [index] = [i for i, each in enumerate(LESSON.cells) if text in each.source]
    return page.locator(".jp-Notebook .jp-Cell").nth(index)


def wait_for_cell(page, text):
    """Wait until the cell has been run, and give it."""
    found = cell(page, text)
    prompt = found.locator(".jp-InputPrompt").element_handle()
    page.wait_for_function(
        "prompt => /\\[\\d+\\]/.test(prompt.textContent)", arg=prompt, timeout=HANGS
    )
    return found


def replace(page, cell, source):
    """Type another source into a cell, and run it."""
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(source)
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(300)
    wait_until_idle(page)


def test_the_lesson_begins_with_a_replay_that_can_be_moved(page):
    shown = cell(page, "charts.replay(calm")
    shown.scroll_into_view_if_needed()
    replay = shown.locator(".lab-replay")
    slider = replay.get_by_role("slider", name="Simulated time")
    slider.wait_for()
    slider.focus()
    page.keyboard.press("End")
    assert replay.get_by_role("button", name="Play").is_visible()
    for _ in range(90):
        page.keyboard.press("ArrowLeft")
    assert replay.locator("[data-message]").count() > 10
    assert not replay.locator(".lab-replay-still img").is_visible()


def test_the_data_that_the_lessons_speak_of_can_be_opened(page):
    browser = page.locator(".jp-FileBrowser")
    browser.get_by_text("00-start-here.ipynb").wait_for()  # it begins among the lessons
    browser.locator(HOME).first.click()
    browser.get_by_text("data", exact=True).dblclick()
    browser.get_by_text("prices.csv", exact=True).wait_for()


def test_nothing_fails_and_nobody_asks(page):
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    assert page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
    assert page.locator(".jp-Dialog").count() == 0


def test_charts_and_the_table_of_differences_are_there(page):
    drawn = page.locator("img.lab-chart")
    assert drawn.count() >= 4
    assert all(alt.get_attribute("alt") for alt in drawn.all())
    table = wait_for_cell(page, "differences.table(*three)")
    assert table.locator("tbody tr").count() == 3


def test_a_slider_runs_the_experiment_again(page):
    explorer = wait_for_cell(page, "explore.sliders(")
    explorer.scroll_into_view_if_needed()
    chart = explorer.locator("img.lab-chart")
    assert "5 % of the replies lost" in chart.get_attribute("alt")
    explorer.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    moved = explorer.locator('img.lab-chart[alt*="10 % of the replies lost"]')
    moved.wait_for(timeout=HANGS)
    assert explorer.locator('[role="alert"]').count() == 0


def test_arrow_keys_still_go_from_cell_to_cell(page):
    first, second = (page.locator(".jp-Notebook .jp-CodeCell").nth(number) for number in (0, 1))
    first.locator(".jp-InputPrompt").click()
    between = "[...document.querySelectorAll('.jp-Notebook .jp-Cell')].indexOf(cell)"
    steps = second.evaluate(f"cell => {between}") - first.evaluate(f"cell => {between}")
    for key, reached in (("ArrowDown", second), ("ArrowUp", first)):
        for _ in range(steps):
            page.keyboard.press(key)
        reached.and_(page.locator(".jp-mod-active")).wait_for()


def test_a_prediction_given_in_the_field_is_drawn_and_scored(page):
    asked = wait_for_cell(page, "slow = exercises.predict(")
    asked.scroll_into_view_if_needed()
    field = asked.locator("input")
    field.fill("a lot")
    field.press("Enter")
    asked.get_by_text("a prediction here is a number of s").wait_for()
    field.fill("40")
    field.press("Enter")
    asked.get_by_text("✓ 40 s").wait_for()
    scoring = wait_for_cell(page, "slow.score(60 * slowest)")
    assert "No prediction" in scoring.inner_text()
    replace(page, scoring, "slow.score(60 * slowest)")
    scoring.get_by_text("You said 40 s").wait_for()


def test_a_quiz_says_what_an_answer_reveals(page):
    asked = LESSON.about["teach"]
    quiz = wait_for_cell(page, 'exercises.quiz("00")')
    quiz.scroll_into_view_if_needed()
    answers = quiz.locator("button")
    assert answers.count() == sum(2 + len(each.get("also", [])) for each in asked)
    cut = "e => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight"
    assert not any(button.evaluate(cut) for button in answers.all())
    answers.get_by_text(asked[0]["wrong"], exact=True).press("Enter")
    quiz.get_by_text(asked[0]["reveals"]).wait_for()
    quiz.get_by_text(f"Answered: 1 of {len(asked)}. Right at the first try: 0.").wait_for()


def test_an_exercise_is_solved_wrong_and_then_right(page):
    starter, solution = (LESSON.cells[index].source for index in LESSON.solutions()[0])
    exercise = wait_for_cell(page, 'exercises.check("00.1", my_worker)')
    assert exercise.locator(".check-not-yet").count() == 1
    replace(page, exercise, starter.replace("while True:", "while False:"))
    exercise.get_by_text("was never charged").wait_for(timeout=HANGS)
    right = solution.replace("# To try it: assert ", "").replace("solved_worker", "my_worker")
    replace(page, exercise, right)
    exercise.locator(".check-passed").wait_for(timeout=HANGS)
    table = wait_for_cell(page, "exercises.lessons()")
    replace(page, table, "exercises.lessons()")
    table.get_by_text("1 of 1").wait_for()


@pytest.fixture(scope="module")
def fields(page):
    """A notebook that asks, opened beside the lesson, and its first cell run."""
    browser = page.locator(".jp-FileBrowser")
    browser.locator(HOME).first.click()
    browser.get_by_text("notebooks", exact=True).dblclick()
    browser.get_by_text("fields.ipynb", exact=True).dblclick()
    page.locator(f"{SHOWN} .cm-content", has_text="How many orders wait?").click()
    wait_for_kernel(page)
    page.keyboard.press("Shift+Enter")
    return page


def test_shift_enter_goes_on_from_the_fields_and_takes_the_answer(fields):
    cells = fields.locator(f"{SHOWN} .jp-Cell")
    number = cells.nth(0).locator("input")
    number.wait_for(timeout=HANGS)
    number.click()
    fields.keyboard.type("40")
    fields.keyboard.press("Shift+Enter")  # the cell that asks, once more
    cells.nth(0).get_by_text("40 orders").wait_for(timeout=HANGS)
    fields.keyboard.press("Shift+Enter")
    cells.nth(1).get_by_text("said 40").wait_for(timeout=HANGS)
    fields.keyboard.press("Shift+Enter")
    choice = cells.nth(2).locator("input").nth(1)
    choice.wait_for(timeout=HANGS)
    choice.click()
    cells.nth(2).get_by_text("✓ one of them").wait_for(timeout=HANGS)
    fields.keyboard.press("Escape")
    fields.keyboard.press("Shift+Enter")
    fields.keyboard.press("Shift+Enter")
    cells.nth(3).get_by_text("said one of them").wait_for(timeout=HANGS)


def test_the_table_of_differences_fits_the_page(fields):
    table = fields.locator(f"{SHOWN} .jp-Cell").nth(4)
    fields.keyboard.press("Shift+Enter")
    table.locator("tbody tr").wait_for(timeout=HANGS)
    outside = "cell => cell.scrollWidth - cell.clientWidth"
    assert table.locator(".jp-OutputArea-output").first.evaluate(outside) <= 0
    assert "User Guide, rate expressions" in table.locator("tbody td").last.inner_text()
