"""Which parameters of an operation hold names of resources. Part of `names`.

botocore's models give each parameter a shape, and most services have a shape of its own for each
kind of name. So a name is found wherever it is, also in the parts of a transaction. Where a model
calls its names by a shape that other things have too, the members are listed.
"""

from __future__ import annotations

# (shape, or "Operation.member" for the others) by service, of names that take the prefix.
NAMES: dict[str, frozenset[str]] = {
    "sqs": frozenset(
        {"CreateQueue.QueueName", "GetQueueUrl.QueueName", "ListQueues.QueueNamePrefix"}
    ),
    "sns": frozenset({"topicName"}),
    "events": frozenset(
        {
            "ApiDestinationName", "ArchiveName", "ConnectionName", "EventBusName",
            "EventBusNameOrArn", "NonPartnerEventBusName", "NonPartnerEventBusNameOrArn",
            "ReplayName", "RuleName",
        }
    ),
    "lambda": frozenset(
        {
            "FunctionName", "NamespacedFunctionName", "UnqualifiedFunctionName",
            "FunctionUrlFunctionName",
        }
    ),
    "stepfunctions": frozenset({"CreateStateMachine.name", "CreateActivity.name"}),
    "dynamodb": frozenset({"TableName", "TableArn"}),
    "dynamodbstreams": frozenset({"TableName"}),
    "cloudwatch": frozenset({"AlarmName", "AlarmNamePrefix"}),
    "logs": frozenset({"LogGroupName"}),
    "scheduler": frozenset(
        {"Name", "NamePrefix", "ScheduleGroupName", "ScheduleGroupNamePrefix"}
    ),
    "iam": frozenset({"roleNameType"}),
    "s3": frozenset({"BucketName"}),
}  # fmt: skip

# The same shapes in answers; Step Functions has one for all its names.
TOLD = NAMES | {
    "stepfunctions": frozenset({"Name"}),
    "cloudwatch": NAMES["cloudwatch"] | {"DimensionValue"},
}

# What is in these is AWS's own, or the reader's message: it is no name, and no ARN in it is ours.
OPAQUE = {"ZipFile"}

# Values of CloudWatch's dimensions that are names of resources [each service's page on its metrics,
# read 2026-11]. The namespace says nothing more: a reader's own metric of a queue is about it too.
DIMENSIONS = {
    "QueueName", "TopicName", "RuleName", "EventBusName", "FunctionName", "TableName", "BucketName",
    "ScheduleGroup", "LogGroupName",
}  # fmt: skip

# Longest names that AWS takes where botocore's model gives no limit, or that of an ARN.
LIMITS = {
    "sqs": 80,  # [SQS API, CreateQueue, QueueName]
    "sns": 256,  # [SNS API, CreateTopic, Name]
    "lambda": 64,  # [Lambda API, CreateFunction, FunctionName]
    "dynamodb": 255,  # [DynamoDB Developer Guide, "Naming rules"]
    "s3": 63,  # [S3 User Guide, "Bucket naming rules"]
}
BUS_LIMIT = 256  # [EventBridge API, CreateEventBus, Name]

# Not the run's own: the bus and the group that each account has, and what AWS's partners and AWS
# itself made.
KEPT = {"default"}
KEPT_BEGINNINGS = ("aws.partner/", "AWS/", "aws/")
