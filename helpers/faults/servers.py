"""What happens inside SQS: a server that misses a delete, or is missing when a receive comes."""

from __future__ import annotations

import random
from collections import Counter

from helpers.faults.fault import Fault, FaultError, active


class best_effort(Fault):
    """Servers of SQS are missing now and then: a standard queue delivers again and out of order.

    "On rare occasions, one of the servers that stores a copy of a message might be unavailable when
    you receive or delete a message" (SQS Developer Guide, "Amazon SQS at-least-once delivery",
    November 2026). How rare is not said; the shares are yours.

    Parameters
    ----------
    forgotten_deletes : float
        Share (0 to 1) of the deletes that one server misses. The delete succeeds, and the message
        is there again when its visibility timeout ends.
    out_of_order : float
        Share (0 to 1) of the receives that miss the first message in line, where there is another
        one that they can find.
    resource : str, optional
        A standard queue; all of them if not given. A FIFO queue is refused.

    After its end, `deletes` and `receives` say how many it concerned, `forgotten` and `reordered`
    how many it struck.
    """

    def __init__(
        self,
        *,
        forgotten_deletes: float = 0.0,
        out_of_order: float = 0.0,
        seed: int = 0,
        resource: str | None = None,
    ) -> None:
        super().__init__("sqs", seed=seed, resource=resource)
        shares = {"DeleteMessage": forgotten_deletes, "ReceiveMessage": out_of_order}
        for name, share in zip(("forgotten_deletes", "out_of_order"), shares.values(), strict=True):
            if not (isinstance(share, int | float) and 0 <= share <= 1):
                raise FaultError(f"{name} is a share from 0 to 1, got {share!r}")
        if not any(shares.values()):
            raise FaultError("best_effort needs forgotten_deletes or out_of_order above 0")
        if resource is not None and resource.endswith(".fifo"):
            raise FaultError(
                f"{resource!r} is a FIFO queue, which keeps the order of each group and does not "
                "deliver a deleted message: best_effort is for standard queues"
            )
        self._shares = shares
        self._draws = {name: random.Random(f"best_effort {name} {seed}") for name in shares}
        self._states = {name: draws.getstate() for name, draws in self._draws.items()}
        self._asked: Counter[str] = Counter()
        self._missed: Counter[str] = Counter()

    def concerns(self, service: str, operation: str, resource: str | None) -> bool:
        return False  # no request meets it on its way

    def misses(self, operation: str, queue: str) -> bool:
        """Whether a server is missing now, for a queue that it is about."""
        if self.resource not in (None, queue):
            return False
        self.requests += 1
        self._asked[operation] += 1
        missing = self._draws[operation].random() < self._shares[operation]
        self.hits += missing
        self._missed[operation] += missing
        return missing

    def __enter__(self) -> best_effort:
        super().__enter__()
        for name, state in self._states.items():
            self._draws[name].setstate(state)  # opened again, it strikes the same way again
        self._asked.clear()
        self._missed.clear()
        return self

    @property
    def deletes(self) -> int:
        return self._asked["DeleteMessage"]

    @property
    def forgotten(self) -> int:
        return self._missed["DeleteMessage"]

    @property
    def receives(self) -> int:
        return self._asked["ReceiveMessage"]

    @property
    def reordered(self) -> int:
        return self._missed["ReceiveMessage"]


def server_is_missing(operation: str, queue: str) -> bool:
    """Whether one of the open `best_effort` faults takes a server from a standard queue now."""
    found = [fault.misses(operation, queue) for fault in active if isinstance(fault, best_effort)]
    return any(found)
