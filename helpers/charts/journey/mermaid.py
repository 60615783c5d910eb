"""The story of an order in the language of Mermaid's sequence diagrams.

Knows no AWS SDK. Part of `helpers.charts.journey`. Whatever could mean something to Mermaid stands
as the entity code of its character (Mermaid's documentation, "Sequence diagrams: Entity codes to
escape characters").
"""

from __future__ import annotations

from helpers.charts.journey.step import BACK, CROSSED, Step
from helpers.charts.journey.telling import participants
from helpers.charts.spoken import clock

_PLAIN = " .,()/=+-"


def diagram(steps: list[Step], *, title: str, description: str) -> str:
    """The diagram's source, with its title and description for who cannot see it."""
    ids = {one: f"p{number}" for number, one in enumerate(participants(steps), start=1)}
    lines = [
        "sequenceDiagram",
        f"    accTitle: {escaped(title)}",
        f"    accDescr: {escaped(description)}",
    ]
    lines += [f"    participant {ids[one]} as {escaped(one.name)}" for one in ids]
    for step in steps:
        text = escaped(f"{clock(step.time)} {step.text}")
        if step.target is None:
            lines.append(f"    Note over {ids[step.source]}: {text}")
        else:
            arrow = ("--" if step.kind in BACK else "-") + ("x" if step.kind in CROSSED else ">>")
            lines.append(f"    {ids[step.source]}{arrow}{ids[step.target]}: {text}")
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """The text as Mermaid draws it, whatever is in it."""
    return "".join(
        letter if letter.isalnum() or letter in _PLAIN or ord(letter) > 127 else f"#{ord(letter)};"
        for letter in " ".join(text.split())
    )
