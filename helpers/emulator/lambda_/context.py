"""What a handler gets as its second argument, named and written as Lambda's runtime does.

[awslambdaric 4.2.2, lambda_context.py, and Lambda Developer Guide, "Using the Lambda context object
to retrieve Python function information", November 2026]:

- `memory_limit_in_mb` and `function_version` are texts: the runtime reads them in the environment.
- `invoked_function_arn` "indicates if the invoker specified a version number or alias".
- `identity` is there without a Cognito identity too, with None for both ids; `client_context` is
  None unless the caller gave one.
- `aws_request_id` stays the same when an asynchronous event is tried again.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

CLIENT = (
    "installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name",
)  # fmt: skip


class Context:
    """The context of one invocation.

    Parameters
    ----------
    variables
        The variables of the execution environment.
    arn
        The function as the caller named it, with the qualifier if there was one.
    deadline
        When the time-out ends the invocation, epoch seconds of the lab.
    client_context
        JSON that the caller gave, as text.
    """

    def __init__(
        self,
        variables: Mapping[str, str],
        request_id: str,
        arn: str,
        deadline: float,
        client_context: str | None = None,
    ) -> None:
        self.aws_request_id = request_id
        self.log_group_name = variables["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = variables["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.function_name = variables["AWS_LAMBDA_FUNCTION_NAME"]
        self.memory_limit_in_mb = variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.function_version = variables["AWS_LAMBDA_FUNCTION_VERSION"]
        self.invoked_function_arn = arn
        self.tenant_id = None
        self.client_context = _client_context(client_context)
        self.identity = SimpleNamespace(cognito_identity_id=None, cognito_identity_pool_id=None)
        self._deadline = deadline

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds of virtual time until the function's time-out."""
        return max(0, round((self._deadline - time.time()) * 1000))

    def log(self, message: Any) -> None:
        """Write to the function's log: here, where `print` writes."""
        sys.stdout.write(str(message))


def _client_context(text: str | None) -> SimpleNamespace | None:
    if not text:
        return None
    given = json.loads(text)
    client = given.get("client")
    if client is not None:
        client = SimpleNamespace(**{name: client.get(name) for name in CLIENT})
    return SimpleNamespace(custom=given.get("custom"), env=given.get("env"), client=client)
