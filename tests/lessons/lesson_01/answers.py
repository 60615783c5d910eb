"""What learners answer to the exercises of lesson 01: one reader; an adapter for two versions."""

import json
from decimal import Decimal


def amount_of(body):
    """A whole number, or its text."""
    if type(body["amount"]) not in (int, str):
        raise ValueError(body["amount"])
    return int(body["amount"])


def order_of(body):
    """The order, as it has to be given."""
    return {"order_id": body["order_id"], "amount": amount_of(body)}


# -- 1


def reads_a_call(event):
    """The starter: gives what it gets."""
    return [event]


def reads_the_first_record(event):
    """Reads the first record of a batch, and no other."""
    if "order_id" in event:
        return [order_of(event)]
    if "Records" in event:
        return reads_the_first_record(json.loads(event["Records"][0]["body"]))
    if "Message" in event:
        return reads_the_first_record(json.loads(event["Message"]))
    return reads_the_first_record(event["detail"])


def makes_whole_what_is_not(event):
    """Makes a whole number of any amount, also of 49.99."""
    if "order_id" in event:
        return [{"order_id": event["order_id"], "amount": int(event["amount"])}]
    if "Records" in event:
        bodies = [json.loads(record["body"]) for record in event["Records"]]
        return [order for body in bodies for order in makes_whole_what_is_not(body)]
    if "Message" in event:
        return makes_whole_what_is_not(json.loads(event["Message"]))
    return makes_whole_what_is_not(event["detail"])


def cuts_off_a_float(event):
    """Refuses what has no number in it, and charges 49.99 as 49."""
    if "order_id" in event:
        if type(event["amount"]) not in (int, float, str):
            raise ValueError(event["amount"])
        return [{"order_id": event["order_id"], "amount": int(event["amount"])}]
    if "Records" in event:
        bodies = [json.loads(record["body"]) for record in event["Records"]]
        return [order for body in bodies for order in cuts_off_a_float(body)]
    if "Message" in event:
        return cuts_off_a_float(json.loads(event["Message"]))
    return cuts_off_a_float(event["detail"])


def leaves_texts_as_they_are(event):
    """Finds every order, and leaves an amount that is a text a text."""
    if "order_id" in event:
        return [event]
    if "Records" in event:
        bodies = [json.loads(record["body"]) for record in event["Records"]]
        return [order for body in bodies for order in leaves_texts_as_they_are(body)]
    if "Message" in event:
        return leaves_texts_as_they_are(json.loads(event["Message"]))
    return leaves_texts_as_they_are(event["detail"])


def looks_for_envelopes_first(event):
    """Takes a field of the order, such as `detail`, for an envelope."""
    if "detail" in event:
        return looks_for_envelopes_first(event["detail"])
    if "Message" in event:
        return looks_for_envelopes_first(json.loads(event["Message"]))
    if "Records" in event:
        bodies = [json.loads(record["body"]) for record in event["Records"]]
        return [order for body in bodies for order in looks_for_envelopes_first(body)]
    return [order_of(event)]


def leaves_out_what_is_broken(event):
    """Leaves out an order whose amount it cannot read, and says nothing."""
    if "order_id" in event:
        try:
            return [order_of(event)]
        except (KeyError, ValueError):
            return []
    if "Records" in event:
        bodies = [json.loads(record["body"]) for record in event["Records"]]
        return [order for body in bodies for order in leaves_out_what_is_broken(body)]
    if "Message" in event:
        return leaves_out_what_is_broken(json.loads(event["Message"]))
    return leaves_out_what_is_broken(event["detail"])


def forgets_the_topic(event):
    """Reads a call, a queue and a bus, and does not know the topic's envelope."""
    if "Records" in event:
        bodies = [json.loads(record["body"]) for record in event["Records"]]
        return [order for body in bodies for order in forgets_the_topic(body)]
    return [order_of(event if "order_id" in event else event["detail"])]


def takes_true_for_one(event):
    """Asks whether the amount is an int, which True is."""
    if "order_id" in event:
        amount = event["amount"]
        if not isinstance(amount, int | str):
            raise ValueError(amount)
        return [{"order_id": event["order_id"], "amount": int(amount)}]
    if "Records" in event:
        bodies = [json.loads(record["body"]) for record in event["Records"]]
        return [order for body in bodies for order in takes_true_for_one(body)]
    if "Message" in event:
        return takes_true_for_one(json.loads(event["Message"]))
    return takes_true_for_one(event["detail"])


def opens_one_after_the_other(event):
    """Opens envelopes in a loop until there are only orders."""
    found, closed = [], [event]
    while closed:
        body = closed.pop(0)
        if "order_id" in body:
            found.append(order_of(body))
        elif "Records" in body:
            closed += [json.loads(record["body"]) for record in body["Records"]]
        elif "Message" in body:
            closed.append(json.loads(body["Message"]))
        else:
            closed.append(body["detail"])
    return found


def keeps_all_other_fields(event):
    """Gives the whole order, with its other fields and a whole amount."""
    if "order_id" in event:
        text = str(event["amount"]) if not isinstance(event["amount"], bool) else "no"
        if not text.isdigit():
            raise ValueError(f"{event['order_id']} costs {event['amount']!r}")
        return [{**event, "amount": int(text)}]
    if "Records" in event:
        return [keeps_all_other_fields(json.loads(each["body"]))[0] for each in event["Records"]]
    inner = event.get("detail") or json.loads(event["Message"])
    return keeps_all_other_fields(inner)


# -- 2


def adapts_nothing(order):
    """The starter: gives the order as it came."""
    return order


def cuts_off_cents(order):
    """Multiplies by 100 and cuts off, so that some orders are a cent short."""
    if order.get("version", 1) == 2:
        return {"order_id": order["order_id"], "amount": int(order["amount"] * 100)}
    if "version" in order:
        raise ValueError(order["version"])
    return order


def gives_floats(order):
    """Multiplies by 100 and leaves a float."""
    if order.get("version", 1) == 2:
        return {"order_id": order["order_id"], "amount": round(order["amount"] * 100, 0)}
    if "version" in order:
        raise ValueError(order["version"])
    return order


def guesses_by_type(order):
    """Takes a float for euros and a whole number for cents, although 2500 euros are whole."""
    if isinstance(order["amount"], float):
        return {"order_id": order["order_id"], "amount": round(order["amount"] * 100)}
    if order.get("version", 1) > 2:
        raise ValueError(order["version"])
    return {"order_id": order["order_id"], "amount": order["amount"]}


def takes_all_versions_for_euros(order):
    """Takes each version but the first for euros."""
    if "version" in order:
        return {"order_id": order["order_id"], "amount": round(order["amount"] * 100)}
    return order


def leaves_the_version_in(order):
    """Changes the amount, and lets the order still say version 2."""
    if order.get("version", 1) == 2:
        return {**order, "amount": round(order["amount"] * 100)}
    if "version" in order:
        raise ValueError(order["version"])
    return order


def gives_nothing_for_a_third(order):
    """Gives None for a version that is not agreed, and does not raise."""
    if order.get("version", 1) == 1:
        return order
    if order["version"] == 2:
        return {"order_id": order["order_id"], "amount": round(order["amount"] * 100)}


def counts_in_decimals(order):
    """Computes with Decimal, by a table of versions."""
    factors = {1: 1, 2: 100}
    cents = Decimal(str(order["amount"])) * factors[order.get("version", 1)]
    return {"order_id": order["order_id"], "amount": int(cents)}


def changes_the_order_in_place(order):
    """Changes the order that it was given, takes the version out and checks it first."""
    version = order.pop("version", None)
    assert version in (None, 2), f"version {version}"
    if version == 2:
        order["amount"] = int(order["amount"] * 100 + 0.5)
    return order


WRONG = {
    "1": [
        reads_a_call,
        reads_the_first_record,
        makes_whole_what_is_not,
        cuts_off_a_float,
        leaves_texts_as_they_are,
        looks_for_envelopes_first,
        leaves_out_what_is_broken,
        forgets_the_topic,
        takes_true_for_one,
    ],
    "2": [
        adapts_nothing,
        cuts_off_cents,
        gives_floats,
        guesses_by_type,
        takes_all_versions_for_euros,
        leaves_the_version_in,
        gives_nothing_for_a_third,
    ],
}
RIGHT = {
    "1": [opens_one_after_the_other, keeps_all_other_fields],
    "2": [counts_in_decimals, changes_the_order_in_place],
}
