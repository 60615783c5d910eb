"""The objects of a bucket as the items of a Distributed Map.

ItemReader with ``s3:listObjectsV2`` reads the metadata of all objects under a prefix, and an item
is ``{"Etag": "…", "Key": "…", "LastModified": 1668699881, "Size": 34910, "StorageClass":
"STANDARD"}`` [Step Functions Developer Guide, "ItemReader (Map)", November 2026]. moto reads one
page, breaks at an empty one, and gives moments that no JSON can hold.
"""

from contextlib import AbstractContextManager

from moto.stepfunctions.parser.asl.component.state.exec.state_map.item_reader.eval.resource_eval_s3 import (  # noqa: E501
    ResourceEvalS3,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.credentials import (
    StateCredentials,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceRuntimePart,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment

from helpers.emulator.guard import applied

READER = "moto.stepfunctions.parser.asl.component.state.exec.state_map.item_reader.eval"
EXPECTED_SOURCES = {
    f"{READER}.resource_eval_s3:ResourceEvalS3._handle_list_objects_v2": "f4a476c93e91",
}


def list_objects(
    env: Environment,
    resource_runtime_part: ResourceRuntimePart,
    state_credentials: StateCredentials,
) -> None:
    """Replaces `ResourceEvalS3._handle_list_objects_v2`."""
    s3 = ResourceEvalS3._get_s3_client(resource_runtime_part, state_credentials)
    parameters = env.stack.pop()
    pages = s3.get_paginator("list_objects_v2").paginate(**parameters)
    env.stack.append(
        [
            {
                "Etag": found["ETag"],
                "Key": found["Key"],
                "LastModified": int(found["LastModified"].timestamp()),
                "Size": found["Size"],
                "StorageClass": found["StorageClass"],
            }
            for page in pages
            for found in page.get("Contents", [])
        ]
    )


def corrections() -> AbstractContextManager[None]:
    """Read the objects of buckets for as long as the context is open."""
    return applied(
        EXPECTED_SOURCES,
        (ResourceEvalS3, {"_handle_list_objects_v2": staticmethod(list_objects)}),
    )
