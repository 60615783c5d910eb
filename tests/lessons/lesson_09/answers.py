"""What learners answer to the exercises of lesson 09: a version 2; a view that never goes back."""

import copy
from decimal import Decimal

# -- 1


def total(value):
    """What finance wants to get."""
    return {"value": value, "currency": "EUR"}


def with_note(detail, gift_note):
    """The detail, with a note if there is one."""
    return detail | ({} if gift_note is None else {"gift_note": gift_note})


def replaces_the_amount(order, gift_note):
    """The starter: writes into the source, and takes the amount away."""
    detail = order
    detail["total"] = {"value": detail.pop("amount") / 100, "currency": "EUR"}
    detail["gift_note"] = gift_note
    return detail


def writes_into_the_source(order, gift_note):
    """Adds all that is wanted, in the dictionary of the source."""
    order["total"] = total(f"{order['amount'] / 100:.2f}")
    if gift_note:
        order["gift_note"] = gift_note
    return order


def moves_the_amount(order, gift_note):
    """Leaves the amount out, because the total says it."""
    detail = {name: value for name, value in order.items() if name != "amount"}
    return with_note(detail | {"total": total(f"{order['amount'] / 100:.2f}")}, gift_note)


def says_euros(order, gift_note):
    """Gives the amount in euros from now on."""
    euros = order["amount"] / 100
    return with_note(order | {"amount": euros, "total": total(f"{euros:.2f}")}, gift_note)


def drops_a_nought(order, gift_note):
    """Writes 20.7 where 20.70 is due."""
    return with_note(order | {"total": total(str(order["amount"] / 100))}, gift_note)


def forgets_to_fill_up(order, gift_note):
    """Writes five cents as .5."""
    euros, cents = divmod(order["amount"], 100)
    return with_note(order | {"total": total(f"{euros}.{cents}")}, gift_note)


def cuts_the_last_two_digits_off(order, gift_note):
    """Puts a point before the last two digits, also where there is nothing else."""
    digits = str(order["amount"])
    return with_note(order | {"total": total(digits[:-2] + "." + digits[-2:])}, gift_note)


def groups_the_thousands(order, gift_note):
    """Puts a comma after the thousands."""
    return with_note(order | {"total": total(f"{order['amount'] / 100:,.2f}")}, gift_note)


def gives_a_number(order, gift_note):
    """Gives the total as a number."""
    return with_note(order | {"total": total(order["amount"] / 100)}, gift_note)


def gives_a_decimal(order, gift_note):
    """Gives the total as a Decimal, which JSON does not know."""
    return with_note(order | {"total": total(Decimal(order["amount"]) / 100)}, gift_note)


def always_has_a_note(order, gift_note):
    """Has the field in every event."""
    value = f"{order['amount'] / 100:.2f}"
    return order | {"total": total(value), "gift_note": gift_note}


def has_an_empty_note(order, gift_note):
    """Has an empty note where there is none."""
    value = f"{order['amount'] / 100:.2f}"
    return order | {"total": total(value), "gift_note": gift_note or ""}


def tells_the_known_fields_alone(order, gift_note):
    """Sends what it has seen somebody use, and leaves the rest out."""
    used = ("order_id", "tenant", "customer", "items", "amount", "revision", "address")
    detail = {name: order[name] for name in used}
    return with_note(detail | {"total": total(f"{order['amount'] / 100:.2f}")}, gift_note)


def counts_in_cents(order, gift_note):
    """Divides whole cents, and copies all of the order."""
    detail = copy.deepcopy(order)
    euros, cents = divmod(order["amount"], 100)
    detail["total"] = {"currency": "EUR", "value": f"{euros}.{cents:02d}"}
    if gift_note is not None:
        detail["gift_note"] = gift_note
    return detail


def rounds_a_decimal(order, gift_note):
    """Makes the text of a Decimal."""
    value = str((Decimal(order["amount"]) / 100).quantize(Decimal("0.01")))
    return with_note({**order, "total": total(value)}, gift_note)


# -- 2


def takes_the_last_that_comes(event, view):
    """The starter: takes what comes last, and throws cancelled orders away."""
    order = event["detail"]
    if event["detail-type"] == "OrderCancelled":
        view.pop(order["order_id"], None)
    else:
        view[order["order_id"]] = order


def forgets_what_is_cancelled(event, view):
    """Compares revisions, and throws cancelled orders away."""
    order = event["detail"]
    known = view.get(order["order_id"])
    if known is not None and known["revision"] >= order["revision"]:
        return
    if order["status"] == "cancelled":
        view.pop(order["order_id"], None)
    else:
        view[order["order_id"]] = order


def compares_the_time(event, view):
    """Compares the time of the events, which knows no fifths of a second."""
    order = event["detail"]
    known = view.get(order["order_id"])
    if known is None or known["said"] <= event["time"]:
        view[order["order_id"]] = order | {"said": event["time"]}


def waits_for_the_next_one(event, view):
    """Takes only the revision that comes next."""
    order = event["detail"]
    known = view.get(order["order_id"], {"revision": 0})
    if order["revision"] == known["revision"] + 1:
        view[order["order_id"]] = order


def compares_texts(event, view):
    """Compares revisions as texts, so that 9 comes after 10."""
    order = event["detail"]
    known = view.get(order["order_id"])
    if known is None or str(known["revision"]) < str(order["revision"]):
        view[order["order_id"]] = order


CANCELLED = set()


def remembers_what_is_cancelled(event, view):
    """Throws cancelled orders away, and remembers them in the memory of the process."""
    order = event["detail"]
    name = order["order_id"]
    if order["status"] == "cancelled":
        CANCELLED.add(name)
        view.pop(name, None)
    elif name not in CANCELLED:
        known = view.get(name)
        if known is None or known["revision"] < order["revision"]:
            view[name] = order


def changes_the_address_alone(event, view):
    """Takes a placed order once, and of later events the address alone."""
    order = event["detail"]
    if event["detail-type"] == "AddressChanged" and order["order_id"] in view:
        view[order["order_id"]]["address"] = order["address"]
    else:
        view.setdefault(order["order_id"], order)


def never_cancels(event, view):
    """Keeps the newest open state of an order."""
    order = event["detail"]
    known = view.get(order["order_id"])
    if order["status"] == "open" and (known is None or known["revision"] < order["revision"]):
        view[order["order_id"]] = order


def takes_the_larger(event, view):
    """Takes the larger of the two by revision, or the one that is there."""
    order = event["detail"]
    name = order["order_id"]
    view[name] = max(view.get(name, order), order, key=lambda each: each["revision"])


def keeps_a_list_of_cancelled_orders(event, view):
    """Throws cancelled orders away, and keeps their names in the view."""
    order = event["detail"]
    gone = view.setdefault("cancelled", [])
    if order["status"] == "cancelled":
        gone.append(order["order_id"])
        view.pop(order["order_id"], None)
    elif order["order_id"] not in gone:
        takes_the_larger(event, view)


WRONG = {
    "1": [
        replaces_the_amount,
        writes_into_the_source,
        moves_the_amount,
        says_euros,
        drops_a_nought,
        forgets_to_fill_up,
        cuts_the_last_two_digits_off,
        groups_the_thousands,
        gives_a_number,
        gives_a_decimal,
        always_has_a_note,
        has_an_empty_note,
        tells_the_known_fields_alone,
    ],
    "2": [
        takes_the_last_that_comes,
        forgets_what_is_cancelled,
        compares_the_time,
        waits_for_the_next_one,
        compares_texts,
        remembers_what_is_cancelled,
        changes_the_address_alone,
        never_cancels,
    ],
}
RIGHT = {
    "1": [counts_in_cents, rounds_a_decimal],
    "2": [takes_the_larger, keeps_a_list_of_cancelled_orders],
}
