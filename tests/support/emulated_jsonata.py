"""JSONata for the tests of workflows: an expression, a state that evaluates it, how it ended."""

from __future__ import annotations

import json

ERROR = "States.QueryEvaluationError"


class Ended:
    """An execution that is over."""

    def __init__(self, states, arn):
        described = states.describe_execution(executionArn=arn)
        self.status = described["status"]
        self.error, self.cause = described.get("error"), described.get("cause")
        self.output = json.loads(described["output"]) if "output" in described else None
        self.seconds = (described["stopDate"] - described["startDate"]).total_seconds()
        self.events = states.get_execution_history(executionArn=arn, maxResults=1000)["events"]

    def details(self, kind):
        """The details of all events of one kind."""
        name = kind[0].lower() + kind[1:] + "EventDetails"
        return [event[name] for event in self.events if event["type"] == kind]


def expression(text):
    return f"{{% {text} %}}"


def passing(output, **more):
    return {"Only": {"Type": "Pass", "Output": output, "End": True, **more}}
