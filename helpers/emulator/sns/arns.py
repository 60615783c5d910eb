"""ARNs in calls of SNS: what has to be one, and what SNS says of what is none.

The words are those recorded in LocalStack's tests (test_publish_wrong_arn_format, 2024,
test_unsubscribe_wrong_arn_format, 2023, test_subscribe_with_invalid_protocol, 2022).
"""

from __future__ import annotations

from moto.sns.exceptions import SNSInvalidParameter

SHORTEST = 6  # elements
PROTOCOLS = {
    "http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose",
}  # fmt: skip


def check(arn: str | None, parameter: str) -> None:
    """Refuse what is not an ARN."""
    elements = len((arn or "").split(":"))
    if elements < SHORTEST:
        raise SNSInvalidParameter(
            f"Invalid parameter: {parameter} Reason: An ARN must have at least {SHORTEST} "
            f"elements, not {elements}"
        )


def check_subscription(arn: str | None) -> None:
    """Refuse what is not the ARN of a subscription."""
    check(arn, "SubscriptionArn")
    if len((arn or "").split(":")) == SHORTEST:
        raise SNSInvalidParameter("Invalid parameter: SubscriptionId")


def check_endpoint(protocol: str | None, endpoint: str | None) -> None:
    """Refuse a subscriber that SNS could not reach by its form."""
    if protocol not in PROTOCOLS:
        raise SNSInvalidParameter(
            f"Invalid parameter: Amazon SNS does not support this protocol string: {protocol}"
        )
    if protocol in ("http", "https") and not str(endpoint).startswith(f"{protocol}://"):
        raise SNSInvalidParameter("Invalid parameter: Endpoint must match the specified protocol")
    if protocol in ("sqs", "lambda"):
        parts = (endpoint or "").split(":")
        if len(parts) < SHORTEST or parts[0] != "arn" or parts[2] != protocol:
            name = {"sqs": "SQS", "lambda": "Lambda"}[protocol]
            raise SNSInvalidParameter(f"Invalid parameter: {name} endpoint ARN")
