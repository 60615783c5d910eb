"""What the lab refuses, since it would do nothing or something else than AWS."""

from __future__ import annotations


class NotModelled(RuntimeError):
    """AWS does this, and the lab does not.

    Attributes
    ----------
    service, operation : str
        As boto3 names them, such as "sns" and "Subscribe".
    missing : str
        What is missing.
    instead : str
        The way on.
    """

    def __init__(self, service: str, operation: str, missing: str, instead: str) -> None:
        super().__init__(
            f"{service}.{operation} is not modelled in the lab: {missing}. Instead: {instead}."
        )
        self.service, self.operation = service, operation
        self.missing, self.instead = missing, instead

    def __reduce__(self) -> tuple[type[NotModelled], tuple[str, str, str, str]]:
        return type(self), (self.service, self.operation, self.missing, self.instead)
