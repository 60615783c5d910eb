"""What each role of a pattern calls in a lab: (action, ARN) by role."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from functools import cache
from unittest import mock

from botocore.client import BaseClient
from pattern_runs import ACTING, SCENARIOS, Stage
from policy_needs import POLLING, WITHOUT_RESOURCE, needs

from helpers import Lab

# What is not done with a role: Lambda runs its function, and a queue's policy lets a topic in.
# A topic lets the alarms of its own account in by the policy that it is made with.
BY_RESOURCE = {("lambda", "Invoke"), ("sns", "SendMessage"), ("events", "SendMessage"),
               ("events", "Invoke"), ("cloudwatch", "Publish")}  # fmt: skip
BEFORE_POLLING = {"GetQueueUrl", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch"}


@cache
def recorded(pattern):
    """By role the (action, ARN) that it used, and by service those that resource policies allow."""
    calls = []
    with Lab(seed=1) as lab:
        real = BaseClient._make_api_call

        def note(client, operation, params):
            service = client.meta.service_model.service_name
            caller = threading.current_thread().name
            calls.append((caller, service, operation, params))
            return real(client, operation, params)

        with mock.patch.object(BaseClient, "_make_api_call", note):
            SCENARIOS[pattern](Stage(lab))
        trace = lab.trace
    traced = trace[(trace["kind"] == "call") & trace["operation"].notna()]
    unknown = set(traced["caller"]) - {caller for caller, *_ in calls} - {"cell"}
    assert not unknown, f"the trace has calls of {unknown} that were not recorded"
    unnamed = re.compile(r"Thread-\d+ \((\w+)\)")  # it has its function's name
    acting, roles, resources = ACTING.get(pattern, {}), defaultdict(set), defaultdict(set)
    for thread, service, operation, params in calls:
        caller = unnamed.sub(r"\1", thread)
        maker = caller.partition(":")[0] if ":" in caller else None
        if operation == "CreateEventSourceMapping":
            source = params["EventSourceArn"]
            role = acting[f"lambda:{params['FunctionName']}"]
            for action in POLLING[source.split(":")[2]]:
                roles[role].add((action, "*" if action in WITHOUT_RESOURCE else source))
        elif (maker, operation) in BY_RESOURCE:
            resources[maker] |= set(needs(service, operation, params))
        elif caller == threading.main_thread().name:
            continue  # it sets the stage
        elif maker == "lambda" and operation in BEFORE_POLLING:
            continue  # as POLLING has it
        else:
            roles[acting.get(caller, caller)] |= set(needs(service, operation, params))
    return {role: frozenset(found) for role, found in roles.items()}, dict(resources)
