"""What the history of an execution tells: the states on its way, and each attempt of a task.

A history is the list `events` in the answers of GetExecutionHistory.
"""

import pandas as pd

END = "End"
_OVER = {"TaskSucceeded": "ok", "TaskFailed": "TaskFailed", "TaskTimedOut": "TaskTimedOut"}


def history(workflows, machine, name):
    """The history of an execution, of at most a thousand events."""
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    return workflows.get_execution_history(executionArn=arn, maxResults=1000)["events"]


def path(events):
    """Names of the states that were entered, in order; "End" if the execution succeeded."""
    entered = [_entered(event) for event in events]
    ended = [END] if events and events[-1]["type"] == "ExecutionSucceeded" else []
    return [name for name in entered if name] + ended


def steps(events):
    """One row per attempt of a Task state, with the columns that `charts.timeline` draws.

    Returns a DataFrame: time and end (seconds since the execution started), caller (the state),
    outcome ("ok", or the type of the event that ended it), error (its name), kind, operation, name.
    For executions without branches that run at the same time.
    """
    rows, state, begun = [], None, None
    for event in events:
        at = (event["timestamp"] - events[0]["timestamp"]).total_seconds()
        state = _entered(event) or state
        if event["type"] == "TaskScheduled":
            begun = at
        elif event["type"] in _OVER:
            told = event.get(f"{event['type'][0].lower()}{event['type'][1:]}EventDetails", {})
            row = {"time": begun, "end": at, "caller": state, "outcome": _OVER[event["type"]]}
            rows.append(row | {"error": told.get("error")})
    columns = ["time", "end", "caller", "outcome", "error"]
    return pd.DataFrame(rows, columns=columns).assign(kind="call", operation="Task", name=None)


def _entered(event):
    return event.get("stateEnteredEventDetails", {}).get("name")
