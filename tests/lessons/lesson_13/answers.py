"""What learners answer to the exercises of lesson 13: the right key; one token; points, once."""

import contextlib
import hashlib
import json
import time
import uuid

from helpers.patterns.idempotency import InProgress, claim, once, together

# -- 1


def takes_the_event_s_id(event):
    """The starter: an id that differs where the publisher repeats itself."""
    return event["id"]


def takes_the_order_alone(event):
    """Takes the refund of an order for a repetition of its charge."""
    return event["detail"]["order_id"]


def takes_the_customer(event):
    """Charges each customer once."""
    return f"{event['detail-type']} {event['detail']['customer']}"


def takes_what_was_ordered(event):
    """Takes a second order of the same things for a repetition."""
    detail = event["detail"]
    parts = [event["detail-type"], detail["customer"], detail["items"], detail["amount"]]
    return json.dumps(parts)


def hashes_the_whole_event(event):
    """Hashes the event with its id in it."""
    return hashlib.sha256(json.dumps(event).encode()).hexdigest()


def makes_a_new_key(event):
    """Makes another key for each delivery."""
    return str(uuid.uuid4())


def gives_two_things(event):
    """Gives a tuple, which is no key of a table."""
    return event["detail-type"], event["detail"]["order_id"]


KEYS = {}


def remembers_its_keys(event):
    """Makes a key for each thing and remembers it, which the next machine does not."""
    thing = event["detail-type"], event["detail"]["order_id"]
    return KEYS.setdefault(thing, str(uuid.uuid4()))


def names_the_effect(event):
    """Names what should happen, and the order."""
    effect = "charge" if event["detail-type"] == "OrderPlaced" else "refund"
    return event["detail"]["order_id"] + ":" + effect


def hashes_what_was_said(event):
    """Hashes the source, the kind and the whole detail."""
    said = [event["source"], event["detail-type"], event["detail"]]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


# -- 2


def makes_a_token_for_each_attempt(pay, order):
    """The starter: makes another token for each attempt."""
    while True:
        try:
            return pay(order, token=str(uuid.uuid4()))
        except ConnectionError:
            time.sleep(2)


def makes_a_token_for_each_call(pay, order):
    """Makes one token for all attempts, which is gone after a crash."""
    token = str(uuid.uuid4())
    while True:
        try:
            return pay(order, token=token)
        except ConnectionError:
            time.sleep(2)


def catches_everything(pay, order):
    """Makes one token, and catches whatever comes, as if no machine could die under it."""
    token = str(uuid.uuid4())
    while True:
        try:
            return pay(order, token=token)
        except:  # noqa: E722
            time.sleep(2)


TOKENS = {}


def remembers_its_tokens(pay, order):
    """Keeps the token of each order in the memory of the process."""
    token = TOKENS.setdefault(order["order_id"], str(uuid.uuid4()))
    while True:
        try:
            return pay(order, token=token)
        except ConnectionError:
            time.sleep(2)


def takes_the_customer_s_token(pay, order):
    """Uses the same token for all orders of a customer."""
    while True:
        try:
            return pay(order, token=order["customer"])
        except ConnectionError:
            time.sleep(2)


def makes_the_token_of_what_is_ordered(pay, order):
    """Uses the same token for a second order of the same things, and catches every error."""
    token = json.dumps([order["customer"], order["items"], order["amount"]])
    while True:
        try:
            return pay(order, token)
        except Exception:
            time.sleep(2)


def gives_up_at_an_error(pay, order):
    """Takes a lost answer for the end of it."""
    try:
        return pay(order, token=order["order_id"])
    except ConnectionError:
        return None


def says_that_it_is_done(pay, order):
    """Charges rightly, and returns something else than the receipt."""
    while True:
        try:
            pay(order, token=order["order_id"])
            return True
        except ConnectionError:
            time.sleep(2)


def never_comes_back(pay, order):
    """Charges again and again, and forgets to return."""
    while True:
        with contextlib.suppress(ConnectionError):
            pay(order, token=order["order_id"])
        time.sleep(2)


def waits_longer_each_time(pay, order):
    """Takes the order's id, and doubles its waits."""
    wait = 1
    while True:
        try:
            return pay(order, token=f"charge-{order['order_id']}")
        except ConnectionError:
            time.sleep(wait)
            wait = min(2 * wait, 60)


def catches_everything_under_one_token(pay, order):
    """Takes the order's id, and catches whatever comes: a machine that died does no more harm."""
    while True:
        try:
            return pay(order, token=order["order_id"])
        except:  # noqa: E722
            time.sleep(2)


def calls_itself(pay, order):
    """Makes a UUID of the order's id, and calls itself after an error."""
    try:
        return pay(order, str(uuid.uuid5(uuid.NAMESPACE_OID, order["order_id"])))
    except ConnectionError:
        time.sleep(1)
        return calls_itself(pay, order)


# -- 3


def add(order):
    """The points of an order, as an update."""
    return {
        "TableName": "points",
        "Key": {"id": {"S": order["customer"]}},
        "UpdateExpression": "ADD points :new",
        "ExpressionAttributeValues": {":new": {"N": str(order["amount"] // 100)}},
    }


def note(order):
    """The record of an order."""
    return {"id": {"S": order["order_id"]}}


def notes_after_the_points(dynamodb, order):
    """The starter: gives the points, then notes it."""
    if "Item" not in dynamodb.get_item(TableName="records", Key=note(order)):
        dynamodb.update_item(**add(order))
        dynamodb.put_item(TableName="records", Item=note(order))


def notes_before_the_points(dynamodb, order):
    """Notes it, then gives the points."""
    if "Item" not in dynamodb.get_item(TableName="records", Key=note(order)):
        dynamodb.put_item(TableName="records", Item=note(order))
        dynamodb.update_item(**add(order))


def uses_once(dynamodb, order):
    """Takes `once`, which leaves a moment between the points and their note."""
    once(dynamodb, "records", order["order_id"], lambda: dynamodb.update_item(**add(order)) and 1)


def looks_before_it_writes(dynamodb, order):
    """Writes both in one transaction, and asks before it, not in it."""
    if "Item" not in dynamodb.get_item(TableName="records", Key=note(order)):
        put = {"TableName": "records", "Item": note(order)}
        dynamodb.transact_write_items(TransactItems=[{"Put": put}, {"Update": add(order)}])


SEEN = set()


def remembers_orders(dynamodb, order):
    """Keeps the orders that it has seen in the memory of the process."""
    if order["order_id"] not in SEEN:
        dynamodb.update_item(**add(order))
        SEEN.add(order["order_id"])


def reads_the_points_first(dynamodb, order):
    """Reads how many points there are, and writes the sum in the transaction."""
    key = {"id": {"S": order["customer"]}}
    item = dynamodb.get_item(TableName="points", Key=key).get("Item", {})
    points = int(item.get("points", {"N": "0"})["N"]) + order["amount"] // 100
    put = {"TableName": "points", "Item": key | {"points": {"N": str(points)}}}
    together(dynamodb, "records", order["order_id"], [{"Put": put}])


def rounds(dynamodb, order):
    """Gives a point for a half euro too."""
    more = add(order) | {"ExpressionAttributeValues": {":new": {"N": str(order["amount"] / 100)}}}
    together(dynamodb, "records", order["order_id"], [{"Update": more}])


def takes_the_customer_for_the_key(dynamodb, order):
    """Gives a customer the points of one order."""
    together(dynamodb, "records", order["customer"], [{"Update": add(order)}])


def takes_work_in_progress_for_done(dynamodb, order):
    """Acknowledges an order that somebody has claimed, who may be dead."""
    try:
        claims_it_first(dynamodb, order)
    except InProgress:
        return


def refuses_every_duplicate(dynamodb, order):
    """Writes both as one, and raises whenever the order was there before."""
    put = {"TableName": "records", "Item": note(order)}
    put["ConditionExpression"] = "attribute_not_exists(id)"
    dynamodb.transact_write_items(TransactItems=[{"Put": put}, {"Update": add(order)}])


def claims_it_first(dynamodb, order):
    """Claims the order; then writes the points and the result of the claim as one."""
    key, me = order["order_id"], str(uuid.uuid4())
    if claim(dynamodb, "records", key, me, hold=60) is not None:
        return
    keep = str(int(time.time()) + 30 * 86_400)
    done = {
        "TableName": "records",
        "Item": note(order) | {"result": {"S": "1"}, "free_at": {"N": keep}},
        "ConditionExpression": "claimed_by = :me",
        "ExpressionAttributeValues": {":me": {"S": me}},
    }
    dynamodb.transact_write_items(TransactItems=[{"Put": done}, {"Update": add(order)}])


def writes_both_as_one(dynamodb, order):
    """Puts the record and the points into one transaction, with a condition on the record."""
    put = {"TableName": "records", "Item": note(order)}
    put["ConditionExpression"] = "attribute_not_exists(id)"
    try:
        dynamodb.transact_write_items(TransactItems=[{"Update": add(order)}, {"Put": put}])
    except dynamodb.exceptions.TransactionCanceledException:
        if "Item" not in dynamodb.get_item(TableName="records", Key=note(order)):
            raise


def keeps_the_orders_beside_the_points(dynamodb, order):
    """Writes the order into the customer's own item, in the update that adds the points."""
    update = add(order)
    update["UpdateExpression"] = "ADD points :new, orders :all"
    update["ConditionExpression"] = "NOT contains(orders, :one)"
    update["ExpressionAttributeValues"] |= {
        ":one": {"S": order["order_id"]},
        ":all": {"SS": [order["order_id"]]},
    }
    try:
        dynamodb.update_item(**update)
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return


WRONG = {
    "1": [
        takes_the_event_s_id,
        takes_the_order_alone,
        takes_the_customer,
        takes_what_was_ordered,
        hashes_the_whole_event,
        makes_a_new_key,
        gives_two_things,
        remembers_its_keys,
    ],
    "2": [
        makes_a_token_for_each_attempt,
        makes_a_token_for_each_call,
        catches_everything,
        remembers_its_tokens,
        takes_the_customer_s_token,
        makes_the_token_of_what_is_ordered,
        gives_up_at_an_error,
        says_that_it_is_done,
        never_comes_back,
    ],
    "3": [
        notes_after_the_points,
        notes_before_the_points,
        uses_once,
        looks_before_it_writes,
        remembers_orders,
        reads_the_points_first,
        rounds,
        takes_the_customer_for_the_key,
        takes_work_in_progress_for_done,
        refuses_every_duplicate,
    ],
}
RIGHT = {
    "1": [names_the_effect, hashes_what_was_said],
    "2": [waits_longer_each_time, catches_everything_under_one_token, calls_itself],
    "3": [claims_it_first, writes_both_as_one, keeps_the_orders_beside_the_points],
}
