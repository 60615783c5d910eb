"""A lab beside the one that is open: for checks and sliders, which must leave it as it is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from helpers import faults
from helpers.lab import present
from helpers.lab.lab import Lab, LabError
from helpers.load.cutting import whole
from helpers.wire import set_aside


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """Put the open lab aside for the length of the block: what opens labs there leaves it alone.

    Its time, queues, functions and ids are the same afterwards. Labs in the block are of this
    process, whatever endpoint is set. One left open in it is closed at its end.

    Raises
    ------
    LabError
        If the open lab is running.
    """
    outer, present.lab = present.lab, None
    stayed, present.stays_here = present.stays_here, True
    open_faults = faults.suspend()
    try:
        if outer is not None and outer.is_running:
            raise LabError("a lab cannot stand beside one that is running")
        with set_aside(), whole():
            try:
                yield
            finally:
                if present.lab is not None:
                    present.lab.close()
    finally:
        present.lab, present.stays_here = outer, stayed
        faults.resume(open_faults)


@contextlib.contextmanager
def beside(*, seed: int, patience: float = 10.0) -> Iterator[Lab]:
    """A lab of its own for the length of the block, while the open one waits as it is."""
    with aside(), Lab(seed=seed, patience=patience) as lab:
        yield lab
