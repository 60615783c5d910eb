"""One complaint about a definition, in the form that AWS gives it.

The codes are those of the API model of botocore 1.44.5 (ValidateStateMachineDefinitionDiagnostic).
"""

from dataclasses import dataclass

SCHEMA, TARGET = "SCHEMA_VALIDATION_FAILED", "MISSING_TRANSITION_TARGET"


@dataclass(frozen=True)
class Diagnostic:
    """One complaint. The location is None where there is none."""

    code: str
    message: str
    location: str | None
    severity: str = "ERROR"

    def __str__(self) -> str:
        return f"{self.code}: {self.message} at {self.location or 'null'}"
