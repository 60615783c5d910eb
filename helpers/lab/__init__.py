"""The lab that a notebook opens: AWS in this process and in simulated time.

`lab` is the object itself, `seeding` lets everything that draws at random draw the same in every
run, and `progress` says how far a long run is.
"""

from helpers.lab.lab import Lab, LabError, aside, beside

__all__ = ["Lab", "LabError", "aside", "beside"]
