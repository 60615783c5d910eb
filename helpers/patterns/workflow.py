"""One order, four steps, as a workflow of Step Functions that calls the services itself.

Lesson 10 writes these functions out. They run unchanged on an AWS account.
"""

import json

ITEM = "$states.input.items[0]"
RETRY = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 6,
         "JitterStrategy": "FULL"}  # fmt: skip


def task(resource, arguments, then, **fields):
    """A state that calls a service. What came in goes on to the next state."""
    called = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Arguments": arguments}
    usual = {"Output": "{% $states.input %}", "Retry": [RETRY], "TimeoutSeconds": 10}
    end = {"Next": then} if then else {"End": True}
    return called | usual | end | fields


def never(error):
    """A rule for Retry: this error is final."""
    return {"ErrorEquals": [error], "MaxAttempts": 0}


def caught(error, then):
    """A rule for Catch: where to go on. The error's name goes with the order."""
    output = "{% $merge([$states.input, {'why': $states.errorOutput.Error}]) %}"
    return {"ErrorEquals": [error], "Next": then, "Output": output}


def function(name):
    """Arguments of Invoke: the function gets the order."""
    return {"FunctionName": name, "Payload": "{% $states.input %}"}


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
    declined, sold_out = "CardDeclined", "DynamoDB.ConditionalCheckFailedException"
    message = {"QueueUrl": shipping, "MessageBody": "{% $states.input %}"}
    states = {
        "Charge": task("lambda:invoke", function("charge"), "Reserve",
                       Retry=[never(declined), RETRY],
                       Catch=[caught(declined, "Tell rejected"), caught("States.ALL", "Refund")]),
        "Reserve": task("dynamodb:updateItem", pieces("-", ConditionExpression="pieces >= :n"),
                        "Ask for shipping", Retry=[never(sold_out), RETRY],
                        Catch=[caught("States.ALL", "Refund")]),
        "Ask for shipping": task("sqs:sendMessage", message, "Tell accepted",
                                 Catch=[caught("States.ALL", "Release")]),
        "Tell accepted": task("events:putEvents", entry("OrderAccepted"), None),
        "Release": task("dynamodb:updateItem", pieces("+"), "Refund"),
        "Refund": task("lambda:invoke", function("refund"), "Tell rejected"),
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
