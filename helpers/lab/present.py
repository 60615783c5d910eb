"""Which lab is open. moto is one per process, and so is the lab."""

from __future__ import annotations

from typing import Protocol


class Open(Protocol):
    """What another lab has to know of the one that is open."""

    @property
    def is_running(self) -> bool:
        """Whether a run of this lab is on, or a call of a cell's."""

    @property
    def is_kept(self) -> bool:
        """Whether it must stay: it runs, or is the context of a block."""

    def close(self) -> None:
        """End what is left, and put everything back."""


lab: Open | None = None
stays_here = False  # whether labs are opened in this process, whatever endpoint is set
