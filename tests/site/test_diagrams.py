"""A diagram looks the same whatever was drawn before it, and in the dark as Mermaid has it."""

import re

import mermaidx
import pytest
from diagrams import DARK, LIGHT, darkened, drawn
from site_lessons import FLOW, SEQUENCE

STATES = """
stateDiagram-v2
    [*] --> Waiting
    Waiting --> InFlight: receive
    InFlight --> [*]
"""
KINDS = [*(fence[len("```mermaid\n") : -len("```")] for fence in (FLOW, SEQUENCE)), STATES]
NUMBERED = re.compile(r'\b(id="actor|id="root-)\d+"')


def as_first(source, colours):
    """The drawing of a Mermaid that has drawn nothing yet."""
    config = {"theme": "base", "themeVariables": colours, "fontFamily": "inherit"}
    return mermaidx.render(source, config=config).svg()


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("source", KINDS, ids=lambda source: source.split()[0])
def test_a_drawing_is_as_if_it_were_the_first(source, colours):
    for before in ({**LIGHT, "primaryColor": "#123456"}, {**DARK, "primaryColor": "#123456"}):
        assert "#123456" in drawn(source, tuple(before.items()))
    with pytest.raises(RuntimeError, match="Parse error"):
        drawn(source + "\n-- this is no diagram", tuple(colours.items()))
    now = drawn(source, tuple(colours.items()))
    assert NUMBERED.sub(r"\1", now) == NUMBERED.sub(r"\1", as_first(source, colours))


@pytest.mark.parametrize("source", KINDS, ids=lambda source: source.split()[0])
def test_a_dark_drawing_is_the_one_that_mermaid_would_draw(source):
    more = "Shop->>SQS: more" if source.startswith("sequence") else "one --> other"
    longer = f"{source}\n    {more}\n"
    darkened(source)
    before = drawn.cache_info().misses
    dark = darkened(longer)
    assert drawn.cache_info().misses == before + 1  # in light colours alone
    assert NUMBERED.sub(r"\1", dark) == NUMBERED.sub(r"\1", as_first(longer, DARK))
