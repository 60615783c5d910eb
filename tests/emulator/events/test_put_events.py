"""PutEvents, the envelope of an event, and TestEventPattern, as AWS describes them."""

from __future__ import annotations

import json

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError
from emulated_events import ENTRY, Queue, let_pass, publish, rule
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import Lab
from helpers.emulator.events.envelope import MAXIMUM_SIZE, entry_size

EVENT = {
    "id": "1",
    "account": "123456789012",
    "source": "shop",
    "time": "2026-11-02T08:00:00Z",
    "region": "eu-west-1",
    "resources": [],
    "detail-type": "OrderPlaced",
    "detail": {"total": 120, "express": True},
}


@pytest.fixture
def lab():
    with Lab(seed=7) as lab:
        yield lab


@pytest.fixture
def events(lab):
    return boto3.client("events")


def entry(**changed):
    return {**ENTRY, **changed}


class TestEnvelope:
    def test_it_has_every_field_in_the_order_of_the_user_guide(self, lab, events):
        queue = Queue("orders")
        rule("all", queue)
        let_pass(lab, 90)
        [event_id] = publish({"order": 1, "name": "Zoë"}, Resources=["arn:aws:shop:::1"])
        let_pass(lab)
        [body] = queue.bodies()
        assert list(json.loads(body).items()) == [
            ("version", "0"),
            ("id", event_id),
            ("detail-type", "OrderPlaced"),
            ("source", "shop"),
            ("account", "123456789012"),
            ("time", "2026-11-02T08:01:30Z"),
            ("region", "eu-west-1"),
            ("resources", ["arn:aws:shop:::1"]),
            ("detail", {"order": 1, "name": "Zoë"}),
        ]

    def test_without_resources_it_has_none(self, lab, events):
        queue = Queue("orders")
        rule("all", queue)
        publish({})
        let_pass(lab)
        [event] = queue.events()
        assert event["resources"] == []

    def test_the_time_of_the_entry_counts(self, lab, events):
        queue = Queue("orders")
        rule("all", queue)
        publish(Time="2026-10-01T12:30:05Z")
        let_pass(lab)
        assert [event["time"] for event in queue.events()] == ["2026-10-01T12:30:05Z"]

    def test_no_two_events_share_an_id(self, lab, events):
        queue = Queue("orders")
        rule("all", queue)
        ids = publish(*({} for _ in range(200)))
        let_pass(lab)
        assert sorted(event["id"] for event in queue.events()) == sorted(set(ids))
        assert len(set(ids)) == 200


class TestEntries:
    @pytest.mark.parametrize("name", ["Source", "DetailType", "Detail"])
    def test_what_is_required(self, lab, events, name):
        given = entry()
        del given[name]
        answer = events.put_events(Entries=[given, entry()])
        assert answer["FailedEntryCount"] == 1
        failed, accepted = answer["Entries"]
        assert failed["ErrorCode"] == "InvalidArgument"
        assert failed["ErrorMessage"].endswith(f"Reason: {name} is a required argument.")
        assert set(accepted) == {"EventId"}

    @pytest.mark.parametrize(
        "detail",
        [
            *("not json", "[]", '"text"', "1", "null", '{"a": NaN}'),
            *(f'{{"a": {2**63}}}', f'{{"a": {-(2**63) - 1}}}', '{"a": ' * 2000 + "1" + "}" * 2000),
        ],
    )
    def test_a_detail_is_a_json_object(self, lab, events, detail):
        queue = Queue("orders")
        rule("all", queue)
        answer = events.put_events(Entries=[entry(Detail=detail), entry(DetailType="Good")])
        assert answer["FailedEntryCount"] == 1
        assert answer["Entries"][0]["ErrorCode"] == "MalformedDetail"
        let_pass(lab)
        assert [event["detail-type"] for event in queue.events()] == ["Good"]

    def test_nobody_publishes_in_the_name_of_aws(self, lab, events):
        [failed] = events.put_events(Entries=[entry(Source="aws.s3")])["Entries"]
        assert failed["ErrorCode"] == "NotAuthorizedForSourceException"

    def test_a_detail_type_has_at_most_128_characters(self, lab, events):
        entries = [entry(DetailType="x" * length) for length in (128, 129)]
        taken, failed = events.put_events(Entries=entries)["Entries"]
        assert set(taken) == {"EventId"}
        assert failed["ErrorCode"] == "InvalidArgument"
        assert "got 129" in failed["ErrorMessage"]

    def test_a_trace_header_makes_nobody_a_bus(self, lab, events):
        for header in ("Lineage=x", "Root=1-5759e988-bd862e3fe1be46a994272793"):
            [failed] = events.put_events(Entries=[entry(Source="aws.s3", TraceHeader=header)])[
                "Entries"
            ]
            assert failed["ErrorCode"] == "NotAuthorizedForSourceException"

    def test_ten_entries(self, lab, events):
        assert len(publish(*({} for _ in range(10)))) == 10
        with pytest.raises(ClientError, match="less than or equal to 10") as refusal:
            events.put_events(Entries=[entry()] * 11)
        assert refusal.value.response["Error"]["Code"] == "ValidationException"
        model = botocore.session.Session().get_service_model("events")
        assert model.shape_for("PutEventsRequestEntryList").metadata["max"] == 10

    def test_all_entries_together_are_under_one_megabyte(self, lab, events):
        queue = Queue("orders")
        rule("all", queue)
        frame = entry_size(entry(Detail='{"a": ""}'))
        fits = "x" * (MAXIMUM_SIZE - frame - 1)
        events.put_events(Entries=[entry(Detail=json.dumps({"a": fits}))])
        half = "ü" * ((MAXIMUM_SIZE - 2 * frame) // 4)  # two bytes each
        whole = [entry(Detail=json.dumps({"a": half}, ensure_ascii=False))] * 2
        assert sum(len(each["Detail"]) for each in whole) < 0.6 * MAXIMUM_SIZE
        for too_large in ([entry(Detail=json.dumps({"a": fits + "x"}))], [*whole, entry()]):
            with pytest.raises(ClientError, match="over the limit") as refusal:
                events.put_events(Entries=too_large)
            assert refusal.value.response["Error"]["Code"] == "ValidationException"

    @given(
        st.fixed_dictionaries(
            {name: st.text(max_size=50) for name in ("Source", "DetailType", "Detail")},
            optional={"Time": st.just(0.0), "Resources": st.lists(st.text(max_size=20))},
        )
    )
    def test_size_by_the_rule_of_the_user_guide(self, entry):
        """The User Guide's own function, in Python."""
        size = 14 if "Time" in entry else 0
        size += len(entry["Source"].encode()) + len(entry["DetailType"].encode())
        size += len(entry["Detail"].encode())
        size += sum(len(resource.encode()) for resource in entry.get("Resources", []))
        assert entry_size(entry) == size


class TestBuses:
    def test_an_event_meets_the_rules_of_its_bus_only(self, lab, events):
        here, there = Queue("here"), Queue("there")
        arn = events.create_event_bus(Name="orders")["EventBusArn"]
        rule("default", here)
        rule("orders", there, EventBusName="orders")
        publish({"bus": "default"})
        publish({"bus": "name"}, EventBusName="orders")
        publish({"bus": "arn"}, EventBusName=arn)
        let_pass(lab)
        assert [event["detail"]["bus"] for event in here.events()] == ["default"]
        assert sorted(event["detail"]["bus"] for event in there.events()) == ["arn", "name"]

    def test_an_unknown_bus_takes_an_event_and_nobody_gets_it(self, lab, events):
        queue = Queue("orders")
        rule("all", queue)
        answer = events.put_events(Entries=[entry(EventBusName="nowhere"), entry()])
        assert answer["FailedEntryCount"] == 0
        let_pass(lab)
        assert [event["id"] for event in queue.events()] == [answer["Entries"][1]["EventId"]]


class TestPatterns:
    @pytest.mark.parametrize(
        ("detail", "matches"),
        [
            ({"total": [{"numeric": [">", 100]}]}, True),
            ({"total": [{"numeric": [">", 200]}]}, False),
            ({"express": [True]}, True),
            ({"express": [1]}, False),
        ],
    )
    def test_test_event_pattern_answers(self, lab, events, detail, matches):
        pattern = json.dumps({"source": ["shop"], "detail": detail})
        answer = events.test_event_pattern(EventPattern=pattern, Event=json.dumps(EVENT))
        assert answer["Result"] is matches

    def test_resources_may_be_missing(self, lab, events):
        """The API model calls them mandatory; 147 recorded answers of AWS do without."""
        event = {name: value for name, value in EVENT.items() if name != "resources"}
        pattern = '{"source": ["shop"], "resources": [{"exists": false}]}'
        answer = events.test_event_pattern(EventPattern=pattern, Event=json.dumps(event))
        assert answer["Result"] is True

    @pytest.mark.parametrize("event", ['"text"', "[]", "1", "{", "null"])
    def test_an_event_is_an_object(self, lab, events, event):
        with pytest.raises(ClientError, match="Parameter Event is not valid"):
            events.test_event_pattern(EventPattern='{"source": ["a"]}', Event=event)

    @pytest.mark.parametrize(
        "missing", ["id", "account", "source", "time", "region", "detail-type"]
    )
    def test_test_event_pattern_wants_a_whole_event(self, lab, events, missing):
        event = {name: value for name, value in EVENT.items() if name != missing}
        with pytest.raises(ClientError, match="Parameter Event is not valid"):
            events.test_event_pattern(EventPattern='{"source": ["a"]}', Event=json.dumps(event))

    @pytest.mark.parametrize(
        "pattern", ["{", "[]", '{"source": "shop"}', '{"source": [{"is": 1}]}']
    )
    def test_an_invalid_pattern_is_refused_wherever_it_is_given(self, lab, events, pattern):
        bus = "arn:aws:events:eu-west-1:123456789012:event-bus/default"
        calls = (
            lambda: events.put_rule(Name="bad", EventPattern=pattern),
            lambda: events.test_event_pattern(EventPattern=pattern, Event=json.dumps(EVENT)),
            lambda: events.create_archive(
                ArchiveName="bad", EventSourceArn=bus, EventPattern=pattern
            ),
        )
        for call in calls:
            with pytest.raises(events.exceptions.InvalidEventPatternException):
                call()
        assert events.list_rules()["Rules"] == []

    def test_a_pattern_has_at_most_2048_characters(self, lab, events):
        def pattern(length):
            return json.dumps({"source": ["x" * (length - len('{"source": [""]}'))]})

        events.put_rule(Name="longest", EventPattern=pattern(2048))
        with pytest.raises(events.exceptions.LimitExceededException):
            events.put_rule(Name="longer", EventPattern=pattern(2049))

    def test_a_rule_that_is_put_again_matches_anew(self, lab, events):
        queue = Queue("orders")
        rule("some", queue, pattern={"detail": {"order": [1]}})
        rule("some", pattern={"detail": {"order": [2]}})
        publish({"order": 1}, {"order": 2})
        let_pass(lab)
        assert [event["detail"]["order"] for event in queue.events()] == [2]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
            ),
            max_leaves=8,
        ),
        max_size=5,
    )
)
def test_every_detail_arrives_as_it_was_sent(detail):
    with Lab(seed=1) as lab:
        queue = Queue("orders")
        rule("all", queue, pattern={"source": ["shop"]})
        publish(detail)
        let_pass(lab)
        assert [event["detail"] for event in queue.events()] == [detail]
