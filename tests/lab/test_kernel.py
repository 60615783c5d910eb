"""A lab in a real notebook kernel: its output, its progress, and the Interrupt button."""

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
