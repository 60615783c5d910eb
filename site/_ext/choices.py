"""The questions, the tree and the patterns of `patterns.toml`, read and held against the lessons.

Knows no Sphinx. What the file names has to be there: a heading, a cell, a design, a finding, a
function of `helpers/patterns/`, a price, a call of boto3. If it is not, the error says what is
gone.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache

import nbformat
from costs import Cost, costs_of
from take_home import patterns_in

NEEDED = {"name", "covers", "lead", "chart", "twice", "not_for", "short"}
OPTIONAL = {"facets", "least", "measured", "proof", "code", "calls", "source", "last"}
TWICE = "ask-twice"  # the place that follows each pattern, unless it is the last


@dataclass(frozen=True)
class Lesson:
    """What the file may name of a lesson."""

    page: str  # as Sphinx names it
    number: int
    title: str
    headings: tuple[str, ...]
    cells: dict  # those with code, by their ids
    costs: tuple[Cost, ...]


def lessons_of(pages, folder):
    """The lessons by number. `pages` has what each says of itself, by the name of its page."""
    found = {}
    for page, about in pages.items():
        cells = nbformat.read(folder / about["file"], 4).cells
        texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
        outside_of_code = re.sub(r"^```.*?^```", "", "\n".join(texts), flags=re.M | re.S)
        found[about["number"]] = Lesson(
            page,
            about["number"],
            about["title"],
            tuple(re.findall(r"^#{2,3} (.+)$", outside_of_code, re.M)),
            {cell.id: cell for cell in cells if cell.cell_type == "code"},
            tuple(costs_of(texts, name=about["file"])),
        )
    return found


def read(path, lessons, folder):
    """Read the file, and hold it against the lessons and the folder of patterns.

    Returns
    -------
    dict
        The file's tables. A pattern has its key as `id`.

    Raises
    ------
    ValueError
        Something that the file names is not there, or its tree does not hang together. The message
        has the file's name, the entry and the value.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    for key, pattern in data["patterns"].items():
        pattern["id"] = key
    take_home = {each.file: each for each in patterns_in(folder)}
    try:
        check_tree(data)
        for pattern in data["patterns"].values():
            check_pattern(pattern, lessons, take_home)
        check_baselines(data["baselines"], lessons)
        check_pictures(data)
    except (ValueError, LookupError) as error:
        said = error.args[0] if error.args else error
        raise ValueError(f"{path.name}, {said}") from None
    return data


def check_tree(data):
    """Hold that each answer leads on, and that each question and pattern is reached."""
    places = {place["id"]: place for place in data["places"]}
    for place in data["places"]:
        if place["question"] not in data["questions"]:
            raise ValueError(f"{place['id']}: there is no question {place['question']!r}")
        for answer in place["answers"]:
            if answer["to"] not in {*places, *data["patterns"]}:
                raise ValueError(f"{place['id']}: nothing is called {answer['to']!r}")
    reached = paths(data).keys()
    asked = {places[each]["question"] for each in reached if each in places}
    for each in [*places, *data["patterns"]]:
        if each not in reached:
            raise ValueError(f"{each}: no answer leads there")
    if missing := data["questions"].keys() - asked:
        raise ValueError(f"questions: nobody asks {', '.join(sorted(missing))}")


def paths(data):
    """The answers that lead to each place and pattern, as a list of paths from the root.

    A path is a list of pairs: the place, and the answer given there. The question that is asked
    last has a root of its own, because it follows every pattern.
    """
    places = {place["id"]: place for place in data["places"]}
    found = {}

    def walk(here, path):
        if here in {place["id"] for place, _ in path}:
            raise ValueError(f"{here}: the answers lead in a circle")
        found.setdefault(here, []).append(path)
        for answer in places.get(here, {}).get("answers", []):
            walk(answer["to"], [*path, (places[here], answer)])

    walk(data["places"][0]["id"], [])
    if TWICE in places:
        walk(TWICE, [])
    return found


def check_pattern(pattern, lessons, take_home):
    """Hold that all that a pattern names is there."""
    where = pattern["id"]
    given = set(pattern) - {"id"}
    if missing := NEEDED - given:
        raise ValueError(f"{where}: lacks {', '.join(sorted(missing))}")
    if unknown := given - NEEDED - OPTIONAL:
        raise ValueError(f"{where}: nothing reads {', '.join(sorted(unknown))}")
    if not {"code", "calls"} & given:
        raise ValueError(f"{where}: has nothing to take home, neither code nor calls")
    check_chart(where, pattern["chart"], lessons)
    if "facets" in pattern:
        lesson = lesson_at(where, pattern["facets"], lessons)
        designs = list(dict.fromkeys(cost.design for cost in lesson.costs))
        if pattern["facets"]["design"] not in designs:
            raise ValueError(
                f"{where}: lesson {lesson.number:02d} compares no design "
                f"{pattern['facets']['design']!r}; it has {designs}"
            )
    check_numbers(where, pattern)
    if "code" in pattern:
        check_code(where, pattern["code"], take_home)
    for call in pattern.get("calls", []):
        check_call(where, call)


def lesson_at(where, named, lessons):
    """The lesson that an entry names."""
    if named["lesson"] not in lessons:
        raise ValueError(f"{where}: there is no lesson {named['lesson']:02d}")
    return lessons[named["lesson"]]


def check_chart(where, chart, lessons):
    lesson = lesson_at(where, chart, lessons)
    if chart["heading"] not in lesson.headings:
        raise ValueError(
            f"{where}: lesson {lesson.number:02d} has no heading {chart['heading']!r}; "
            f"it has {list(lesson.headings)}"
        )
    if "cell" in chart and chart["cell"] not in lesson.cells:
        raise ValueError(f"{where}: lesson {lesson.number:02d} has no code cell {chart['cell']!r}")


def check_numbers(where, pattern):
    """Hold that findings, measurements and prices are on record."""
    from helpers.costs import price_of
    from helpers.findings import find
    from helpers.findings.record import recorded

    try:
        for name in pattern.get("proof", []):
            find(name)
        for service, what, _ in pattern.get("least", {}).get("bill", []):
            price_of(service, what)
    except (ValueError, LookupError) as error:
        raise ValueError(f"{where}: {error}") from None
    if "measured" in pattern:
        run, number = pattern["measured"]["run"], pattern["measured"]["number"]
        by_seed = recorded().get(run, {})
        if not by_seed or any(number not in numbers for numbers in by_seed.values()):
            raise ValueError(f"{where}: data/findings.csv has no number {number!r} of {run!r}")


def check_code(where, code, take_home):
    if code["file"] not in take_home:
        raise ValueError(f"{where}: helpers/patterns/ has no file {code['file']!r}")
    there = {signature.partition("(")[0] for signature in take_home[code["file"]].functions}
    if gone := [name for name in code["functions"] if name not in there]:
        raise ValueError(f"{where}: {code['file']} has no {', '.join(gone)}")


def check_call(where, call):
    """Hold that boto3 has a client with this method."""
    service, _, method = call.partition(".")
    if method not in methods_of(service):
        raise ValueError(f"{where}: boto3 has no {call!r}")


@cache
def methods_of(service):
    """The methods of a client of boto3, read from its model; none if there is no such client."""
    from botocore import xform_name
    from botocore.exceptions import UnknownServiceError
    from botocore.session import get_session

    try:
        return {
            xform_name(name) for name in get_session().get_service_model(service).operation_names
        }
    except UnknownServiceError:
        return set()


def check_baselines(baselines, lessons):
    """Hold that each comparison of designs says with what."""
    told = {each["lesson"] for each in baselines}
    for lesson in lessons.values():
        if lesson.costs and lesson.number not in told:
            raise ValueError(f"baselines: with what does lesson {lesson.number:02d} compare?")
    for number in told:
        if number not in lessons or not lessons[number].costs:
            raise ValueError(f"baselines: lesson {number:02d} compares nothing")


def check_pictures(data):
    """Hold that each picture of the front page is a pattern's, and has a sentence from a run."""
    from helpers.findings import find

    for each in data["pictures"]:
        if "cell" not in data["patterns"].get(each["pattern"], {}).get("chart", {}):
            raise ValueError(f"pictures: no pattern {each['pattern']!r} has a chart")
        find(each["proof"])


def least_of(pattern):
    """US dollars for a million orders by the price list, if nothing fails; None if unknown."""
    from helpers.costs import price_of

    if "least" not in pattern:
        return None
    bill = pattern["least"]["bill"]
    return sum(1_000_000 * units * price_of(service, what).each for service, what, units in bill)


def measured_of(pattern):
    """The dollars of thirty seeds: the lowest, the median and the highest. None if not measured."""
    from statistics import median

    from helpers.findings.record import recorded

    if "measured" not in pattern:
        return None
    run, number = pattern["measured"]["run"], pattern["measured"]["number"]
    values = [numbers[number] for numbers in recorded()[run].values()]
    return min(values), median(values), max(values)
