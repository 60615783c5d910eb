"""What learners answer to the exercises of lesson 12: customs; a bank that is away."""

import copy

from helpers.patterns.choreography import calling, workflow

COMPLETE = {
    "charge": ["OrderPlaced"],
    "reserve": ["CardCharged"],
    "pack": ["StockReserved"],
    "ship": ["OrderPacked"],
    "unpack": ["DeliveryRefused"],
    "release": ["PackingFailed", "DeliveryRefused"],
    "refund": ["PackingFailed", "DeliveryRefused"],
    "thank": ["OrderShipped"],
    "apologise": ["CardRefunded"],
}
BACK = ("unpack", "release", "refund")


def with_customs(**changed):
    """The table with customs between packing and shipping, and what else has changed."""
    return COMPLETE | {"clear": ["OrderPacked"], "ship": ["CustomsCleared"]} | changed


def undone(*kinds, steps=BACK):
    """Who undoes something, listening to these kinds as well."""
    return {step: [*COMPLETE[step], *kinds] for step in steps}


def forgets_the_way_back():
    """The starter: puts customs in the middle, and nobody hears that they refuse."""
    return with_customs()


def leaves_it_packed():
    """Releases and refunds what customs refuse, and forgets to unpack it."""
    return with_customs(**undone("CustomsRefused", steps=("release", "refund")))


def ships_what_is_packed_too():
    """Keeps the old word that delivery listens to beside the new one."""
    return with_customs(**undone("CustomsRefused"), ship=["OrderPacked", "CustomsCleared"])


def clears_before_it_packs():
    """Sends what is reserved through customs, and packs it after that."""
    table = with_customs(clear=["StockReserved"], pack=["CustomsCleared"], ship=["OrderPacked"])
    return table | {step: [*COMPLETE[step], "CustomsRefused"] for step in ("release", "refund")}


def packs_and_clears_at_once():
    """Sends what is reserved to packing and to customs, both at the same time."""
    return with_customs(**undone("CustomsRefused"), clear=["StockReserved"])


def charges_at_the_end():
    """Charges the card when customs have cleared the order."""
    late = {"reserve": ["OrderPlaced"], "charge": ["CustomsCleared"], "ship": ["CardCharged"]}
    back = undone("CustomsRefused", steps=("unpack", "release"))
    return with_customs(**back, **late, apologise=["StockReleased"])


def tells_the_customer_twice():
    """Apologises for the refusal, and again for the refund."""
    return with_customs(**undone("CustomsRefused"), apologise=["CardRefunded", "CustomsRefused"])


def thanks_for_the_customs():
    """Thanks the customer as soon as customs are done, also if delivery refuses after that."""
    return with_customs(**undone("CustomsRefused"), thank=["CustomsCleared"])


def refunds_twice():
    """Refunds after the release, and also at once when customs refuse."""
    back = undone("CustomsRefused", steps=("unpack", "release"))
    return with_customs(**back, refund=["StockReleased", "CustomsRefused"])


def misspells_the_refusal():
    """Listens to a kind of event that nobody publishes."""
    return with_customs(**undone("CustomRefused"))


def gives_a_word_for_a_list():
    """Gives the kind itself where a list of kinds is due."""
    return with_customs(**undone("CustomsRefused"), clear="OrderPacked")


def copies_the_lines_of_the_lesson():
    """Keeps the lesson's lines, which have what a function says in them too."""
    return with_customs(**undone("CustomsRefused"), charge=(["OrderPlaced"], "CardCharged"))


def undoes_at_once():
    """Lets everybody who undoes something hear of every refusal."""
    return {
        **COMPLETE,
        "clear": ("OrderPacked",),
        "ship": ("CustomsCleared",),
        "unpack": {"DeliveryRefused", "CustomsRefused"},
        "release": {"PackingFailed", "DeliveryRefused", "CustomsRefused"},
        "refund": {"PackingFailed", "DeliveryRefused", "CustomsRefused"},
    }


def undoes_in_a_chain():
    """Undoes one thing after another: unpacked, released, refunded."""
    return with_customs(
        unpack=["DeliveryRefused", "CustomsRefused"],
        release=["PackingFailed", "OrderUnpacked"],
        refund=["StockReleased"],
    )


def apologises_for_each_refusal():
    """Tells the customer at once, and does not wait for the refund."""
    refusals = ["PackingFailed", "DeliveryRefused", "CustomsRefused"]
    return with_customs(**undone("CustomsRefused"), apologise=refusals)


# -- 2

STEPS = ["charge", "reserve", "pack", "ship"]
UNDO = {"charge": "refund", "reserve": "release", "pack": "unpack"}
ALL = ["States.ALL"]
PATIENT = {"ErrorEquals": ALL, "MaxDelaySeconds": 60, "MaxAttempts": 60}


def the_lesson_s():
    """The starter: the workflow of the lesson."""
    return workflow(STEPS, UNDO, calling("thank"), calling("apologise"))


def given_up(then):
    """The rule for a charge that is given up."""
    return {"ErrorEquals": ALL, "Next": then, "Output": "{% $states.input %}"}


def changed(then=None, *, refund=(PATIENT,), charge=None):
    """The workflow with a way for the charge that is given up, and other rules for trying again."""
    definition = the_lesson_s()
    states = definition["States"]
    states["refund"]["Retry"] = copy.deepcopy([*refund])
    if charge is not None:
        states["charge"]["Retry"] = copy.deepcopy(charge)
    if then:
        states["charge"]["Catch"].append(given_up(then))
    return definition


def cancels_what_was_not_answered():
    """Takes a charge without an answer for one that was not made."""
    return changed("cancelled")


def is_patient_with_refunds_alone():
    """Gives the refund patience, and lets the execution fail with the charge."""
    return changed()


def refunds_without_patience():
    """Refunds what is given up, and gives the refund up after half a minute."""
    definition = the_lesson_s()
    definition["States"]["charge"]["Catch"].append(given_up("refund"))
    return definition


def gives_the_refund_five_minutes():
    """Tries the refund for five minutes, and then no more."""
    tries = {"ErrorEquals": ALL, "IntervalSeconds": 10, "BackoffRate": 1, "MaxAttempts": 30}
    return changed("refund", refund=[tries])


def gives_up_at_once():
    """Does not try a charge again."""
    return changed("refund", charge=[])


def cancels_where_the_refund_fails():
    """Leads a refund that fails to the end, so that no execution fails."""
    definition = changed("refund", refund=())
    definition["States"]["refund"]["Catch"] = [given_up("cancelled")]
    return definition


def goes_on_uncharged():
    """Goes on to the next step where the bank does not answer."""
    return changed("reserve")


def refunds_first():
    """Goes back from every refusal by way of the refund, and undoes the rest after it."""
    definition = changed("refund")
    states = definition["States"]
    states["pack"]["Catch"][0]["Next"] = states["ship"]["Catch"][0]["Next"] = "refund"
    states["refund"]["Next"], states["unpack"]["Next"] = "unpack", "release"
    states["release"]["Next"] = "cancelled"
    return definition


def leads_nowhere():
    """Names a state that is not in the definition."""
    return changed("refunded")


def never_gives_up():
    """Is as patient with the charge as with the refund, and gives up neither."""
    never = {"ErrorEquals": ["Refused"], "MaxAttempts": 0}
    return changed(charge=[never, PATIENT])


def waits_and_refunds_again():
    """Goes to a state that waits when a refund fails, and from there to the refund again."""
    definition = changed("refund", refund=())
    states = definition["States"]
    states["refund"]["Catch"] = [given_up("later")]
    states["later"] = {"Type": "Wait", "Seconds": 30, "Next": "refund"}
    return definition


def doubles_its_waits():
    """Waits 1, 2, 4 … seconds between the refunds, and never less."""
    doubled = {"ErrorEquals": ALL, "IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 40}
    return changed("refund", refund=[doubled])


WRONG = {
    "1": [
        forgets_the_way_back,
        leaves_it_packed,
        ships_what_is_packed_too,
        clears_before_it_packs,
        packs_and_clears_at_once,
        charges_at_the_end,
        tells_the_customer_twice,
        thanks_for_the_customs,
        refunds_twice,
        misspells_the_refusal,
        gives_a_word_for_a_list,
        copies_the_lines_of_the_lesson,
    ],
    "2": [
        the_lesson_s,
        cancels_what_was_not_answered,
        is_patient_with_refunds_alone,
        refunds_without_patience,
        gives_the_refund_five_minutes,
        gives_up_at_once,
        cancels_where_the_refund_fails,
        goes_on_uncharged,
        refunds_first,
        leads_nowhere,
    ],
}
RIGHT = {
    "1": [undoes_at_once, undoes_in_a_chain, apologises_for_each_refusal],
    "2": [never_gives_up, waits_and_refunds_again, doubles_its_waits],
}
