"""One order, four steps: as glue in a Lambda function, and as a workflow of Step Functions.

Lesson 10 writes these functions out. They run unchanged on an AWS account.
"""

import json
import random
import time

from botocore.exceptions import BotoCoreError, ClientError

from helpers.patterns.sync import CallFailed, call

ITEM = "$states.input.items[0]"
RETRY = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 6,
         "JitterStrategy": "FULL"}  # fmt: skip


def change_stock(tables, order, sign, **condition):
    """Take the pieces of the first item out of the stock, or put them back."""
    [item, *_] = order["items"]
    tables.update_item(
        TableName="stock",
        Key={"sku": {"S": item["sku"]}},
        UpdateExpression=f"SET pieces = pieces {sign} :n",
        ExpressionAttributeValues={":n": {"N": str(item["quantity"])}},
        **condition,
    )


def tell(events, order, detail_type):
    """Say how an order ended."""
    entry = {"EventBusName": "shop", "Source": "shop.orders", "DetailType": detail_type}
    events.put_events(Entries=[entry | {"Detail": json.dumps(order)}])


def patiently(work, unless="", attempts=7):
    """Try again after up to 1, 2, 4 … seconds, unless the error's text holds `unless`."""
    for attempt in range(attempts):
        try:
            return work()
        except (CallFailed, BotoCoreError, ClientError) as error:
            if attempt == attempts - 1 or (unless and unless in str(error)):
                raise
            time.sleep(random.random() * 2**attempt)


def careful_glue(functions, tables, sqs, events, shipping, order):
    """The order process with a way back from every step."""
    undo, why = [], ""
    try:
        undo.append(lambda: call(functions, "refund", order))
        patiently(lambda: call(functions, "charge", order), unless="declined")
        enough = {"ConditionExpression": "pieces >= :n"}
        patiently(lambda: change_stock(tables, order, "-", **enough), unless="ConditionalCheck")
        undo.append(lambda: change_stock(tables, order, "+"))
        body = json.dumps(order)
        patiently(lambda: sqs.send_message(QueueUrl=shipping, MessageBody=body))
    except (CallFailed, BotoCoreError, ClientError) as error:
        why = str(error)
        for step in reversed(undo):
            patiently(step)
    patiently(lambda: tell(events, order, "OrderRejected" if why else "OrderAccepted"))


def task(resource, arguments, then, **fields):
    """A state that calls a service. What came in goes on to the next state."""
    called = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Arguments": arguments}
    end = {"Next": then} if then else {"End": True}
    return called | {"Output": "{% $states.input %}", "Retry": [RETRY]} | end | fields


def never(error):
    """A rule for Retry: this error is final."""
    return {"ErrorEquals": [error], "MaxAttempts": 0}


def caught(error, then):
    """A rule for Catch: where to go on. The error's name goes with the order."""
    output = "{% $merge([$states.input, {'why': $states.errorOutput.Error}]) %}"
    return {"ErrorEquals": [error], "Next": then, "Output": output}


def pieces(sign, **condition):
    """Arguments of UpdateItem."""
    return condition | {
        "TableName": "stock",
        "Key": {"sku": {"S": f"{{% {ITEM}.sku %}}"}},
        "UpdateExpression": f"SET pieces = pieces {sign} :n",
        "ExpressionAttributeValues": {":n": {"N": f"{{% $string({ITEM}.quantity) %}}"}},
    }


def entry(detail_type):
    """Arguments of PutEvents."""
    entry = {"EventBusName": "shop", "Source": "shop.orders", "DetailType": detail_type}
    return {"Entries": [entry | {"Detail": "{% $states.input %}"}]}


def order_process(shipping):
    """The order process as a definition in Amazon States Language."""
    order, sold_out = "{% $states.input %}", "DynamoDB.ConditionalCheckFailedException"
    charge = {"FunctionName": "charge", "Payload": order}
    refund = {"FunctionName": "refund", "Payload": order}
    ways_back = [caught("CardDeclined", "Tell rejected"), caught("States.ALL", "Refund")]
    states = {
        "Charge": task("lambda:invoke", charge, "Reserve", TimeoutSeconds=10,
                       Retry=[never("CardDeclined"), RETRY], Catch=ways_back),
        "Reserve": task("dynamodb:updateItem", pieces("-", ConditionExpression="pieces >= :n"),
                        "Ask for shipping", Retry=[never(sold_out), RETRY],
                        Catch=[caught("States.ALL", "Refund")]),
        "Ask for shipping": task("sqs:sendMessage", {"QueueUrl": shipping, "MessageBody": order},
                                 "Tell accepted", Catch=[caught("States.ALL", "Release")]),
        "Tell accepted": task("events:putEvents", entry("OrderAccepted"), None),
        "Release": task("dynamodb:updateItem", pieces("+"), "Refund"),
        "Refund": task("lambda:invoke", refund, "Tell rejected"),
        "Tell rejected": task("events:putEvents", entry("OrderRejected"), "Rejected"),
        "Rejected": {"Type": "Fail", "Error": "OrderRejected", "Cause": "{% $states.input.why %}"},
    }  # fmt: skip
    return {"QueryLanguage": "JSONata", "StartAt": "Charge", "States": states}


def create(workflows, name, definition, role):
    """Make a state machine. Returns its ARN."""
    text = json.dumps(definition)
    made = workflows.create_state_machine(name=name, definition=text, roleArn=role)
    return made["stateMachineArn"]


def start(workflows, machine, order):
    """Start the process of an order, once: the execution has the order's name."""
    given = {"name": order["order_id"], "input": json.dumps(order)}
    workflows.start_execution(stateMachineArn=machine, **given)
