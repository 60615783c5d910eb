"""Execute lessons, and keep their outputs until something that they come from changes.

They are executed here and not by myst-nb, because a lesson has to run where a reader runs it: in
the folder of the notebooks, with NB_STATIC=1 for its kernel alone, and over IPC (kernels over TCP
stalled now and then when several started at once). A change of a lesson's text or of its metadata
needs no new run.
"""

import hashlib
import json
import os
import re
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from kernels import client
from metadata import lesson_of
from nbclient.exceptions import CellControlSignal, DeadKernelError
from sphinx.errors import ExtensionError
from sphinx.util import logging

log = logging.getLogger(__name__)

# Everything that an executed lesson depends on, beside its own code.
INGREDIENTS = ("helpers/**/*.py", "helpers/**/*.mplstyle", "data/**/*", "uv.lock")


def executed(paths, *, kept, timeout):
    """Each notebook with its outputs, those that are still right from the folder `kept`.

    Parameters
    ----------
    timeout : int
        Seconds that one cell may take.

    Raises
    ------
    ExtensionError
        A cell failed or took too long. The message names the notebook and shows the cell.
    """
    kept.mkdir(parents=True, exist_ok=True)
    common = digest_of(paths)
    # A lesson keeps one core busy; waiting for its kernel is all that the thread does.
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        runs = {
            path: pool.submit(outputs_of, path, common, kept / path.name, timeout)
            for path in reversed(paths)  # the last lesson takes longest, so it begins first
        }
        wait(runs.values(), return_when=FIRST_EXCEPTION)
        pool.shutdown(cancel_futures=True)  # when one fails, no other begins
    for run in runs.values():  # one that failed is told, and not those that did not begin for it
        if not run.cancelled():
            run.result()
    return [runs[path].result() for path in paths]


def outputs_of(path, common, done, timeout):
    """The notebook with the outputs of the file `done`, which is made anew unless it is right."""
    notebook = nbformat.read(path, 4)
    digest = digest_of_code(notebook, common)
    ran = kept_run(done, digest)
    if ran is None:
        ran = execute(path, timeout=timeout)
        keep(ran, done, digest)
    for cell, before in zip(code_of(notebook), code_of(ran), strict=True):
        cell.outputs, cell.execution_count = before.outputs, before.execution_count
    notebook.metadata["language_info"] = ran.metadata.get("language_info", {})
    return notebook


def kept_run(done, digest):
    """The executed notebook in the file `done`, if it was made from what the digest says."""
    ran = nbformat.read(done, 4) if done.exists() else None
    return ran if ran is not None and ran.metadata.get("digest") == digest else None


def keep(ran, done, digest):
    """Keep an executed notebook in the file `done`."""
    ran.metadata["digest"] = digest
    nbformat.write(ran, done)


def code_of(notebook):
    """The code cells of a notebook."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def digest_of_code(notebook, common):
    """SHA-256 over a notebook's code and what all lessons share, as `digest_of` gives it."""
    source = [cell.source for cell in code_of(notebook)]
    return hashlib.sha256(json.dumps([common, source]).encode()).hexdigest()


def digest_of(paths):
    """SHA-256 over all that lessons share: the ingredients, and the table that lesson 00 shows."""
    digest = hashlib.sha256()
    root = paths[0].parent.parent if paths else Path()
    for path in sorted(path for glob in INGREDIENTS for path in root.glob(glob)):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.name.encode() + path.read_bytes())
    for path in paths:
        lesson = lesson_of(nbformat.read(path, 4))
        names = ("title", "question", "minutes", "exercises", "two_hours")
        shown = {name: lesson.get(name) for name in names}
        digest.update(json.dumps([path.name, shown]).encode())
    return digest.hexdigest()


def execute(path, *, timeout):
    """Run a notebook from top to bottom in its own folder."""
    notebook = nbformat.read(path, 4)
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        runner = client(notebook, cwd=path.parent, folder=folder, timeout=timeout)
        try:
            runner.execute(env={**os.environ, "NB_STATIC": "1"})
        except (CellControlSignal, DeadKernelError) as error:
            plain = re.sub(r"\x1b\[[\d;]*m", "", str(error))
            raise ExtensionError(f"{path.name}: {plain}") from None
    log.info("executed %s in %.1f s", path.name, time.monotonic() - began)
    return notebook
