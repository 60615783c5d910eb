"""What learners answer to the exercises of lesson 11: did it count; a heart; a second chance."""

import contextlib
import json
import time

from botocore.exceptions import BotoCoreError, ClientError

from helpers.patterns.callback import answer, outcome, waiting, with_failures_to

HOUR = 3600

# -- 11.1


def believes_the_reply(client, execution, token, clerk):
    """The starter: takes TaskTimedOut for "it did not count"."""
    return answer(client, token, by=clerk)


def true_while_it_runs(client, execution, token, clerk):
    """Asks the execution, and says True whenever it still reads RUNNING."""
    answer(client, token, by=clerk)
    seen = client.describe_execution(executionArn=execution)
    by = json.loads(seen.get("output", "{}")).get("by")
    return seen["status"] == "RUNNING" or by == clerk


def asks_once(client, execution, token, clerk):
    """Asks the execution at once and once, and takes what it reads for the last word."""
    answer(client, token, by=clerk)
    seen = client.describe_execution(executionArn=execution)
    return json.loads(seen.get("output", "{}")).get("by") == clerk


def asks_once_if_refused(client, execution, token, clerk):
    """Asks only after TaskTimedOut, and takes a read that says RUNNING for "the other one"."""
    if answer(client, token, by=clerk):
        return True
    seen = client.describe_execution(executionArn=execution)
    return seen["status"] != "RUNNING" and clerk in seen.get("output", "")


def true_if_refused_while_it_runs(client, execution, token, clerk):
    """After TaskTimedOut, takes RUNNING for a lost reply to the own answer."""
    if answer(client, token, by=clerk):
        return True
    seen = client.describe_execution(executionArn=execution)
    return seen["status"] == "RUNNING" or clerk in seen.get("output", "")


def any_success_is_mine(client, execution, token, clerk):
    """Waits for the end, and takes every success for its own."""
    answer(client, token, by=clerk)
    return outcome(client, execution)["status"] == "SUCCEEDED"


def always_true(client, execution, token, clerk):
    """Answers, and says True."""
    answer(client, token, by=clerk)
    return True


def forgets_by_whom(client, execution, token, clerk):
    """Answers without a name."""
    return answer(client, token, approved=True)


def polls_whatever_it_was_told(client, execution, token, clerk):
    """Does not look at the reply at all, and polls until the execution is over."""
    answer(client, token, by=clerk)
    while True:
        seen = client.describe_execution(executionArn=execution)
        if seen["status"] in ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"):
            return json.loads(seen.get("output", "{}")).get("by") == clerk
        time.sleep(10)


def asks_for_the_end_after_an_error(client, execution, token, clerk):
    """Calls boto3 itself, and asks for the end only after an error."""
    try:
        client.send_task_success(taskToken=token, output=json.dumps({"by": clerk}))
    except client.exceptions.TaskTimedOut:
        end = outcome(client, execution, every=30)
        return end["status"] == "SUCCEEDED" and json.loads(end["output"])["by"] == clerk
    return True


def reads_the_history(client, execution, token, clerk):
    """Looks for the answer in the history, once the execution is over."""
    answer(client, token, by=clerk)
    outcome(client, execution)
    events = client.get_execution_history(executionArn=execution)["events"]
    taken = [event["taskSucceededEventDetails"] for event in events
             if event["type"] == "TaskSucceeded"]  # fmt: skip
    return bool(taken) and json.loads(taken[0]["output"])["by"] == clerk


# -- 11.2


def without_a_heart(client, token, steps):
    """The starter: answers at the end, and shows no sign of life."""
    *_, result = steps
    client.send_task_success(taskToken=token, output=json.dumps(result))


def dies_of_one_error(client, token, steps):
    """Takes an error of the heartbeat for an error of the work."""
    try:
        for step in steps:
            client.send_task_heartbeat(taskToken=token)
            result = step
        answer(client, token, **result)
    except client.exceptions.TaskTimedOut:
        return
    except Exception as error:
        answer(client, token, error=type(error).__name__)


def never_stops(client, token, steps):
    """Swallows every error of the heartbeat, also the one that says that it is over."""
    try:
        for step in steps:
            with contextlib.suppress(ClientError):
                client.send_task_heartbeat(taskToken=token)
            result = step
    except ValueError as error:
        answer(client, token, error=type(error).__name__)
    else:
        answer(client, token, **result)


def keeps_quiet_about_errors(client, token, steps):
    """Lets an error of the work end the worker, and leaves it to the clock."""
    for step in steps:
        try:
            client.send_task_heartbeat(taskToken=token)
        except client.exceptions.TaskTimedOut:
            return
        except ClientError:
            pass
        result = step
    answer(client, token, **result)


def answers_with_the_first_step(client, token, steps):
    """Answers with the first result."""
    answer(client, token, **next(steps))


def stops_at_any_error(client, token, steps):
    """Takes each error of the heartbeat for the end."""
    try:
        for step in steps:
            try:
                client.send_task_heartbeat(taskToken=token)
            except ClientError:
                return
            result = step
    except ValueError as error:
        answer(client, token, error=type(error).__name__)
    else:
        answer(client, token, **result)


def beats_before_each_step(client, token, steps):
    """Calls next itself, with a heartbeat before each step."""
    result = None
    while True:
        try:
            client.send_task_heartbeat(taskToken=token)
        except client.exceptions.TaskTimedOut:
            return
        except (BotoCoreError, ClientError):
            pass
        try:
            result = next(steps)
        except StopIteration:
            break
        except Exception as error:
            client.send_task_failure(taskToken=token, error=type(error).__name__)
            return
    client.send_task_success(taskToken=token, output=json.dumps(result))


def reports_and_raises(client, token, steps):
    """Tells the workflow of an error and then dies of it."""
    try:
        for step in steps:
            last = step
            try:
                client.send_task_heartbeat(taskToken=token)
            except ClientError as error:
                if error.response["Error"]["Code"] == "TaskTimedOut":
                    return
    except ValueError as error:
        answer(client, token, error="NotInTheRegister", cause=str(error))
        raise
    answer(client, token, **last)


# -- 11.3

LIMITS = {"HeartbeatSeconds": HOUR, "TimeoutSeconds": 8 * HOUR}


def without_limits(parameters, function):
    """The starter: a Catch, and nothing that ends a wait."""
    return with_failures_to(function, waiting("lambda:invoke", parameters))


def without_a_retry(parameters, function):
    """Processes the first death."""
    return with_failures_to(function, waiting("lambda:invoke", parameters, **LIMITS))


def retries_everything(parameters, function):
    """Gives a second worker to whatever failed."""
    again = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
    return with_failures_to(function, waiting("lambda:invoke", parameters, Retry=again, **LIMITS))


def retries_each_time_out(parameters, function):
    """Replaces a worker that hangs, too: States.Timeout is both."""
    again = [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1}]
    return with_failures_to(function, waiting("lambda:invoke", parameters, Retry=again, **LIMITS))


def retries_three_times(parameters, function):
    """Leaves MaxAttempts at its default."""
    again = [{"ErrorEquals": ["States.HeartbeatTimeout"]}]
    return with_failures_to(function, waiting("lambda:invoke", parameters, Retry=again, **LIMITS))


def catches_deaths_alone(parameters, function):
    """Replaces the dead once, and processes nothing but deaths."""
    again = [{"ErrorEquals": ["States.HeartbeatTimeout"], "MaxAttempts": 1}]
    flow = waiting("lambda:invoke", parameters, Retry=again, **LIMITS)
    flow = with_failures_to(function, flow)
    flow["States"]["Ask"]["Catch"].pop()
    del flow["States"]["Failed"]
    return flow


def leaves_a_state_behind(parameters, function):
    """Takes a way to a state out, and not the state."""
    flow = without_a_retry(parameters, function)
    flow["States"]["Ask"]["Catch"].pop()
    return flow


def final_errors_first(parameters, function):
    """Names what is final first, and retries all that is left."""
    final = {"ErrorEquals": ["Refused", "States.TaskFailed"], "MaxAttempts": 0}
    again = {"ErrorEquals": ["States.HeartbeatTimeout"], "MaxAttempts": 1, "IntervalSeconds": 5}
    flow = waiting("lambda:invoke", parameters, Retry=[final, again], **LIMITS)
    return with_failures_to(function, flow)


def one_way_for_all(parameters, function):
    """Writes the definition by hand, with one Catch for all."""
    call = {"FunctionName": function, "Payload.$": "$"}
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": parameters,
        "Retry": [{"ErrorEquals": ["States.HeartbeatTimeout"], "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.why", "Next": "Process"}],
        "End": True,
    }
    process = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
               "Parameters": call}  # fmt: skip
    return {"StartAt": "Ask", "States": {"Ask": ask | LIMITS, "Process": process}}


WRONG = {
    "1": [
        believes_the_reply,
        true_while_it_runs,
        asks_once,
        asks_once_if_refused,
        true_if_refused_while_it_runs,
        any_success_is_mine,
        always_true,
        forgets_by_whom,
    ],
    "2": [
        without_a_heart,
        dies_of_one_error,
        never_stops,
        keeps_quiet_about_errors,
        answers_with_the_first_step,
        stops_at_any_error,
    ],
    "3": [
        without_limits,
        without_a_retry,
        retries_everything,
        retries_each_time_out,
        retries_three_times,
        catches_deaths_alone,
        leaves_a_state_behind,
    ],
}
RIGHT = {
    "1": [polls_whatever_it_was_told, asks_for_the_end_after_an_error, reads_the_history],
    "2": [beats_before_each_step, reports_and_raises],
    "3": [final_errors_first, one_way_for_all],
}
