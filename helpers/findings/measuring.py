"""Run what the findings rest on, on many seeds, on all cores."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context, parent_process

from helpers.findings.finding import Finding, Run
from helpers.findings.record import rounded
from helpers.findings.register import of_lesson


def runs_of(findings: Sequence[Finding]) -> dict[str, Run]:
    """The runs behind these findings, by name, each once."""
    return {finding.source: finding.run for finding in findings}


def measure(source: str, seed: int) -> tuple[dict[str, float], float]:
    """The numbers of one run on one seed, and the processor's seconds that it took.

    Raises
    ------
    RuntimeError
        With the run and the seed, if the run fails.
    """
    run = runs_of(of_lesson(source[:2]))[source]
    begun = time.process_time()
    try:
        numbers = {name: rounded(value) for name, value in run(seed).items()}
    except Exception as error:
        raise RuntimeError(f"{source} on seed {seed}: {type(error).__name__}: {error}") from error
    return numbers, time.process_time() - begun


def measure_all(
    sources: Sequence[str], seeds: Sequence[int]
) -> Iterator[tuple[str, int, dict[str, float], float]]:
    """Every run on every seed: name, seed, numbers and seconds, as they are done."""
    pool = ProcessPoolExecutor(
        os.cpu_count() or 1, mp_context=get_context("spawn"), initializer=_end_with_parent
    )
    try:
        jobs = {
            pool.submit(measure, source, seed): (source, seed)
            for source in sources
            for seed in seeds
        }
        for job in as_completed(jobs):
            source, seed = jobs[job]
            numbers, seconds = job.result()
            yield source, seed, numbers, seconds
    finally:  # also when one run fails, or the reader has seen enough
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """End this worker when the process that started it has gone, also when that was killed.

    Nobody told it then: it would wait for its next run for ever.
    """
    parent = parent_process()
    assert parent is not None, "only a worker has a parent"

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
