"""What a lab can be asked for that is no call of boto3: a function, a web server, a patient bus."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.wire import InProcess
    from helpers.wire.on_endpoint import OnEndpoint


class Services:
    """The part of a lab that sets up what stands behind boto3."""

    _backend: InProcess | OnEndpoint

    def _check_open(self) -> None:
        raise NotImplementedError

    def deploy(
        self,
        name: str,
        handler: Callable[[Any, Any], Any],
        *,
        timeout: int = 3,
        memory: int = 128,
        cold_start: float = 0.0,
    ) -> str:
        """Make `handler(event, context)` a Lambda function. Returns its ARN.

        What a deployment tool does on AWS; everything after it is plain boto3 (`lambda.invoke`,
        ``put_function_concurrency``). Again with the same name, it replaces the handler. A function
        can also be made as on AWS, from a zip file: ``create_function(Code={"ZipFile": …})``.

        As on AWS, each execution environment has a memory of its own: lists, dicts and sets that
        are globals of the handler's module are copied for it when it starts, and a global that the
        handler binds (``global count``) is its own too. What it changes in them, the notebook's own
        see as well, but no other environment. Variables around the handler (a closure), defaults
        and all other objects are shared: they are the world outside of the function. The whole
        rule is in `helpers.emulator.lambda_.memory`.

        Parameters
        ----------
        timeout : int
            Seconds after which an invocation is ended, 1 to 900.
        memory : int
            MB, as the handler's context tells it. It does not make the handler faster.
        cold_start : float
            Seconds that a new execution environment takes before its first invocation.
        """
        self._check_open()
        return self._backend.deploy(
            name, handler, timeout=timeout, memory=memory, cold_start=cold_start
        )

    def bus_waits_at_most(self, seconds: float) -> None:
        """Let this lab's EventBridge wait about so long at most between two tries of a target.

        AWS does not say how long it waits. The lab's own choice is eight minutes; a lesson can show
        by another one what hangs on it.

        Raises
        ------
        ValueError
            With the value, if it is less than a second.
        """
        self._check_open()
        self._backend.bus_waits_at_most(seconds)

    def serve(self, url: str, handler: Callable[[dict[str, str], str], int | None]) -> None:
        """Let `handler(headers, body)` answer at a web address of the reader's.

        Nothing leaves the machine: what a service of AWS would send there, such as SNS to an HTTP
        or HTTPS subscription, calls the function, in virtual time. It returns the HTTP status, or
        None for 200; an exception is a 500. Again with the same address, it replaces the handler.

        Parameters
        ----------
        url : str
            The whole address, as the subscription names it.
        handler : callable
            Takes the headers as a dictionary and the body as text. A subscription begins with a
            body of type SubscriptionConfirmation; its `Token` confirms it::

                def handler(headers, body):
                    message = json.loads(body)
                    if message["Type"] == "SubscriptionConfirmation":
                        boto3.client("sns").confirm_subscription(
                            TopicArn=message["TopicArn"], Token=message["Token"]
                        )
        """
        self._check_open()
        self._backend.serve(url, handler)
