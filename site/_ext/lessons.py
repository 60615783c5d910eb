"""Bring the lessons into the site: copied from notebooks/, executed, ready for reading.

They are executed here and not by myst-nb, because a lesson has to run where a reader runs it: in
the folder of the notebooks, with NB_STATIC=1 for its kernel alone, and over IPC (kernels over TCP
stalled now and then when several started at once). The result is kept until the notebook, a
helper, the data or the lock changes.
"""

import hashlib
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from reading import prepare
from sphinx.errors import ExtensionError
from sphinx.util import logging
from traitlets.config import Config

log = logging.getLogger(__name__)

# Everything that an executed lesson depends on, beside the notebook itself.
INGREDIENTS = ("helpers/**/*.py", "helpers/**/*.mplstyle", "data/**/*", "uv.lock")


def setup(app):
    """Register the settings and the two events. Called by Sphinx."""
    app.add_config_value("lessons_source", "../notebooks", "env")
    app.add_config_value("lessons_timeout", 60, "env")
    app.add_config_value("lessons_binder", os.environ.get("LESSONS_BINDER", ""), "html")
    app.connect("config-inited", bring_lessons)
    app.connect("builder-inited", keep_inside, priority=900)
    app.connect("html-page-context", tell_page, priority=900)  # after the theme
    return {"parallel_read_safe": True}


def bring_lessons(app, config):
    """Fill lessons/ with executed notebooks, and write the table that the index page includes."""
    source = (Path(app.srcdir) / config.lessons_source).resolve()
    target = Path(app.srcdir) / "lessons"
    target.mkdir(exist_ok=True)
    notebooks = sorted(source.glob("*.ipynb"))
    for stale in target.glob("*.ipynb"):
        if stale.name not in {path.name for path in notebooks}:
            stale.unlink()

    app.lessons = {}
    common = digest_of(sorted(p for glob in INGREDIENTS for p in source.parent.glob(glob)))
    for path in notebooks:
        digest = digest_of([path, *Path(__file__).parent.glob("*.py")], start=common)
        done = target / path.name
        if not done.exists() or nbformat.read(done, 4).metadata.get("digest") != digest:
            notebook = execute(path, timeout=config.lessons_timeout)
            prepare(notebook, name=path.name)
            notebook.metadata["digest"] = digest
            nbformat.write(notebook, done)
        app.lessons[f"lessons/{path.stem}"] = about(path)
    write_table(target / "table.txt", app.lessons)
    app.commit = commit(source)


def digest_of(paths, *, start=""):
    """SHA-256 over the names and contents of files."""
    digest = hashlib.sha256(start.encode())
    for path in paths:
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def execute(path, *, timeout):
    """Run a notebook from top to bottom in its own folder.

    Parameters
    ----------
    timeout : int
        Seconds that one cell may take.

    Raises
    ------
    ExtensionError
        A cell failed or took too long. The message names the notebook and shows the cell.
    """
    notebook = nbformat.read(path, 4)
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=timeout,
            startup_timeout=timeout,
            kernel_name="python3",
            resources={"metadata": {"path": str(path.parent)}},
            config=Config({"KernelManager": sockets(folder)}),
        )
        try:
            client.execute(env={**os.environ, "NB_STATIC": "1"})
        except (CellControlSignal, DeadKernelError) as error:
            plain = re.sub(r"\x1b\[[\d;]*m", "", str(error))
            raise ExtensionError(f"{path.name}: {plain}") from None
    log.info("executed %s in %.1f s", path.name, time.monotonic() - began)
    return notebook


def sockets(folder):
    """Settings of a kernel manager that talks to its kernel over sockets in a folder.

    The path has to be absolute: it is read by two processes with different working directories.
    """
    if os.name != "posix":
        return {}
    return {"transport": "ipc", "ip": os.path.join(folder, "kernel")}


def about(path):
    """Read what a lesson says of itself: title, and number, minutes and question of its metadata.

    Raises
    ------
    ExtensionError
        The notebook has no title, or its metadata lack one of the three or the kernel.
    """
    notebook = nbformat.read(path, 4)
    first = notebook.cells[0].source if notebook.cells else ""
    if not first.startswith("# "):
        raise ExtensionError(f"{path.name}: the first cell must begin with '# ' and the title")
    lesson = notebook.metadata.get("lesson", {})
    missing = {"number", "minutes", "question"} - set(lesson)
    if missing:
        raise ExtensionError(f"{path.name}: metadata.lesson lacks {', '.join(sorted(missing))}")
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        raise ExtensionError(
            f"{path.name}: without kernelspec python3 JupyterLab asks for a kernel"
        )
    # The number may stand in the title, too.
    title = re.sub(r"# (\d\d )?", "", first.splitlines()[0]).strip()
    return {**lesson, "title": title, "file": path.name}


def write_table(path, lessons):
    """Write the table of lessons as Markdown."""
    rows = ["| | Lesson | Question | Minutes |", "|--:|---|---|--:|"]
    rows += [
        f"| {each['number']:02d} | [{each['title']}](/{page}.ipynb) | {each['question']} "
        f"| {each['minutes']} |"
        for page, each in lessons.items()
    ]
    text = "\n".join(rows) + "\n"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def commit(folder):
    """Name the commit that the lessons are at, with '+' for uncommitted changes; '' outside git."""
    if shutil.which("git") is None:
        return ""
    found = subprocess.run(
        ["git", "describe", "--always", "--abbrev=10", "--exclude=*", "--dirty=+"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return found.stdout.strip()


def keep_inside(app):
    """Have myst-nb write its images beside the doctrees, not into a folder next to the site."""
    folder = str(Path(app.doctreedir) / "outputs")
    app.env.mystnb_config = app.env.mystnb_config.copy(output_folder=folder)


def tell_page(app, pagename, templatename, context, doctree):
    """Give a page's template the commit and, on a lesson's page, the lesson."""
    context["commit"] = app.commit
    context["lesson"] = app.lessons.get(pagename)
    context["binder"] = app.config.lessons_binder.rstrip("/")
    if "furo_navigation_tree" in context:
        # A heading has to say its level.
        context["furo_navigation_tree"] = context["furo_navigation_tree"].replace(
            'class="caption" role="heading"', 'class="caption" role="heading" aria-level="2"'
        )
    if doctree and "body" in context:
        # The summary's own text says more than the label that would replace it.
        context["body"] = context["body"].replace(' aria-label="Toggle hidden content"', "")
