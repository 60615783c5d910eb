"""Orders that wait for people; and, from the files beside, for programs, crews and loops."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

import boto3
import pandas as pd
from botocore.exceptions import BotoCoreError

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.arns import execution_arn
from helpers.lessons.lesson_11 import waits
from helpers.lessons.lesson_11.crew import crew
from helpers.lessons.lesson_11.hearts import OUTAGE, checks, cut_off, frail
from helpers.lessons.lesson_11.looking import by_callback, by_loop, states_by_formula
from helpers.patterns.callback import TOKEN_AND_ORDER, answer, heartbeat, outcome, waiting

__all__ = [
    "OUTAGE", "approvals", "ask_ines", "by_callback", "by_loop", "checks", "crew", "cut_off",
    "frail", "heartbeat", "states_by_formula", "told",
]  # fmt: skip

HOUR = 3600  # seconds
MAIL = {"FunctionName": "mail", "Payload": TOKEN_AND_ORDER}
TIMEOUT = 24 * HOUR
MANNERS = {
    "approves": 55,
    "refuses": 15,
    "is silent": 10,
    "is late": 10,
    "thinks twice": 10,
}  # in %
WHY = {"Refused": "refused", "States.Timeout": "time-out"}


def large(seed: int) -> list[load.Order]:
    """A day's orders of more than 100 euros."""
    return [o for o in load.orders(rate=0.012, hours=24, seed=seed) if o.amount > 10_000]


def ask_ines(days: float, seed: int = 11) -> pd.DataFrame:
    """The history of an order that Ines approves after some days, with nothing to limit the wait.

    Returns
    -------
    DataFrame
        day (when a line was written) and type.
    """
    lab, client, order = Lab(seed=seed), boto3.client("stepfunctions"), large(seed)[0]
    mails: list[Any] = []
    lab.deploy("mail", lambda event, context: mails.append(event))
    machine = waits.create(waiting("lambda:invoke", MAIL))
    client.start_execution(stateMachineArn=machine, name=order.order_id, input=order.json())
    with lab.running(days=days):
        pass
    answer(client, mails[0]["token"], approved_by="ines")
    with lab.running(seconds=1):
        pass
    written = waits.history(execution_arn(machine, order.order_id))
    lab.close()
    return pd.DataFrame({"day": (written["seconds"] / 86_400).round(2), "type": written["type"]})


def approvals(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A day of orders, each put before a person; one reply in twelve to a "yes" is lost.

    Returns
    -------
    tuple of DataFrame
        The trace, and `waits.executions` with `ended_by`. Each answer left a mark "said" with
        manner, hours (since the order was put before the person), yes, counted (what the person
        was told; None without any reply) and truly (what the execution says).
    """
    lab, client, draws = Lab(seed=seed), boto3.client("stepfunctions"), random.Random(seed)

    def mail(event: Any, context: Any) -> None:
        [manner] = draws.choices(list(MANNERS), list(MANNERS.values()))
        late = manner == "is late"
        hours = draws.uniform(25, 40) if late else min(draws.expovariate(1 / 5), 23)
        name = event["order"]["order_id"]
        mine = (lab, client, execution_arn(machine, name), event["token"], manner, hours, name)
        threading.Thread(target=person, args=mine, name=name).start()

    lab.deploy("mail", mail)
    machine = waits.create(waiting("lambda:invoke", MAIL, TimeoutSeconds=TIMEOUT))
    lost = faults.lost_reply("stepfunctions.SendTaskSuccess", rate=1 / 12, seed=seed)
    with lost, lab.running(days=3):
        lab.start(waits.start_each, client, machine, large(seed))
    ends = waits.executions(machine)
    ends["ended_by"] = ends["error"].map(WHY).fillna("approved")
    events = lab.trace
    lab.close()
    return events, ends


def person(
    lab: Lab, client: Any, execution: str, token: str, manner: str, hours: float, order: str
) -> None:
    """Decide after so many hours. Who thinks twice says yes, and after ten minutes no."""
    if manner == "is silent":
        return
    asked = lab.now
    time.sleep(hours * HOUR)
    for yes in {"refuses": [False], "thinks twice": [True, False]}.get(manner, [True]):
        try:
            counted: bool | None = answer(client, token, None if yes else "Refused", said="yes")
        except BotoCoreError:  # not one reply in three attempts
            counted = None
        end = outcome(client, execution)
        truly = end["status"] == "SUCCEEDED" if yes else end.get("error") == "Refused"
        lab.mark(
            "said", order_id=order, manner=manner, hours=(lab.now - asked) / HOUR, yes=yes,
            counted=counted, truly=truly,
        )  # fmt: skip
        time.sleep(600)


def told(events: pd.DataFrame, ends: pd.DataFrame) -> pd.Series[int]:
    """How many answers there were, and what became of those that were told that nobody waits."""
    said = events[events["name"] == "said"]
    closed = said[said["counted"].eq(False)]
    late = closed["order_id"].map(ends["ended_by"]).eq("time-out")
    mine = closed["truly"].astype(bool)
    return pd.Series(
        {
            "answers": len(said),
            "told that nobody waits": len(closed),
            "… because it was too late": int((late & ~mine).sum()),
            "… because the first answer had counted": int((~late & ~mine).sum()),
            "… although this answer counted": int(mine.sum()),
        },
        name="people",
    )
