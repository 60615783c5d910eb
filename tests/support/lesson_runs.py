"""The lessons run: as a reader runs them, and for their pages."""

import ast
import functools

import nbformat
from built_site import PAGES
from kernels import client
from lesson_notebooks import CHECK, HANGS, LESSONS, environment
from nbformat.v4 import new_code_cell
from running import code_of, digest_of, digest_of_code, keep, kept_run

KEPT = PAGES / "_executed"  # where the site's build looks for runs
# What a page shows in another form than a kernel does: nobody's progress, no fields, no buttons.
LIVE = ("exercises.lessons", "exercises.predict", "exercises.quiz", "explore.sliders")
AS_A_PAGE = "import os; os.environ['NB_STATIC'] = '1'"
AS_A_READER = "import os; del os.environ['NB_STATIC']"


def run(lesson, room, folder):
    """Execute a lesson from top to bottom, as a reader does.

    After each worked solution its check is run, which the notebook leaves to the reader: "Run all"
    solves nobody's exercises.

    Returns the executed notebook. Its metadata say, under "read", what each cell says each time it
    is run: a list per cell of a list per execution of texts, without pictures; and, under "solved",
    what has been noted in the room as solved.

    Raises
    ------
    CellExecutionError, CellTimeoutError
        A cell failed, or took too long.
    """
    return _run(lesson, room, folder, for_page=False)


def run_for_page(lesson, room, folder):
    """The same with each cell executed once more, right after the first time, as for a page.

    What differs on a page is executed twice as a reader does. The notebook has a page's outputs. It
    is made once, and kept where the site's build finds it.
    """
    digest = digest_of_code(lesson.notebook, _common())
    done = KEPT / lesson.path.name
    ran = kept_run(done, digest)
    if ran is None or "read" not in ran.metadata:
        ran = _run(lesson, room, folder, for_page=True)
        KEPT.mkdir(parents=True, exist_ok=True)
        keep(ran, done, digest)
    return ran


@functools.cache
def _common():
    return digest_of(LESSONS)


def _run(lesson, room, folder, *, for_page):
    notebook = nbformat.read(lesson.path, as_version=4)
    runner = client(notebook, cwd=room / "notebooks", folder=folder, timeout=HANGS)
    cells, read = list(notebook.cells), []
    with runner.setup_kernel(env=environment(room)):
        for number, cell in enumerate(cells):
            read.append([])
            if cell.cell_type != "code":
                continue
            for _ in range(2 if for_page and is_live(cell) else 1):
                cell = runner.execute_cell(cell, number)
                read[-1].append(texts(cell.outputs))
            if for_page:
                beside(runner, AS_A_PAGE)
                runner.execute_cell(cell, number)
                beside(runner, AS_A_READER)
            if check := CHECK.search(cell.source):
                beside(runner, check[1])
        info = runner.wait_for_reply(runner.kc.kernel_info())
    notebook.cells = cells
    notebook.metadata |= {
        "read": read,
        "solved": solved(room),
        "language_info": info["content"]["language_info"],
    }
    for number, cell in enumerate(code_of(notebook), start=1):  # as if each had been run once
        for numbered in (cell, *cell.outputs):
            if "execution_count" in numbered:
                numbered.execution_count = number
    return notebook


def solved(room):
    """What has been noted in a room as solved."""
    path = room / "notebooks" / ".progress" / "solved.json"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def beside(runner, source):
    """Execute what is no cell of the lesson.

    As a cell of its own: what it displays and updates is looked up by the cell's number.
    """
    runner.nb.cells.append(new_code_cell(source))
    runner.execute_cell(runner.nb.cells[-1], len(runner.nb.cells) - 1)


def is_live(cell):
    """Whether a page shows what a cell displays in another form."""
    return any(calls(cell.source, live) for live in LIVE)


def calls(source, function):
    """The calls of a function, by its name in the source, in a cell."""
    return [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == function
    ]


def on_page(lesson):
    """What each cell says on the page that was built last: texts, nothing for a cell of text."""
    return said_on_page(nbformat.read(PAGES / lesson.path.name, as_version=4))


def said_on_page(notebook):
    """What each cell of an executed notebook says."""
    return [texts(cell.get("outputs", [])) for cell in notebook.cells]


def as_a_page_says(texts):
    """A page asks nobody, so it does not say that nobody has answered."""
    return [text.replace("No prediction. Measured:", "Measured:") for text in texts]


def written(lesson, read):
    """What a lesson says, cell by cell, but for what a page shows in another form."""
    said = [
        "\n".join([f"[{cell.id}]", *as_a_page_says(texts)])
        for cell, (texts, *_) in zip(lesson.code, filter(None, read), strict=True)
        if texts and not is_live(cell)
    ]
    return "\n\n".join(said) + "\n"


def texts(outputs):
    """What the outputs of a cell say. The line of progress has gone when a run is over.

    What was printed in a row is one text: in how many pieces it comes is up to the kernel.
    """
    found, printed = [], False
    for output in outputs:
        if output.output_type == "stream":
            text = output.text
        elif output.output_type in ("display_data", "execute_result"):
            text = output.data.get("text/plain", "")
        else:
            text = f"{output.ename}: {output.evalue}"
        if not text:
            continue
        if printed and output.output_type == "stream":
            found[-1] += text
        else:
            found.append(text)
        printed = output.output_type == "stream"
    return found
