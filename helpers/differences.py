"""Where the emulator differs from AWS: each difference run, in plain moto and in the lab.

A probe is a small program of AWS calls that says in a few words what came of it. `differences`
runs them twice, in two labs: once with moto as it comes, once with the lab's corrections.
What AWS does cannot be run here; it stands beside its source. So the table changes by itself when a
correction is added, and no row outlives what it tells.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.backends import uncorrected
from helpers.lab import Lab, beside
from helpers.probes import events, functions, sqs, states

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Difference:
    """A probe, and what it would say on AWS by the source named."""

    behaviour: str
    aws: str
    source: str
    probe: Callable[[Lab], str]


def differences() -> pd.DataFrame:
    """Run every known difference. An open lab stays as it is.

    Returns
    -------
    DataFrame
        One row per difference: behaviour, AWS, plain moto, here, "as on AWS" (yes or no), source.
        "API model" is that of botocore 1.44.5, and the pages were read in November 2026.
    """
    import pandas as pd

    frame = pd.DataFrame(
        {
            "behaviour": [known.behaviour for known in DIFFERENCES],
            "AWS": [known.aws for known in DIFFERENCES],
            "plain moto": _observed(uncorrected),
            "here": _observed(contextlib.nullcontext),
        }
    )
    frame["as on AWS"] = (frame["here"] == frame["AWS"]).map({True: "yes", False: "no"})
    return frame.assign(source=[known.source for known in DIFFERENCES])


def _observed(emulator: Callable[[], contextlib.AbstractContextManager[None]]) -> list[str]:
    """What each probe says, in a lab of its own for all of them."""
    with beside(seed=0) as lab:
        lab.deploy("work", lambda event, context: "done")
        with emulator(), _no_docker():
            return [known.probe(lab) for known in DIFFERENCES]


@contextlib.contextmanager
def _no_docker() -> Iterator[None]:
    """moto runs functions in Docker if it finds one, and complains on the screen if not."""
    before = os.environ.get("DOCKER_HOST")
    os.environ["DOCKER_HOST"] = "unix:///nowhere"
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        del os.environ["DOCKER_HOST"]
        if before is not None:
            os.environ["DOCKER_HOST"] = before


MODEL = "API model"  # of botocore 1.44.5
DIFFERENCES = (
    Difference(
        "SQS: delete with an old receipt handle",
        "the message stays",
        f"{MODEL}, DeleteMessage",
        sqs.old_handle,
    ),
    Difference(
        "SQS: a message outlives its retention",
        "the next message",
        f"{MODEL}, DeleteMessage",
        sqs.retention,
    ),
    Difference(
        "SQS: 1,000 × ü, at most 1,024 bytes",
        "refused",
        f"{MODEL}, SendMessage",
        sqs.size,
    ),
    Difference(
        "SQS: StartMessageMoveTask",
        "messages return",
        f"{MODEL}, StartMessageMoveTask",
        sqs.redrive,
    ),
    Difference(
        "SQS FIFO: sent again after the delete",
        "not delivered",
        f"{MODEL}, SendMessage",
        sqs.repeat_after_delete,
    ),
    Difference(
        "SQS FIFO: DeduplicationScope messageGroup",
        "2 delivered",
        f"{MODEL}, CreateQueue",
        sqs.repeat_in_groups,
    ),
    Difference(
        "SQS FIFO: a batch of three comes back",
        "all three, in order",
        "Developer Guide, FIFO delivery logic",
        sqs.fifo_after_timeout,
    ),
    Difference(
        "SQS standard: 10 messages, one consumer",
        "maybe again, maybe out of order",
        "Developer Guide, standard queues",
        sqs.standard_queue,
    ),
    Difference(
        "Lambda: a Python function is invoked",
        "runs",
        "Developer Guide, Python handler",
        functions.function,
    ),
    Difference(
        "Lambda: reserved concurrency is zero",
        "TooManyRequestsException",
        "Developer Guide, reserved concurrency",
        functions.concurrency,
    ),
    Difference(
        "EventBridge: put_events, and a target is gone",
        "accepted",
        "User Guide, retries of delivery",
        events.lost_target,
    ),
    Difference(
        "Step Functions: a late task token",
        "TaskTimedOut",
        f"{MODEL}, SendTaskSuccess",
        states.late_token,
    ),
    Difference(
        "Step Functions: two starts without a name",
        "two executions",
        f"{MODEL}, StartExecution",
        states.two_executions,
    ),
)
