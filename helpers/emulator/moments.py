"""When two moments are one: epoch seconds in a float are not exact to the last digit.

A float of 1.8e9 seconds is exact to a quarter of a microsecond.
"""

RESOLUTION = 1e-6  # seconds; what falls due within this of now is due
TOGETHER = 1e-5  # seconds; moments closer than this, after some arithmetic, are one
