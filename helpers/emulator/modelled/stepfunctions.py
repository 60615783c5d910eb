"""Step Functions: standard and express workflows, callbacks."""

from __future__ import annotations

from helpers.emulator.modelled.verdict import Verdict, acts, moto, refused

VERSION = refused("versions and aliases", "give each version a state machine of its own")

ROWS: dict[str, Verdict] = {
    "CreateActivity": acts(),
    "CreateStateMachine": acts(),
    "CreateStateMachineAlias": VERSION,
    "DeleteActivity": acts(),
    "DeleteStateMachine": moto(),
    "DeleteStateMachineAlias": VERSION,
    "DeleteStateMachineVersion": VERSION,
    "DescribeActivity": acts(),
    "DescribeExecution": acts(),
    "DescribeMapRun": moto(),
    "DescribeStateMachine": moto(),
    "DescribeStateMachineAlias": VERSION,
    "DescribeStateMachineForExecution": moto(),
    "GetActivityTask": acts(),
    "GetExecutionHistory": acts(),
    "ListActivities": acts(),
    "ListExecutions": acts(),
    "ListMapRuns": moto(),
    "ListStateMachineAliases": VERSION,
    "ListStateMachineVersions": VERSION,
    "ListStateMachines": moto(),
    "ListTagsForResource": moto(),
    "PublishStateMachineVersion": VERSION,
    "RedriveExecution": refused("starting a failed execution where it failed", "start a new one"),
    "SendTaskFailure": acts(),
    "SendTaskHeartbeat": acts(),
    "SendTaskSuccess": acts(),
    "StartExecution": acts(),
    "StartSyncExecution": acts(),
    "StopExecution": acts(),
    "TagResource": moto(),
    "TestState": refused("one state by itself", "run a state machine of one state"),
    "UntagResource": moto(),
    "UpdateMapRun": moto(),
    "UpdateStateMachine": acts(),
    "UpdateStateMachineAlias": VERSION,
    "ValidateStateMachineDefinition": acts(),
}
