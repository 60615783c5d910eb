"""EventBridge Pipes."""

from __future__ import annotations

from helpers.emulator.modelled.verdict import Verdict, moto, refused

NEVER = refused(
    "pipes: none would ever carry anything",
    "a Lambda function with an event source mapping, or a worker that polls and calls",
)

ROWS: dict[str, Verdict] = {
    "CreatePipe": NEVER,
    "DeletePipe": NEVER,
    "DescribePipe": NEVER,
    "ListPipes": moto(),
    "ListTagsForResource": NEVER,
    "StartPipe": NEVER,
    "StopPipe": NEVER,
    "TagResource": NEVER,
    "UntagResource": NEVER,
    "UpdatePipe": NEVER,
}
