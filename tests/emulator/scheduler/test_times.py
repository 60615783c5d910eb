"""When a schedule fires.

Sources stand in `helpers.emulator.scheduler.times`; the invalid expressions and their words are
those recorded in LocalStack's tests of Scheduler, January 2025.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.scheduler.exceptions import ValidationException

from helpers.emulator.scheduler.times import times

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def moments(expression, zone=None, *, now=NOW, count=4, start=None, end=None):
    """The first firings, in UTC."""
    given = {
        name: None if value is None else value.timestamp()
        for name, value in (("start", start), ("end", end))
    }
    found = times(expression, zone, began=now.timestamp(), **given)
    following, told = found.first(), []
    while following is not None and len(told) < count:
        told.append(datetime.fromtimestamp(following, UTC).strftime("%m-%d %H:%M"))
        following = found.following(following)
    return told


def test_one_time_in_a_time_zone():
    assert moments("at(2026-11-02T10:30:00)") == ["11-02 10:30"]
    assert moments("at(2026-11-02T10:30:00)", "Asia/Tokyo") == []
    assert moments("at(2026-11-03T08:30:00)", "Asia/Tokyo") == ["11-02 23:30"]
    assert moments("at(2026-11-02T08:00:00)") == ["11-02 08:00"]


def test_a_rate_begins_at_once_or_with_its_start_date():
    assert moments("rate(90 minutes)", count=3) == ["11-02 08:00", "11-02 09:30", "11-02 11:00"]
    start = NOW + timedelta(minutes=10)
    assert moments("rate(1 hour)", start=start, count=2) == ["11-02 08:10", "11-02 09:10"]
    start = NOW - timedelta(minutes=4)
    assert moments("rate(10 minutes)", start=start, count=2) == ["11-02 08:06", "11-02 08:16"]


def test_start_and_end_are_part_of_the_time_between_them():
    start, end = NOW + timedelta(hours=1), NOW + timedelta(hours=3)
    hours = ["11-02 09:00", "11-02 10:00", "11-02 11:00"]
    assert moments("cron(0 * * * ? *)", start=start, end=end, count=9) == hours
    assert moments("rate(1 hour)", start=start, end=end, count=9) == hours
    assert moments("at(2026-11-02T20:00:00)", start=start, end=end) == ["11-02 20:00"]


def test_cron_follows_the_clock_on_the_wall_through_summer_time():
    """New York: UTC-5, UTC-4 from 14 March 2027, 2:00, to 7 November 2027, 2:00."""
    new_york, march = "America/New_York", datetime(2027, 3, 12, 12, 0, tzinfo=UTC)
    assert moments("cron(0 9 * * ? *)", new_york, now=march, count=3) == [
        "03-12 14:00", "03-13 14:00", "03-14 13:00",
    ]  # fmt: skip
    # 2:30 is not there on the 14th, and 1:30 is there twice on 7 November.
    assert moments("cron(30 2 * * ? *)", new_york, now=march, count=3) == [
        "03-13 07:30", "03-15 06:30", "03-16 06:30",
    ]  # fmt: skip
    november = datetime(2027, 11, 6, 12, 0, tzinfo=UTC)
    assert moments("cron(30 1 * * ? *)", new_york, now=november, count=3) == [
        "11-07 05:30", "11-08 06:30", "11-09 06:30",
    ]  # fmt: skip


def test_a_day_of_a_rate_is_24_hours():
    before = datetime(2027, 3, 13, 14, 0, tzinfo=UTC)
    assert moments("rate(1 day)", "America/New_York", now=before, count=3) == [
        "03-13 14:00", "03-14 14:00", "03-15 14:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)", "cron(30-30 13-13 ? * 2,4,6 *)",
        "cron(1-31/30 1-1 ? * 1,7 *)", "cron(0 10 L * ? *)", "rate(2 minute)", "rate(1 minute)",
    ],
)  # fmt: skip
def test_what_aws_takes(expression):
    """The cron expressions: localstack, issue 13572; a unit in the singular: its recorded tests."""
    assert moments(expression, count=1)


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 1 * * * *)", "cron(7 20 * * NOT *)", "cron(INVALID)", "cron(0 dummy ? * MON-FRI *)",
        "cron(71 8 1 * ? *)", "cron()", "rate(10 seconds)", "rate(10 years)", "rate()", "rate(10)",
        "rate(10 minutess)", "rate(foo minutes)", "rate(0 minutes)", "rate(-10 minutes)",
        "rate( 10 minutes )", " rate(10 minutes)", "at(2021-12-31T23:59:59Z)", "at(2021-12-31)",
        "at(2026-02-30T00:00:00)", "every day",
    ],
)  # fmt: skip
def test_what_aws_refuses(expression):
    with pytest.raises(ValidationException) as refused:
        times(expression, None, began=0.0)
    assert refused.value.message == f"Invalid Schedule Expression {expression}."


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../UTC", "x" * 50])
def test_a_time_zone_that_is_not_there_is_named(zone):
    with pytest.raises(ValidationException, match=r"Invalid Schedule Expression Timezone") as no:
        times("rate(1 minute)", zone, began=0.0)
    assert zone in no.value.message


@settings(max_examples=60)
@given(
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),
)
def test_a_daily_schedule_fires_once_on_each_day_that_has_its_time(zone, minute, hour, now):
    found = times(f"cron({minute} {hour} * * ? *)", zone, began=now.timestamp())
    moment, days = now.timestamp(), []
    for _ in range(20):
        following = found.following(moment)
        assert following > moment
        moment = following
        local = datetime.fromtimestamp(moment, ZoneInfo(zone))
        assert (local.hour, local.minute, local.second) == (hour, minute, 0)
        days.append(local.date())
    gaps = {(later - day).days for day, later in pairwise(days)}
    assert gaps <= {1, 2}  # two where summer time leaves the time out
