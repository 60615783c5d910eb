"""Express workflows: synchronous ones, and what they do not have.

- StartSyncExecution answers when the execution is over, "even if your execution fails", under an
  address of its own; it is not there for standard workflows [API model of botocore 1.44.5:
  StartSyncExecution]. moto does not have it. The answer has no `billingDetails` here.
- StartExecution with the same name starts another one ("StartExecution isn't idempotent for EXPRESS
  workflows", API model), and its executions are in no list.

What they may call is checked with the definition (`integrations`), and how long they run
stands in `limits`.
"""

import re
from contextlib import AbstractContextManager

from moto import backend_index
from moto.core.responses import ActionResult
from moto.moto_api._internal import mock_random
from moto.stepfunctions import urls
from moto.stepfunctions.parser.backend.execution import SyncExecution
from moto.stepfunctions.responses import StepFunctionResponse

from helpers.emulator.guard import applied
from helpers.emulator.stepfunctions.answers import require
from helpers.emulator.stepfunctions.executions import check_input, execution_arn, new_execution

EXECUTION = "moto.stepfunctions.parser.backend.execution"
EXPECTED_SOURCES = {
    f"{EXECUTION}:SyncExecution.to_start_sync_execution_output": "fe1efeaffdad",
    f"{EXECUTION}:SyncExecution._get_start_execution_worker": "f8326da314d4",
    f"{EXECUTION}_worker:SyncExecutionWorker.start": "e952ea1928c1",
}
ADDRESS = r"https?://sync-states\.(.+)\.amazonaws.com"  # [API model: the operation's host prefix]


def start_sync_execution(response: StepFunctionResponse) -> ActionResult:
    """Run an express workflow and answer with how it ended."""
    backend = response.stepfunction_backend
    machine = backend.describe_state_machine(response._get_param("stateMachineArn"))
    require(machine, "EXPRESS")
    given = response._get_param("input") or "{}"
    check_input(given)
    name = response._get_param("name") or str(mock_random.uuid4())
    backend._validate_name(name)
    arn = execution_arn(machine, name)
    execution = new_execution(
        SyncExecution, machine, name, arn, given, response._get_param("traceHeader")
    )
    execution.start()
    return ActionResult(execution.to_start_sync_execution_output())


def corrections() -> AbstractContextManager[None]:
    """Add what express workflows have for as long as the context is open."""
    answers = {"start_sync_execution": start_sync_execution}
    patterns = [*backend_index.backend_url_patterns, ("stepfunctions", re.compile(ADDRESS))]
    return applied(
        EXPECTED_SOURCES,
        (backend_index, {"backend_url_patterns": patterns}),
        (urls, {"url_bases": [*urls.url_bases, ADDRESS]}),
        (StepFunctionResponse, answers),
    )
