"""The runs of `helpers.elsewhere` on an emulator's server, several at a time: they mostly wait."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack

from project import ROOT

from helpers.elsewhere.runs import RUNS

AT_ONCE = 4
LONGEST = 280  # seconds for a quarter of the runs, on a machine with other work


def outcomes(name: str, url: str) -> dict[str, dict[str, str]]:
    """What came of each run at this address, for the emulator of this name."""
    names, found = list(RUNS), {}
    with ExitStack() as undo:
        programs = []
        for start in range(AT_ONCE):
            told = undo.enter_context(tempfile.TemporaryFile(mode="w+", encoding="utf-8"))
            program = subprocess.Popen(
                [sys.executable, "-m", "helpers.elsewhere.runs", "--json", "--on", name,
                 *names[start::AT_ONCE]],
                cwd=ROOT, env=os.environ | {"AWS_ENDPOINT_URL": url}, stdout=told,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
            undo.callback(program.kill)
            programs.append((told, program))
        for told, program in programs:
            program.wait(LONGEST)
            told.seek(0)
            for line in told:
                found |= json.loads(line)
    return found
