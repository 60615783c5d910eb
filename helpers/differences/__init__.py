"""Where the emulator differs from AWS: each difference run, in plain moto and in the lab.

A row is a small program of AWS calls, about one thing that an emulator may do differently, beside
what AWS does and where AWS says so. Each service has a file of rows, and EventBridge has four.
`probe` has what they share, and `run` makes the table of them. `modelled` tells what the lab does
with each operation.
"""

from helpers.differences.modelled import modelled
from helpers.differences.run import DIFFERENCES, table

__all__ = ["DIFFERENCES", "modelled", "table"]
