"""Filter policies of SNS: what they let through, by the Developer Guide, and which are refused."""

import json

import pytest
from botocore.exceptions import ClientError
from emulated_sns import Shop, array, number, text
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import Lab
from helpers.emulator.sns.filter import FilterPolicy

BODY = "MessageBody"
BINARY = {"DataType": "Binary", "BinaryValue": b"rugby"}


@pytest.fixture
def shop():
    with Lab(seed=3) as lab:
        yield Shop(lab)


# By the values of one attribute: the policy for it, what it accepts, and what not.
ATTRIBUTES = {
    "exact": (["rugby", "tennis"], [text("rugby"), array("golf", "tennis")], [text("Rugby")]),
    "exact number": ([10], [number("10.0"), array(10, "x")], [text("10"), number("10.1")]),
    "true and null": ([True, None], [array(True), array(None)], [text("true"), array(1)]),
    "anything-but": (
        [{"anything-but": ["rugby", "tennis"]}],
        [text("golf"), array("rugby", "golf")],
        [text("rugby"), array("rugby"), None],
    ),
    "anything-but number": ([{"anything-but": [100]}], [number("101")], [number("1e2")]),
    "anything-but prefix": (
        [{"anything-but": {"prefix": "order-"}}],
        [text("order_1")],
        [text("order-1")],
    ),
    "anything-but suffix": (
        [{"anything-but": {"suffix": "ball"}}],
        [array("hockey", "rugby")],
        [array("baseball", "basketball")],
    ),
    "anything-but wildcard": (
        [{"anything-but": {"wildcard": "*ball"}}],
        [array("hockey", "rugby")],
        [array("baseball", "basketball")],
    ),
    "equals-ignore-case": (
        [{"equals-ignore-case": "tennis"}],
        [text("TENNIS"), text("Tennis")],
        [text("tennis ")],
    ),
    "cidr": (
        [{"cidr": "10.0.0.0/24"}],
        [text("10.0.0.0"), text("10.0.0.255")],
        [text("10.1.1.0"), text("here")],
    ),
    "prefix": ([{"prefix": "bas"}], [text("baseball")], [text("rugby")]),
    "suffix": ([{"suffix": "ball"}], [text("baseball")], [text("ballet")]),
    "wildcard": (
        [{"wildcard": "log*check"}],
        [text("log-run-check"), text("logcheck")],
        [text("log"), text("a log check")],
    ),
    "numeric": (
        [{"numeric": [">", 0, "<=", 150]}],
        [number("150"), number("0.00001"), array(7)],
        [number("0"), number("150.00001"), text("7")],
    ),
    "numeric exact": ([{"numeric": ["=", 301.5]}], [number("3.015e2")], [number("301.4")]),
    "exists": ([{"exists": True}], [text("x"), number("1")], [BINARY, None]),
    "exists not": ([{"exists": False}], [None, BINARY], [text("x")]),
    "any of several": ([1, {"prefix": "a"}], [number("1"), text("ab")], [number("2")]),
}


@pytest.mark.parametrize("case", ATTRIBUTES)
def test_an_attribute_is_matched_as_documented(shop, case):
    policy, accepted, refused = ATTRIBUTES[case]
    url, arn = shop.queue("sports")
    shop.subscribe(arn, FilterPolicy={"interests": policy}, RawMessageDelivery="true")
    for expected, values in (("in", accepted), ("out", refused)):
        for index, value in enumerate(values):
            attributes = {} if value is None else {"interests": value}
            shop.publish(f"{expected} {index}", MessageAttributes=attributes)
    shop.let_pass(1)
    assert sorted(shop.bodies(url)) == [f"in {index}" for index in range(len(accepted))]


# By the body: a policy, what it accepts, and what not.
BODIES = {
    "nested": (
        {"order": {"customer": {"country": ["DE"]}, "total": [{"numeric": [">", 100]}]}},
        [{"order": {"customer": {"country": "DE"}, "total": 101}, "more": 1}],
        [{"order": {"customer": {"country": "DE"}, "total": 100}}, {"order": {"total": 101}}],
    ),
    "null": ({"coupon": [None]}, [{"coupon": None}], [{}, {"coupon": "null"}]),
    "boolean is no number": ({"paid": [True]}, [{"paid": True}], [{"paid": 1}]),
    "array": ({"tags": ["a"]}, [{"tags": ["b", "a"]}], [{"tags": ["b"]}, {"tags": []}]),
    "array of objects": (
        {"Records": {"name": [{"prefix": "Created:"}], "s3": {"key": [{"prefix": "auto-"}]}}},
        [{"Records": [{"name": "Created:Put", "s3": {"key": "auto-1"}}, {"name": "Gone"}]}],
        [{"Records": [{"name": "Gone", "s3": {"key": "auto-1"}}]}],
    ),
    "$or": (
        {"$or": [{"a": ["x"]}, {"b": ["x"]}], "c": ["y"]},
        [{"a": "x", "c": "y"}, {"b": "x", "c": "y"}],
        [{"a": "x"}, {"c": "y"}, {"a": "y", "b": "y", "c": "y"}],
    ),
    "nested $or": (
        {"detail": {"scope": ["Service"], "$or": [{"source": ["cw"]}, {"type": ["alarm"]}]}},
        [{"detail": {"scope": "Service", "type": "alarm"}}],
        [{"detail": {"scope": "Service"}}, {"detail": {"type": "alarm"}}],
    ),
    "dots": ({"a.b": ["x"]}, [{"a": {"b": "x"}}, {"a.b": "x"}], [{"a": {"b": "y"}}]),
    "no object": ({"a": [{"exists": False}]}, [{}], ["text", 7, ["a"]]),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_is_matched_as_documented(shop, case):
    policy, accepted, refused = BODIES[case]
    url, arn = shop.queue("sports")
    shop.subscribe(arn, FilterPolicy=policy, FilterPolicyScope=BODY, RawMessageDelivery="true")
    for body in accepted + refused:
        shop.publish(json.dumps(body))
    shop.publish("no JSON")
    shop.let_pass(1)
    assert [json.loads(body) for body in shop.bodies(url)] == accepted


def test_all_keys_have_to_match_and_or_combines_attributes(shop):
    url, arn = shop.queue("sports")
    policy = {"$or": [{"a": ["x"]}, {"b": [{"exists": True}]}], "c": [1]}
    shop.subscribe(arn, FilterPolicy=policy, RawMessageDelivery="true")
    for name, attributes in {
        "a and c": {"a": text("x"), "c": number("1")},
        "b and c": {"b": text("any"), "c": number("1")},
        "a": {"a": text("x")},
        "c": {"c": number("1")},
    }.items():
        shop.publish(name, MessageAttributes=attributes)
    shop.let_pass(1)
    assert shop.bodies(url) == ["a and c", "b and c"]


def test_a_policy_and_its_scope_can_be_changed_and_taken_away(shop):
    url, arn = shop.queue("sports")
    subscription = shop.subscribe(arn, RawMessageDelivery="true")

    def change(name, value):
        shop.sns.set_subscription_attributes(
            SubscriptionArn=subscription, AttributeName=name, AttributeValue=value
        )

    change("FilterPolicy", '{"a": ["x"]}')
    shop.publish('{"a": "x"}')
    change("FilterPolicyScope", BODY)
    shop.publish('{"a": "x", "n": 2}')
    change("FilterPolicy", "")
    shop.publish("three")
    shop.let_pass(1)
    assert shop.bodies(url) == ['{"a": "x", "n": 2}', "three"]
    found = shop.sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    assert "FilterPolicy" not in found


def test_a_policy_that_was_taken_away_is_not_shown(shop):
    _, arn = shop.queue("sports")
    subscription = shop.subscribe(arn, FilterPolicy={"a": ["x"]})

    def attributes():
        return shop.sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]

    assert attributes()["FilterPolicyScope"] == "MessageAttributes"
    shop.sns.set_subscription_attributes(
        SubscriptionArn=subscription, AttributeName="FilterPolicy", AttributeValue=""
    )
    assert not {"FilterPolicy", "FilterPolicyScope"} & set(attributes())


# Words recorded from SNS (see `helpers.emulator.sns.filter`), after "FilterPolicy: ".
INVALID = [
    ({"k": [["v"]]}, "Match value must be String, number, true, false, or null"),
    ({"k": [{"wrong-operator": True}]}, "Unrecognized match type wrong-operator"),
    ({"k": [{"exactly": "v"}]}, "Unrecognized match type exactly"),  # EventBridge has it
    ({"k": [{"suffix": "v", "prefix": "w"}]}, "Only one key allowed in match expression"),
    ({"k": [{"suffix": 100}]}, "suffix match pattern must be a string"),
    ({"k": [{"suffix": ["a"]}]}, "suffix match pattern must be a string"),
    ({"k": {"suffix": "v"}}, '"suffix" must be an object or an array'),
    ({"k": "v"}, '"k" must be an object or an array'),
    ({"k": [{"numeric": [">", 3, "<", 1]}]}, "Bottom must be less than top"),
    ({"k": [{"numeric": ["=", "000"]}]}, "Value of equals must be numeric"),
    ({"k": [{"numeric": ["<", 100, ">", 10]}]}, "Too many elements in numeric expression"),
    ({"k": [{"numeric": [">", 20, 30]}]}, "Bad value in numeric range: 30"),
    ({"k": [{"exists": "no"}]}, "exists match pattern must be either true or false."),
    ({"k": [{"anything-but": {"exists": False}}]}, "Unsupported anything-but pattern: exists"),
    ({"k": [{"anything-but": {"prefix": False}}]}, "prefix match pattern must be a string"),
    ({"k": [f"v{i}" for i in range(151)]}, "Filter policy is too complex"),
    ({"a": ["x"] * 100, "b": ["x"] * 2}, "Filter policy is too complex"),
    ({k: ["v"] for k in "abcdef"}, "Filter policy can not have more than 5 keys"),
    ({"k": [{"wildcard": "*a*b*c*"}]}, "Filter policy is too complex"),
    ({"k": [{"wildcard": f"*{i}"} for i in range(11)]}, "Filter policy is too complex"),
]


@pytest.mark.parametrize(("policy", "words"), INVALID, ids=[str(n) for n in range(len(INVALID))])
def test_an_invalid_policy_is_refused_and_nobody_is_subscribed(shop, policy, words):
    _, arn = shop.queue("sports")
    with pytest.raises(ClientError) as refused:
        shop.subscribe(arn, FilterPolicy=policy)
    error = refused.value.response["Error"]
    assert error["Code"] == "InvalidParameter"
    assert error["Message"] == f"Invalid parameter: Attributes Reason: FilterPolicy: {words}"
    assert shop.sns.list_subscriptions()["Subscriptions"] == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("FilterPolicy", '{"a": {"b": ["x"]}}', "Filter policy scope MessageAttributes does not"),
        ("FilterPolicy", "{is no JSON", "FilterPolicy: failed to parse JSON."),
        ("FilterPolicyScope", "Subject", "FilterPolicyScope: Invalid value [Subject]. Please use"),
    ],
)
def test_a_change_to_an_invalid_policy_leaves_the_old_one(shop, name, value, words):
    url, arn = shop.queue("sports")
    subscription = shop.subscribe(arn, FilterPolicy={"k": ["v"]}, RawMessageDelivery="true")
    with pytest.raises(ClientError, match="InvalidParameter") as refused:
        shop.sns.set_subscription_attributes(
            SubscriptionArn=subscription, AttributeName=name, AttributeValue=value
        )
    message = refused.value.response["Error"]["Message"]
    assert message.startswith(f"Invalid parameter: {words}")
    for value in ("v", "w"):
        shop.publish(value, MessageAttributes={"k": text(value)})
    shop.let_pass(1)
    assert shop.bodies(url) == ["v"]


@pytest.mark.parametrize(
    "policy",
    [
        # The example of the Developer Guide: 4 values at depth 3, 3 values at depth 2: 72.
        {"a": {"b": {"c": ["1", "2", "3", "4"]}}, "d": {"e": ["1", "2", "3"]}},
        {"a": {c: ["v"] for c in "bcd"}},
        {"k": [{"wildcard": "*.txt"}, {"wildcard": "log*"}, {"wildcard": "a*b*c*d"}]},  # 33 points
    ],
)
def test_what_is_within_the_limits_is_accepted(shop, policy):
    _, arn = shop.queue("sports")
    assert shop.subscribe(arn, FilterPolicy=policy, FilterPolicyScope=BODY)


SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=2)


@settings(max_examples=300, deadline=None)
@given(st.lists(SCALARS, min_size=1, max_size=3), st.lists(SCALARS, max_size=3))
def test_a_list_of_values_matches_an_array_if_any_two_are_equal(wanted, found):
    policy = FilterPolicy({"k": wanted}, BODY)
    equal = any(type(w) is type(f) and w == f for w in wanted for f in found)
    assert policy.matches({}, json.dumps({"k": found})) == equal


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy")), st.sampled_from("xy"))
def test_both_scopes_say_the_same_of_plain_text(given_, wanted):
    policy = {"a": [wanted], "b": [{"anything-but": wanted}], "c": [{"exists": False}]}
    attributes = {name: {"Type": "String", "Value": value} for name, value in given_.items()}
    by_attributes = FilterPolicy(policy, None).matches(attributes, "")
    assert by_attributes == FilterPolicy(policy, BODY).matches({}, json.dumps(given_))
    expected = given_.get("a") == wanted and given_.get("b") not in (None, wanted)
    assert by_attributes == (expected and "c" not in given_)
