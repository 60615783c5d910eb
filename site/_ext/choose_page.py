"""The text of the page "Which pattern when": the questions, then the patterns. Knows no Sphinx."""

import choices
from costs import VERDICTS
from myst_parser.slugs import github_slugify
from take_home import read

SIGNS = {"better": "▲ better", "worse": "▼ worse", "same": "the same"}


def page(data, lessons, folder, pictures):
    """The page as Markdown.

    Parameters
    ----------
    data : dict
        As `choices.read` gives it.
    folder : Path
        `helpers/patterns`.
    pictures : dict
        By the ids of the patterns, an `<img>` or None.
    """
    names = {each["id"]: each["asks"] for each in data["places"]}
    names |= {key: each["name"] for key, each in data["patterns"].items()}
    paths = choices.paths(data)
    text = "## The questions\n\n"
    text += "".join(place(each, names) for each in data["places"])
    text += "## The patterns\n\n"
    for key, pattern in data["patterns"].items():
        told = [
            *coupling(pattern, lessons, data["baselines"]),
            ("Dollars for a million orders", dollars(pattern)),
            (
                "What the runs say" if "proof" in pattern else "Where to read on",
                proof(pattern, lessons),
            ),
            ("Take home", take_home(pattern, folder)),
            ("If it comes twice", [pattern["twice"]]),
            ("Not for", [f"{pattern['not_for']}."]),
        ]
        if "source" in pattern:
            told.append(("Source", [pattern["source"]]))
        text += f"({target(key)})=\n### {pattern['name']}\n\n{pattern['lead']}\n\n"
        text += fence("way", "".join(f"- {way(path)}\n" for path in paths[key]))
        text += "".join(entry(name, lines) for name, lines in told)
        text += figure(pattern, lessons, pictures[key])
        text += fence("pattern", last_question(pattern, names))
    return text


def target(name):
    """The name of the anchor of a place or a pattern."""
    return name if name.startswith("ask-") else f"pattern-{name}"


def place(place, names):
    """One question with its answers, each a link to what follows from it."""
    answers = "".join(
        f"- [{answer['says']}](#{target(answer['to'])}) *{names[answer['to']]}*\n"
        for answer in place["answers"]
    )
    heading = f"({target(place['id'])})=\n### {place['asks']}\n\n{place['about']}\n\n"
    return heading + fence("answers", answers)


def fence(name, content):
    """A box of its own, for the style sheet and the script."""
    return f"```{{container}} {name}\n{content}```\n\n"


def entry(name, lines):
    """A term and what is said of it, as a definition list has them."""
    return f"{name}\n" + "".join(f": {line}\n\n" for line in lines)


def way(path):
    """The answers that lead to a pattern, in their order."""
    return " → ".join(f"{place['asks']} **{answer['says']}**" for place, answer in path)


def coupling(pattern, lessons, baselines):
    """What it does to the facets of coupling, against what, and where that was seen."""
    if "facets" not in pattern:
        return [("Coupling", ["No lesson has compared it."])]
    lesson, design = lessons[pattern["facets"]["lesson"]], pattern["facets"]["design"]
    [against] = [each["against"] for each in baselines if each["lesson"] == lesson.number]
    costs = [cost for cost in lesson.costs if cost.design == design]
    lines = []
    for verdict in VERDICTS:
        seen = [cost for cost in costs if cost.verdict == verdict]
        if seen and verdict != "same":
            told = "; ".join(f"**{cost.facet}** ({cost.seen})" for cost in seen)
            lines.append(f"{SIGNS[verdict]}: {told}")
        elif seen:
            lines.append(f"{SIGNS[verdict]}: {', '.join(cost.facet for cost in seen)}")
    return [(f"Coupling, against {against}", lines)]


def dollars(pattern):
    """What it costs by the price list, and what it cost in a run."""
    least, measured = choices.least_of(pattern), choices.measured_of(pattern)
    lines = []
    if least is not None:
        lines.append(f"At least {amount(least)}: {pattern['least']['says']}")
    if measured is not None:
        low, middle, high = map(amount, measured)
        seeds = f"{low} to {high} on thirty seeds" if low != high else "the same on thirty seeds"
        lines.append(f"Measured {middle} ({seeds}): {pattern['measured']['of']}")
    return lines or ["No price of it is on record here."]


def amount(dollars):
    """Dollars with cents, and with tenths of a cent below a dollar where there are some."""
    cents = round(dollars, 2)
    return f"{dollars:.3f}" if dollars < 1 and cents != round(dollars, 3) else f"{dollars:.2f}"


def proof(pattern, lessons):
    """The findings that it rests on, and where their chart is."""
    from helpers.findings import find
    from helpers.findings.telling import sentence

    findings = [find(name) for name in pattern.get("proof", [])]
    lines = [f"{sentence(each)} *({seeds(each)})*" for each in findings]
    lesson, heading = lessons[pattern["chart"]["lesson"]], pattern["chart"]["heading"]
    where = f"[lesson {lesson.number:02d}, {heading}]({anchor(lesson, heading)})"
    return [*lines, f"{'The chart' if 'cell' in pattern['chart'] else 'More'}: {where}"]


def seeds(finding):
    """What thirty seeds say of a finding: the range of a quantity, or on how many it held."""
    from helpers.findings import Quantity, span
    from helpers.findings.telling import on_record

    quantity = isinstance(finding, Quantity)
    return f"{span(finding.id)} on thirty seeds" if quantity else on_record(finding)


def anchor(lesson, heading):
    """Where a heading of a lesson is."""
    return anchor_on(lesson.page, heading)


def anchor_on(page, heading):
    """The same, on the page of this name."""
    return f"/{page}.ipynb#{github_slugify(heading)}"


def ten_minutes(data, lessons, images):
    """The pictures of the front page, each with a sentence and what a run says of it."""
    from helpers.findings import find
    from helpers.findings.telling import sentence

    text = ""
    for each in data["pictures"]:
        pattern = data["patterns"][each["pattern"]]
        lesson, heading = lessons[pattern["chart"]["lesson"]], pattern["chart"]["heading"]
        where = f"[Lesson {lesson.number:02d}]({anchor(lesson, heading)})"
        told = f"**{pattern['name']}.** {each['says']} {sentence(find(each['proof']))} {where}"
        figure = f'<figure class="proof">{images[each["pattern"]]}</figure>'
        text += f"<div>\n\n{figure}\n\n{told}\n\n</div>\n\n"
    return f'<div class="pictures">\n\n{text}</div>\n'


def take_home(pattern, folder):
    """The functions and the calls of boto3 that a reader takes home."""
    lines = []
    if "code" in pattern:
        about = read(folder / pattern["code"]["file"]).about.rstrip(".").partition(":")[0]
        functions = ", ".join(f"`{name}`" for name in pattern["code"]["functions"])
        file = f"helpers/patterns/{pattern['code']['file']}"
        lines.append(f"{functions} of [`{file}`](/patterns.md#{github_slugify(about)})")
    if "calls" in pattern:
        lines.append("boto3: " + ", ".join(f"`{call}`" for call in pattern["calls"]))
    return lines


def figure(pattern, lessons, image):
    """The chart of a lesson, with the sentence that says whose it is."""
    if image is None:
        return ""
    lesson = lessons[pattern["chart"]["lesson"]]
    caption = f"From lesson {lesson.number:02d}: {pattern['chart']['heading']}"
    return f'<figure class="proof">{image}<figcaption>{caption}</figcaption></figure>\n\n'


def last_question(pattern, names):
    """The question that follows each pattern."""
    if pattern.get("last") or choices.TWICE not in names:
        return "[Begin again](#ask-result)\n"
    return f"The last question: [{names[choices.TWICE]}](#{choices.TWICE})\n"
