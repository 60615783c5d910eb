"""The context object, ``$$`` in JSONPath and ``$states.context`` in JSONata.

Its moments are texts of ISO 8601, with milliseconds and a Z, and an execution says how often it
was redriven [Step Functions Developer Guide, "Accessing execution data from the Context object",
November 2026; localstack/localstack, recording of test_context_object, September 2024]. moto holds
a Python datetime there, which no answer can hold, or a text with an offset and without
milliseconds.
"""

from datetime import UTC, datetime
from typing import Any

from moto.stepfunctions.parser.asl.eval.environment import Environment


def complete(env: Environment) -> None:
    """What the context object of a new execution says of it."""
    execution: dict[str, Any] = _data(env)["Execution"]
    execution["StartTime"] = moment(execution["StartTime"])
    execution["RedriveCount"] = 0


def enter(env: Environment) -> None:
    """The state has just been entered."""
    _data(env)["State"]["EnteredTime"] = moment(datetime.now(UTC))


def moment(when: datetime) -> str:
    """A moment as AWS writes it: ``2026-11-02T08:00:00.000Z``."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _data(env: Environment) -> dict[str, Any]:
    return env.states.context_object.context_object_data
