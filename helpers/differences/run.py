"""The table of differences: every probe run twice, in two labs.

Once with moto as it comes, once with the lab's corrections. So the table changes by itself when a
correction is added, and no row outlives what it tells. All probes of a run are in one lab, so each
has names of its own. The function "work" is there already, and answers "done".
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from helpers.differences import (
    cloudwatch,
    dynamodb,
    event_inputs,
    event_patterns,
    events,
    jsonata,
    lambda_,
    replays,
    s3,
    scheduler,
    sns,
    sqs,
    stepfunctions,
)
from helpers.differences.probe import Difference
from helpers.lab import beside
from helpers.wire import uncorrected

if TYPE_CHECKING:
    import pandas as pd


# In the order of the table. What polls or comes back every hour is last: time that passes after it
# costs work, and a workflow waits for 400 days.
SERVICES = (
    sqs, sns, s3, scheduler, cloudwatch, dynamodb, stepfunctions, jsonata, events, event_inputs,
    replays, event_patterns, lambda_,
)  # fmt: skip
DIFFERENCES: tuple[Difference, ...] = tuple(
    row
    for service in SERVICES
    for row in vars(service).values()
    if isinstance(row, Difference) and row.probe.__module__ == service.__name__
)


def table(*behaviours: str) -> pd.DataFrame:
    """Run the known differences. An open lab stays as it is.

    Parameters
    ----------
    behaviours : str
        The rows to run, as the first column has them; all of them if none is named.

    Returns
    -------
    DataFrame
        One row per difference: behaviour, AWS, plain moto, here, "as on AWS", source. "as on AWS"
        is "yes", "no", or "the lab's choice": AWS leaves it open, and the lab does one of what AWS
        may do.
        "API model" is that of botocore 1.44.5, and the pages were read in November 2026.

    Raises
    ------
    ValueError
        If there is no such behaviour.
    """
    import pandas as pd

    from helpers.differences.shown import Table  # pandas, as above, only where it is needed

    known = {each.behaviour: each for each in DIFFERENCES}
    for behaviour in behaviours:
        if behaviour not in known:
            raise ValueError(
                f"there is no row {behaviour!r}; helpers.differences.DIFFERENCES has them"
            )
    rows = [known[behaviour] for behaviour in behaviours or known]
    frame = pd.DataFrame(
        {
            "behaviour": [row.behaviour for row in rows],
            "AWS": [row.aws for row in rows],
            "plain moto": _observed(rows, uncorrected),
            "here": _observed(rows, contextlib.nullcontext),
        }
    )
    frame["as on AWS"] = [row.verdict(here) for row, here in zip(rows, frame["here"], strict=True)]
    return Table(frame.assign(source=[row.source for row in rows]))


def _observed(
    rows: Sequence[Difference], emulator: Callable[[], contextlib.AbstractContextManager[None]]
) -> list[str]:
    """What each probe says, in a lab of its own for all of them."""
    with beside(seed=0) as lab:
        lab.deploy("work", lambda event, context: "done")
        with emulator(), _no_docker():
            return [row.probe(lab) for row in rows]


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
