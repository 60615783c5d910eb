"""Programs that call every operation which the lab leaves to moto, one program per service.

Each is played through the lab and through plain moto, and yields what each call answered.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

REGION, ACCOUNT = "eu-west-1", "123456789012"
TAGS = [{"Key": "team", "Value": "shop"}]
ROLE = f"arn:aws:iam::{ACCOUNT}:role/work"
STATEMENT = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})
OF_ROLES = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})
Answers = Iterator[tuple[str, Any]]


class Player:
    """A client that answers with what a program may compare, errors included."""

    def __init__(self, service: str) -> None:
        self.client = boto3.client(service, region_name=REGION)
        self.played: list[tuple[str, Any]] = []

    def __call__(self, operation: str, **params: Any) -> Any:
        try:
            answer = getattr(self.client, xform_name(operation))(**params)
        except ClientError as error:
            answer = error.response["Error"]
        self.played.append((operation, answer))
        return answer


def sqs(play: Player) -> None:
    url = play("CreateQueue", QueueName="orders")["QueueUrl"]
    dead = play("CreateQueue", QueueName="dead")["QueueUrl"]
    policy = {"deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead", "maxReceiveCount": 3}
    redrive = {"RedrivePolicy": json.dumps(policy)}
    play("SetQueueAttributes", QueueUrl=url, Attributes=redrive)
    play("ListDeadLetterSourceQueues", QueueUrl=dead)
    for name in ("orders", "missing"):
        play("GetQueueUrl", QueueName=name)
    play("ListQueues", QueueNamePrefix="or")
    play("TagQueue", QueueUrl=url, Tags={"team": "shop"})
    play("ListQueueTags", QueueUrl=url)
    play("UntagQueue", QueueUrl=url, TagKeys=["team"])
    play("ListQueueTags", QueueUrl=url)
    label = {"QueueUrl": url, "Label": "partner"}
    play("AddPermission", **label, AWSAccountIds=[ACCOUNT], Actions=["SendMessage"])
    play("GetQueueAttributes", QueueUrl=url, AttributeNames=["Policy"])
    play("RemovePermission", **label)
    play("GetQueueAttributes", QueueUrl=url, AttributeNames=["Policy"])


def sns(play: Player) -> None:
    arn = play("CreateTopic", Name="orders", Tags=TAGS)["TopicArn"]
    play("ListTopics")
    play("ListTagsForResource", ResourceArn=arn)
    play("TagResource", ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    play("UntagResource", ResourceArn=arn, TagKeys=["team"])
    play("ListTagsForResource", ResourceArn=arn)
    label = {"TopicArn": arn, "Label": "partner"}
    play("AddPermission", **label, AWSAccountId=[ACCOUNT], ActionName=["Publish"])
    play("RemovePermission", **label)
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
    made = play("Subscribe", TopicArn=arn, Protocol="sqs", Endpoint=queue)
    play("GetSubscriptionAttributes", SubscriptionArn=made["SubscriptionArn"])
    play("Unsubscribe", SubscriptionArn=made["SubscriptionArn"])
    play("GetSubscriptionAttributes", SubscriptionArn=made["SubscriptionArn"])
    play("DeleteTopic", TopicArn=arn)
    play("ListTopics")


def events(play: Player) -> None:
    bus = play("CreateEventBus", Name="shop", Tags=TAGS)["EventBusArn"]
    play("ListEventBuses")
    play("DescribeEventBus", Name="shop")
    for name in ("orders", "missing"):
        play("DescribeEventBus", Name=name)
    rule = {"Name": "paid", "EventBusName": "shop"}
    play("PutRule", **rule, EventPattern='{"source": ["shop"]}')
    play("DescribeRule", **rule)
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
    on = {"Rule": "paid", "EventBusName": "shop"}
    play("PutTargets", **on, Targets=[{"Id": "q", "Arn": queue}])
    play("ListTargetsByRule", **on)
    play("ListRuleNamesByTarget", TargetArn=queue, EventBusName="shop")
    play("ListRules", EventBusName="shop")
    play("RemoveTargets", **on, Ids=["q"])
    play("ListTargetsByRule", **on)
    play("ListTagsForResource", ResourceARN=bus)
    play("TagResource", ResourceARN=bus, Tags=[{"Key": "a", "Value": "b"}])
    play("UntagResource", ResourceARN=bus, TagKeys=["team"])
    play("ListTagsForResource", ResourceARN=bus)
    partner = {"Action": "events:PutEvents", "Principal": ACCOUNT, "StatementId": "p"}
    play("PutPermission", EventBusName="shop", **partner)
    play("DescribeEventBus", Name="shop")
    play("RemovePermission", EventBusName="shop", StatementId="p")
    play("DeleteRule", **rule)
    play("ListRules", EventBusName="shop")
    play("CreateArchive", ArchiveName="all", EventSourceArn=bus)
    play("DeleteArchive", ArchiveName="all")
    play("DeleteEventBus", Name="shop")
    play("ListEventBuses")
    play("ListApiDestinations")
    play("ListConnections")


def lambda_(play: Player) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("function.py", "def handler(event, context):\n    return event\n")
    code = packed.getvalue()
    Player("iam")("CreateRole", RoleName="work", AssumeRolePolicyDocument=POLICY)
    named = {"FunctionName": "work"}
    made = play(
        "CreateFunction", **named, Runtime="python3.13", Role=ROLE, Handler="function.handler",
        Code={"ZipFile": code},
    )  # fmt: skip
    arn = made["FunctionArn"]
    play("GetFunction", **named)
    play("ListFunctions")
    play("UpdateFunctionCode", **named, ZipFile=code)
    play("PublishVersion", **named)
    play("ListVersionsByFunction", **named)
    alias = {**named, "Name": "live"}
    play("CreateAlias", **alias, FunctionVersion="1")
    play("GetAlias", **alias)
    play("UpdateAlias", **alias, Description="that is used")
    play("ListAliases", **named)
    play("DeleteAlias", **alias)
    play("GetAlias", **alias)
    play("PutFunctionConcurrency", **named, ReservedConcurrentExecutions=3)
    play("GetFunctionConcurrency", **named)
    play("PutFunctionEventInvokeConfig", **named, MaximumRetryAttempts=1)
    play("GetFunctionEventInvokeConfig", **named)
    play("ListFunctionEventInvokeConfigs", **named)
    play("DeleteFunctionEventInvokeConfig", **named)
    play("ListFunctionEventInvokeConfigs", **named)
    play("TagResource", Resource=arn, Tags={"team": "shop"})
    play("ListTags", Resource=arn)
    play("UntagResource", Resource=arn, TagKeys=["team"])
    play("ListTags", Resource=arn)
    said = {**named, "StatementId": "s"}
    play("AddPermission", **said, Action="lambda:InvokeFunction", Principal="sns.amazonaws.com")
    play("GetPolicy", **named)
    play("RemovePermission", **said)
    play("GetPolicy", **named)
    Player("sqs")("CreateQueue", QueueName="orders")
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
    mapping = play("CreateEventSourceMapping", **named, EventSourceArn=queue, Enabled=False)
    play("GetEventSourceMapping", UUID=mapping["UUID"])
    play("ListEventSourceMappings", **named)
    play("DeleteEventSourceMapping", UUID=mapping["UUID"])
    play("DeleteFunction", **named)
    play("GetFunction", **named)


def stepfunctions(play: Player) -> None:
    mapped = {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "B",
            "States": {"B": {"Type": "Pass", "End": True}},
        },
        "End": True,
    }
    definition = json.dumps({"StartAt": "A", "States": {"A": mapped}})
    tags = [{"key": "team", "value": "shop"}]
    made = play(
        "CreateStateMachine", name="m", definition=definition, roleArn=ROLE, tags=tags
    )  # fmt: skip
    machine = {"stateMachineArn": made["stateMachineArn"]}
    play("DescribeStateMachine", **machine)
    play("ListStateMachines")
    resource = {"resourceArn": made["stateMachineArn"]}
    play("ListTagsForResource", **resource)
    play("TagResource", **resource, tags=[{"key": "a", "value": "b"}])
    play("UntagResource", **resource, tagKeys=["team"])
    play("ListTagsForResource", **resource)
    run = play("StartExecution", **machine, name="r", input="[1, 2]")
    play("DescribeStateMachineForExecution", executionArn=run["executionArn"])
    play.run = run["executionArn"]  # type: ignore[attr-defined]


def after_stepfunctions(play: Player) -> None:
    """What there is to see of a distributed map when it has run."""
    [found] = play("ListMapRuns", executionArn=play.run)["mapRuns"]  # type: ignore[attr-defined]
    arn = {"mapRunArn": found["mapRunArn"]}
    play("DescribeMapRun", **arn)
    play("UpdateMapRun", **arn, maxConcurrency=2)
    machine = play("ListStateMachines")["stateMachines"][0]["stateMachineArn"]
    play("DeleteStateMachine", stateMachineArn=machine)


def dynamodb(play: Player) -> None:
    key, named = {"id": {"S": "1"}}, {"TableName": "orders"}
    made = play(
        "CreateTable", **named, BillingMode="PAY_PER_REQUEST", Tags=TAGS,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )  # fmt: skip
    arn = made["TableDescription"]["TableArn"]
    play("DescribeTable", **named)
    play("ListTables")
    play("PutItem", **named, Item={**key, "total": {"N": "12"}})
    play("GetItem", **named, Key=key)
    play("BatchGetItem", RequestItems={"orders": {"Keys": [key]}})
    play("TransactGetItems", TransactItems=[{"Get": {**named, "Key": key}}])
    values = {":id": {"S": "1"}}
    play("Query", **named, KeyConditionExpression="id = :id", ExpressionAttributeValues=values)
    play("Scan", **named)
    select = "SELECT * FROM \"orders\" WHERE id = '1'"
    play("ExecuteStatement", Statement=select)
    play("BatchExecuteStatement", Statements=[{"Statement": select}])
    insert = "INSERT INTO \"orders\" VALUE {'id': '2'}"
    play("ExecuteTransaction", TransactStatements=[{"Statement": insert}])
    play("Scan", **named, Select="COUNT")
    play("UpdateTable", **named, DeletionProtectionEnabled=False)
    play("ListTagsOfResource", ResourceArn=arn)
    play("TagResource", ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    play("UntagResource", ResourceArn=arn, TagKeys=["team"])
    play("ListTagsOfResource", ResourceArn=arn)
    play("PutResourcePolicy", ResourceArn=arn, Policy=POLICY)
    play("GetResourcePolicy", ResourceArn=arn)
    play("DeleteResourcePolicy", ResourceArn=arn)
    recovery = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    play("UpdateContinuousBackups", **named, **recovery)
    play("DescribeContinuousBackups", **named)
    play("DescribeLimits")
    play("DescribeEndpoints")
    play("DeleteTable", **named)
    play("ListTables")


def scheduler(play: Player) -> None:
    arn = play("CreateScheduleGroup", Name="nightly", Tags=TAGS)["ScheduleGroupArn"]
    play("GetScheduleGroup", Name="nightly")
    play("ListScheduleGroups")
    play("ListSchedules")
    target = {"Arn": f"arn:aws:sqs:{REGION}:123456789012:q", "RoleArn": ROLE}
    play("CreateSchedule", Name="s", GroupName="nightly", ScheduleExpression="rate(1 day)",
         FlexibleTimeWindow={"Mode": "OFF"}, Target=target)  # fmt: skip
    play("ListSchedules", GroupName="nightly", NamePrefix="s", State="ENABLED")
    play("ListTagsForResource", ResourceArn=arn)
    play("TagResource", ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    play("UntagResource", ResourceArn=arn, TagKeys=["team"])
    play("ListTagsForResource", ResourceArn=arn)
    play("DeleteScheduleGroup", Name="nightly")
    play("ListScheduleGroups")


def cloudwatch(play: Player) -> None:
    play("PutMetricData", Namespace="shop", MetricData=[{"MetricName": "sales", "Value": 3}])
    play("ListMetrics", Namespace="shop")
    play("PutMetricAlarm", AlarmName="a", Namespace="shop", MetricName="sales", Statistic="Sum",
         Period=60, EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
         Tags=TAGS)  # fmt: skip
    arn = f"arn:aws:cloudwatch:{REGION}:123456789012:alarm:a"
    play("ListTagsForResource", ResourceARN=arn)
    play("TagResource", ResourceARN=arn, Tags=[{"Key": "a", "Value": "b"}])
    play("UntagResource", ResourceARN=arn, TagKeys=["team"])
    play("ListTagsForResource", ResourceARN=arn)
    play("PutDashboard", DashboardName="d", DashboardBody='{"widgets": []}')
    play("GetDashboard", DashboardName="d")
    play("ListDashboards")
    play("DeleteDashboards", DashboardNames=["d"])
    play("ListDashboards")


def pipes(play: Player) -> None:
    play("ListPipes")


def s3(play: Player) -> None:
    bucket, at = {"Bucket": "claims"}, {"Bucket": "claims", "Key": "k"}
    here = {"LocationConstraint": REGION}
    play("CreateBucket", **bucket, CreateBucketConfiguration=here)
    play("HeadBucket", **bucket)
    play("GetBucketLocation", **bucket)
    play("ListBuckets")
    play("PutBucketTagging", **bucket, Tagging={"TagSet": TAGS})
    play("GetBucketTagging", **bucket)
    play("DeleteBucketTagging", **bucket)
    play("PutObject", **at, Body=b"hello", ContentType="text/plain", Metadata={"a": "b"})
    play("HeadObject", **at)
    play.played.append(("GetObject", play.client.get_object(**at)["Body"].read()))
    play("GetObjectAttributes", **at, ObjectAttributes=["ETag", "ObjectSize"])
    play("PutObjectTagging", **at, Tagging={"TagSet": TAGS})
    play("GetObjectTagging", **at)
    for list_objects in ("ListObjects", "ListObjectsV2", "ListObjectVersions"):
        play(list_objects, **bucket)
    upload = play("CreateMultipartUpload", Bucket="claims", Key="m")["UploadId"]
    of = {"Bucket": "claims", "Key": "m", "UploadId": upload}
    play("UploadPart", **of, PartNumber=1, Body=b"x")
    play("UploadPartCopy", **of, PartNumber=2, CopySource="claims/k")
    play("ListParts", **of)
    play("ListMultipartUploads", **bucket)
    play("AbortMultipartUpload", **of)
    play("ListMultipartUploads", **bucket)
    play("PutBucketVersioning", **bucket, VersioningConfiguration={"Status": "Enabled"})
    play("GetBucketVersioning", **bucket)
    _kept_of_a_bucket(play, bucket, at)
    play("CreateBucket", Bucket="locked", CreateBucketConfiguration=here,
         ObjectLockEnabledForBucket=True)  # fmt: skip
    lock = {"ObjectLockEnabled": "Enabled"}
    play("PutObjectLockConfiguration", Bucket="locked", ObjectLockConfiguration=lock)
    play("GetObjectLockConfiguration", Bucket="locked")
    held = {"Bucket": "locked", "Key": "k"}
    play("PutObject", **held, Body=b"x")
    play("PutObjectLegalHold", **held, LegalHold={"Status": "ON"})
    play("GetObjectLegalHold", **held)
    until = {"Mode": "GOVERNANCE", "RetainUntilDate": "2040-01-01T00:00:00Z"}
    play("PutObjectRetention", **held, Retention=until)
    play("GetObjectRetention", **held)
    play("DeleteBucket", **bucket)  # which is not empty
    play("CreateBucket", Bucket="empty", CreateBucketConfiguration=here)
    play("DeleteBucket", Bucket="empty")
    play("HeadBucket", Bucket="empty")


def _kept_of_a_bucket(play: Player, bucket: dict[str, str], at: dict[str, str]) -> None:
    play("PutBucketPolicy", **bucket, Policy=POLICY)
    play("GetBucketPolicy", **bucket)
    play("GetBucketPolicyStatus", **bucket)
    play("DeleteBucketPolicy", **bucket)
    play("PutBucketAcl", **bucket, ACL="private")
    play("GetBucketAcl", **bucket)
    play("PutObjectAcl", **at, ACL="private")
    play("GetObjectAcl", **at)
    rules = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]
    play("PutBucketCors", **bucket, CORSConfiguration={"CORSRules": rules})
    play("GetBucketCors", **bucket)
    play("DeleteBucketCors", **bucket)
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    play("PutBucketEncryption", **bucket,
         ServerSideEncryptionConfiguration={"Rules": [default]})  # fmt: skip
    play("GetBucketEncryption", **bucket)
    play("DeleteBucketEncryption", **bucket)
    owned = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    play("PutBucketOwnershipControls", **bucket, OwnershipControls=owned)
    play("GetBucketOwnershipControls", **bucket)
    play("DeleteBucketOwnershipControls", **bucket)
    play("PutPublicAccessBlock", **bucket,
         PublicAccessBlockConfiguration={"BlockPublicAcls": True})  # fmt: skip
    play("GetPublicAccessBlock", **bucket)
    play("DeletePublicAccessBlock", **bucket)


def iam(play: Player) -> None:
    play("CreateRole", RoleName="work", AssumeRolePolicyDocument=POLICY)
    play("GetRole", RoleName="work")
    made = play("CreatePolicy", PolicyName="p", PolicyDocument=OF_ROLES)
    play("AttachRolePolicy", RoleName="work", PolicyArn=made["Policy"]["Arn"])
    play("PutRolePolicy", RoleName="work", PolicyName="own", PolicyDocument=OF_ROLES)


def logs(play: Player) -> None:
    stream = {"logGroupName": "g", "logStreamName": "s"}
    play("CreateLogGroup", logGroupName="g")
    play("CreateLogStream", **stream)
    play("DescribeLogGroups")
    play("DescribeLogStreams", logGroupName="g")
    now = play.now_ms  # type: ignore[attr-defined]
    play("PutLogEvents", **stream, logEvents=[{"timestamp": now, "message": "hello"}])
    play("GetLogEvents", **stream)


def sts(play: Player) -> None:
    play("GetCallerIdentity")


PROGRAMS = {
    "sqs": sqs, "sns": sns, "events": events, "lambda": lambda_, "stepfunctions": stepfunctions,
    "dynamodb": dynamodb, "s3": s3, "scheduler": scheduler, "cloudwatch": cloudwatch,
    "pipes": pipes, "iam": iam, "logs": logs, "sts": sts,
}  # fmt: skip
