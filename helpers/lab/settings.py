"""What a reader says about where labs run, and how much they do there at most."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from numbers import Real
from typing import Any


@dataclasses.dataclass(frozen=True)
class Settings:
    """Where a lab runs if not in this process, and its bounds there.

    Attributes
    ----------
    account : str, optional
        Twelve digits. The account that the reader means, whose keys boto3 finds.
    regions : tuple of str
        Those of the account in which the lab may work; it begins in the first.
    endpoint : str, optional
        An emulator's address that is not on this machine.
    longest : float
        Seconds that a run lasts at most; they are real ones.
    calls : int
        API calls that the lab makes at most.
    minutes : float
        For how long it makes calls. After as long again, what it made may be swept away.
    dollars : float, optional
        What the lab may cost on the account, where nobody can be asked.

    Raises
    ------
    TypeError, ValueError
        With the value.
    """

    account: str | None = None
    regions: tuple[str, ...] = ()
    endpoint: str | None = None
    longest: float = 60.0
    calls: int = 10_000
    minutes: float = 60.0
    dollars: float | None = None

    def __post_init__(self) -> None:
        if isinstance(self.calls, bool) or not isinstance(self.calls, int) or self.calls < 1:
            raise ValueError(f"calls is a whole number from 1, got {self.calls!r}")
        for name in ("longest", "minutes"):
            _check_positive(name, getattr(self, name))
        if self.dollars is not None:
            _check_positive("dollars", self.dollars)

    @property
    def lead_elsewhere(self) -> bool:
        """Whether they name a place other than this process."""
        return self.account is not None or bool(self.regions) or self.endpoint is not None


def _check_positive(name: str, value: Any) -> None:
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not (number and math.isfinite(value) and float(value) > 0):
        raise ValueError(f"{name} is a finite number above 0, got {value!r}")


_used = Settings()


def use(**given: Any) -> None:
    """Let labs have these settings from now on; see `Settings`. Without any, the usual ones."""
    global _used
    _used = _with(Settings(), given)


def asked(**given: Any) -> Settings:
    """The settings of one lab: what it is given, and for the rest what `use` has said."""
    return _with(_used, {name: value for name, value in given.items() if value is not None})


def _with(settings: Settings, given: dict[str, Any]) -> Settings:
    regions = given.get("regions")
    if isinstance(regions, str) or not (regions is None or isinstance(regions, Sequence)):
        raise ValueError(f"regions are a tuple such as ('eu-west-1',), got {regions!r}")
    if regions is not None:
        given = {**given, "regions": tuple(regions)}
    return dataclasses.replace(settings, **given)
