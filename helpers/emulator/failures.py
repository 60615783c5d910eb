"""What a caller meets when the emulator itself breaks: an error that says so, and in which call.

AWS answers every call. moto, which runs inside this process, sometimes raises a bare `KeyError` or
`NotImplementedError` instead, which says nothing to the reader and looks like a fault of the
program that made the call.
"""

from __future__ import annotations

from collections.abc import Iterable

OWN = "helpers"  # the package whose errors are meant for the reader


class EmulatorError(RuntimeError):
    """The emulator broke inside a call that AWS would have answered. The cause is the first error.

    Attributes
    ----------
    service, operation : str
        As botocore names them.
    parameters : tuple of str
        Names of the parameters of the call, without their values.
    """

    def __init__(
        self, service: str, operation: str, parameters: Iterable[str], cause: Exception
    ) -> None:
        self.service, self.operation = service, operation
        self.parameters = tuple(parameters)
        given = ", ".join(self.parameters) or "no parameters"
        what = (
            "is not part of this emulator"
            if isinstance(cause, NotImplementedError)
            else f"broke inside the emulator with {type(cause).__name__}: {cause}"
        )
        super().__init__(
            f"{service} {operation} ({given}) {what}. AWS would have answered: this is a fault of "
            "the lab, not of your program. Please report it with this text and the error above it; "
            "until then, look for another way to call the service."
        )


def is_meant_for_the_reader(error: Exception) -> bool:
    """Whether an error is the lab's own, and says what the reader has to know."""
    return type(error).__module__.partition(".")[0] == OWN
