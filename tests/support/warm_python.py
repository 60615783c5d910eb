"""Python that has imported what the programs of the tests import, and forks for each of them.

A program has a process of its own, with its own id, environment and end, but does not spend a
second on imports and on boto3's models. Run as a script, this is that Python.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from pathlib import Path

from project import ROOT

SERVICES = (
    "dynamodb", "events", "iam", "lambda", "s3", "sns", "sqs", "stepfunctions", "sts",
)  # fmt: skip
HANGS = 200  # seconds; only for a program that hangs
_turn = threading.Lock()


def run(words: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What a program said and how it ended: ``python *words`` in the folder of the project.

    `words` begin with ``-c``, with ``-m`` or with a path.
    """
    if sys.platform != "linux":  # Windows has no forks, and macOS none that can open a connection
        command = [sys.executable, *words]
        return subprocess.run(
            command, env=env, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=HANGS
        )
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        asked = {"words": words, "env": env, "out": str(out), "err": str(err)}
        with _turn:
            server = _server()
            server.stdin.write(json.dumps(asked) + "\n")
            server.stdin.flush()
            code = int(server.stdout.readline())
        said = (path.read_text(encoding="utf-8") for path in (out, err))
        return subprocess.CompletedProcess(words, code, *said)


@functools.cache
def _server() -> subprocess.Popen[str]:
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "MOTO_"))}
    server = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
        env=outside | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])},
        encoding="utf-8",
    )  # fmt: skip
    atexit.register(server.kill)
    return server


# -- in that process


def _get_warm() -> None:
    """Import and read all that takes long, and that no setting changes."""
    import boto3

    import helpers.account.keeping
    import helpers.lab
    import helpers.sweep  # noqa: F401

    boto3.setup_default_session()
    loader = boto3.DEFAULT_SESSION._session.get_component("data_loader")
    loader.load_data("endpoints")
    for service in SERVICES:
        for kind in ("service-2", "endpoint-rule-set-1"):
            loader.load_service_model(service, kind)
    assert threading.active_count() == 1, "a fork has the thread that forks alone"


def _next_program() -> list[str]:
    """Wait for programs; return in a process that is one of them."""
    answers = os.fdopen(os.dup(1), "w")
    while line := sys.stdin.readline():
        asked = json.loads(line)
        if child := os.fork():
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)
            continue
        answers.close()
        signal.alarm(HANGS)
        for name, descriptor in ((os.devnull, 0), (asked["out"], 1), (asked["err"], 2)):
            file = os.open(name, os.O_RDWR | os.O_CREAT)
            os.dup2(file, descriptor)
            os.close(file)
        os.environ.clear()
        os.environ.update(asked["env"])
        return asked["words"]
    os._exit(0)


def _program(how: str, *more: str) -> int:
    """Run a program as Python does; its status."""
    try:
        if how == "-c":
            sys.argv = ["-c", *more[1:]]
            exec(compile(more[0], "<string>", "exec"), {"__name__": "__main__"})
        elif how == "-m":
            sys.argv = list(more)
            runpy.run_module(more[0], run_name="__main__", alter_sys=True)
        else:
            sys.argv = [how, *more]
            runpy.run_path(how, run_name="__main__")
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    _get_warm()
    status = _program(*_next_program())
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # to take all modules down takes longer than the program
