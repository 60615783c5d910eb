"""What learners answer to the exercises of lesson 10."""

from helpers.patterns.workflow import RETRY, caught, never, task

WAYS_BACK = [caught("CardDeclined", "Tell rejected"), caught("States.ALL", "Refund")]

# -- 1: what may be tried again


def tries_everything_again():
    """The starter: a declined card and a time-out are tried again too."""
    return [RETRY], WAYS_BACK


def as_the_lesson_does():
    """Tries again after a lost reply."""
    return [never("CardDeclined"), RETRY], WAYS_BACK


def tries_nothing_again():
    """Gives each order up at the first error."""
    return [], WAYS_BACK


def forgets_the_provider():
    """Tries again after a throttle alone."""
    return [RETRY | {"ErrorEquals": ["Lambda.TooManyRequestsException"]}], WAYS_BACK


def gives_no_money_back():
    """Tries the right errors again, and refunds nothing after a lost reply."""
    known = ["Lambda.TooManyRequestsException", "ConnectionError"]
    return [RETRY | {"ErrorEquals": known}], [caught("States.ALL", "Tell rejected")]


def goes_on_after_a_lost_reply():
    """Takes a lost reply for a charge, though it may have been a declined card."""
    known = ["Lambda.TooManyRequestsException", "ConnectionError"]
    unheard = [caught("States.Timeout", "Reserve"), *WAYS_BACK]
    return [RETRY | {"ErrorEquals": known}], unheard


def never_after_a_time_out():
    """Tries all again but what is final and what may have been done."""
    return [never("CardDeclined"), never("States.Timeout"), RETRY], WAYS_BACK


def a_rule_for_each_error():
    """Has a rule of its own for each of the two errors, with exact waits for one of them."""
    throttled = RETRY | {"ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 8}
    out_of_reach = {"ErrorEquals": ["ConnectionError"], "IntervalSeconds": 2, "MaxAttempts": 8}
    unheard = caught("States.Timeout", "Refund")
    return [throttled, out_of_reach], [WAYS_BACK[0], unheard, WAYS_BACK[1]]


# -- 2: an invoice for what was shipped


def _sale(process, invoices, **first):
    states = {
        "Process": first,
        "Write the invoice": task(
            "sqs:sendMessage", {"QueueUrl": invoices, "MessageBody": "{% $states.input %}"}, None
        ),
    }
    if first.get("Catch") == NO_INVOICE:
        states["No invoice"] = {"Type": "Succeed"}
    return {"QueryLanguage": "JSONata", "StartAt": "Process", "States": states}


def _asked(process):
    return {
        "StateMachineArn": process,
        "Name": "{% $states.input.order_id %}",
        "Input": "{% $states.input %}",
    }


def _without_a_name(process):
    return {"StateMachineArn": process, "Input": "{% $states.input %}"}


NO_INVOICE = [caught("States.ALL", "No invoice")]


def writes_it_at_once(process, invoices):
    """The starter: the step is done when the execution exists."""
    first = task("states:startExecution", _without_a_name(process), "Write the invoice", Retry=[])
    return _sale(process, invoices, **first)


def waits_and_does_not_catch(process, invoices):
    """Waits for the job, and fails with it."""
    first = task(
        "states:startExecution.sync:2", _without_a_name(process), "Write the invoice", Retry=[]
    )
    return _sale(process, invoices, **first)


def starts_it_again(process, invoices):
    """Waits, and keeps the retry: an order that is called off goes through it seven times."""
    first = task(
        "states:startExecution.sync:2",
        _without_a_name(process),
        "Write the invoice",
        Catch=NO_INVOICE,
    )
    return _sale(process, invoices, **first)


def an_invoice_in_any_case(process, invoices):
    """Waits, and goes on to the invoice when the order was called off."""
    catch = [caught("States.ALL", "Write the invoice")]
    first = task(
        "states:startExecution.sync:2", _asked(process), "Write the invoice", Retry=[], Catch=catch
    )
    return _sale(process, invoices, **first)


def an_sdk_integration_with_sync(process, invoices):
    """Wants to wait for the SDK integration, which has no such suffix."""
    first = task("aws-sdk:sfn:startExecution.sync", _asked(process), "Write the invoice", Retry=[])
    return _sale(process, invoices, **first)


def waits_a_minute(process, invoices):
    """Waits for a minute and takes it for granted that the order was shipped."""
    sale = _sale(
        process, invoices, **task("states:startExecution", _asked(process), "Wait", Retry=[])
    )
    sale["States"]["Wait"] = {"Type": "Wait", "Seconds": 60, "Next": "Write the invoice"}
    return sale


def waits_for_text(process, invoices):
    """Waits with .sync, which hands on the result as text."""
    first = task(
        "states:startExecution.sync",
        _without_a_name(process),
        "Write the invoice",
        Retry=[],
        Catch=NO_INVOICE,
        TimeoutSeconds=900,
    )
    return _sale(process, invoices, **first)


def starts_by_name(process, invoices):
    """Keeps a retry, and the name of the order lets it start nothing again."""
    first = task(
        "states:startExecution.sync:2", _asked(process), "Write the invoice", Catch=NO_INVOICE
    )
    return _sale(process, invoices, **first)


def asks_until_it_has_ended(process, invoices):
    """Starts it by the SDK integration and asks in a loop."""
    asked = _asked(process) | {"Input": "{% $string($states.input) %}"}
    arn = {"arn": "{% $states.result.ExecutionArn %}"}
    status = {"status": "{% $states.result.Status %}"}
    sale = _sale(process, invoices, **task("aws-sdk:sfn:startExecution", asked, "Wait", Assign=arn))
    look = {"ExecutionArn": "{% $arn %}"}
    sale["States"] |= {
        "No invoice": {"Type": "Succeed"},
        "Wait": {"Type": "Wait", "Seconds": 3, "Next": "Look"},
        "Look": task("aws-sdk:sfn:describeExecution", look, "Ended?", Assign=status),
        "Ended?": {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $status = 'RUNNING' %}", "Next": "Wait"},
                {"Condition": "{% $status = 'SUCCEEDED' %}", "Next": "Write the invoice"},
            ],
            "Default": "No invoice",
        },
    }
    return sale


# -- 3: which suffix, for which service


def anything_but_sync(resource, kind):
    """The starter: takes a token everywhere."""
    return not resource.endswith(".sync")


def all_services_alike(resource, kind):
    """Looks at the kind of workflow alone."""
    return kind == "STANDARD" or "." not in resource


def no_sdk_integration(resource, kind):
    """Thinks that an SDK integration has no suffix at all."""
    return "." not in resource or (kind == "STANDARD" and "aws-sdk" not in resource)


def jobs_take_a_token(resource, kind):
    """Forgets that Glue and Batch take no token."""
    call, _, suffix = resource.removeprefix("arn:aws:states:::").partition(".")
    jobs = ("states", "glue", "batch", "ecs")
    if suffix and kind == "EXPRESS":
        return False
    return suffix != "sync" or call.startswith(jobs)


def express_as_standard(resource, kind):
    """Forgets the kind of workflow."""
    return by_table(resource, "STANDARD")


TABLE = {
    "lambda": {"waitForTaskToken"},
    "sqs": {"waitForTaskToken"},
    "sns": {"waitForTaskToken"},
    "events": {"waitForTaskToken"},
    "dynamodb": set(),
    "states": {"sync", "waitForTaskToken"},
    "glue": {"sync"},
    "batch": {"sync"},
    "ecs": {"sync", "waitForTaskToken"},
    "aws-sdk": {"waitForTaskToken"},
}


def by_table(resource, kind):
    """Has a table of suffixes for each service."""
    call, _, suffix = resource.removeprefix("arn:aws:states:::").partition(".")
    if not suffix:
        return True
    return kind == "STANDARD" and suffix in TABLE[call.split(":")[0]]


def by_exceptions(resource, kind):
    """Goes through what is refused."""
    if resource.count(".") == 0:
        return True
    if kind == "EXPRESS":
        return False
    if resource.endswith(".sync"):
        return any(f":::{job}:" in resource for job in ("states", "glue", "batch", "ecs"))
    return not any(f":::{name}:" in resource for name in ("dynamodb", "glue", "batch"))


WRONG = {
    "1": [
        tries_everything_again,
        as_the_lesson_does,
        tries_nothing_again,
        forgets_the_provider,
        gives_no_money_back,
        goes_on_after_a_lost_reply,
    ],
    "2": [
        writes_it_at_once,
        waits_and_does_not_catch,
        starts_it_again,
        an_invoice_in_any_case,
        an_sdk_integration_with_sync,
        waits_a_minute,
    ],
    "3": [
        anything_but_sync,
        all_services_alike,
        no_sdk_integration,
        jobs_take_a_token,
        express_as_standard,
    ],
}
RIGHT = {
    "1": [never_after_a_time_out, a_rule_for_each_error],
    "2": [waits_for_text, starts_by_name, asks_until_it_has_ended],
    "3": [by_table, by_exceptions],
}
