"""What each pattern does to the facets of coupling, from the lessons' own "What it cost" tables.

Knows no Sphinx. Such a table has the columns `facet`, one for each design (`with a queue`), and
`seen in this lesson`.
"""

from dataclasses import dataclass

from markdown_it import MarkdownIt

# In the order of the talk. The question says what the two systems have to share.
FACETS = {
    "technology": "Do both have to use the same?",
    "location": "Who has to know where the other one is?",
    "topology": "Which parts stand between them?",
    "data format": "Do both have to write it the same way?",
    "semantic": "Do both have to mean the same by it?",
    "conversation": "What has to be said, and in how many turns?",
    "order": "Does it matter what comes first?",
    "temporal": "Do both have to be there at the same time?",
}
VERDICTS = ("better", "worse", "same")


@dataclass(frozen=True)
class Cost:
    """What one design does to one facet, and where the lesson shows it."""

    lesson: str  # its two digits: two lessons may name a design alike, and compare it otherwise
    facet: str
    design: str
    verdict: str
    seen: str


def costs_of(cells, *, name):
    """Read the costs from the text cells of a lesson, in the order of the lesson.

    Raises
    ------
    ValueError
        A table names a facet or a verdict that there is none of. The message has the lesson's name.
    """
    found = []
    for source in cells:
        for header, *rows in tables(source):
            if (header[0], header[-1]) != ("facet", "seen in this lesson"):
                continue
            designs = [column.removeprefix("with ") for column in header[1:-1]]
            for row in rows:
                for facet in row[0].split(","):
                    for design, verdict in zip(designs, row[1:-1], strict=True):
                        found.append(
                            Cost(name[:2], facet.strip(), design, verdict.strip("* "), row[-1])
                        )
    for cost in found:
        if cost.facet not in FACETS or cost.verdict not in VERDICTS:
            raise ValueError(f"{name}: no facet {cost.facet!r} that can be {cost.verdict!r}")
    return found


def tables(source):
    """The tables of a Markdown text: for each a list of rows, for each row a list of texts."""
    found, inside = [], False
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        inside = token.type == "table_open" or (inside and token.type != "table_close")
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline" and inside:
            found[-1][-1].append(token.content)
    return found
