"""Executions: how one is started, stopped and looked at.

- An execution without a name gets "a universally unique identifier (UUID)". The same name and input
  while it runs give the same answer; otherwise the name is refused with ``ExecutionAlreadyExists``
  until 90 days after the execution has closed [API model of botocore 1.44.5: StartExecution].
  moto gives all unnamed ones one name, and keeps a name for ever.
- StopExecution ends what waits, at once, with its error and cause; when it has answered, the last
  event of the history is ExecutionAborted. In moto that comes later, or never.
- CreateStateMachine refuses a name that stands for another definition, with
  ``StateMachineAlreadyExists`` [API model: CreateStateMachine]; moto keeps the old one in silence.
"""

import copy
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult
from moto.moto_api._internal import mock_random
from moto.stepfunctions.exceptions import (
    ExecutionAlreadyExists,
    InvalidExecutionInput,
)
from moto.stepfunctions.models import StateMachine, StepFunctionBackend
from moto.stepfunctions.parser import utils
from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
from moto.stepfunctions.parser.backend.execution import (
    BaseExecutionWorkerCommunication,
    Execution,
)
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from helpers.emulator.guard import applied
from helpers.emulator.moments import TOGETHER
from helpers.emulator.stepfunctions import status_events
from helpers.emulator.stepfunctions.tokens import parsed, refuse_long

BACKEND = "moto.stepfunctions.parser.models:StepFunctionsParserBackend"
RESPONSE = "moto.stepfunctions.responses:StepFunctionResponse"
WORKER = "moto.stepfunctions.parser.backend.execution"
EXPECTED_SOURCES = {
    f"{BACKEND}.start_execution": "0f8d9dd57baf",
    "moto.stepfunctions.models:StepFunctionBackend.create_state_machine": "83609fac42c6",
    "moto.stepfunctions.models:StepFunctionBackend.stop_execution": "9fd7ff1aebca",
    "moto.stepfunctions.models:StateMachine.stop_execution": "9fde91ccb013",
    "moto.stepfunctions.models:StateMachine._handle_name_input_idempotency": "9a117fdd6df2",
    f"{RESPONSE}.start_execution": "3f4ac22f2a3e",
    f"{RESPONSE}.stop_execution": "633c8a544aac",
    f"{WORKER}:BaseExecutionWorkerCommunication._reflect_execution_status": "038a396107af",
    f"{WORKER}:Execution.start": "07e927c2d5f9",
}
NAME_KEPT = timedelta(days=90)

_create = StepFunctionBackend.create_state_machine
_reflect = BaseExecutionWorkerCommunication._reflect_execution_status


# -- starting


def start_execution(
    backend: StepFunctionsParserBackend,
    state_machine_arn: str,
    name: str | None = None,
    execution_input: str | None = None,
    trace_header: str | None = None,
) -> Execution:
    """Replaces the backend's method of that name."""
    machine = backend.describe_state_machine(state_machine_arn)
    source = backend.describe_state_machine(vars(machine).get("source_arn", machine.arn))
    execution_input = "{}" if execution_input is None else execution_input
    check_input(execution_input)
    if name:
        backend._validate_name(name)
        running = _same_name(source, name, execution_input)
        if running is not None:
            return running
    name = name or str(mock_random.uuid4())
    arn = execution_arn(machine, name)
    execution = new_execution(Execution, machine, name, arn, execution_input, trace_header)
    if machine.type == "STANDARD":
        source.executions.append(execution)
    execution.start()
    status_events.send(execution)
    return execution


def execution_arn(machine: StateMachine, name: str) -> str:
    """Each start of an express workflow has an ARN of its own, named or not."""
    base = ":".join(machine.arn.split(":")[:7])  # without a version
    if machine.type == "EXPRESS":
        base, name = base.replace(":stateMachine:", ":express:"), f"{name}:{mock_random.uuid4()}"
    return f"{base.replace(':stateMachine:', ':execution:')}:{name}"


def new_execution(
    kind: type[Execution],
    machine: StateMachine,
    name: str,
    arn: str,
    execution_input: str,
    trace_header: str | None,
) -> Execution:
    """An execution of the machine as it is now; it does not run yet."""
    now = copy.copy(machine)
    now.sm_type = machine.type  # moto always has STANDARD here
    execution = kind(
        name=name,
        sm_type=machine.type,
        role_arn=machine.roleArn,
        exec_arn=arn,
        account_id=machine.arn.split(":")[4],
        region_name=machine.arn.split(":")[3],
        state_machine=now,
        start_date=datetime.now(tz=UTC),
        cloud_watch_logging_session=None,
        input_data=execution_input,
        trace_header=trace_header,
        activity_store={},
    )
    execution.on_end, execution.over = [], Event()
    return execution


def check_input(execution_input: str) -> None:
    """Refuse an input that is too long or no JSON."""
    refuse_long("input", execution_input)
    try:
        parsed(execution_input)
    except ValueError as error:
        message = f"Invalid State Machine Execution Input: '{error}'"
        raise InvalidExecutionInput(message) from None


def _same_name(machine: StateMachine, name: str, execution_input: str) -> Execution | None:
    """The running execution that a repeated start means, if the name is not free."""
    if machine.type == "EXPRESS":
        return None
    held = next((held for held in machine.executions if held.name == name), None)
    if held is None:
        return None
    if held.stop_date is None and held.execution_input == execution_input:
        return held
    if held.stop_date is None or datetime.now(tz=UTC) < held.stop_date + NAME_KEPT:
        raise ExecutionAlreadyExists(f"Execution Already Exists: '{held.execution_arn}'")
    machine.executions.remove(held)
    return None


def create_state_machine(backend: StepFunctionBackend, **settings: Any) -> StateMachine:
    """Create it, unless its name stands for another one."""
    held = next((held for held in backend.state_machines if held.name == settings["name"]), None)
    machine = _create(backend, **settings)
    if held is not None and (held.definition, held.type) != (
        settings["definition"],
        settings.get("sm_type") or "STANDARD",
    ):
        message = f"State Machine Already Exists: '{held.arn}'"
        raise AWSError(message, "StateMachineAlreadyExists")
    return machine


# -- ending


def stop_execution(
    backend: StepFunctionsParserBackend,
    execution_arn: str,
    error: str | None = None,
    cause: str | None = None,
) -> Execution:
    """Stop it now. An execution that is over stays as it is."""
    execution = backend.describe_execution(execution_arn)
    worker = execution.exec_worker
    while worker.env is None:  # its thread has not had its first turn
        time.sleep(0)
    if execution.stop_date is None:
        execution.stop(stop_date=datetime.now(tz=UTC), error=error, cause=cause)
        # Whatever waits in it is woken, and its history ends with ExecutionAborted.
        execution.over.wait(TOGETHER)
        worker._execution_communication.terminated()
    return execution


def reflect_status(comm: BaseExecutionWorkerCommunication) -> None:
    """Take down how the execution ended, once, and tell whoever waits for it."""
    execution = comm.execution
    if execution.stop_date is not None:
        return
    _reflect(comm)
    state = execution.exec_worker.env.program_state()
    if isinstance(state, ProgramStopped):
        execution.error, execution.cause = state.error, state.cause
    status_events.send(execution)
    for tell in execution.on_end:
        tell()
    execution.over.set()


def answer_stop(response: StepFunctionResponse) -> ActionResult:
    execution = response.stepfunction_backend.stop_execution(
        response._get_param("executionArn"),
        error=response._get_param("error"),
        cause=response._get_param("cause"),
    )
    return ActionResult({"stopDate": execution.stop_date})


@contextmanager
def corrections() -> Iterator[None]:
    """Correct executions for as long as the context is open."""
    communication = {"_reflect_execution_status": reflect_status}
    backend = {"start_execution": start_execution, "stop_execution": stop_execution}
    with applied(
        EXPECTED_SOURCES,
        (StepFunctionsParserBackend, backend),
        (StepFunctionBackend, {"create_state_machine": create_state_machine}),
        (BaseExecutionWorkerCommunication, communication),
        (StepFunctionResponse, {"stop_execution": answer_stop}),
    ):
        try:
            yield
        finally:
            utils.TMP_THREADS.clear()  # moto keeps every thread, and all that hangs on it
