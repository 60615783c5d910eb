"""Which dead-letter queues a target or a bus may have.

"EventBridge DLQs are standard Amazon SQS queues" (User Guide, "Using dead-letter queues", November
2026). The words for another service and for a FIFO queue, and that a queue of another region is
refused, were measured in September 2026 (badmintoncryer/cdk-preflight, pf-events-target-dlq). The
words for another region and for what is no ARN are the lab's own.
"""

from __future__ import annotations

from typing import Any

from moto.events.exceptions import ValidationException


def check(config: dict[str, Any] | None, region: str) -> None:
    """Refuse a DeadLetterConfig, as AWS does.

    Parameters
    ----------
    config : dict or None
        With ``Arn``, which may be missing: then there is no queue.
    region : str
        Of the rule or the bus.

    Raises
    ------
    ValidationException
        If the queue is no standard queue of SQS in the same region.
    """
    arn = (config or {}).get("Arn")
    if not arn:
        return
    parts = arn.split(":")
    if len(parts) != 6 or parts[0] != "arn" or not all(parts[1:]):
        raise ValidationException(
            f"Parameter DeadLetterConfig.Arn is not valid. Reason: {arn} is no ARN of a queue."
        )
    service, place = parts[2:4]
    if service != "sqs":
        raise ValidationException(f"{service} is not supported as a dead letter resource.")
    if arn.endswith(".fifo"):
        raise ValidationException("SQS FIFO is not supported by Dead Letter Queues.")
    if place != region:
        raise ValidationException(
            f"Parameter DeadLetterConfig.Arn is not valid. Reason: {arn} is not in {region}."
        )
