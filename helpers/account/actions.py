"""Which IAM actions an operation needs: most have one of their own name, and these have not.

The exceptions are those of AWS's Service Authorization Reference and of each service's page on
permissions, read 2026-11.
"""

from __future__ import annotations

import re
from typing import Any

# boto3's name of a service, and what its actions begin with where that is another.
PREFIXES = {
    "stepfunctions": "states", "dynamodbstreams": "dynamodb", "resourcegroupstaggingapi": "tag",
}  # fmt: skip
_PARTIQL = (
    "dynamodb:PartiQLSelect", "dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate",
    "dynamodb:PartiQLDelete",
)  # fmt: skip
_OTHERS = {
    # [SQS Developer Guide, "Amazon SQS API permissions": a batch needs the action of its parts]
    "sqs.SendMessageBatch": ("sqs:SendMessage",),
    "sqs.DeleteMessageBatch": ("sqs:DeleteMessage",),
    "sqs.ChangeMessageVisibilityBatch": ("sqs:ChangeMessageVisibility",),
    # A move receives from the one queue, deletes there and sends to the other [SQS Developer Guide,
    # "Configuring queue permissions for dead-letter queue redrive"].
    "sqs.StartMessageMoveTask": (
        "sqs:StartMessageMoveTask", "sqs:ReceiveMessage", "sqs:DeleteMessage",
        "sqs:GetQueueAttributes", "sqs:SendMessage",
    ),
    "sns.PublishBatch": ("sns:Publish",),  # [SNS, PublishBatch]
    "lambda.Invoke": ("lambda:InvokeFunction",),
    "lambda.InvokeAsync": ("lambda:InvokeFunction",),
    "lambda.InvokeWithResponseStream": ("lambda:InvokeFunction",),
    "lambda.GetLayerVersionByArn": ("lambda:GetLayerVersion",),
    # [S3 User Guide, "Required permissions for Amazon S3 API operations"]
    "s3.CompleteMultipartUpload": ("s3:PutObject",),
    "s3.CopyObject": ("s3:GetObject", "s3:PutObject"),
    "s3.CreateMultipartUpload": ("s3:PutObject",),
    "s3.DeleteBucketCors": ("s3:PutBucketCORS",),
    "s3.DeleteBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3.DeleteBucketLifecycle": ("s3:PutLifecycleConfiguration",),
    "s3.DeleteBucketOwnershipControls": ("s3:PutBucketOwnershipControls",),
    "s3.DeleteBucketTagging": ("s3:PutBucketTagging",),
    "s3.DeleteObjects": ("s3:DeleteObject",),
    "s3.DeletePublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3.GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
    "s3.GetBucketLifecycleConfiguration": ("s3:GetLifecycleConfiguration",),
    "s3.GetBucketNotificationConfiguration": ("s3:GetBucketNotification",),
    "s3.GetObjectLockConfiguration": ("s3:GetBucketObjectLockConfiguration",),
    "s3.GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "s3.HeadBucket": ("s3:ListBucket",),
    "s3.HeadObject": ("s3:GetObject",),
    "s3.ListBuckets": ("s3:ListAllMyBuckets",),
    "s3.ListMultipartUploads": ("s3:ListBucketMultipartUploads",),
    "s3.ListObjectVersions": ("s3:ListBucketVersions",),
    "s3.ListObjects": ("s3:ListBucket",),
    "s3.ListObjectsV2": ("s3:ListBucket",),
    "s3.ListParts": ("s3:ListMultipartUploadParts",),
    "s3.PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3.PutBucketLifecycleConfiguration": ("s3:PutLifecycleConfiguration",),
    "s3.PutBucketNotificationConfiguration": ("s3:PutBucketNotification",),
    "s3.PutObjectLockConfiguration": ("s3:PutBucketObjectLockConfiguration",),
    "s3.PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3.UploadPart": ("s3:PutObject",),
    "s3.UploadPartCopy": ("s3:GetObject", "s3:PutObject"),
    # [DynamoDB Developer Guide, "IAM policies for PartiQL": by the statement's first word]
    "dynamodb.BatchExecuteStatement": _PARTIQL,
    "dynamodb.ExecuteStatement": _PARTIQL,
    "dynamodb.ExecuteTransaction": _PARTIQL,
    # Without its parameters: what may be in it.
    "dynamodb.TransactGetItems": ("dynamodb:GetItem",),
    "dynamodb.TransactWriteItems": (
        "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem",
        "dynamodb:ConditionCheckItem",
    ),
}  # fmt: skip
# A transaction needs the actions of what is in it [DynamoDB Developer Guide, "Using IAM with
# DynamoDB transactions"].
_IN_TRANSACTION = {
    "Put": "dynamodb:PutItem", "Update": "dynamodb:UpdateItem", "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem", "Get": "dynamodb:GetItem",
}  # fmt: skip
# Parameters that hand a role to a service, which needs iam:PassRole on that role.
_PASSED = ("roleArn", "RoleArn", "Role")
# What takes tags needs an action for them beside its own.
_TAGGING = {
    "sqs": "sqs:TagQueue", "sns": "sns:TagResource", "events": "events:TagResource",
    "lambda": "lambda:TagResource", "stepfunctions": "states:TagResource",
    "dynamodb": "dynamodb:TagResource", "cloudwatch": "cloudwatch:TagResource",
    "scheduler": "scheduler:TagResource",
    "logs": "logs:TagResource", "iam": "iam:TagRole",
}  # fmt: skip


def actions_of(service: str, operation: str, params: dict[str, Any] | None = None) -> list[str]:
    """The IAM actions that a call needs, its own first.

    Parameters
    ----------
    service, operation : str
        As boto3 has them: "stepfunctions", "StartExecution".
    params : dict, optional
        With them, also what hangs on the parameters: the parts of a transaction, a role that is
        handed over, tags.

    Examples
    --------
    >>> actions_of("lambda", "Invoke")
    ['lambda:InvokeFunction']
    >>> actions_of("stepfunctions", "CreateStateMachine", {"name": "order", "roleArn": "arn:…"})
    ['states:CreateStateMachine', 'iam:PassRole']
    """
    params = params or {}
    parts = [part for part in params.get("TransactItems") or [] if isinstance(part, dict)]
    if service == "dynamodb" and parts:
        own = [_IN_TRANSACTION[name] for part in parts for name in part if name in _IN_TRANSACTION]
    else:
        usual = f"{PREFIXES.get(service, service)}:{operation}"
        own = list(_OTHERS.get(f"{service}.{operation}", (usual,)))
    if operation == "DeleteObjects":  # of a version, which has an action of its own
        which = (params.get("Delete") or {}).get("Objects") or []
        if any(each.get("VersionId") for each in which):
            own.append("s3:DeleteObjectVersion")
    targets = [params, params.get("Target"), *(params.get("Targets") or [])]
    if any(isinstance(t, dict) and any(t.get(name) for name in _PASSED) for t in targets):
        own.append("iam:PassRole")
    if (params.get("tags") or params.get("Tags")) and service in _TAGGING:
        own.append(_TAGGING[service])
    return list(dict.fromkeys(own))


def refused_action(message: str) -> str | None:
    """The action that AWS says is not allowed, from its message of AccessDenied."""
    found = re.search(r"not authorized to perform:? ([\w-]+:\w+)", message)
    return found[1] if found else None
