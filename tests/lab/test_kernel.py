"""A lab in a real notebook kernel: its output, its progress, and the Interrupt button."""

import json
import re

import pytest
from jupyter_client.manager import KernelManager
from kernels import sockets
from lesson_notebooks import HANGS, ROOT, environment

SET_UP = """
import time
from IPython.display import display
from helpers import Lab

def shop(lab, loud, work):
    for number in range(40):
        time.sleep(10)
        if loud:
            print(number, flush=True)
            display(number)
        end = time.perf_counter() + work  # real time, such as a slow computation takes
        while time.perf_counter() < end:
            pass
        lab.mark("done", number=number)

def times(loud, work=0.0):
    lab = Lab(seed=1)
    with lab.running(minutes=10):
        lab.start(shop, lab, loud, work, copies=2)
    return lab.trace[["time", "caller", "number"]].to_csv()
"""


class Notebook:
    """A kernel to which a test sends cells."""

    def __init__(self, folder):
        self.folder = folder
        self.manager = KernelManager(kernel_name="python3", **sockets(folder))
        self.manager.start_kernel(env=environment(ROOT), cwd=str(folder))
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=HANGS)

    def cell(self, code, watch=None):
        """Run a cell: how it ended, and all messages that it sent."""
        messages = []

        def take(message):
            messages.append(message)
            if watch is not None:
                watch(message)

        reply = self.client.execute_interactive(code, timeout=HANGS, output_hook=take)
        return reply["content"], messages

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    notebook = Notebook(tmp_path_factory.mktemp("kernel"))
    try:
        ended, _ = notebook.cell(SET_UP)
        assert ended["status"] == "ok", ended
        yield notebook
    finally:
        notebook.close()


def shown(message):
    """The text of a display, also of one that takes the place of another."""
    return message["content"].get("data", {}).get("text/plain", "")


def is_progress(message):
    return "simulated" in shown(message) and "happenings" in shown(message)


def test_output_of_workers_takes_no_simulated_time(notebook):
    ended, messages = notebook.cell("assert times(loud=True, work=0.04) == times(loud=False)")
    assert ended["status"] == "ok", ended
    printed = "".join(
        message["content"]["text"] for message in messages if message["msg_type"] == "stream"
    )
    assert sorted(map(int, printed.split())) == sorted([*range(40)] * 2)
    displays = [message for message in messages if message["msg_type"] == "display_data"]
    assert sum(shown(message).isdigit() for message in displays) == 80


def test_a_long_run_shows_its_progress_and_takes_it_away(notebook):
    ended, messages = notebook.cell("times(loud=False, work=0.04) and None")
    assert ended["status"] == "ok", ended
    told = [message for message in messages if message["msg_type"].endswith("display_data")]
    assert is_progress(told[0])
    assert "of 10 min" in shown(told[0])
    assert "Interrupt the kernel to stop" in shown(told[0])
    assert shown(told[-1]) == ""


def test_an_interrupted_run_leaves_a_lab_that_can_be_used(notebook):
    interrupted = []

    def interrupt(message):
        if is_progress(message) and not interrupted:
            interrupted.append(message)
            notebook.manager.interrupt_kernel()

    endless = """
lab = Lab(seed=2)
def tick():
    while True:
        time.sleep(1)
        lab.mark("tick")
with lab.running(days=100_000):
    lab.start(tick)
"""
    ended, _ = notebook.cell(endless, watch=interrupt)
    assert ended["status"] == "error"
    assert ended["ename"] == "KeyboardInterrupt"
    after = """
before, marks = lab.now, len(lab.trace)
with lab.running(seconds=5):
    lab.start(tick)
assert lab.now == before + 5
assert len(lab.trace) == marks + 5, len(lab.trace) - marks
assert times(loud=False) == times(loud=False)
"""
    ended, _ = notebook.cell(after)
    assert ended["status"] == "ok", ended


# -- what helpers.notebook does in a kernel


def printed(messages):
    return "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream")


def test_a_cell_of_many_short_runs_shows_its_progress_too(notebook):
    many = """
for _ in range(12):
    lab = Lab(seed=1)
    with lab.running(minutes=1):
        lab.start(shop, lab, False, 0.05)
"""
    ended, messages = notebook.cell(many)
    assert ended["status"] == "ok", ended
    told = [shown(message) for message in messages if message["msg_type"].endswith("display_data")]
    assert told[0].startswith("Run ")
    assert "of this cell: " in told[0]
    assert told[-1] == ""


def test_a_flood_of_prints_of_a_cell_s_runs_is_capped(notebook):
    flood = """
def loud():
    for number in range(3000):
        print("tick", number)
        time.sleep(1)
for _ in range(2):
    with Lab(seed=1) as lab, lab.running():
        lab.start(loud)
"""
    for _ in range(2):  # each cell has lines of its own
        ended, messages = notebook.cell(flood)
        assert ended["status"] == "ok", ended
        lines = printed(messages).splitlines()
        assert lines[:2] == ["tick 0", "tick 1"]
        assert len(lines) == 201
        assert lines[-1].startswith("… and 5,800 more lines, which are not shown")
    _, messages = notebook.cell("for number in range(1000): print(number)")
    assert len(printed(messages).splitlines()) == 1000


def test_an_interrupt_is_told_in_one_sentence(notebook):
    def interrupt(message):
        if message["msg_type"] == "stream":
            notebook.manager.interrupt_kernel()

    endless = """
def tick():
    while True:
        time.sleep(1)
with Lab(seed=2) as lab:
    with lab.running(days=100_000):
        lab.start(tick)
        print("begun", flush=True)
"""
    ended, messages = notebook.cell(endless, watch=interrupt)
    assert ended["ename"] == "KeyboardInterrupt"
    [error] = [message["content"] for message in messages if message["msg_type"] == "error"]
    [sentence] = error["traceback"]
    assert re.fullmatch(r"You stopped this cell after \d+ s: [^.]+\.", sentence)


def test_a_missing_name_says_which_cells_to_run(notebook):
    cells = ["import json", "calm = 1\ndef one(storm): late = 2", "print(calm)", "after = 3"]
    content = [
        {"cell_type": "code", "id": f"c{number}", "source": [source]}
        for number, source in enumerate(cells)
    ]
    (notebook.folder / "lesson.ipynb").write_text(json.dumps({"cells": content}), encoding="utf-8")
    advice = (
        "name 'calm' is not defined: run the cells above this one first "
        "(Run > Run All Above Selected Cell)"
    )
    assert advice_for(notebook, "print(calm)") == [advice]
    assert advice_for(notebook, "print(calm)", cell="c2") == [advice]
    assert advice_for(notebook, "print(calm, 1)", cell="c2") == [advice]  # not saved yet
    assert advice_for(notebook, "print(json.dumps(1))", cell="c3") != []
    for code in ("late", "storm", "after", "calmer"):  # inside a function, below, nowhere
        assert advice_for(notebook, code, cell="c2") == []
    assert advice_for(notebook, "def f():\n    x += 1\nf()", cell="c2") == []


def advice_for(notebook, code, cell=None):
    """The sentence that follows the usual traceback."""
    metadata = {"cellId": cell} if cell else {}
    # Else a kernel that has just seen an error may refuse what comes right after it.
    content = {"code": code, "silent": False, "store_history": True, "stop_on_error": False}
    message = notebook.client.session.msg("execute_request", content, metadata=metadata)
    notebook.client.shell_channel.send(message)
    replies = iter(lambda: notebook.client.get_shell_msg(timeout=HANGS), None)
    mine = message["header"]["msg_id"]
    reply = next(r["content"] for r in replies if r["parent_header"]["msg_id"] == mine)
    assert reply["ename"] in ("NameError", "UnboundLocalError")
    assert "Error" in "".join(reply["traceback"])
    return [line for line in reply["traceback"] if "Run All Above" in line]


def test_a_kernel_that_has_imported_nothing_yet_gives_this_advice(tmp_path_factory):
    """As after a restart: no cell has been run, and the reader begins in the middle."""
    restarted = Notebook(tmp_path_factory.mktemp("restarted"))
    try:
        cells = [{"cell_type": "code", "id": "c0", "source": "from helpers import Lab"}]
        cells.append({"cell_type": "code", "id": "c1", "source": "Lab(seed=1)"})
        (restarted.folder / "lesson.ipynb").write_text(
            json.dumps({"cells": cells}), encoding="utf-8"
        )
        [advice] = advice_for(restarted, "Lab(seed=1)", cell="c1")
        assert advice.startswith("name 'Lab' is not defined: run the cells above")
    finally:
        restarted.close()
