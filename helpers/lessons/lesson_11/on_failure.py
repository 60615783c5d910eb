"""A Lambda function that the experiments deploy: alone in its file, so that it can run anywhere."""

from __future__ import annotations

from typing import Any


def on_failure(event: dict[str, Any], context: Any) -> dict[str, str]:
    """Process what failed. Here that is to tell why."""
    return {"why": event["why"]}
