"""The order process under four kinds of trouble, and two workflows of one state.

`by_glue` and `by_workflow` send the same orders through both designs. `one_state` and `rush` run
workflows of one state. Below them is what is read from a run.
"""

from __future__ import annotations

import inspect
import json
import math
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import boto3
import pandas as pd

from helpers import faults, load, trace
from helpers.lab import Lab
from helpers.lessons.arns import ROLE
from helpers.lessons.lesson_10 import histories
from helpers.lessons.lesson_10.fulfilment import Fulfilment, paid_and_shipped
from helpers.lessons.lesson_10.glue import careful_glue, change_stock, patiently, tell
from helpers.patterns import sync, workflow
from helpers.patterns.workflow import caught, create, order_process, start, task

FAULTS = ("function error", "throttled", "lost reply", "target missing")
EACH = 12  # orders that meet each of the four
FATES = ("shipped", "called off", "off without need", "paid twice", "paid for nothing")
WRONG = FATES[3:]
NOT_BILLED = "dynamodb.BatchWriteItem"  # it fills the stock before the first order
CHARGE = """
{
  "Type": "Task",
  "Resource": "arn:aws:states:::lambda:invoke",
  "Arguments": {"FunctionName": "charge", "Payload": "{% $states.input %}"},
  "Retry": [{"ErrorEquals": ["ConnectionError"],
             "IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 6}],
  "End": true
}"""

Definition = dict[str, Any]
Glue = Callable[..., None]


class Run(NamedTuple):
    """A run: its trace, the fate of each order, and each execution's history, if asked for."""

    trace: pd.DataFrame
    fates: pd.DataFrame
    histories: dict[str, list[dict[str, Any]]]


# -- one state


def one_state(state: str, *, down: float = 10, seed: int = 10) -> pd.DataFrame:
    """The attempts of a workflow that has one state, which invokes the function charge.

    Parameters
    ----------
    state : str
        The state as JSON, in Amazon States Language.
    down : float
        Seconds for which the card provider does not answer.
    """
    lab, workflows = Lab(seed=seed), boto3.client("stepfunctions")

    def charge(order: Any, _: Any) -> None:
        time.sleep(0.5)
        if lab.now < down:
            raise ConnectionError("the card provider does not answer")
        lab.mark("charged", order_id=order["order_id"])

    lab.deploy("charge", charge, timeout=10)
    definition = {"StartAt": "Charge", "States": {"Charge": json.loads(state)}}
    machine = create(workflows, "charge", {"QueryLanguage": "JSONata", **definition}, ROLE)
    order = json.loads(load.orders(arrivals=[0.0], seed=seed)[0].json())
    with lab.running(minutes=5):
        lab.start(start, workflows, machine, order)
    attempts = histories.steps(_history(workflows, machine, order["order_id"]))
    lab.close()
    return attempts


# -- the process, glued and as a workflow


def by_glue(glue: Glue = careful_glue, *, timeout: int = 30, seed: int = 10) -> Run:
    """Four parts of orders, each with its trouble, through a function that glues the steps."""
    shop, orders = _shop(seed)
    return _four_faults(shop, orders, _glued(shop, glue, timeout), seed)


def by_workflow(*, retries: int = 6, histories: bool = False, seed: int = 10) -> Run:
    """The same orders and the same trouble through a workflow, with this `MaxAttempts`."""
    shop, orders = _shop(seed)
    definition = trying(order_process(shop.shipping), retries)
    begin = shop.workflow("order", definition)
    return _four_faults(shop, orders, begin, seed, histories=histories)


def trying(definition: Definition, retries: int) -> Definition:
    """The same workflow, with another `MaxAttempts` wherever it tries again."""
    states = {
        name: state | {"Retry": [_changed(rule, retries) for rule in state["Retry"]]}
        if "Retry" in state
        else state
        for name, state in definition["States"].items()
    }
    return definition | {"States": states}


def _changed(rule: Definition, retries: int) -> Definition:
    return rule if rule["MaxAttempts"] == 0 else rule | {"MaxAttempts": retries}


def _shop(seed: int) -> tuple[Fulfilment, list[load.Order]]:
    placed = [300.0 * part + 60 / EACH * number for part in range(4) for number in range(EACH)]
    lab, orders = Lab(seed=seed), load.orders(arrivals=placed, seed=seed)
    return Fulfilment(lab, orders, flaky=0.5), orders


def _glued(shop: Fulfilment, glue: Glue, timeout: int) -> Callable[[Any], Any]:
    def order(shop: Fulfilment, order: Any) -> None:
        glue(shop.patient, shop.tables, shop.sqs, shop.events, shop.shipping, order)

    return shop.function(order, timeout)


def _four_faults(
    shop: Fulfilment,
    orders: list[load.Order],
    begin: Callable[[Any], Any],
    seed: int,
    histories: bool = False,
) -> Run:
    def trouble() -> None:
        time.sleep(300)  # so far, charge has raised every second time
        shop.flaky = 0
        with faults.throttling("dynamodb.UpdateItem"):
            time.sleep(60)
        time.sleep(240)
        with faults.lost_reply("lambda.Invoke", rate=0.5, seed=seed, resource="charge"):
            time.sleep(300)
        shop.sqs.delete_queue(QueueUrl=shop.shipping)

    with shop.lab.running(minutes=30):
        shop.lab.start(trouble)
        shop.lab.start(shop.open, orders, begin)
    return _ended(shop, orders, good_before=900, histories=histories)


def outage(
    design: str, *, timeout: int = 30, retries: int = 6, seconds: int = 60, seed: int = 10
) -> Run:
    """Twelve orders through "glue" or "workflow", one a second, while the stock table refuses."""
    lab, orders = Lab(seed=seed), load.orders(arrivals=[float(n) for n in range(12)], seed=seed)
    shop = Fulfilment(lab, orders, declined=0)
    if design == "glue":
        begin = _glued(shop, careful_glue, timeout)
    else:
        begin = shop.workflow("order", trying(order_process(shop.shipping), retries))
    with faults.throttling("dynamodb.UpdateItem"), lab.running(seconds=seconds):
        lab.start(shop.open, orders, begin)
    with lab.running(minutes=15):
        pass
    return _ended(shop, orders)


def bad_minute(timeout: int, retries: int, *, seed: int = 10) -> pd.DataFrame:
    """How many of twelve orders end how: glue with this time-out, workflow with these retries."""
    ended = {
        f"glue, {timeout} s": outage("glue", timeout=timeout, seed=seed),
        f"workflow, {retries} retries": outage("workflow", retries=retries, seed=seed),
    }
    counts = {name: run.fates["fate"].value_counts() for name, run in ended.items()}
    return pd.DataFrame(counts).reindex(list(FATES)).fillna(0).astype(int)


def _ended(
    shop: Fulfilment,
    orders: list[load.Order],
    good_before: float = math.inf,
    histories: bool = False,
) -> Run:
    """What became of the orders. Those placed after `good_before` nobody could have shipped."""
    events, fates = shop.lab.trace, paid_and_shipped(shop.lab, orders)
    needless = fates.index.isin(shop.good) & (fates["placed"] < good_before)
    off = fates["fate"] == "called off"
    fates["fate"] = fates["fate"].mask(off & needless, "off without need")
    machines = shop.workflows.list_state_machines()["stateMachines"] if histories else []
    told = {
        order.order_id: _history(shop.workflows, machine["stateMachineArn"], order.order_id)
        for machine in machines
        for order in orders
    }
    shop.lab.close()
    return Run(events, fates, told)


def _history(workflows: Any, machine: str, name: str) -> list[dict[str, Any]]:
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    return workflows.get_execution_history(executionArn=arn, maxResults=1000)["events"]


# -- a rush


def rush(retry: Definition, *, seed: int = 10) -> tuple[pd.DataFrame, int]:
    """Twenty-four executions want to charge at once, and three can at a time.

    Returns
    -------
    DataFrame and int
        time and charged (how many orders so far), and how often charge was invoked.
    """
    lab, orders = Lab(seed=seed), load.orders(arrivals=[0.0] * 24, seed=seed)
    shop = Fulfilment(lab, orders, seconds=0.9, declined=0)
    few = {"FunctionName": "charge", "ReservedConcurrentExecutions": 3}
    shop.functions.put_function_concurrency(**few)
    called = {"FunctionName": "charge", "Payload": "{% $states.input %}"}
    only = {"Charge": task("lambda:invoke", called, None, Retry=[retry])}
    begin = shop.workflow(
        "charge", {"QueryLanguage": "JSONata", "StartAt": "Charge", "States": only}
    )
    with lab.running(minutes=1):
        lab.start(shop.open, orders, begin)
    events = lab.trace
    lab.close()
    done = events[events["name"] == "charged"]["time"].tolist()
    frame = pd.DataFrame({"time": [0.0, *done], "charged": range(len(done) + 1)})
    return frame, int((events["operation"] == "Invoke").sum())


# -- what is read from a run


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
