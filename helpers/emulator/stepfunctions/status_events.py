"""An event on the default bus for each change of an execution's status.

[Step Functions Developer Guide, "Automating Step Functions event delivery with EventBridge",
November 2026; EventBridge Events Reference, "AWS Step Functions events": best effort]

- Standard workflows send them, when they begin and when they end; express ones do not.
- "The `detail` section in the event data provides the same information as the DescribeExecution
  API"; dates are in milliseconds, input and output are JSON text.
- "If the combined escaped input and escaped output [...] exceeds 248 KB, then the input will be
  excluded", and an output of that size too; `inputDetails` and `outputDetails` say so.

A rule that matches these events and starts a workflow goes round for ever, as on AWS: "it is
possible to create rules that lead to infinite loops" [API model of botocore 1.44.5: PutRule].
"""

import json
from datetime import datetime
from typing import Any

from moto.stepfunctions.parser.backend.execution import Execution

from helpers.emulator import service_events

SOURCE, DETAIL_TYPE = "aws.states", "Step Functions Execution Status Change"
LARGEST = 248 * 1024  # bytes of input and output, escaped
REDRIVABLE = ("FAILED", "TIMED_OUT", "ABORTED")  # [API model: DescribeExecution, redriveStatus]


def send(execution: Execution) -> None:
    """Tell the default bus of the execution's status."""
    if execution.sm_type != "STANDARD":
        return
    service_events.send(
        SOURCE,
        DETAIL_TYPE,
        detail(execution),
        account=execution.account_id,
        region=execution.region_name,
        resources=[execution.exec_arn],
    )


def detail(execution: Execution) -> dict[str, Any]:
    """What the event tells of an execution."""
    status = execution.status
    given: str | None = execution.execution_input
    output = None
    if status == "SUCCEEDED":
        output = json.dumps(execution.output, separators=(",", ":"), ensure_ascii=False)
    if _escaped(given) + _escaped(output) > LARGEST:
        given = None
    outputs = None if output is None else {"included": _escaped(output) <= LARGEST}
    if outputs == {"included": False}:
        output = None
    is_redrivable = status in REDRIVABLE
    return {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "status": status,
        "startDate": _milliseconds(execution.start_date),
        "stopDate": _milliseconds(execution.stop_date),
        "input": given,
        "output": output,
        "inputDetails": {"included": given is not None},
        "outputDetails": outputs,
        "stateMachineVersionArn": None,
        "stateMachineAliasArn": None,
        "redriveCount": 0,
        "redriveDate": None,
        "redriveStatus": "REDRIVABLE" if is_redrivable else "NOT_REDRIVABLE",
        "redriveStatusReason": (
            None if is_redrivable else f"Execution is {status} and cannot be redriven."
        ),
        "error": execution.error,
        "cause": execution.cause,
    }


def _escaped(text: str | None) -> int:
    """Bytes of a text within JSON."""
    return 0 if text is None else len(json.dumps(text, ensure_ascii=False).encode())


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)
