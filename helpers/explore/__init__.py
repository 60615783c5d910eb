"""Sliders: move one, and the pattern runs again; on a page without a kernel, prepared frames.

`explorer` has the sliders, `frames` the HTML that moves without a kernel.
"""

from helpers.explore.explorer import MOST_FRAMES, Explorer, Steps, sliders, steps

__all__ = ["MOST_FRAMES", "Explorer", "Steps", "sliders", "steps"]
