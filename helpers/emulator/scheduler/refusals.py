"""What Scheduler refuses in words that moto does not have, or with another status."""

from __future__ import annotations

from moto.core.exceptions import JsonRESTError


class Conflict(JsonRESTError):
    """A name is taken. The status is that of the API model in botocore 1.44.5; moto's is 400."""

    code = 409

    def __init__(self, what: str) -> None:
        super().__init__("ConflictException", f"{what} already exists.")
