"""Kernels that begin with their imports done.

What every kernel imports takes longer than a short lesson. So one Python imports it, for all
kernels that find the same modules, and each kernel is a fork of it: a process of its own, with its
own environment, folder and end. Where Python cannot fork in safety, kernels start as usual.

Run as a script, this is that Python. Knows no Sphinx.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from typing import Any

MODULES = (
    "ipykernel.kernelapp", "ipywidgets", "matplotlib.pyplot", "matplotlib.backends.backend_svg",
    "pandas", "helpers.lab", "helpers.charts", "helpers.exercises", "helpers.explore",
    "helpers.findings", "helpers.notebook", "helpers.emulator.cloudwatch.corrections",
    "helpers.emulator.dynamodb.corrections", "helpers.emulator.events.corrections",
    "helpers.emulator.lambda_.corrections", "helpers.emulator.lambda_.functions",
    "helpers.emulator.s3.corrections", "helpers.emulator.scheduler.corrections",
    "helpers.emulator.sns.corrections", "helpers.emulator.stepfunctions.corrections", "igraph",
    "jsonschema", "moto.cloudwatch", "moto.dynamodb", "moto.s3", "moto.stepfunctions.parser.models",
)  # fmt: skip
# On Linux alone: elsewhere there are no forks, or none that can open connections.
POSSIBLE = hasattr(os, "pidfd_open")
_turn = threading.Lock()


class Fork:
    """A kernel's process, with what jupyter_client asks of a ``subprocess.Popen``."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._process = os.pidfd_open(pid)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """None while it runs. Its parent alone learns its status: afterwards, this is 1."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, for so many seconds at most."""
        if self._ended(timeout) is None:
            raise subprocess.TimeoutExpired("kernel", timeout or 0)
        return 1

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._process, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            ended = select.poll()
            ended.register(self._process, select.POLLIN)
            if ended.poll(None if timeout is None else 1000 * timeout):
                os.close(self._process)
                self.returncode = 1
        return self.returncode


def start(command: list[str], *, env: dict[str, str], cwd: str) -> Fork:
    """Start a kernel: ``python -m ipykernel_launcher …`` in a folder.

    Raises
    ------
    RuntimeError
        The Python that has the imports has ended: it has said why.
    """
    asked = {"options": command[command.index("ipykernel_launcher") + 1 :], "env": env, "cwd": cwd}
    with _turn:
        server = _server(env.get("PYTHONPATH", ""))
        with contextlib.suppress(BrokenPipeError):
            server.stdin.write(json.dumps(asked) + "\n")
            server.stdin.flush()
        if not (forked := server.stdout.readline()):
            raise RuntimeError(f"no kernel starts: {' '.join(server.args)} has ended")
        return Fork(int(forked))


@functools.cache
def _server(path: str) -> subprocess.Popen[str]:
    """The Python whose kernels find modules on this path. It ends when this process does."""
    # What is read once, when a module is imported, is said here.
    env = {**os.environ, "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    env |= {"PYTHONPATH": path} if path else {}
    return subprocess.Popen(
        [sys.executable, __file__], env=env, encoding="utf-8",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


# -- in that process


def _next_kernel() -> dict[str, Any]:
    """Wait for kernels to be asked for; return in a process that is one of them."""
    answers = os.fdopen(os.dup(1), "w")
    while line := sys.stdin.readline():
        while _ended_child():
            pass
        if child := os.fork():
            print(child, file=answers, flush=True)
            continue
        answers.close()
        return json.loads(line)
    os._exit(0)


def _ended_child() -> bool:
    """Whether a kernel has ended since, which the system keeps until somebody has asked."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def _become(options: list[str], env: dict[str, str], cwd: str) -> None:
    """Be a kernel that was asked for, and not the Python that it was forked from."""
    os.setsid()  # a signal to its group is for it alone
    os.environ.clear()
    os.environ.update(env)
    time.tzset()  # what else is read once, when Python starts
    os.chdir(cwd)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.argv = ["ipykernel_launcher", *options]
    from ipykernel import kernelapp

    kernelapp.launch_new_instance()


if __name__ == "__main__":
    del sys.path[0]  # the folder of this file
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # a kernel ends when this process has ended
    for module in MODULES:
        importlib.import_module(module)
    # pandas looks for a notebook's kernel when it is imported, and has other defaults in one.
    sys.modules["pandas"].set_option("display.max_columns", 20)
    assert threading.active_count() == 1, "a fork has the thread that forks alone"
    gc.freeze()
    _become(**_next_kernel())
