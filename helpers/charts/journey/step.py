"""A step of an order's story.

Knows no AWS SDK. Part of `helpers.charts.journey`.
"""

from __future__ import annotations

from typing import NamedTuple

from helpers.charts.journey.cast import Participant

NO_REPLY = ("Timeout", "ConnectionClosed", "ConnectionError", "ConnectError", "EndpointConnection")
CROSSED = ("request lost", "reply lost", "receive lost")  # arrows that end in a cross
BACK = ("reply lost", "refused")  # arrows of replies
BAD = (
    *CROSSED,
    "refused",
    "wait",
    "again",
    "copy",
    "timeout",
    "effect again",
    "moved",
    "expired",
    "broke",
)


class Step(NamedTuple):
    """Something that happened: an arrow, or a note where it has no target.

    Attributes
    ----------
    time : float
        Virtual seconds.
    kind : str
        Arrows: "call", "request lost", "reply lost", "refused", "received" (the first delivery of a
        message), "again" (a later one), "copy" (the first one of another message that says the
        same), "receive lost" (a delivery whose reply was lost), "deleted", "moved", "redriven".
        Notes: "wait" (for a reply, in vain), "waited" (in a queue), "delay", "timeout", "expired",
        "purged", "reappeared", "late" (done after the caller gave up), "effect", "effect again",
        "called" (a participant calls itself), "began" and "broke" (an invocation, an execution),
        "entered" (a state), "over" (an execution), "rest" (where a message is at the end),
        "folded".
    text : str
        What stands on the arrow or in the note.
    said : str
        The same as a sentence, without its time.
    """

    time: float
    kind: str
    source: Participant
    target: Participant | None
    text: str
    said: str

    @property
    def good(self) -> bool:
        """Whether nothing went wrong in this step."""
        return self.kind not in BAD
