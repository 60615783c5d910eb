"""What follows a change of an alarm's state: a mark, an event on the default bus, and the actions.

Statements followed, as of November 2026:

- An event for each change, whether or not the alarm has actions (CloudWatch User Guide, "Alarm
  events and EventBridge").
- "Alarms invoke actions for sustained state changes only": once per change. ActionsEnabled:
  "whether actions should be executed during any changes to the alarm state" (API model in botocore
  1.44.5: PutMetricAlarm).
- "CloudWatch doesn't test or validate the actions that you specify, nor does it detect any [...]
  SNS errors resulting from an attempt to invoke nonexistent actions." (User Guide, "Using Amazon
  CloudWatch alarms")
- "If you use a FIFO topic, the alarm sets the message group ID of the alarm notifications to be a
  hash of the ARN of the alarm." (the same guide, "Notifying users on alarm changes") AWS says
  neither which hash, nor what the deduplication id is: here both are SHA-256, of the ARN and of the
  message.
- A function: "CloudWatch alarms guarantees an asynchronous invocation of the Lambda function for a
  given state change, except [...] When the function doesn't exist. When CloudWatch is not
  authorized to invoke the Lambda function. If CloudWatch can't reach the Lambda service or the
  message is rejected for another reason, CloudWatch retries until the invocation is successful."
  (the same guide, "Invoke a Lambda function from an alarm") Its policy must let
  lambda.alarms.cloudwatch.amazonaws.com invoke it; the lab asks nobody for permission.

AWS does not publish the waits, nor how long it goes on with a topic. Here it is after 1, 2, 4, …
seconds, 60 at most; with a topic for an hour, unless the topic refuses.
"""

from __future__ import annotations

from hashlib import sha256
from math import inf
from threading import Thread, current_thread

from botocore.exceptions import ClientError

from helpers.emulator import clients, marks, service_events
from helpers.emulator.cloudwatch.evaluation import ALARM, OK
from helpers.emulator.cloudwatch.history import History
from helpers.emulator.cloudwatch.messages import Change
from helpers.emulator.delivery import deliver

SOURCE, DETAIL_TYPE = "aws.cloudwatch", "CloudWatch Alarm State Change"
MARK = "alarm"
AGE, LONGEST = 3_600.0, 60.0  # seconds: of all attempts with a topic, and between two
NOT_INVOKED = ("ResourceNotFoundException", "AccessDeniedException")  # codes of Lambda


def tell(change: Change, history: History) -> None:
    """Tell of a change, in the thread of its alarm."""
    alarm, after = change.alarm, change.after
    marks.mark(MARK, alarm=alarm.name, state=after.value, before=change.before.value)
    service_events.send(
        SOURCE,
        DETAIL_TYPE,
        change.detail(),
        account=change.account,
        region=alarm.region_name,
        resources=[alarm.alarm_arn],
    )
    if not alarm.actions_enabled:
        return
    by_state = {ALARM: alarm.alarm_actions, OK: alarm.ok_actions}
    for arn in by_state.get(after.value, alarm.insufficient_data_actions):
        name = current_thread().name
        Thread(target=_carry_out, args=(change, arn, history), name=name).start()


def _carry_out(change: Change, arn: str, history: History) -> None:
    is_function, is_refused = arn.split(":")[2] == "lambda", False

    def once() -> None:
        nonlocal is_refused
        try:
            _send(change, arn)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            code = error.response["Error"]["Code"]
            if is_function:
                is_refused = code in NOT_INVOKED
            else:
                is_refused = 400 <= status < 500 and "Throttl" not in code
            raise

    undelivered = deliver(
        once,
        attempts=10**6,
        age=inf if is_function else AGE,
        wait=lambda attempt: min(2.0 ** min(attempt - 1, 10), LONGEST),
        is_final=lambda code: is_refused,
    )
    history.acted(change, arn, error=None if undelivered is None else undelivered.message)


def _send(change: Change, arn: str) -> None:
    service, region = arn.split(":")[2:4]
    if service == "sns":
        message = change.message()
        more = {}
        if arn.endswith(".fifo"):
            more = {
                "MessageGroupId": _hash(change.alarm.alarm_arn),
                "MessageDeduplicationId": _hash(message),
            }
        clients.client("sns", region).publish(
            TopicArn=arn, Subject=change.subject(), Message=message, **more
        )
    else:
        clients.client("lambda", region).invoke(
            FunctionName=arn, InvocationType="Event", Payload=change.event().encode()
        )


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
