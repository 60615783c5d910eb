"""Archives and replays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_events import ACCOUNT, REGION, Queue, let_pass, publish, rule
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import Lab

BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus"
START = datetime(2026, 11, 2, 8, tzinfo=UTC)  # of every lab


@pytest.fixture
def lab():
    with Lab(seed=7) as lab:
        yield lab


@pytest.fixture
def events(lab):
    return boto3.client("events")


def archive(bus="default", **more):
    events = boto3.client("events")
    return events.create_archive(ArchiveName="all", EventSourceArn=f"{BUS}/{bus}", **more)[
        "ArchiveArn"
    ]


def replay(source, start, end, name="again", bus="default", rules=()):
    """Replay what happened between two moments, in seconds since the lab opened."""
    destination = {"Arn": f"{BUS}/{bus}"} | ({"FilterArns": list(rules)} if rules else {})
    return boto3.client("events").start_replay(
        ReplayName=name,
        EventSourceArn=source,
        EventStartTime=START + timedelta(seconds=start),
        EventEndTime=START + timedelta(seconds=end),
        Destination=destination,
    )


def state(name="again"):
    return boto3.client("events").describe_replay(ReplayName=name)["State"]


def once_a_minute(lab, count):
    for number in range(count):
        publish({"minute": number})
        let_pass(lab, 60)


def replayed(queue):
    return [e["detail"]["minute"] for e in queue.events() if "replay-name" in e]


class TestLists:
    def names(self, kind, **filters):
        client = boto3.client("events")
        answer = getattr(client, f"list_{kind}s")(**filters)
        return [one[f"{kind.title()}Name"] for one in answer[f"{kind.title()}s"]]

    def test_by_state_by_prefix_and_by_source(self, lab, events):
        source = archive()
        replay(source, 0, 60, name="one")
        let_pass(lab)
        replay(source, 0, 60, name="two")
        assert self.names("replay", State="COMPLETED") == ["one"]
        assert self.names("replay", NamePrefix="t") == ["two"]
        assert self.names("replay", EventSourceArn=source) == ["one", "two"]
        assert self.names("archive", EventSourceArn=f"{BUS}/default") == ["all"]
        assert self.names("archive", State="DISABLED") == []

    def test_one_filter_at_most(self, lab, events):
        for kind in ("replay", "archive"):
            with pytest.raises(ClientError, match="At most one filter is allowed"):
                self.names(
                    kind, NamePrefix="a", State="CREATING" if kind == "archive" else "FAILED"
                )

    def test_the_archives_of_a_bus_that_is_not_there(self, lab, events):
        """As recorded in the tests of LocalStack, May 2024."""
        with pytest.raises(events.exceptions.ResourceNotFoundException, match="Event bus gone"):
            self.names("archive", EventSourceArn=f"{BUS}/gone")

    def test_pages(self, lab, events):
        for name in "abc":
            events.create_archive(ArchiveName=name, EventSourceArn=f"{BUS}/default")
        first = events.list_archives(Limit=2)
        rest = events.list_archives(Limit=2, NextToken=first["NextToken"])
        found = first["Archives"] + rest["Archives"]
        assert [one["ArchiveName"] for one in found] == ["a", "b", "c"]
        assert "NextToken" not in rest


class TestArchive:
    def test_a_pattern_of_2048_characters_is_taken(self, lab, events):
        archive(EventPattern='{"a": ["' + "x" * (2048 - 11) + '"]}')
        with pytest.raises(events.exceptions.LimitExceededException):
            events.update_archive(ArchiveName="all", EventPattern='{"a": ["' + "x" * 2048 + '"]}')

    def test_it_may_be_kept_for_ever_again(self, lab, events):
        archive(RetentionDays=3, Description="of the shop")
        events.update_archive(ArchiveName="all", RetentionDays=0)
        described = events.describe_archive(ArchiveName="all")
        assert (described["RetentionDays"], described["Description"]) == (0, "of the shop")

    def test_it_keeps_what_matches(self, lab, events):
        arn = archive(EventPattern='{"detail": {"minute": [1, 2]}}')
        publish({"minute": 1}, {"minute": 2}, {"minute": 3})
        described = events.describe_archive(ArchiveName="all")
        assert (described["EventCount"], described["State"]) == (2, "ENABLED")
        assert 2 * 200 < described["SizeBytes"] < 2 * 400
        assert arn == described["ArchiveArn"]

    def test_it_keeps_the_events_of_its_bus_only(self, lab, events):
        events.create_event_bus(Name="orders")
        archive("orders")
        publish({"bus": "default"})
        publish({"bus": "orders"}, EventBusName="orders")
        assert events.describe_archive(ArchiveName="all")["EventCount"] == 1

    def test_it_forgets_after_its_retention(self, lab, events):
        source = archive(RetentionDays=1)
        queue = Queue("orders")
        rule("all", queue)
        publish({"minute": 0})
        let_pass(lab, 86_000)
        publish({"minute": 1})
        let_pass(lab, 500)
        replay(source, 0, 90_000)
        let_pass(lab, 60)
        assert replayed(queue) == [1]

    def test_it_counts_what_it_still_has(self, lab, events):
        archive(RetentionDays=1)
        publish({"minute": 0})
        let_pass(lab, 86_000)
        publish({"minute": 1})
        let_pass(lab, 500)
        assert events.describe_archive(ArchiveName="all")["EventCount"] == 1

    def test_by_default_it_forgets_nothing(self, lab, events):
        archive()
        publish({"minute": 0})
        let_pass(lab, 400 * 86_400)
        assert events.describe_archive(ArchiveName="all")["EventCount"] == 1

    def test_it_keeps_no_replayed_event(self, lab, events):
        source = archive()
        publish({"minute": 0})
        replay(source, 0, 60)
        let_pass(lab, 60)
        assert state() == "COMPLETED"
        assert events.describe_archive(ArchiveName="all")["EventCount"] == 1


class TestReplay:
    def test_only_what_happened_in_the_window(self, lab):
        source, queue = archive(), Queue("orders")
        rule("all", queue)
        once_a_minute(lab, 6)
        replay(source, 60, 240)  # the beginning belongs to it, the end does not
        let_pass(lab, 60)
        assert replayed(queue) == [1, 2, 3]

    def test_a_replayed_event_says_so_and_is_otherwise_the_same(self, lab):
        source, queue = archive(), Queue("orders")
        rule("all", queue)
        publish({"minute": 0}, Resources=["r"])
        let_pass(lab, 3600)
        replay(source, 0, 60)
        let_pass(lab, 60)
        first, again = queue.events()
        assert again.pop("replay-name") == "again"
        assert first.pop("id") != again.pop("id")
        assert first == again

    def test_it_goes_to_the_rules_named_only(self, lab):
        source, old, new = archive(), Queue("old"), Queue("new")
        rule("old", old)
        publish({"minute": 0})
        let_pass(lab, 60)
        arn = rule("new", new)
        replay(source, 0, 60, rules=[arn])
        let_pass(lab, 60)
        assert (replayed(old), replayed(new)) == ([], [0])

    def test_it_is_matched_as_any_event(self, lab, events):
        source, one, off = archive(), Queue("one"), Queue("off")
        rule("one", one, pattern={"detail": {"minute": [1]}})
        rule("off", off, State="DISABLED")
        once_a_minute(lab, 3)
        replay(source, 0, 600)
        let_pass(lab, 60)
        assert (replayed(one), replayed(off)) == ([1], [])

    def test_it_runs_in_the_background(self, lab, events):
        source, queue = archive(), Queue("orders")
        rule("all", queue)
        once_a_minute(lab, 30)
        assert replay(source, 0, 3600)["State"] == "STARTING"
        assert replayed(queue) == []
        let_pass(lab, 10)
        described = events.describe_replay(ReplayName="again")
        assert described["State"] == "RUNNING"
        last = described["EventLastReplayedTime"]
        assert START < last < START + timedelta(minutes=29)
        let_pass(lab, 60)
        described = events.describe_replay(ReplayName="again")
        assert described["State"] == "COMPLETED"
        assert described["EventLastReplayedTime"] == START + timedelta(minutes=29)
        assert described["ReplayEndTime"] > described["ReplayStartTime"]

    def test_a_cancelled_one_stops(self, lab, events):
        source, queue = archive(), Queue("orders")
        rule("all", queue)
        once_a_minute(lab, 30)
        replay(source, 0, 3600)
        let_pass(lab, 10)
        assert events.cancel_replay(ReplayName="again")["State"] == "CANCELLING"
        let_pass(lab, 60)
        assert state() == "CANCELLED"
        found = replayed(queue)
        assert found == list(range(len(found)))
        assert 5 < len(found) < 20
        with pytest.raises(events.exceptions.IllegalStatusException):
            events.cancel_replay(ReplayName="again")

    def test_one_that_has_ended_cannot_be_cancelled(self, lab, events):
        replay(archive(), 0, 60)
        let_pass(lab)
        assert state() == "COMPLETED"
        with pytest.raises(events.exceptions.IllegalStatusException):
            events.cancel_replay(ReplayName="again")

    @pytest.mark.parametrize("end", [0, 60])
    def test_it_ends_after_it_begins(self, lab, events, end):
        with pytest.raises(ClientError, match="EventStartTime must be before EventEndTime"):
            replay(archive(), 60, end)
        assert events.list_replays()["Replays"] == []

    def test_an_archive_of_another_region_is_not_there(self, lab, events):
        source = archive().replace(REGION, "us-east-1")
        with pytest.raises(ClientError, match=f"Archive {source} does not exist"):
            replay(source, 0, 60)

    def test_the_name_of_the_replay_stands_after_the_region(self, lab, events):
        """As recorded in the tests of LocalStack, May 2024."""
        source, queue = archive(), Queue("orders")
        rule("all", queue)
        [first] = publish({"minute": 1})
        replay(source, 0, 60)
        let_pass(lab)
        once, again = queue.events()
        assert (once["id"], again["replay-name"]) == (first, "again")
        assert again["id"] != first
        names = list(once)
        at = names.index("region") + 1
        assert list(again) == [*names[:at], "replay-name", *names[at:]]

    def test_to_the_bus_of_the_archive_only(self, lab, events):
        events.create_event_bus(Name="orders")
        with pytest.raises(ClientError, match="Cross event bus replay is not permitted"):
            replay(archive(), 0, 60, bus="orders")


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    moments=st.lists(st.integers(0, 600), min_size=1, max_size=20),
    window=st.lists(st.integers(0, 600), min_size=2, max_size=2, unique=True).map(sorted),
)
def test_exactly_the_window_in_order_of_minutes(moments, window):
    start, end = window
    with Lab(seed=1) as lab:
        source, queue = archive(), Queue("orders")
        arn = rule("all", queue)
        for moment in moments:  # not in the order of their time
            publish({"minute": moment}, Time=START + timedelta(seconds=moment))
        let_pass(lab)
        queue.messages()
        replay(source, start, end, rules=[arn])
        let_pass(lab, 20)
        found = replayed(queue)
    assert sorted(found) == sorted(moment for moment in moments if start <= moment < end)
    minutes = [(moment - start) // 60 for moment in found]
    assert minutes == sorted(minutes)
