"""The calls by which the bus invokes a target, and what it makes of their errors.

Statements followed, as of November 2026:

- Targets are invoked by calls of their own services, Lambda functions without waiting for their end
  (EventBridge User Guide, "Event bus targets").
- Missing permissions, and a target that no longer exists, are not retried (User Guide, "Using
  dead-letter queues to process undelivered events"). Status 5xx and 429 are, other 4xx are not
  (AWS re:Post Knowledge Center, "EventBridge FailedInvocation errors"); throttling always is (User
  Guide, "How EventBridge retries delivering events").
- "EventBridge can't route events received from a sender event bus to a third event bus" (User
  Guide, "Sending events between event buses in the same account and Region").

AWS names error codes of its dead letters as "a sample", and does not say what each stands for. The
choice among them here is by their names.

A target of another kind is refused by PutTargets (`rules`): nobody here would answer.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError
from botocore.retries.standard import ThrottledRetryableChecker
from moto.events.models import events_backends
from moto.moto_api._internal import mock_random
from moto.utilities.arns import Arn, parse_arn

from helpers.emulator import clients
from helpers.emulator.events.envelope import Event, epoch, text_of

# Seconds. AWS gives it for API destinations, and says nothing of other targets.
READ_TIMEOUT = 5.0
LINEAGE = "Lineage="  # begins the trace header of an event that another bus has sent
THROTTLING = frozenset(ThrottledRetryableChecker._THROTTLED_ERROR_CODES)
INPUTS = ("Input", "InputPath", "InputTransformer")
BOTO3 = {"states": "stepfunctions"}  # what boto3 calls a service, where its ARNs do not
BUS = "events:event-bus"

Target = dict[str, Any]


class Failed(Exception):
    """One invocation failed. `code` is one of those that AWS names for its dead letters."""

    def __init__(self, code: str, message: str, *, is_final: bool) -> None:
        super().__init__(message)
        self.code, self.is_final = code, is_final


def kind_of(arn: str) -> str | None:
    """Which of `KINDS` a target is of, or None."""
    try:
        parsed = parse_arn(arn)
    except ValueError:
        return None
    kind = ":".join(filter(None, (parsed.service, parsed.resource_type)))
    return kind if kind in KINDS else None


def invoke(target: Target, event: Event, text: str, *, bus_arn: str) -> None:
    """Invoke a target once.

    Parameters
    ----------
    text : str
        What the target gets, after Input, InputPath or InputTransformer.
    bus_arn : str
        The bus that sends.

    Raises
    ------
    Failed
        Whatever went wrong, as far as the bus can know: the target may have done its work.
    """
    arn = parse_arn(target["Arn"])
    kind = kind_of(target["Arn"])
    assert kind is not None, target["Arn"]  # PutTargets refuses others
    client = clients.client(BOTO3.get(arn.service, arn.service), arn.region, READ_TIMEOUT)
    try:
        if kind == BUS:
            _to_bus(client, arn, target, event, text, bus_arn)
        else:
            CALLS[kind](client, arn, target, text)
    except ClientError as error:
        raise _failed(error) from error
    except ReadTimeoutError as error:
        raise Failed("TIMEOUT", str(error), is_final=False) from error
    except BotoCoreError as error:  # nobody answered
        raise Failed("CONNECTION_FAILURE", str(error), is_final=False) from error


def _failed(error: ClientError) -> Failed:
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if status == 429 or code in THROTTLING:
        name, is_final = "THROTTLING", False
    elif status >= 500:
        name, is_final = "ERROR_FROM_TARGET", False
    elif any(part in code for part in ("NonExistent", "NotFound", "DoesNotExist")):
        name, is_final = "NO_RESOURCE", True
    elif any(part in code for part in ("AccessDenied", "AuthorizationError", "Unauthorized")):
        name, is_final = "NO_PERMISSIONS", True
    else:
        name, is_final = "INVALID_PARAMETER", True
    return Failed(name, f"{code}: {message}", is_final=is_final)


def queue_url(arn: str) -> str:
    """The address of a queue."""
    parsed = parse_arn(arn)
    return f"https://sqs.{parsed.region}.amazonaws.com/{parsed.account}/{parsed.resource_id}"


def _to_queue(sqs: Any, _: Arn, target: Target, text: str) -> None:
    group = target.get("SqsParameters", {}).get("MessageGroupId")
    more = {} if group is None else {"MessageGroupId": group}
    sqs.send_message(QueueUrl=queue_url(target["Arn"]), MessageBody=text, **more)


def _to_topic(sns: Any, _: Arn, target: Target, text: str) -> None:
    sns.publish(TopicArn=target["Arn"], Message=text)


def _to_function(client: Any, _: Arn, target: Target, text: str) -> None:
    client.invoke(FunctionName=target["Arn"], InvocationType="Event", Payload=text.encode())


def _to_state_machine(client: Any, _: Arn, target: Target, text: str) -> None:
    client.start_execution(stateMachineArn=target["Arn"], input=text)


def _to_log_group(logs: Any, arn: Arn, _: Target, text: str) -> None:
    group, stream = arn.resource_id.removesuffix(":*"), str(mock_random.uuid4())
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    record = {"timestamp": int(time.time() * 1000), "message": text}
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[record])


def _to_bus(
    client: Any, arn: Arn, target: Target, event: Event, text: str, sender_arn: str
) -> None:
    """As a new event, with an id of its own. Input and its like shape the detail alone."""
    if arn.resource_id not in events_backends[arn.account][arn.region].event_buses:
        # PutEvents would accept it.
        raise Failed("NO_RESOURCE", f"event bus {arn.resource_id} does not exist", is_final=True)
    is_shaped = any(name in target for name in INPUTS)
    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": text if is_shaped else text_of(event["detail"]),
        "Resources": event["resources"],
        "Time": epoch(event),
        "EventBusName": arn.resource_id,
        "TraceHeader": LINEAGE + sender_arn,
    }
    [answer] = client.put_events(Entries=[entry])["Entries"]
    if "ErrorCode" in answer:
        code = "INVALID_JSON" if answer["ErrorCode"] == "MalformedDetail" else "INVALID_PARAMETER"
        raise Failed(code, json.dumps(answer), is_final=True)


CALLS: dict[str, Callable[..., None]] = {
    "sqs": _to_queue,
    "sns": _to_topic,
    "lambda:function": _to_function,
    "states:stateMachine": _to_state_machine,
    "logs:log-group": _to_log_group,
}
KINDS = (*CALLS, BUS)
