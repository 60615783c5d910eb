"""Settings of a queue: what is refused, in AWS's words, and what is kept.

Where a rule comes from stands in `helpers.emulator.sqs.attributes` and `.redrive_policy`.
"""

from __future__ import annotations

import json

import pytest
from emulated_sqs import FIFO, arn, make, refused
from hypothesis import given
from hypothesis import strategies as st

from helpers.emulator.sqs.attributes import RANGES, check
from helpers.emulator.sqs.refusals import InvalidAttribute

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*"}]}


def settings(client, url, *names):
    return client.get_queue_attributes(QueueUrl=url, AttributeNames=list(names) or ["All"])[
        "Attributes"
    ]


def change(client, url, **attributes):
    client.set_queue_attributes(QueueUrl=url, Attributes=attributes)


# Values.


@pytest.mark.parametrize("name", RANGES)
def test_a_number_has_a_range_at_making_and_at_changing(client, name):
    low, high = RANGES[name]
    url = make(client, KmsMasterKeyId="alias/mine")  # which shows the period of its keys
    for value in (low, high):
        change(client, url, **{name: str(value)})
        assert settings(client, url, name) == {name: str(value)}
    words = f"Invalid value for the parameter {name}."
    for value in (str(low - 1), str(high + 1), "many", "1.5", ""):
        with refused("InvalidAttributeValue", words):
            change(client, url, **{name: value})
        with refused("InvalidAttributeValue", words):
            make(client, "other", **{name: value})


@given(st.sampled_from(sorted(RANGES)), st.integers(-(10**9), 10**9))
def test_a_number_is_refused_exactly_outside_its_range(name, value):
    low, high = RANGES[name]
    try:
        check({name: str(value)}, fifo=False)
    except InvalidAttribute:
        assert not low <= value <= high
    else:
        assert low <= value <= high


def test_a_refused_change_changes_nothing(client):
    url = make(client)
    before = settings(client, url)
    with refused("InvalidAttributeValue"):
        change(client, url, DelaySeconds="5", VisibilityTimeout="43201")
    assert settings(client, url) == before


@pytest.mark.parametrize(
    "name", ["Nonsense", "QueueArn", "CreatedTimestamp", "All", "delayseconds"]
)
def test_a_name_that_cannot_be_set_is_unknown(client, name):
    url = make(client)
    with refused("InvalidAttributeName", f"Unknown Attribute {name}."):
        change(client, url, **{name: "1"})
    with refused("InvalidAttributeName", f"Unknown Attribute {name}."):
        make(client, "other", **{name: "1"})


def test_a_name_that_cannot_be_read_is_unknown(client):
    url = make(client)
    with refused("InvalidAttributeName", "Unknown Attribute Nonsense."):
        settings(client, url, "Nonsense", "QueueArn")
    assert settings(client, url, "RedriveAllowPolicy", "FifoQueue", "QueueArn") == {
        "QueueArn": arn(client, url)
    }


def test_timestamps_are_whole_seconds(client, timeline):
    timeline.shift(0.75)
    url = make(client)
    timeline.shift(0.5)
    change(client, url, DelaySeconds="1")
    found = settings(client, url, "CreatedTimestamp", "LastModifiedTimestamp")
    assert found == {"CreatedTimestamp": "1767225600", "LastModifiedTimestamp": "1767225601"}


# FIFO settings.


@pytest.mark.parametrize("value", ["true", "false"])
@pytest.mark.parametrize("name", ["FifoQueue", "ContentBasedDeduplication"])
def test_a_standard_queue_does_not_know_the_settings_of_fifo(client, name, value):
    """LocalStack's test_set_unsupported_attribute_fifo, recorded in 2023."""
    url = make(client)
    with refused("InvalidAttributeName", f"Unknown Attribute {name}."):
        change(client, url, **{name: value})
    if (name, value) != ("FifoQueue", "true"):
        with refused("InvalidAttributeName", f"Unknown Attribute {name}."):
            make(client, "other", **{name: value})


@pytest.mark.parametrize(
    "setting", [{"DeduplicationScope": "queue"}, {"FifoThroughputLimit": "perQueue"}]
)
def test_high_throughput_is_for_fifo_queues_alone(client, setting):
    words = f"You can specify the {next(iter(setting))} only when FifoQueue is set to true."
    with refused("InvalidAttributeName", words):
        make(client, **setting)
    with refused("InvalidAttributeName", words):
        change(client, make(client), **setting)


def test_the_type_of_a_queue_stays(client):
    """LocalStack's test_set_unsupported_attribute_fifo, recorded in 2023."""
    url = make(client, "q.fifo", **FIFO)
    change(client, url, FifoQueue="true")
    words = (
        "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported."
    )
    with refused("InvalidAttributeValue", words):
        change(client, url, FifoQueue="false")
    assert settings(client, url, "FifoQueue") == {"FifoQueue": "true"}


@pytest.mark.parametrize(
    "setting",
    [
        {"ContentBasedDeduplication": "yes"},
        {"DeduplicationScope": "group"},
        {"FifoThroughputLimit": "perGroup"},
        {"FifoThroughputLimit": "perMessageGroupId"},  # without the scope that goes with it
        {"FifoThroughputLimit": "perMessageGroupId", "DeduplicationScope": "queue"},
    ],
)
def test_the_settings_of_fifo_have_their_choices(client, setting):
    with refused("InvalidAttributeValue", f"parameter {next(iter(setting))}."):
        make(client, "new.fifo", FifoQueue="true", **setting)
    with refused("InvalidAttributeValue", f"parameter {next(iter(setting))}."):
        change(client, make(client, "q.fifo", **FIFO), **setting)


def test_high_throughput_is_set_in_one_call_or_in_two(client):
    high = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    one, two = make(client, "one.fifo", **FIFO, **high), make(client, "two.fifo", **FIFO)
    for name, value in high.items():
        change(client, two, **{name: value})
    for url in (one, two):
        assert settings(client, url, *high) == high


@pytest.mark.parametrize(
    ("name", "fifo"),
    [
        ("", False),
        ("a b", False),
        ("x" * 81, False),
        ("q.fifo", False),
        ("q", True),
        (".fifo", True),
        ("x" * 76 + ".fifo", True),
        ("a.b.fifo", True),
        ("ü", False),
    ],
)
def test_a_name_is_refused_by_its_letters_and_its_length(client, name, fifo):
    with refused("InvalidParameterValue", "an only include alphanumeric characters, hyphens, or "):
        make(client, name, **(FIFO if fifo else {}))


@pytest.mark.parametrize(("name", "fifo"), [("x" * 80, False), ("x" * 75 + ".fifo", True)])
def test_the_longest_names_are_taken(client, name, fifo):
    assert make(client, name, **(FIFO if fifo else {})).endswith(f"/{name}")


# Policies.


def test_a_policy_outlives_the_change_of_another_setting(client):
    """moto takes it away."""
    url = make(client, Policy=json.dumps(POLICY))
    change(client, url, VisibilityTimeout="5")
    assert json.loads(settings(client, url, "Policy")["Policy"]) == POLICY
    change(client, url, Policy="")
    assert "Policy" not in settings(client, url)


@pytest.mark.parametrize("policy", ["nonsense", "[]", "{}", '"x"'])
def test_what_is_not_a_policy_is_refused(client, policy):
    with refused("InvalidAttributeValue", "Invalid value for the parameter Policy."):
        change(client, make(client), Policy=policy)


def test_one_encryption_at_a_time(client):
    """LocalStack's test_sse_kms_and_sqs_are_mutually_exclusive, recorded in 2022."""
    url = make(client)
    with refused("InvalidAttributeName", "You can use one type of server-side encryption"):
        change(client, url, KmsMasterKeyId="alias/mine", SqsManagedSseEnabled="true")
    change(client, url, KmsMasterKeyId="alias/mine")
    assert settings(client, url, "SqsManagedSseEnabled") == {"SqsManagedSseEnabled": "false"}


def redrive(target, count=3, **more):
    return json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": count, **more})


@pytest.mark.parametrize("fifo", [False, True])
def test_a_dead_letter_queue_is_of_the_same_type(client, fifo):
    standard, ordered = make(client, "dead"), make(client, "dead.fifo", **FIFO)
    url = make(client, "q.fifo", **FIFO) if fifo else make(client, "q")
    wrong, right = (standard, ordered) if fifo else (ordered, standard)
    words = "Reason: Dead-letter queue must be same type of queue as the source.."
    with refused("InvalidParameterValue", words):
        change(client, url, RedrivePolicy=redrive(arn(client, wrong)))
    name, attributes = ("new.fifo", FIFO) if fifo else ("new", {})
    with refused("InvalidParameterValue", words):
        make(client, name, RedrivePolicy=redrive(arn(client, wrong)), **attributes)
    change(client, url, RedrivePolicy=redrive(arn(client, right)))
    found = json.loads(settings(client, url, "RedrivePolicy")["RedrivePolicy"])
    assert found == json.loads(redrive(arn(client, right)))


@pytest.mark.parametrize("count", [0, -1, 1001, "0", "many", 1.5, None, True])
def test_the_receives_before_the_dead_letter_queue_are_from_1_to_1000(client, count):
    target = arn(client, make(client, "dead"))
    with refused("InvalidParameterValue", "valid values are from 1 to 1000 both inclusive."):
        make(client, RedrivePolicy=redrive(target, count))


@pytest.mark.parametrize("count", [1, 1000, "7"])
def test_the_number_of_receives_may_be_a_text(client, count):
    target = arn(client, make(client, "dead"))
    url = make(client, RedrivePolicy=redrive(target, count))
    found = json.loads(settings(client, url, "RedrivePolicy")["RedrivePolicy"])
    assert found["maxReceiveCount"] == int(count)


@pytest.mark.parametrize(
    ("policy", "code", "words"),
    [
        ("nonsense", "InvalidAttributeValue", "not a valid JSON map"),
        ("[]", "InvalidAttributeValue", "not a valid JSON map"),
        ('{"maxReceiveCount":1}', "InvalidParameterValue", "mandatory attribute: deadLetterTarget"),
        (
            '{"deadLetterTargetArn":"a"}',
            "InvalidParameterValue",
            "does not contain mandatory attribute: maxReceiveCount.",
        ),
        (redrive("dummy", 42), "InvalidParameterValue", "Invalid value for deadLetterTargetArn."),
        (
            redrive("arn:aws:sqs:us-east-1:123456789012:gone"),
            "InvalidParameterValue",
            "Dead letter target does not exist.",
        ),
        (
            redrive("arn:aws:sqs:us-east-1:123456789012:gone", extra=1),
            "InvalidParameterValue",
            "Only following attributes are supported",
        ),
    ],
)
def test_a_redrive_policy_that_says_too_little_or_nonsense_is_refused(client, policy, code, words):
    with refused(code, words):
        change(client, make(client), RedrivePolicy=policy)
    with refused(code, words):
        make(client, "new", RedrivePolicy=policy)


def test_a_dead_letter_queue_says_who_may_use_it(client):
    dead = make(client, "dead")
    source = make(client, "source")
    policy = {"redrivePermission": "byQueue", "sourceQueueArns": [arn(client, source)]}
    change(client, dead, RedriveAllowPolicy=json.dumps(policy))
    assert json.loads(settings(client, dead)["RedriveAllowPolicy"]) == policy
    change(client, source, RedrivePolicy=redrive(arn(client, dead)))
    with refused("InvalidParameterValue", "does not allow arn:aws:sqs:us-east-1:123456789012:x"):
        make(client, "x", RedrivePolicy=redrive(arn(client, dead)))
    change(client, dead, RedriveAllowPolicy='{"redrivePermission": "denyAll"}')
    with refused("InvalidParameterValue", "for parameter RedrivePolicy is invalid"):
        change(client, source, RedrivePolicy=redrive(arn(client, dead)))
    change(client, dead, RedriveAllowPolicy='{"redrivePermission": "allowAll"}')
    make(client, "x", RedrivePolicy=redrive(arn(client, dead)))


@pytest.mark.parametrize(
    "policy",
    [
        "nonsense",
        "{}",
        '{"redrivePermission": "some"}',
        '{"redrivePermission": "byQueue"}',
        '{"redrivePermission": "denyAll", "sourceQueueArns": []}',
        json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": ["a"] * 11}),
    ],
)
def test_a_permission_that_is_none_is_refused(client, policy):
    with refused("InvalidParameterValue", "for parameter RedriveAllowPolicy is invalid"):
        change(client, make(client), RedriveAllowPolicy=policy)
