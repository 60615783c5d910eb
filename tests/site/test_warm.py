"""A kernel that has its imports done when it begins is as one that starts from nothing."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import kernels
import pytest
import warm
from jupyter_client.connect import write_connection_file
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook
from project import ROOT

pytestmark = pytest.mark.skipif(not warm.POSSIBLE, reason="kernels are not forked on this system")

HANGS = 200  # seconds; only for a kernel that hangs
# What a cell can see of how its kernel began.
SEEN = """
import json, logging, os, re, signal, sys, threading, time
before = sorted(thread.name for thread in threading.enumerate())
import matplotlib, pandas
from helpers import Lab
print(json.dumps({
    "path": sys.path, "folder": os.getcwd(), "environment": dict(os.environ), "main": __name__,
    "options": dict(re.findall(
        r"^([\\w.]+) : .*?\\[currently: (.*?)\\]", pandas.describe_option(".", _print_desc=False),
        re.M | re.S)),
    "drawing": {name: str(value) for name, value in matplotlib.rcParams.items()},
    "backend": matplotlib.get_backend(), "interactive": matplotlib.is_interactive(),
    "interrupt": str(signal.getsignal(signal.SIGINT)), "threads": before, "zone": time.tzname,
    "group": os.getpgrp() == os.getpid(),
    "handlers": [str(type(handler)) for handler in logging.getLogger().handlers],
}))
"""


def executed(source, folder, monkeypatch, *, forked):
    """The notebook of one cell, executed in a kernel that was forked, or in one that was not."""
    monkeypatch.setattr(warm, "POSSIBLE", forked)
    notebook = new_notebook(cells=[new_code_cell(source)])
    client = kernels.client(notebook, cwd=folder, folder=str(folder), timeout=HANGS)
    client.execute(env={**os.environ, "NB_STATIC": "1", "TZ": "NPT-5:45"})
    return notebook.cells[0]


def test_a_cell_sees_no_difference(tmp_path, monkeypatch):
    cells = [executed(SEEN, tmp_path, monkeypatch, forked=forked) for forked in (True, False)]
    seen = [json.loads(cell.outputs[0].text) for cell in cells]
    for each in seen:
        for name in ("JPY_PARENT_PID", "JPY_SESSION_NAME"):
            each["environment"].pop(name, None)
        each["options"]["display.encoding"] = each["options"]["display.encoding"].lower()
    assert seen[0] == seen[1]
    assert seen[0]["environment"]["NB_STATIC"] == "1"


def test_a_kernel_that_dies_is_told(tmp_path, monkeypatch):
    with pytest.raises(DeadKernelError):
        executed("import os; os._exit(3)", tmp_path, monkeypatch, forked=True)


def test_each_kernel_has_draws_of_its_own(tmp_path, monkeypatch):
    source = "import random, uuid; random.random(), uuid.uuid4().hex"
    drawn = {
        executed(source, tmp_path, monkeypatch, forked=True).outputs[0].data["text/plain"]
        for _ in range(2)
    }
    assert len(drawn) == 2


def test_a_kernel_can_be_waited_for_and_killed(tmp_path):
    kernel = waiting_kernel(tmp_path)
    assert kernel.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        kernel.wait(0.05)
    kernel.kill()
    assert kernel.wait(HANGS) == kernel.poll() == 1
    kernel.send_signal(signal.SIGTERM)  # to nobody


def waiting_kernel(folder):
    connection, _ = write_connection_file(str(folder / "kernel.json"))
    command = ["python", "-m", "ipykernel_launcher", "-f", connection]
    return warm.start(command, env=dict(os.environ), cwd=str(folder))


STARTER = """
import sys, time
from pathlib import Path
from test_warm import waiting_kernel
print(waiting_kernel(Path(sys.argv[1])).pid, flush=True)
time.sleep(200)
"""


def test_kernels_end_when_who_started_them_has_been_killed(tmp_path):
    path = os.pathsep.join([*map(str, (ROOT, Path(__file__).parent)), *sys.path])
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)], env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    kernel = warm.Fork(int(starter.stdout.readline()))
    starter.kill()
    starter.wait(HANGS)
    assert kernel.wait(HANGS) == 1


def test_what_cannot_be_imported_is_told(tmp_path, monkeypatch, capfd):
    (tmp_path / "ipywidgets.py").write_text("raise ImportError('broken')", encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"warm\.py has ended"):
        warm.start(
            ["python", "-m", "ipykernel_launcher"], env={"PYTHONPATH": str(tmp_path)}, cwd="."
        )
    assert "broken" in capfd.readouterr().err
