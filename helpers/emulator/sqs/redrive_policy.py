"""What a redrive policy may say, and who may name a queue as its dead-letter queue.

Statements followed (SQS API model in botocore 1.44.5, CreateQueue, November 2026, unless named
otherwise):

- "The dead-letter queue of a FIFO queue must also be a FIFO queue. Similarly, the dead-letter queue
  of a standard queue must also be a standard queue." Refused with "Dead-letter queue must be same
  type of queue as the source.." (an answer of AWS's, in byu-oit/handel issue 253, 2017).
- A policy without one of its parts: "Redrive policy does not contain mandatory attribute:
  deadLetterTargetArn." (an answer of AWS's, in crossplane-contrib/provider-aws issue 443, 2020).
  An ARN that is none: LocalStack's recorded test_invalid_dead_letter_arn_rejected_before_lookup,
  2022.
- `maxReceiveCount` is from 1 to 1,000 (SQS Developer Guide, "Configure a dead-letter queue using
  the Amazon SQS console").
- `redrivePermission` of a dead-letter queue: allowAll (the default), denyAll, byQueue with up to
  10 `sourceQueueArns`. The words of those refusals are not known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from helpers.emulator.sqs.refusals import InvalidAttribute, invalid

PARTS = ("deadLetterTargetArn", "maxReceiveCount")
FEWEST_RECEIVES, MOST_RECEIVES = 1, 1_000
PERMISSIONS = ("allowAll", "denyAll", "byQueue")
MOST_SOURCES = 10
ARN = re.compile(r"arn:[\w-]+:sqs:[\w-]+:[0-9]{12}:[\w.-]+")


def parsed(text: Any) -> dict[str, Any] | None:
    """The redrive policy in an attribute, `maxReceiveCount` as a number; None to take it away.

    Raises
    ------
    InvalidParameterValue
        With AWS's words, but for where the queue is and who may use it (`check_target`).
    """
    if text in (None, ""):
        return None
    try:
        policy = dict(text) if isinstance(text, dict) else json.loads(text)
    except ValueError:
        policy = text
    if not isinstance(policy, dict):
        raise InvalidAttribute("RedrivePolicy", "Redrive policy is not a valid JSON map.")
    if not policy:
        return None
    for part in PARTS:
        if part not in policy:
            reason = f"Redrive policy does not contain mandatory attribute: {part}."
            raise invalid(text, "RedrivePolicy", reason)
    if set(policy) - set(PARTS):
        reason = f"Only following attributes are supported: [{', '.join(PARTS)}]."
        raise invalid(text, "RedrivePolicy", reason)
    if not ARN.fullmatch(str(policy["deadLetterTargetArn"])):
        raise invalid(text, "RedrivePolicy", "Invalid value for deadLetterTargetArn.")
    count = str(policy["maxReceiveCount"])
    valid = re.fullmatch(r"[0-9]{1,9}", count)
    if not valid or not FEWEST_RECEIVES <= int(count) <= MOST_RECEIVES:
        reason = (
            f"Invalid value for maxReceiveCount: {count}, valid values are from {FEWEST_RECEIVES} "
            f"to {MOST_RECEIVES} both inclusive."
        )
        raise invalid(text, "RedrivePolicy", reason)
    return {**policy, "maxReceiveCount": int(count)}


def check_target(
    text: Any, source_arn: str, *, fifo: bool, queue: Callable[[str], Any | None]
) -> None:
    """Refuse a dead-letter queue that is not there, of the other type, or does not allow it.

    Parameters
    ----------
    queue : callable
        Finds a queue by its ARN.
    """
    policy = parsed(text)
    if policy is None:
        return
    target = queue(policy["deadLetterTargetArn"])
    if target is None:
        raise invalid(text, "RedrivePolicy", "Dead letter target does not exist.")
    if bool(target.fifo_queue) != fifo:
        reason = "Dead-letter queue must be same type of queue as the source.."
        raise invalid(text, "RedrivePolicy", reason)
    allowed = permission(getattr(target, "redrive_allow_policy", None))
    by_queue = source_arn in allowed.get("sourceQueueArns", ())
    if allowed["redrivePermission"] != "allowAll" and not by_queue:
        reason = f"The queue {target.queue_arn} does not allow {source_arn} as a source queue."
        raise invalid(text, "RedrivePolicy", reason)


def permission(text: Any) -> dict[str, Any]:
    """The redrive permission in an attribute; allowAll if there is none."""
    if text in (None, ""):
        return {"redrivePermission": "allowAll"}
    try:
        policy = json.loads(text)
    except ValueError:
        policy = None
    if not isinstance(policy, dict) or policy.get("redrivePermission") not in PERMISSIONS:
        raise invalid(text, "RedriveAllowPolicy", f"redrivePermission must be of {PERMISSIONS}.")
    sources = policy.get("sourceQueueArns")
    if (sources is not None) != (policy["redrivePermission"] == "byQueue"):
        reason = "sourceQueueArns goes with the redrivePermission byQueue, and with no other."
        raise invalid(text, "RedriveAllowPolicy", reason)
    if sources is not None and (not isinstance(sources, list) or len(sources) > MOST_SOURCES):
        reason = f"sourceQueueArns must be a list of up to {MOST_SOURCES} ARNs."
        raise invalid(text, "RedriveAllowPolicy", reason)
    return policy
