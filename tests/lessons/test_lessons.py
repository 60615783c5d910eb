"""Every lesson has the form that notebooks/README.md describes, and runs as a reader runs it."""

import ast
import re
import statistics

import pytest
from in_ci import IN_CI, left_to_ci
from lesson_notebooks import CHECK, FENCE, LESSONS, ROOT, Lesson, classroom, definitions
from lesson_runs import (
    as_a_page_says,
    calls,
    is_live,
    on_page,
    run,
    run_for_page,
    said_on_page,
    written,
)

from helpers import findings

PATTERNS = sorted((ROOT / "helpers" / "patterns").glob("[!_]*.py"))
PICTURE = re.compile(r"\bcharts\.|explore\.sliders")
LINK = re.compile(r"\]\(([^)#\s]+\.ipynb)")
lessons = pytest.mark.parametrize(
    "lesson", [Lesson(path) for path in LESSONS], ids=lambda e: e.name
)


def test_the_lessons_are_found():
    assert {"00-start-here", "03-put-a-queue-between"} <= {path.stem for path in LESSONS}


# -- the form


@lessons
def test_metadata_say_what_the_tables_need(lesson):
    needed = {"number", "title", "question", "minutes", "exercises"}
    assert needed <= set(lesson.about) <= needed | {"teach", "two_hours"}
    assert f"{lesson.about['number']:02d}" == lesson.name[:2]
    assert 5 <= lesson.about["minutes"] <= 90
    assert lesson.about["exercises"] == len(lesson.solutions())
    assert len(lesson.about["question"]) <= 50  # pandas cuts off longer ones
    assert lesson.notebook.metadata["kernelspec"]["name"] == "python3"


@lessons
def test_first_cell_has_title_question_and_minutes(lesson):
    about, first = lesson.about, lesson.cells[0].source
    assert first.startswith(f"# {about['number']:02d} {about['title']}\n")
    assert f"**{about['question']}**" in re.sub(r"asynchronous\b", "async", first)
    assert any(f"**Time:** {about['minutes']} minutes" in cell.source for cell in lesson.cells[:5])
    assert any("After this lesson you can" in cell.source for cell in lesson.cells[:5])


def test_the_first_lesson_shows_something_that_moves_within_a_hundred_words():
    cells = Lesson(LESSONS[0]).cells
    first = next(n for n, cell in enumerate(cells) if "charts.replay(" in cell.source)
    above = cells[:first]
    assert sum(len(cell.source.split()) for cell in above) <= 100
    lines = [cell.source.splitlines() for cell in cells[: first + 1] if cell.cell_type == "code"]
    assert sum(map(len, lines)) <= 8


@lessons
def test_the_answer_moves_before_any_apparatus(lesson):
    """The first picture is in the first screen."""
    if not lesson.has_findings:
        pytest.skip("its findings are not beside the lesson yet")
    first = next(n for n, cell in enumerate(lesson.cells) if PICTURE.search(cell.source))
    assert sum(len(cell.source.split()) for cell in lesson.cells[:first]) <= 150
    code = [cell.source for cell in lesson.cells[: first + 1] if cell.cell_type == "code"]
    assert sum(len(source.splitlines()) for source in code) <= 25


@lessons
def test_last_cell_says_what_was_learned(lesson):
    assert lesson.cells[-1].source.startswith("## What you learned")


@lessons
def test_committed_without_outputs_and_with_ids(lesson):
    assert all(not cell.outputs and cell.execution_count is None for cell in lesson.code)
    ids = [cell.get("id") for cell in lesson.cells]
    assert all(ids)
    assert len(set(ids)) == len(ids)


@lessons
def test_cells_are_short(lesson):
    lines = [len([line for line in cell.source.splitlines() if line]) for cell in lesson.code]
    assert max(lines) <= 25
    assert statistics.median(lines) < 10


@lessons
def test_every_prediction_is_scored(lesson):
    code = "\n".join(cell.source for cell in lesson.code)
    asked = re.findall(r"(\w+) = exercises\.predict\(", code)
    assert len(asked) == code.count("exercises.predict(") >= 1
    assert [name for name in asked if f"{name}.score(" not in code] == []


@lessons
def test_no_more_than_two_code_cells_in_a_row(lesson):
    kinds = "".join(cell.cell_type[0] for cell in lesson.cells)
    assert "ccc" not in kinds


@lessons
def test_diagrams_can_be_read_aloud(lesson):
    fences = [fence for cell in lesson.text for fence in FENCE.findall(cell.source)]
    diagrams = [fence for fence in fences if fence.startswith("```mermaid")]
    assert diagrams
    for diagram in diagrams:
        assert re.search(r"^\s*accTitle: \S", diagram, re.MULTILINE), diagram
        assert re.search(r"^\s*accDescr: \S", diagram, re.MULTILINE), diagram


@lessons
def test_a_lesson_shows_pictures(lesson):
    """Each has alt text by itself; `charts.show` takes a better one."""
    assert any("charts." in cell.source for cell in lesson.code)


# A range over seeds comes from data/findings.csv, through `findings.told` and `findings.span`.
TYPED = re.compile(
    r"\b(on|of|over|across) (\w+ )?(\d+|three|five|six|eight|ten|twenty|thirty) (other )?seeds\b"
    r"|\d+ to \d+[^.]* seeds\b|\bseeds\b[^.]*\d+ to \d+",
    re.IGNORECASE,
)


@lessons
def test_no_range_over_seeds_is_typed(lesson):
    if not lesson.has_findings:
        pytest.skip("its findings are not beside the lesson yet")
    assert [found[0] for found in TYPED.finditer(lesson.prose)] == []


@lessons
def test_the_minutes_are_those_of_reading_and_doing(lesson):
    if not lesson.has_findings:
        pytest.skip("its findings are not beside the lesson yet")
    assert abs(lesson.about["minutes"] - lesson.minutes) <= 2.5


@lessons
def test_findings_are_named_by_ids_that_exist(lesson):
    code = "\n".join(cell.source for cell in lesson.code)
    named = [
        argument.value
        for call in [*calls(code, "findings.told"), *calls(code, "findings.span")]
        for argument in call.args
        if isinstance(argument, ast.Constant)
    ]
    assert all(findings.find(name) for name in named)
    assert named or not lesson.has_findings


@lessons
def test_alt_texts_hold_no_dictionaries(lesson):
    """A screen reader reads "{'charging': 3}" sign by sign. `charts.told` says it in words."""
    for cell in lesson.code:
        for call in calls(cell.source, "charts.show"):
            said = " ".join(ast.unparse(keyword.value) for keyword in call.keywords)
            assert not re.search(r"\.to_(dict|string)\(", said), said


@lessons
def test_prose_neither_shouts_nor_belittles(lesson):
    prose = lesson.prose.replace("[!NOTE]", "").replace("[!WARNING]", "")
    assert "!" not in prose
    assert not re.search(r"\b(simply|obviously|of course)\b", prose, re.IGNORECASE)


@lessons
def test_links_to_lessons_lead_somewhere(lesson):
    """A lesson that is not written yet is named, and not linked: the site's build refuses it."""
    standing = {path.name for path in LESSONS}
    linked = {name for cell in lesson.text for name in LINK.findall(cell.source)}
    assert linked <= standing


# -- the code is the patterns' code


@lessons
def test_functions_of_a_lesson_are_those_of_the_patterns(lesson):
    patterns = [definitions(path.read_text(encoding="utf-8")) for path in PATTERNS]
    for name, source in lesson.definitions().items():
        known = [pattern[name] for pattern in patterns if name in pattern]
        assert not known or source in known, name


@pytest.mark.parametrize("path", PATTERNS, ids=lambda path: path.stem)
def test_patterns_are_written_out_in_the_lesson_they_name(path):
    source = path.read_text(encoding="utf-8")
    [number] = re.findall(r"\bLesson (\d\d) writes", ast.get_docstring(ast.parse(source)))
    standing = [Lesson(each) for each in LESSONS if each.name.startswith(number)]
    if not standing:
        pytest.skip(f"lesson {number} is not written yet")
    assert set(definitions(source)) <= set(standing[0].definitions())


# -- the run


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    return classroom(tmp_path_factory.mktemp("classroom"))


# The last lesson takes longest, so it begins first.
@pytest.fixture(scope="module", params=LESSONS[::-1], ids=lambda path: path.stem)
def lesson(request):
    return Lesson(request.param)


@pytest.fixture(scope="module")
def ran(lesson, room, tmp_path_factory):
    """The executed lesson. In CI, each cell was executed for a page too, right after a reader."""
    return (run_for_page if IN_CI else run)(lesson, room, tmp_path_factory.mktemp("kernel"))


@pytest.fixture(scope="module")
def as_read(ran):
    """What each cell says to a reader, each time it is run."""
    return ran.metadata["read"]


def test_runs_from_top_to_bottom(as_read, lesson):
    assert len(as_read) == len(lesson.cells)
    assert sum(map(bool, as_read)) == len(lesson.code)


def test_a_lesson_says_what_it_said_before(as_read, lesson, request):
    """Run by run, machine by machine, and though each cell is run twice, as in CI.

    Whoever changes on purpose what lessons say writes it down with ``--write-said``, and reads the
    difference before it is committed.
    """
    said = ROOT / "tests" / "lessons" / f"lesson_{lesson.name[:2]}" / "said.txt"
    if request.config.getoption("--write-said"):
        said.write_text(written(lesson, as_read), encoding="utf-8", newline="\n")
    assert written(lesson, as_read) == said.read_text(encoding="utf-8")


@left_to_ci("runs each cell of each lesson twice in a row")
def test_every_cell_can_be_run_twice_and_says_the_same(ran, as_read, lesson):
    for cell, read, page in zip(lesson.cells, as_read, said_on_page(ran), strict=True):
        if cell.cell_type == "code":
            [again] = read[1:] if is_live(cell) else [page]
            assert again in (read[0], as_a_page_says(read[0])), cell.source


def test_the_page_and_a_reader_s_kernel_say_the_same(built, as_read, lesson):
    for cell, page, read in zip(lesson.cells, on_page(lesson), as_read, strict=True):
        if cell.cell_type == "code" and not is_live(cell):
            assert page == as_a_page_says(read[0]), cell.source


def test_starters_fail_with_a_sentence_and_solutions_pass(as_read, lesson):
    for count, (starter, solution) in enumerate(lesson.solutions(), start=1):
        number = f"{lesson.about['number']:02d}.{count}"
        assert f'exercises.check("{number}", ' in lesson.cells[starter].source
        assert CHECK.search(lesson.cells[solution].source)[1].startswith(
            f'assert exercises.check("{number}", '
        )
        [said] = as_read[starter][-1]
        assert re.fullmatch(rf"✗ Exercise {number}\. [A-Z].{{20,}}", said), said
        between = "".join(cell.source for cell in lesson.cells[starter + 1 : solution])
        assert "<summary>Hint</summary>" in between


def test_the_reader_s_own_progress_is_kept(ran, lesson):
    """A check that passes counts as solved; pages that are built leave no trace."""
    numbers = [f"{lesson.name[:2]}.{n}" for n in range(1, 1 + lesson.about["exercises"])]
    assert all(f'"{number}"' in ran.metadata["solved"] for number in numbers)
