"""The threads of an execution: as few as it needs, named after the state machine.

In moto each waits for another one that does the work, and their names are numbers, or the whole
program. The order in which they run is that of the lab's clock, the same in every run.

- A Wait state ends at its moment. In moto it ends up to a second early ("Timestamp") or late.
- A Map state runs at most 40 iterations at a time in Inline mode ["supports up to 40 concurrent
  iterations": Step Functions Developer Guide, "Using Map state in Inline mode", November 2026].
- One worker of a Map state handles any number of items, where moto ends at the depth of the stack.
"""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.inline_iteration_component import (  # noqa: E501
    InlineIterationComponent,
    InlineIterationComponentEvalInput,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.iteration_worker import (  # noqa: E501
    IterationWorker,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.job import (
    Job,
    JobPool,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.branch_worker import (
    BranchWorker,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from helpers.emulator.guard import applied
from helpers.emulator.moments import TOGETHER
from helpers.emulator.stepfunctions.limits import pause, shorten
from helpers.trace.callers import at_work

STATE = "moto.stepfunctions.parser.asl.component.state"
MAP = f"{STATE}.exec.state_map.iteration"
EXPECTED_SOURCES = {
    "moto.stepfunctions.parser.asl.component.program.program:Program.eval": "6d701880064a",
    "moto.stepfunctions.parser.backend.execution_worker:ExecutionWorker.start": "0b502dd3a4e5",
    f"{MAP}.inline_iteration_component:InlineIterationComponent._launch_worker": "49be28469a82",
    f"{MAP}.inline_iteration_component:InlineIterationComponent._eval_body": "1a65306eb3ca",
    f"{MAP}.iteration_worker:IterationWorker._eval_pool": "45ca0026e8cc",
    f"{MAP}.job:JobPool": "b48abd6b0939",
    f"{STATE}.exec.state_parallel.branch_worker:BranchWorker.start": "30f9035b0a7b",
    f"{STATE}.wait.wait_function.timestamp:Timestamp._get_wait_seconds": "611d040940ad",
    f"{STATE}.wait.wait_function.wait_function:WaitFunction._wait_interval": "8f954dee8037",
}
INLINE_LIMIT = 40  # iterations of one Map state at a time

_map = InlineIterationComponent._eval_body


def _start(work: Callable[[], None], name: str) -> None:
    threading.Thread(target=work, name=name, daemon=True).start()


def start_another(work: Callable[[], None]) -> None:
    """A thread of the same execution."""
    _start(work, threading.current_thread().name)


def start_execution(worker: ExecutionWorker) -> None:
    """Replaces `ExecutionWorker.start`."""
    machine = worker._evaluation_details.state_machine_details.name
    _start(worker._execution_logic, at_work("states", machine))


def evaluate(program: Program, env: Environment) -> None:
    """Replaces `Program.eval`: in this thread, where moto has one more to watch it."""
    env.next_state_name = program.start_at.start_at_name
    if program.timeout_seconds is not None and not env.is_frame():
        shorten(env, program.timeout_seconds.timeout_seconds)
    EvalComponent.eval(program, env)


def start_branch(worker: BranchWorker) -> None:
    """Replaces `BranchWorker.start`."""
    start_another(lambda: _run_branch(worker))


def _run_branch(worker: BranchWorker) -> None:
    worker._program.eval(worker.env)
    worker._branch_worker_comm.on_terminated(env=worker.env)


def iterate(component: InlineIterationComponent, env: Environment) -> None:
    """Replaces `InlineIterationComponent._eval_body`: 40 workers at most."""
    asked: InlineIterationComponentEvalInput = env.stack[-1]
    asked.max_concurrency = min(asked.max_concurrency or INLINE_LIMIT, INLINE_LIMIT)
    _map(component, env)


def start_iterations(
    component: InlineIterationComponent,
    env: Environment,
    eval_input: InlineIterationComponentEvalInput,
    job_pool: JobPool,
) -> IterationWorker:
    """Replaces `InlineIterationComponent._launch_worker`."""
    worker = component._create_worker(env=env, eval_input=eval_input, job_pool=job_pool)
    start_another(worker.eval)
    return worker


def work_off(worker: IterationWorker, job: Job | None, worker_frame: Environment) -> None:
    """Replaces `IterationWorker._eval_pool`: one item after another.

    The frame is closed before the job: whoever waits for the last job goes on from there.
    """
    pool = worker._job_pool
    while job is not None:
        frame = worker_frame.open_inner_frame()
        worker._eval_job(env=frame, job=job)
        worker_frame.close_frame(frame)
        failed = isinstance(job.job_output, Exception) or worker.stopped()
        following = None if failed else pool.next_job()
        if following is None:
            if not failed:  # the next state's history goes on from here
                history = worker_frame.event_history_context
                history.source_event_id = frame.event_history_context.last_published_event_id
            worker._env.close_frame(worker_frame)
            pool.close_job(job)
            return
        pool.close_job(job)
        job = following
    worker._env.close_frame(worker_frame)


def wait(function: WaitFunction, env: Environment, wait_seconds: float) -> None:
    """Replaces `WaitFunction._wait_interval`: one wait, which the end of the run ends."""
    end = time.time() + wait_seconds
    while env.is_running() and (left := end - time.time()) > TOGETHER:
        pause(env, env.program_state_event, left)


def seconds_until(function: Timestamp, env: Environment) -> float:
    """Replaces `Timestamp._get_wait_seconds`: whatever time zone the machine is in."""
    function.string.eval(env=env)
    text = env.stack.pop()
    try:
        moment = datetime.fromisoformat(text)
        if "T" not in text or moment.tzinfo is None:
            raise ValueError
    except (TypeError, ValueError):
        raise FailureEventException(function._create_failure_event(env, text)) from None
    return (moment - datetime.now(UTC)).total_seconds()


def corrections() -> AbstractContextManager[None]:
    """Correct the threads and waits for as long as the context is open."""
    return applied(
        EXPECTED_SOURCES,
        (ExecutionWorker, {"start": start_execution}),
        (Program, {"eval": evaluate}),
        (BranchWorker, {"start": start_branch}),
        (InlineIterationComponent, {"_eval_body": iterate, "_launch_worker": start_iterations}),
        (IterationWorker, {"_eval_pool": work_off}),
        (WaitFunction, {"_wait_interval": wait}),
        (Timestamp, {"_get_wait_seconds": seconds_until}),
    )
