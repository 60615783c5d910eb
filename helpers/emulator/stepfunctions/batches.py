"""Which items of a Distributed Map go to one child: `ItemBatcher`.

"The maximum number of items" and "the maximum size of a batch in bytes, up to 256 KB"; where both
are given, both hold. A child's input has the `Items`, and the `BatchInput` if there is one [Step
Functions Developer Guide, "ItemBatcher (Map)", November 2026].
"""

import json
import math
from typing import Any

from moto.stepfunctions.parser.asl.eval.environment import Environment

LARGEST = 256 * 1024  # bytes of a child's input


def batched(batcher: Any, env: Environment, items: list[Any]) -> list[tuple[Any, int]]:
    """The input of each child, and how many items are in it."""
    if batcher is None:
        return [(item, 1) for item in items]
    batcher.eval(env=env)
    told: dict[str, Any] = env.stack.pop()
    most = int(told.get("MaxItemsPerBatch", 0)) or math.inf
    largest = min(int(told.get("MaxInputBytesPerBatch", 0)) or LARGEST, LARGEST)
    beside = {"BatchInput": told["BatchInput"]} if "BatchInput" in told else {}
    around = _size({**beside, "Items": []})
    batches: list[list[Any]] = []
    room = 0
    for item in items:
        size = _size(item) + 1  # a comma
        if not batches or len(batches[-1]) >= most or size > room:
            batches.append([])
            room = largest - around
        batches[-1].append(item)
        room -= size
    return [({**beside, "Items": batch}, len(batch)) for batch in batches]


def _size(value: Any) -> int:
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
