"""Prepared frames: sliders on a page that has no kernel.

Every frame is a `<details>` with its values as the summary. A few lines of script turn the list
into range inputs, which mouse, keyboard, touch and screen readers know how to handle. Without
JavaScript, and where a site removes scripts, the list stays.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.charts import Picture

STYLE = """
.lab-frames { margin: 0.5rem 0; }
.lab-frames details { margin: 0.25rem 0; }
.lab-frames summary { cursor: pointer; }
.lab-frames label { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.75rem;
  margin: 0.25rem 0; }
.lab-frames label > span { min-width: 7rem; }
.lab-frames input[type=range] { flex: 1 1 12rem; max-width: 24rem; min-height: 2rem; margin: 0; }
.lab-frames output { min-width: 5rem; font-variant-numeric: tabular-nums; }
.lab-frames.moves summary, .lab-frames.moves .lab-frames-note { display: none; }
"""

SCRIPT = """
(function (box) {
  if (!box || box.classList.contains("moves")) return;
  var sliders = JSON.parse(box.dataset.sliders), start = JSON.parse(box.dataset.start);
  var frames = box.querySelectorAll("details"), inputs = [], told = [];
  function show() {
    var at = 0;
    sliders.forEach(function (slider, i) {
      var value = slider[1][inputs[i].value];
      at = at * slider[1].length + Number(inputs[i].value);
      inputs[i].setAttribute("aria-valuetext", value);
      told[i].textContent = value;
    });
    frames.forEach(function (frame, i) { frame.hidden = i !== at; frame.open = i === at; });
  }
  sliders.forEach(function (slider, i) {
    var label = document.createElement("label"), name = document.createElement("span");
    var input = document.createElement("input"), out = document.createElement("output");
    name.textContent = slider[0];
    input.type = "range"; input.min = 0; input.max = slider[1].length - 1; input.step = 1;
    input.value = start[i];
    input.setAttribute("aria-label", slider[0]);
    out.setAttribute("aria-hidden", "true");
    input.addEventListener("input", show);
    label.append(name, input, out);
    box.insertBefore(label, frames[0]);
    inputs.push(input); told.push(out);
  });
  box.classList.add("moves");
  show();
})(document.currentScript && document.currentScript.previousElementSibling);
"""


def frames_html(
    *,
    sliders: Sequence[tuple[str, Sequence[str]]],
    pictures: Sequence[Picture],
    start: Sequence[int],
) -> str:
    """The frames as HTML with their own style and script.

    Parameters
    ----------
    sliders : sequence of (label, values)
        Each slider's name, and its values as text.
    pictures : sequence of Picture
        One for each combination of values, the last slider's values varying fastest.
    start : sequence of int
        Which value each slider shows first.
    """
    labels = [label for label, _ in sliders]
    combinations = list(itertools.product(*(values for _, values in sliders)))
    if len(combinations) != len(pictures):
        raise ValueError(f"{len(combinations)} combinations need as many pictures")
    first = combinations.index(
        tuple(values[at] for (_, values), at in zip(sliders, start, strict=True))
    )
    frames = []
    for number, (values, picture) in enumerate(zip(combinations, pictures, strict=True)):
        caption = ", ".join(f"{name}: {value}" for name, value in zip(labels, values, strict=True))
        frames.append(
            f"<details{' open' if number == first else ''}><summary>{escape(caption)}</summary>"
            f"{picture.html}</details>"
        )
    given = escape(json.dumps([[label, list(values)] for label, values in sliders]))
    note = "One chart for each value. Open those that you want to compare."
    return (
        f'<style>{STYLE}</style><div class="lab-frames" data-sliders="{given}" '
        f'data-start="{json.dumps(list(start))}"><p class="lab-frames-note">{note}</p>'
        f"{''.join(frames)}</div><script>{SCRIPT}</script>"
    )
