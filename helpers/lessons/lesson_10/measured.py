"""What is read from a run: fates of orders, arrows of the workflow, spans, and lines of code.

Knows no AWS SDK.
"""

from __future__ import annotations

import inspect
import json
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pandas as pd

from helpers import trace
from helpers.lessons.lesson_10 import histories
from helpers.lessons.lesson_10.experiment import FATES, FAULTS, Run
from helpers.lessons.lesson_10.glue import careful_glue, change_stock, patiently, tell
from helpers.patterns import sync, workflow
from helpers.patterns.workflow import caught, create, order_process, start, task


def fates(run: Run) -> pd.DataFrame:
    """How many orders ended how: a row for each trouble, a column for each fate."""
    which = run.fates["placed"].floordiv(300).astype(int).map(dict(enumerate(FAULTS)))
    counts = pd.crosstab(which, run.fates["fate"])
    return counts.reindex(index=list(FAULTS), columns=list(FATES), fill_value=0)


def arrows(run: Run) -> Counter[tuple[str, str]]:
    """How often each arrow of the workflow was used, from the histories of its executions."""
    paths = map(histories.path, run.histories.values())
    return Counter(pair for states in paths for pair in pairwise(states))


def side_by_side(glued: Run, flowed: Run, order: str) -> pd.DataFrame:
    """One order in both designs, as rows for `charts.timeline`, in seconds from its placing.

    Of the glue: when the function order ran, and when charge did. Of the workflow: the attempts
    of each state.
    """
    placed = glued.fates.loc[order, "placed"]
    functions = "order", "charge"
    spans = pd.concat(
        ran(glued.trace, name, order).assign(caller=f"glue: {name}") for name in functions
    )
    spans[["time", "end"]] -= placed
    states = histories.steps(flowed.histories[order])
    states["caller"] = "workflow: " + states["caller"].str.lower()
    return pd.concat([spans, states], ignore_index=True)


def ran(events: pd.DataFrame, function: str, order: str) -> pd.DataFrame:
    """When a function ran for an order: a row each time, as in a trace."""
    begun: dict[str, float] = {}
    rows = []
    columns = events["processed"], events["resource"], events["messages"]
    for at, resource, handled in zip(*columns, strict=True):
        for each in handled if resource == function else ():
            if each.what == "began" and trace.field(each.body or "", "order_id") == order:
                begun[each.id] = at
            elif each.what == "ended" and each.id in begun:
                outcome = "failed" if each.body == "failed" else "ok"
                rows.append({"time": begun.pop(each.id), "end": at, "outcome": outcome})
    frame = pd.DataFrame(rows, columns=["time", "end", "outcome"])
    return frame.assign(kind="call", operation="Invoke", name=None)


def lengths() -> pd.DataFrame:
    """Lines of Python of both designs, each with the functions that it calls, and of the JSON."""
    glue = (
        careful_glue,
        change_stock,
        tell,
        patiently,
    )
    states = (
        order_process,
        task,
        workflow.never,
        caught,
        workflow.function,
        workflow.pieces,
        workflow.entry,
    )
    tools = {"glue": (sync.call,), "workflow": (create, start)}
    text = json.dumps(order_process("https://sqs.eu-west-1.amazonaws.com/123456789012/shipping"),
                      indent=2)  # fmt: skip
    return pd.DataFrame(
        {
            "lines of Python": {
                "glue": _lines(*glue, *tools["glue"]),
                "workflow": _lines(*states, *tools["workflow"]) + 2,  # RETRY
            },
            "lines of JSON": {"glue": 0, "workflow": len(text.splitlines())},
        }
    )


def _lines(*functions: Callable[..., Any]) -> int:
    """Lines of code, without those that are empty."""
    code = "\n".join(map(inspect.getsource, functions))
    return sum(bool(line.strip()) for line in code.splitlines())
