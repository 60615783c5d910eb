"""Sliders: move one, and the pattern runs again; on a page without a kernel, prepared frames.

`explorer` has the sliders, `frames` the HTML that moves without a kernel, and `source` shows an
experiment's code, folded.
"""

from helpers.explore.explorer import MOST_FRAMES, Explorer, Steps, sliders, steps
from helpers.explore.source import Source, source

__all__ = ["MOST_FRAMES", "Explorer", "Source", "Steps", "sliders", "source", "steps"]
