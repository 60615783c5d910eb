"""The handout: the tree, the patterns and the facets on one sheet. Knows no Sphinx."""

from html import escape

import choices
from choose_page import amount
from costs import FACETS

SIGNS = {"better": "▲ better", "worse": "▼ worse", "same": "same"}


def sheet(data, lessons):
    """Both sides of the sheet, as Markdown with tables in HTML.

    Parameters
    ----------
    data : dict
        As `choices.read` gives it.
    lessons : dict
        As `choices.lessons_of` gives them.
    """
    text = f'## Six questions\n\n<div class="columns key">\n\n{key(data)}</div>\n\n'
    text += f"## The patterns\n\n{patterns(data)}\n\n"
    text += "## What it does to coupling\n\n"
    questions = "".join(f"- **{facet}**: {asks}\n" for facet, asks in FACETS.items())
    text += f'<div class="columns">\n\n{questions}\n</div>\n\n'
    return text + facets(data["baselines"], lessons)


def key(data):
    """The tree as a key: numbered questions, and answers that name a number or a pattern."""
    numbers = {place["id"]: number for number, place in enumerate(data["places"], start=1)}
    text = ""
    for place in data["places"]:
        text += f"**{numbers[place['id']]}. {place['asks']}**\n\n"
        for answer in place["answers"]:
            to = numbers.get(answer["to"]) or data["patterns"][answer["to"]]["name"]
            text += f"- {answer['says']} → **{to}**\n"
        text += "\n"
    return text


def patterns(data):
    """Each pattern in one line: what it costs, what to take home, what it is not for."""
    rows = []
    for pattern in data["patterns"].values():
        least, measured = choices.least_of(pattern), choices.measured_of(pattern)
        code = pattern["code"]["file"] if "code" in pattern else pattern["calls"][0]
        rows.append(
            [
                pattern["name"],
                "" if least is None else amount(least),
                "" if measured is None else amount(measured[1]),
                f"<code>{code}</code>",
                escape(pattern["short"]),
            ]
        )
    names = ["pattern", "$ at least", "$ measured", "take home", "not for"]
    caption = (
        "US dollars for a million orders: by the price list if nothing fails, and as measured in "
        "the run that the page names. An empty cell: no price or no run is on record here."
    )
    return table("patterns", caption, names, rows)


def facets(baselines, lessons):
    """Each design of a lesson's table against the eight facets, and what it is compared with."""
    against = {each["lesson"]: each["against"] for each in baselines}
    rows = []
    for lesson in lessons.values():
        for design in dict.fromkeys(cost.design for cost in lesson.costs):
            told = {cost.facet: cost.verdict for cost in lesson.costs if cost.design == design}
            verdicts = [SIGNS.get(told.get(facet), "") for facet in FACETS]
            link = f'<a href="{lesson.page}.html#what-it-cost">{lesson.number:02d}</a>'
            rows.append([escape(design), f"{escape(against[lesson.number])} ({link})", *verdicts])
    caption = (
        "Each design against the one that it is compared with, as seen in the lesson (number)."
    )
    return table("facets", caption, ["with", "compared with", *FACETS], rows)


def table(kind, caption, names, rows):
    """A table in HTML. Each cell knows its column's name, for screens without room for columns."""
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    body = ""
    for first, *rest in rows:
        cells = "".join(
            f'<td data-name="{name}"{verdict(cell)}>{cell}</td>'
            for name, cell in zip(names[1:], rest, strict=True)
        )
        body += f'<tr><th scope="row">{first}</th>{cells}</tr>\n'
    return (
        f'<table class="sheet {kind}">\n<caption>{caption}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>\n"
    )


def verdict(cell):
    """What the style sheet knows of a cell: whether it is better or worse, or empty."""
    kinds = {SIGNS["better"]: "better", SIGNS["worse"]: "worse", SIGNS["same"]: "same", "": "none"}
    return f' class="{kinds[cell]}"' if cell in kinds else ""
