"""How often and when SNS tries again to reach an HTTP or HTTPS endpoint.

Statements followed (SNS Developer Guide, "Amazon SNS message delivery retries", and its Step 4,
"Set the delivery policy for the Amazon SNS subscription", November 2026):

- By default "up to three retries with a delay between failed attempts set at 20 seconds".
- A policy has four phases: without delay, `minDelayTarget` apart, a back-off from there to
  `maxDelayTarget` (linear, arithmetic, geometric or exponential), `maxDelayTarget` apart;
  `numRetries` counts all of them. The total "cannot be greater than 3,600 seconds".
- A topic's policy is for all its subscriptions, and a subscription's own goes before it.

AWS draws the four curves and gives no formula: here linear and arithmetic rise by equal steps,
geometric and exponential by equal factors. The waits of the back-off have jitter, down to half.
"""

from __future__ import annotations

import json
import random
from typing import Any

DEFAULT: dict[str, Any] = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "numMaxDelayRetries": 0,
    "backoffFunction": "linear",
}
FUNCTIONS = {"linear": False, "arithmetic": False, "geometric": True, "exponential": True}
LONGEST_DELAY = LONGEST_IN_ALL = 3_600  # seconds
MOST_RETRIES = 100
CONTENT_TYPE = "text/plain; charset=UTF-8"


class InvalidDeliveryPolicy(ValueError):
    """A delivery policy that SNS would refuse."""


def waits(policy: dict[str, Any]) -> list[float]:
    """Seconds before each retry, without jitter."""
    shortest, longest = float(policy["minDelayTarget"]), float(policy["maxDelayTarget"])
    immediate, before, after = (
        policy[name] for name in ("numNoDelayRetries", "numMinDelayRetries", "numMaxDelayRetries")
    )
    steps = policy["numRetries"] - immediate - before - after
    rising = [_between(shortest, longest, step, steps, policy) for step in range(steps)]
    return [0.0] * immediate + [shortest] * before + rising + [longest] * after


def _between(low: float, high: float, step: int, steps: int, policy: dict[str, Any]) -> float:
    share = step / (steps - 1) if steps > 1 else 0.0
    if FUNCTIONS[policy["backoffFunction"]]:
        return min(float(low * (high / low) ** share), high)  # a float may end just above
    return low + (high - low) * share


def wait(policy: dict[str, Any], attempt: int) -> float:
    """Seconds to wait after an attempt, counted from 1."""
    planned = waits(policy)
    if attempt > len(planned):  # it was the last one
        return 0.0
    longest = planned[attempt - 1]
    low = min(longest, max(policy["minDelayTarget"], longest / 2))
    return random.uniform(low, longest)


def retry_policy(subscription: str | None, topic: str | None) -> dict[str, Any]:
    """What holds for a subscription, given its own policy and its topic's, as JSON or None."""
    of_topic = (json.loads(topic).get("http") or {}) if topic else {}
    own = json.loads(subscription) if subscription else {}
    if of_topic.get("disableSubscriptionOverrides"):
        own = {}
    chosen = own.get("healthyRetryPolicy") or of_topic.get("defaultHealthyRetryPolicy") or {}
    return {**DEFAULT, **chosen}


def content_type(subscription: str | None, topic: str | None) -> str:
    """The content type of what is posted, with the same precedence."""
    of_topic = (json.loads(topic).get("http") or {}) if topic else {}
    own = json.loads(subscription) if subscription else {}
    for policy in (own.get("requestPolicy"), of_topic.get("defaultRequestPolicy")):
        if policy and policy.get("headerContentType"):
            return str(policy["headerContentType"])
    return CONTENT_TYPE


def throttles(text: str) -> bool:
    """Whether a policy, of a subscription or a topic, limits the rate."""
    policy = json.loads(text)
    return bool(
        policy.get("throttlePolicy") or (policy.get("http") or {}).get("defaultThrottlePolicy")
    )


def check(text: str) -> None:
    """Refuse what SNS would refuse, in the policy of a subscription or of a topic.

    Raises
    ------
    InvalidDeliveryPolicy
        With the value.
    """
    try:
        parsed = json.loads(text)
        own, of_topic = parsed.get("healthyRetryPolicy"), (parsed.get("http") or {})
        policy = {**DEFAULT, **(own or of_topic.get("defaultHealthyRetryPolicy") or {})}
    except (ValueError, AttributeError, TypeError):
        raise InvalidDeliveryPolicy(f"DeliveryPolicy: failed to parse JSON: {text}") from None
    unknown = sorted(policy.keys() - DEFAULT.keys())
    if unknown:
        raise InvalidDeliveryPolicy(f"DeliveryPolicy: unknown field {unknown[0]}")
    if policy["backoffFunction"] not in FUNCTIONS:
        raise InvalidDeliveryPolicy(
            f"DeliveryPolicy: backoffFunction {policy['backoffFunction']!r} is none of "
            f"{', '.join(FUNCTIONS)}"
        )
    for name in DEFAULT.keys() - {"backoffFunction"}:
        least = 1 if name == "minDelayTarget" else 0
        most = LONGEST_DELAY if name.endswith("Target") else MOST_RETRIES
        if not isinstance(policy[name], int) or not least <= policy[name] <= most:
            raise InvalidDeliveryPolicy(
                f"DeliveryPolicy: {name} must be {least} to {most}, got {policy[name]!r}"
            )
    if policy["minDelayTarget"] > policy["maxDelayTarget"]:
        raise InvalidDeliveryPolicy("DeliveryPolicy: minDelayTarget is above maxDelayTarget")
    phases = ("numNoDelayRetries", "numMinDelayRetries", "numMaxDelayRetries")
    if sum(policy[name] for name in phases) > policy["numRetries"]:
        raise InvalidDeliveryPolicy("DeliveryPolicy: the phases have more than numRetries retries")
    if sum(waits(policy)) > LONGEST_IN_ALL:
        raise InvalidDeliveryPolicy(
            f"DeliveryPolicy: total policy retry time must not be above {LONGEST_IN_ALL} seconds"
        )
