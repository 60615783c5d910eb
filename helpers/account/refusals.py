"""What AWS refuses, in a sentence that says what is missing and what to do."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from helpers.account.actions import actions_of, refused_action

DENIED = {
    "AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException",
    "UnauthorizedOperation", "KMSAccessDeniedException",
}  # fmt: skip
# Wrong or ended credentials [AWS General Reference, "Common error types"; STS].
UNKNOWN = {
    "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InvalidAccessKeyId",
    "InvalidClientTokenId", "MissingAuthenticationToken", "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}  # fmt: skip
FULL = {
    "LimitExceeded", "LimitExceededException", "CodeStorageExceededException", "TooManyBuckets",
    "ServiceQuotaExceededException", "SubscriptionLimitExceeded", "TopicLimitExceeded",
    "StateMachineLimitExceeded", "ActivityLimitExceeded", "TooManyRequestsException",
}  # fmt: skip
# An answer that says the thing is there: an earlier try of the same call may have made it.
_THERE = ("Exist", "InUse", "Conflict", "Idempotent", "AlreadyOwned", "Duplicate")


def is_refusal(error: ClientError) -> bool:
    """Whether AWS surely made nothing: it refused the call, and not since the thing was there."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = error.response["Error"]["Code"]
    return 400 <= status < 500 and not any(word in code for word in _THERE)


def explain(
    error: ClientError,
    service: str,
    operation: str,
    params: dict[str, Any],
) -> ClientError:
    """The same error, with a sentence more where a permission, credentials or room are missing."""
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    text = str(error)
    if getattr(error, "explained", False):
        return error
    sentence = ""
    if code in DENIED or refused_action(message):
        action = refused_action(message) or " and ".join(actions_of(service, operation, params))
        sentence = (
            f"Your credentials lack the permission {action}. Add it to the policy of the user or "
            "role that you work with, or ask whoever administers the account for it."
        )
    elif code in UNKNOWN:
        sentence = (
            "AWS does not accept these credentials. Sign in anew (aws sso login, aws login), or "
            "name the right profile in AWS_PROFILE."
        )
    elif code in FULL:
        sentence = (
            f"A quota of {service} is used up in this account and region, or asked too fast. "
            "Remove what you do not need, python -m helpers.sweep removes what earlier runs left, "
            "or ask for more on the page Service Quotas of AWS's console."
        )
    if sentence:
        error.args = (f"{text} {sentence}",)
        vars(error)["explained"] = True
    return error
