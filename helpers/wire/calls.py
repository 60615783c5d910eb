"""Where requests pass: botocore's own hook, in moto's place.

One API call is one `Call`, and each of botocore's attempts of it passes here once (see
`helpers.wire.attempts`).
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from threading import get_ident
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from helpers.wire.attempts import Attempt, Call, Hear, Serve
from helpers.wire.observer import Observer

RESOURCE_KEYS = (
    "QueueUrl", "QueueName", "TopicArn", "FunctionName", "TableName", "EventBusName", "Bucket",
    "Name", "AlarmName", "stateMachineArn", "name",
)  # fmt: skip


class WireError(RuntimeError):
    """A call that the lab cannot carry out truthfully."""


class Wire:
    """Carries requests from botocore to what answers them.

    Parameters
    ----------
    serve : callable
        Handles one request of a call, and returns status, headers and body.
    admit : callable
        Lets a call pass before it is made, or refuses it.
    heard : callable, optional
        Reads off an answer what has been done to messages, where the service does not tell.
    shown : callable
        Says what the trace calls a resource.
    """

    def __init__(
        self,
        observer: Observer,
        serve: Serve,
        admit: Callable[[Call], None],
        *,
        heard: Hear | None = None,
        shown: Callable[[str], str] = str,
    ) -> None:
        self._observer, self._serve, self._admit = observer, serve, admit
        self._heard, self._shown = heard, shown
        self._calls: dict[int, Call] = {}  # by thread
        self._numbers = itertools.count(1)

    def api_call(
        self, make: Callable[..., Any], client: Any, operation: str, params: dict[str, Any]
    ) -> Any:
        """One call of a client's method. From a cell between runs, time passes for it alone."""
        simulated = not self._observer.clock.is_real
        if simulated and (client.meta.config.retries or {}).get("mode") == "adaptive":
            raise WireError(
                "the retry mode 'adaptive' waits on a rate measured in real time and hangs on a "
                "simulated clock; use Config(retries={'mode': 'standard'})"
            )
        task = self._observer.clock.task()
        if task is not None and task.stopping:
            # What has been killed sends nothing more, not from a `finally` either.
            self._observer.clock.end(task)
        model = client.meta.service_model
        call = Call(
            number=next(self._numbers),
            service=model.service_name,
            operation=operation,
            params=params,
            resource=self._resource(params),
            read_timeout=client.meta.config.read_timeout or math.inf,
            protocol=model.resolved_protocol,
            connect_timeout=client.meta.config.connect_timeout,
        )
        self._admit(call)
        thread = get_ident()
        outer = self._calls.get(thread)
        self._calls[thread] = call
        try:
            return make(client, operation, params)
        finally:
            if outer is None:
                del self._calls[thread]
            else:
                self._calls[thread] = outer

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """One attempt of the present call: what botocore's ``before-send`` hook is given."""
        call = self._calls.get(get_ident())
        if call is None:
            raise WireError(
                f"a request that belongs to no API call of boto3 reached the lab: {request.url}. "
                "Clients of other libraries (aioboto3, s3fs) do not work in a lab: use boto3, in a "
                "worker of its own for each call at a time."
            )
        call.attempts += 1
        attempt = Attempt(self._observer, self._serve, call, request, self._heard)
        try:
            return attempt.run()
        except BaseException as error:  # a worker that was stopped, an interrupted cell
            attempt.outcome = type(error).__name__
            raise
        finally:
            attempt.record()

    def _resource(self, params: dict[str, Any]) -> str | None:
        """The queue, topic, function, table or bus that a call is about."""
        for key in RESOURCE_KEYS:
            value = params.get(key)
            if isinstance(value, str):
                return self._shown(re.split(r"[/:]", value)[-1])
        return None
