"""Lambda: Python functions of this process, how they are invoked, and their mappings."""

from __future__ import annotations

from helpers.emulator.modelled.verdict import KEPT, Verdict, acts, moto, refused

URL = refused("addresses of functions", "invoke the function")
LAYER = refused("layers: a handler runs in this Python", "import what it needs")
PROVISIONED = refused(
    "provisioned concurrency", "use lab.deploy(…, cold_start=0), or reserved concurrency"
)
DURABLE = refused("durable functions", "use a state machine of Step Functions")
CAPACITY = refused("managed instances", "use reserved concurrency")
SIGNING = refused("signed code", "leave it out")

ROWS: dict[str, Verdict] = {
    "AddLayerVersionPermission": LAYER,
    "AddPermission": KEPT,
    "CheckpointDurableExecution": DURABLE,
    "CreateAlias": moto(),
    "CreateCapacityProvider": CAPACITY,
    "CreateCodeSigningConfig": SIGNING,
    "CreateEventSourceMapping": acts("of queues and of streams of DynamoDB"),
    "CreateFunction": acts("lab.deploy(name, handler) makes one that runs a Python function"),
    "CreateFunctionUrlConfig": URL,
    "DeleteAlias": moto(),
    "DeleteCapacityProvider": CAPACITY,
    "DeleteCodeSigningConfig": SIGNING,
    "DeleteDurableExecution": DURABLE,
    "DeleteEventSourceMapping": acts(),
    "DeleteFunction": moto(),
    "DeleteFunctionCodeSigningConfig": SIGNING,
    "DeleteFunctionConcurrency": acts(),
    "DeleteFunctionEventInvokeConfig": moto(),
    "DeleteFunctionUrlConfig": URL,
    "DeleteLayerVersion": LAYER,
    "DeleteProvisionedConcurrencyConfig": PROVISIONED,
    "DeleteResourcePolicy": refused("policies of resources", "use AddPermission"),
    "GetAccountSettings": refused(
        "the settings of an account", "count on 1,000 concurrent invocations"
    ),
    "GetAlias": moto(),
    "GetCapacityProvider": CAPACITY,
    "GetCodeSigningConfig": SIGNING,
    "GetDurableExecution": DURABLE,
    "GetDurableExecutionHistory": DURABLE,
    "GetDurableExecutionState": DURABLE,
    "GetEventSourceMapping": moto(),
    "GetFunction": moto(),
    "GetFunctionCodeSigningConfig": SIGNING,
    "GetFunctionConcurrency": moto(),
    "GetFunctionConfiguration": acts(),
    "GetFunctionEventInvokeConfig": moto(),
    "GetFunctionRecursionConfig": refused(
        "the detection of loops", "count the hops in the message"
    ),
    "GetFunctionScalingConfig": CAPACITY,
    "GetFunctionUrlConfig": URL,
    "GetLayerVersion": LAYER,
    "GetLayerVersionByArn": LAYER,
    "GetLayerVersionPolicy": LAYER,
    "GetPolicy": KEPT,
    "GetProvisionedConcurrencyConfig": PROVISIONED,
    "GetResourcePolicy": refused("policies of resources", "use AddPermission"),
    "GetRuntimeManagementConfig": refused(
        "runtimes: a handler runs in this Python", "leave it out"
    ),
    "Invoke": acts(),
    "InvokeAsync": acts("AWS has given it up: use Invoke with InvocationType=Event"),
    "InvokeWithResponseStream": refused("answers that come in pieces", "use Invoke"),
    "ListAliases": moto(),
    "ListCapacityProviders": CAPACITY,
    "ListCodeSigningConfigs": SIGNING,
    "ListDurableExecutionsByFunction": DURABLE,
    "ListEventSourceMappings": moto(),
    "ListFunctionEventInvokeConfigs": moto(),
    "ListFunctionUrlConfigs": URL,
    "ListFunctionVersionsByCapacityProvider": CAPACITY,
    "ListFunctions": moto(),
    "ListFunctionsByCodeSigningConfig": SIGNING,
    "ListLayerVersions": LAYER,
    "ListLayers": LAYER,
    "ListProvisionedConcurrencyConfigs": PROVISIONED,
    "ListTags": moto(),
    "ListVersionsByFunction": moto(),
    "PauseDurableExecution": DURABLE,
    "PublishLayerVersion": LAYER,
    "PublishVersion": moto(),
    "PutFunctionCodeSigningConfig": SIGNING,
    "PutFunctionConcurrency": acts(),
    "PutFunctionEventInvokeConfig": acts(),
    "PutFunctionRecursionConfig": refused(
        "the detection of loops", "count the hops in the message"
    ),
    "PutFunctionScalingConfig": CAPACITY,
    "PutProvisionedConcurrencyConfig": PROVISIONED,
    "PutResourcePolicy": refused("policies of resources", "use AddPermission"),
    "PutRuntimeManagementConfig": refused(
        "runtimes: a handler runs in this Python", "leave it out"
    ),
    "RemoveLayerVersionPermission": LAYER,
    "RemovePermission": KEPT,
    "ResumeDurableExecution": DURABLE,
    "SendDurableExecutionCallbackFailure": DURABLE,
    "SendDurableExecutionCallbackHeartbeat": DURABLE,
    "SendDurableExecutionCallbackSuccess": DURABLE,
    "StopDurableExecution": DURABLE,
    "TagResource": moto(),
    "UntagResource": moto(),
    "UpdateAlias": moto(),
    "UpdateCapacityProvider": CAPACITY,
    "UpdateCodeSigningConfig": SIGNING,
    "UpdateEventSourceMapping": acts(),
    "UpdateFunctionCode": moto("kept; lab.deploy(name, handler) gives a function another handler"),
    "UpdateFunctionConfiguration": acts(),
    "UpdateFunctionEventInvokeConfig": acts(),
    "UpdateFunctionUrlConfig": URL,
}
