"""The same draws every time: what is random in a run comes from the lab's seed.

That covers the functions of `random` and, through ``os.urandom``, every uuid. It does not cover
``random.SystemRandom``, the `secrets` module, ``uuid.uuid1`` and numpy's generators: seed those
yourself.
"""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Callable, Iterator


class Seeding:
    """The draws of one lab.

    Parameters
    ----------
    is_ours : callable
        Whether the calling thread belongs to the lab. Others get the real ``os.urandom``.
    """

    def __init__(self, seed: int, *, is_ours: Callable[[], bool]) -> None:
        self._bytes = random.Random(f"lab {seed}")
        self._state = random.Random(seed).getstate()
        self._real_urandom = os.urandom
        self._is_ours = is_ours

    @contextlib.contextmanager
    def drawn(self) -> Iterator[None]:
        """Draw from the seed for the length of the block, and go on there in the next one."""
        outside = random.getstate()
        random.setstate(self._state)
        os.urandom = self._urandom
        try:
            yield
        finally:
            os.urandom = self._real_urandom
            self._state = random.getstate()
            random.setstate(outside)

    def _urandom(self, size: int) -> bytes:
        return self._bytes.randbytes(size) if self._is_ours() else self._real_urandom(size)
