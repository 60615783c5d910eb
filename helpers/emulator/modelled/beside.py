"""What the services above touch of others: the few calls of them that programs need."""

from __future__ import annotations

from helpers.emulator.modelled.verdict import KEPT, Verdict, moto

ROWS: dict[str, dict[str, Verdict]] = {
    "iam": {
        "AttachRolePolicy": KEPT,
        "CreatePolicy": KEPT,
        "CreateRole": KEPT,
        "GetRole": KEPT,
        "PutRolePolicy": KEPT,
    },
    "logs": {
        "CreateLogGroup": moto(),
        "CreateLogStream": moto(),
        "DescribeLogGroups": moto(),
        "DescribeLogStreams": moto(),
        "GetLogEvents": moto(),
        "PutLogEvents": moto(),
    },
    "sts": {"GetCallerIdentity": moto()},
}
