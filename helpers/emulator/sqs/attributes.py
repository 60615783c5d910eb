"""The attributes of a queue: which names there are, and which values each may have.

Statements followed (November 2026):

- Ranges and choices: SQS API model in botocore 1.44.5, CreateQueue and SetQueueAttributes, in
  prose ("Valid values: An integer from 0 to 43,200 (12 hours)"). A value outside is refused with
  InvalidAttributeValue, "Invalid value for the parameter VisibilityTimeout." (an answer of AWS's,
  quoted in apache/airflow issue 65592, April 2026).
- "FifoQueue [...] You can provide this attribute only during queue creation. You can't change it
  for an existing queue" (the same model). A standard queue has no attribute FifoQueue or
  ContentBasedDeduplication, whatever their value: InvalidAttributeName. The others of a FIFO queue
  can be specified "only when FifoQueue is set to true" (LocalStack's recorded tests
  test_set_unsupported_attribute_fifo, 2023, and
  test_create_standard_queue_with_fifo_attribute_raises_error, 2024).
- "The perMessageGroupId value is allowed only when the value for DeduplicationScope is
  messageGroup" (the same model). The words of that refusal are not known.
- "Only one server-side encryption option is supported per queue" (the same model; the words are
  recorded in LocalStack's test_sse_kms_and_sqs_are_mutually_exclusive, 2022).
- A queue that is there is answered again, unless an attribute has another value (LocalStack's
  test_create_queue_with_different_attributes_raises_exception, 2022).

What a redrive policy may say is in `redrive_policy`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.sqs.exceptions import InvalidParameterValue

from helpers.emulator.arrivals import service_model
from helpers.emulator.sqs.refusals import InvalidAttribute, UnknownAttribute

RANGES = {  # smallest and largest value
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
    "MaximumMessageSize": (1_024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
CHOICES = {
    "ContentBasedDeduplication": ("true", "false"),
    "DeduplicationScope": ("queue", "messageGroup"),
    "FifoQueue": ("true", "false"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
    "SqsManagedSseEnabled": ("true", "false"),
}
TEXTS = {"KmsMasterKeyId", "Policy", "RedriveAllowPolicy", "RedrivePolicy"}
SETTABLE = {*RANGES, *CHOICES, *TEXTS}
NOT_OF_STANDARD = {"FifoQueue", "ContentBasedDeduplication"}
OF_FIFO_ALONE = {"DeduplicationScope", "FifoThroughputLimit"}
NAME = re.compile(r"[a-zA-Z0-9_-]{1,80}")
FIFO_NAME = re.compile(r"[a-zA-Z0-9_-]{1,75}\.fifo")
ONE_ENCRYPTION = (
    "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS "
    "SSE or SQS SSE."
)

Attributes = Mapping[str, Any]
Present = Callable[[str], Any]  # an attribute that a queue has, by its name


def readable() -> frozenset[str]:
    """The names that GetQueueAttributes knows, from the API model; "All" among them."""
    return frozenset(service_model("sqs").shape_for("QueueAttributeName").enum)


def is_fifo(attributes: Attributes) -> bool:
    """Whether a queue with these attributes is made as a FIFO queue."""
    return str(attributes.get("FifoQueue", "false")).lower() == "true"


def check_name(name: str, *, fifo: bool) -> None:
    """Refuse a name that no queue of this type may have.

    "A queue name can have up to 80 characters. Valid values: alphanumeric characters, hyphens (-),
    and underscores (_). A FIFO queue name must end with the .fifo suffix" (CreateQueue).
    """
    if fifo and not FIFO_NAME.fullmatch(name):
        raise InvalidParameterValue(
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or "
            "underscores, must end with .fifo suffix and be 1 to 80 in length."
        )
    if not fifo and not NAME.fullmatch(name):
        raise InvalidParameterValue(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        )


def check(attributes: Attributes, *, fifo: bool, has: Present | None = None) -> None:
    """Refuse attributes that a queue cannot have, before any of them is set.

    Parameters
    ----------
    has : callable, optional
        Gives what the queue has at present, by the attribute's name. None for a new queue.
    """
    for name, value in attributes.items():
        _check_one(name, value, fifo=fifo)
    if has is not None and fifo and not is_fifo({"FifoQueue": "true", **attributes}):
        raise InvalidAttribute("FifoQueue", "Modifying queue type is not supported.")
    merged = {"DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue"}
    for name in merged:
        merged[name] = attributes.get(name) or (has and has(name)) or merged[name]
    by_group = merged["FifoThroughputLimit"] == "perMessageGroupId"
    if by_group and merged["DeduplicationScope"] != "messageGroup":
        raise InvalidAttribute(
            "FifoThroughputLimit",
            "perMessageGroupId is allowed only when DeduplicationScope is messageGroup.",
        )
    if attributes.get("KmsMasterKeyId") and attributes.get("SqsManagedSseEnabled") == "true":
        raise UnknownAttribute("SqsManagedSseEnabled", ONE_ENCRYPTION)


def _check_one(name: str, value: Any, *, fifo: bool) -> None:
    if name not in SETTABLE or (not fifo and name in NOT_OF_STANDARD):
        raise UnknownAttribute(name)
    if not fifo and name in OF_FIFO_ALONE:
        raise UnknownAttribute(
            name, f"You can specify the {name} only when FifoQueue is set to true."
        )
    if name in RANGES:
        low, high = RANGES[name]
        if not re.fullmatch(r"-?[0-9]{1,9}", str(value)) or not low <= int(value) <= high:
            raise InvalidAttribute(name)
    elif name in CHOICES:
        if str(value) not in CHOICES[name]:
            raise InvalidAttribute(name)
    elif name == "Policy" and value and not _is_policy(value):
        raise InvalidAttribute(name)


def _is_policy(text: str) -> bool:
    """Whether a text can be a policy: a JSON object with statements. Their meaning is not read."""
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, dict) and isinstance(found.get("Statement"), (list, dict))


def differing(attributes: Attributes, has: Present) -> str | None:
    """The first attribute that a queue has with another value; None if there is none."""
    for name, value in attributes.items():
        if _as_compared(name, value) != _as_compared(name, has(name)):
            return name
    return None


def _as_compared(name: str, value: Any) -> Any:
    if value in (None, ""):
        return None
    if name in TEXTS - {"KmsMasterKeyId"}:
        try:
            found = json.loads(value) if isinstance(value, str) else dict(value)
        except ValueError:
            return value
        if isinstance(found, dict) and "maxReceiveCount" in found:
            found["maxReceiveCount"] = str(found["maxReceiveCount"])
        return found
    return str(value).lower() if name in CHOICES else str(value)
