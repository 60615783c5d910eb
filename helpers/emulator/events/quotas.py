"""What is said of a call that goes over a quota."""

from moto.core.exceptions import JsonRESTError


def limit_exceeded() -> JsonRESTError:
    """LimitExceededException, as recorded for a sixth target (LocalStack, December 2024)."""
    return JsonRESTError(
        "LimitExceededException", "The requested resource exceeds the maximum number allowed."
    )
