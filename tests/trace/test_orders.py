"""What a message says is found in whatever envelope a service put it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.trace import field
from helpers.trace.runs import content


def notified(says, number):
    return {"Type": "Notification", "MessageId": f"m-{number}", "Message": json.dumps(says)}


ENVELOPES = {
    "plain": lambda says, number: says,
    "notification": notified,
    "event": lambda says, number: {"id": f"e-{number}", "source": "shop", "detail": says},
    "function": lambda says, number: {"Records": [{"Sns": notified(says, number)}]},
}
NAMES = st.sampled_from(["order_id", "amount", "shop"])
SAYS = st.dictionaries(NAMES, st.text(), min_size=1).map(lambda says: dict(sorted(says.items())))


@pytest.mark.parametrize("name", ENVELOPES)
@given(says=SAYS, other=SAYS)
def test_envelopes_of_one_kind_say_the_same_if_what_is_in_them_does(name, says, other):
    one, two, third = (
        json.dumps(ENVELOPES[name](words, number))
        for number, words in enumerate([says, says, other])
    )
    assert field(one, "order_id") == says.get("order_id")
    assert content(one) == content(two)
    assert (content(one) == content(third)) == (says == other)
