"""What ``lambda:invoke`` gives: the whole answer of Lambda's API, and how it came.

The fields and headers are those of a recording of AWS [localstack/localstack,
test_context_object.py::test_result_selector, September 2024]; moto gives status and payload alone.
"""

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from moto.moto_api._internal import mock_random
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_lambda import (  # noqa: E501
    StateTaskServiceLambda,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

from helpers.emulator.guard import applied
from helpers.emulator.stepfunctions.calls import client

TASK = "moto.stepfunctions.parser.asl.component.state.exec.state_task"
FUNCTION = f"{TASK}.service.state_task_service_lambda:StateTaskServiceLambda"
EXPECTED_SOURCES = {
    f"{FUNCTION}._eval_service_task": "4a98c28eba36",
    f"{TASK}.lambda_eval_utils:execute_lambda_function_integration": "f8c714c35a24",
    f"{TASK}.lambda_eval_utils:_from_payload": "6be60cacf919",
}


def invoke(
    state: StateTaskServiceLambda, env: Environment, resource_runtime_part: Any, **of: Any
) -> None:
    """Replaces `_eval_service_task`."""
    service = client("lambda", resource_runtime_part.region)
    answer = service.invoke(**of["normalised_parameters"])
    payload = lambda_eval_utils._from_payload(answer["Payload"])
    text = to_json_str(payload, separators=(",", ":"))
    if answer.get("FunctionError"):
        raise lambda_eval_utils.LambdaFunctionErrorException(answer["FunctionError"], text)
    env.stack.append(result(answer, payload, text))


def result(answer: dict[str, Any], payload: Any, text: str) -> dict[str, Any]:
    """The result of the task, for an answer of Invoke with this payload."""
    request, version = answer["ResponseMetadata"]["RequestId"], answer.get("ExecutedVersion")
    version = version or "$LATEST"
    trace = f"{mock_random.getrandbits(128):032x}"
    headers = {
        "Connection": "keep-alive",
        "Content-Length": str(len(text.encode())),
        "Content-Type": "application/json",
        "Date": format_datetime(datetime.now(UTC), usegmt=True),
        "X-Amz-Executed-Version": version,
        "X-Amzn-Trace-Id": f"root=1-{trace[:8]}-{trace[8:]};sampled=0",
        "x-amzn-Remapped-Content-Length": "0",
        "x-amzn-RequestId": request,
    }
    return {
        "ExecutedVersion": version,
        "Payload": payload,
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": answer["StatusCode"],
        },
        "SdkResponseMetadata": {"RequestId": request},
        "StatusCode": answer["StatusCode"],
    }


def corrections() -> AbstractContextManager[None]:
    """Complete the results of invocations for as long as the context is open."""
    return applied(
        EXPECTED_SOURCES,
        (StateTaskServiceLambda, {"_eval_service_task": invoke}),
    )
