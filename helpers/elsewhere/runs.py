"""Every pattern once, by name: what `helpers.elsewhere` runs wherever it is."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from helpers.elsewhere import flows, once, queues, routing
from helpers.elsewhere.gaps import GAPS
from helpers.elsewhere.table import write
from helpers.lab import Lab


class Run(NamedTuple):
    """One pattern, run once.

    Attributes
    ----------
    patterns : str
        The modules of `helpers.patterns` that it runs, separated by spaces.
    function : callable
        Takes the open lab, and returns results that do not depend on time, each by its name.
    """

    patterns: str
    function: Callable[[Lab], dict[str, Any]]


RUNS: Mapping[str, Run] = {
    "competing workers": Run("worker", queues.competing_workers),
    "lost replies": Run("worker", queues.lost_replies),
    "request and reply": Run("queue", queues.request_and_reply),
    "dead letters": Run("redelivery", queues.dead_letters),
    "long work kept hidden": Run("redelivery", queues.kept_hidden),
    "order within a group": Run("tenants", queues.order_within_a_group),
    "too late": Run("backlog", queues.too_late),
    "a topic with filters": Run("router", routing.topic),
    "a bus with rules": Run("bus", routing.rules),
    "what the bus gives up": Run("bus redelivery", routing.what_the_bus_gives_up),
    "five ways to hand over": Run("coupling bus", routing.five_ways),
    "calls": Run("sync", flows.calls),
    "sparse events": Run("events", flows.sparse_events),
    "callbacks": Run("callback workflow", flows.callbacks),
    "the order process": Run("workflow bus", flows.order_process),
    "services that react": Run("choreography bus", flows.reacting_services),
    "started once": Run("choreography", flows.started_once),
    "records": Run("idempotency", once.records),
    "one write": Run("idempotency", once.one_write),
    "the outbox": Run("outbox bus", once.outbox_of_a_table),
    "Black Friday's shop": Run("black_friday shop", once.black_fridays_shop),
}
FAILED = "did not run"
GIVEN_UP = 20.0  # seconds after which a run with a known gap is given up


def results(name: str, *, longest: float = 120.0) -> dict[str, Any]:
    """What came of one run, in a lab of its own, wherever the settings lead.

    A run that an endpoint cannot carry out has one result, `FAILED`, with the error.

    Parameters
    ----------
    longest : float
        Seconds after which each part of a run on an endpoint is given up.

    Raises
    ------
    KeyError
        With the name, if there is no such run.
    """
    run = RUNS[name]
    with Lab(seed=17, longest=longest) as lab:
        try:
            return run.function(lab)
        except ClientError as error:
            return {FAILED: f"{error.operation_name}: {error.response['Error']['Code']}"}
        except Exception as error:
            return {FAILED: f"{type(error).__name__}: {error}"}


def main(arguments: list[str] | None = None) -> None:
    """Run all of them, or those that are named, and print what came of each."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers.elsewhere.runs", description="Every pattern, run once."
    )
    parser.add_argument("run", nargs="*", help=f"one of: {', '.join(RUNS)}")
    parser.add_argument("--on", choices=GAPS, help="the emulator whose gaps are known")
    parser.add_argument("--keep", action="store_true", help="keep them in data/elsewhere.csv")
    parser.add_argument("--json", action="store_true", help="print each run as a line of JSON")
    asked = parser.parse_args(arguments)
    for name in asked.run:
        if name not in RUNS:
            parser.error(f"no run is called {name!r}")
    if not asked.json:
        print(f"On {os.environ.get('AWS_ENDPOINT_URL') or 'the emulator in this process'}:")
    for name in asked.run or RUNS:
        began = time.perf_counter()
        gap = name in GAPS.get(asked.on, {})
        # What else a lab tells, as that something could not be removed, is no line of JSON.
        with contextlib.redirect_stdout(sys.stderr if asked.json else sys.stdout):
            found = results(name, longest=GIVEN_UP if gap else 120.0)
        if asked.json:
            print(json.dumps({name: {what: str(value) for what, value in found.items()}}))
        else:
            print(f"\n{name} ({time.perf_counter() - began:.1f} s)")
            for what, value in found.items():
                print(f"  {what}: {value}")
        if asked.keep:
            write(name, asked.on or "lab", found)


if __name__ == "__main__":
    main()
