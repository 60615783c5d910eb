"""Step Functions: standard and express workflows, callbacks."""

from __future__ import annotations

from helpers.emulator.modelled.verdict import Verdict, acts, moto, refused

ACTIVITY = refused(
    "activities: nobody hands out their tasks",
    "send the task token to a queue: arn:aws:states:::sqs:sendMessage.waitForTaskToken",
)
VERSION = refused("versions and aliases", "give each version a state machine of its own")

ROWS: dict[str, Verdict] = {
    "CreateActivity": ACTIVITY,
    "CreateStateMachine": acts(),
    "CreateStateMachineAlias": VERSION,
    "DeleteActivity": ACTIVITY,
    "DeleteStateMachine": moto(),
    "DeleteStateMachineAlias": VERSION,
    "DeleteStateMachineVersion": VERSION,
    "DescribeActivity": ACTIVITY,
    "DescribeExecution": acts(),
    "DescribeMapRun": moto(),
    "DescribeStateMachine": moto(),
    "DescribeStateMachineAlias": VERSION,
    "DescribeStateMachineForExecution": moto(),
    "GetActivityTask": ACTIVITY,
    "GetExecutionHistory": acts(),
    "ListActivities": ACTIVITY,
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
