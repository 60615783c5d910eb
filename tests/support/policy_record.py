"""What each role of a pattern calls in a lab: (action, ARN) by role."""

from __future__ import annotations

import re
import tempfile
import threading
from collections import defaultdict
from functools import cache
from unittest import mock

import boto3
from botocore.client import BaseClient
from kept_run import ACCOUNT, PREFIX, REGION, Cell, keeper, make_one_of_each
from pattern_runs import ACTING, SCENARIOS, Stage
from policy_needs import POLLING, WITHOUT_RESOURCE, needs, needs_of_a_run

from helpers import Lab
from helpers.account.names import Names
from helpers.account.tagged import tagged_things

# What is not done with a role: Lambda runs its function, and a queue's policy lets a topic in.
# A topic lets the alarms of its own account in by the policy that it is made with.
BY_RESOURCE = {("lambda", "Invoke"), ("sns", "SendMessage"), ("events", "SendMessage"),
               ("events", "Invoke"), ("cloudwatch", "Publish")}  # fmt: skip
BY_AWS = {"function", "states", "rule"}  # roles that are no reader's
IN_A_RUN = Names(PREFIX, ACCOUNT, REGION)
BEFORE_POLLING = {"GetQueueUrl", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch"}


@cache
def calls_of(pattern):
    """(thread, service, operation, parameters) of all calls of a scenario."""
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
    return calls


@cache
def recorded(pattern):
    """By role the (action, ARN) that it used, and by service those that resource policies allow."""
    unnamed = re.compile(r"Thread-\d+ \((\w+)\)")  # it has its function's name
    acting, roles, resources = ACTING.get(pattern, {}), defaultdict(set), defaultdict(set)
    for thread, service, operation, params in calls_of(pattern):
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


@cache
def used_by_readers():
    """(action, ARN) that a reader's own program needs for all patterns, its stage included."""
    found = set()
    for pattern in SCENARIOS:
        services = {c for c, role in ACTING.get(pattern, {}).items() if role in BY_AWS}
        for caller, service, operation, params in calls_of(pattern):
            if ":" not in caller and caller not in services:
                found |= needs_of_a_run(service, operation, params)
    return {(action, IN_A_RUN.here(place)) for action, place in found}


@cache
def recorded_run():
    """(action, ARN) of a run that makes one of each kind, removes all, and is swept by its tags."""
    calls = []
    with Lab(seed=1), tempfile.TemporaryDirectory() as folder:
        real = BaseClient._make_api_call

        def note(client, operation, params):
            calls.append((client.meta.service_model.service_name, operation, params))
            return real(client, operation, params)

        with mock.patch.object(BaseClient, "_make_api_call", note):
            kept = keeper(folder)
            make_one_of_each(Cell(kept))
            tagged_things(boto3.client, ACCOUNT, REGION)
            failed = [each for each in kept.remove_all(lambda line: None) if each.error]
            boto3.client("sts").get_caller_identity()
        assert not failed
    return {need for call in calls for need in needs_of_a_run(*call)}
