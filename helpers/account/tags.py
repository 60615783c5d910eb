"""The tags of a run, by which it is found again where no register is."""

from __future__ import annotations

PROJECT = "event-driven-architectures"
PROJECT_TAG, OWNER_TAG, EXPIRES_TAG, RUN_TAG = (
    "eda-project", "eda-owner", "eda-expires", "eda-run",
)  # fmt: skip
MOMENT = "%Y-%m-%dT%H:%M:%SZ"  # of the expiry: UTC
