"""The lab that a notebook opens: AWS in this process and in simulated time.

`lab` is the object itself and `present` knows the one that is open; `beside` opens another next to
it. `arguments` looks at what a reader gives, `seeding` lets everything that draws at random draw
the same in every run, and `progress` says how far a long run is. `settings` has what a
reader says of where it runs, and `place` decides where that leads: to the emulator in this process,
an endpoint, or an account that the reader has named. `agreement` asks for the reader's yes, and
`behind` opens what is then behind the lab. `services` is the part of `lab` that sets up functions
and the like.
"""

from helpers.lab.beside import aside, beside
from helpers.lab.lab import Lab, LabError

__all__ = ["Lab", "LabError", "aside", "beside"]
