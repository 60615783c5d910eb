"""Schedule expressions: when a rule fires next, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.emulator.schedule_expressions import InvalidSchedule, next_time

NOW = datetime(2026, 11, 23, 7, 0, 12, tzinfo=UTC)  # a Monday


def times(expression, count=3, after=NOW):
    """The next times a rule fires, as text."""
    found, moment = [], after.timestamp()
    for _ in range(count):
        moment = next_time(expression, moment)
        if moment is None:
            break
        found.append(datetime.fromtimestamp(moment, UTC).strftime("%a %Y-%m-%d %H:%M"))
    return found


class TestRates:
    def test_a_rate_counts_from_the_creation_of_its_rule(self):
        assert next_time("rate(5 minutes)", 1000.0, began=1000.0) == 1300
        assert next_time("rate(5 minutes)", 1299.9, began=1000.0) == 1300
        assert next_time("rate(5 minutes)", 1300.0, began=1000.0) == 1600
        assert next_time("rate(1 hour)", 1000.0) == 4600
        assert next_time("rate(1 day)", 0.0, began=0.0) == 86_400

    @given(
        st.integers(1, 100),
        st.sampled_from(["minute", "hour", "day"]),
        st.floats(0, 2e9),
        st.floats(0, 1e8),
    )
    def test_the_next_time_is_a_whole_number_of_periods_later(self, value, unit, began, passed):
        period = value * {"minute": 60, "hour": 3600, "day": 86_400}[unit]
        expression = f"rate({value} {unit}{'s' * (value > 1)})"
        after = began + passed
        moment = next_time(expression, after, began=began)
        assert after < moment <= after + period + 1e-5
        periods = (moment - began) / period
        assert periods >= 1 - 1e-9
        assert periods == pytest.approx(round(periods), abs=1e-6)


class TestCron:
    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            # Examples of the User Guide, "Cron expressions reference".
            ("0 10 * * ? *", ["Mon 2026-11-23 10:00", "Tue 2026-11-24 10:00"]),
            ("0 18 ? * MON-FRI *", ["Mon 2026-11-23 18:00", "Tue 2026-11-24 18:00"]),
            ("0 8 1 * ? *", ["Tue 2026-12-01 08:00", "Fri 2027-01-01 08:00"]),
            ("0/15 * * * ? *", ["Mon 2026-11-23 07:15", "Mon 2026-11-23 07:30"]),
            ("5,35 14 * * ? *", ["Mon 2026-11-23 14:05", "Mon 2026-11-23 14:35"]),
            ("15 10 ? * 6L 2019-2022", []),
            ("15 10 ? * 6L 2026-2027", ["Fri 2026-11-27 10:15", "Fri 2026-12-25 10:15"]),
            ("0 9 ? * 3#2 *", ["Tue 2026-12-08 09:00", "Tue 2027-01-12 09:00"]),
            # 8 May 2027 is a Saturday, 3 October 2027 a Sunday, 1 May 2027 a Saturday.
            ("0 8 8W 5 ? *", ["Fri 2027-05-07 08:00"]),
            ("0 8 3W 10 ? *", ["Mon 2027-10-04 08:00"]),
            ("0 8 1W 5 ? *", ["Mon 2027-05-03 08:00"]),
            ("0 8 31W 1 ? 2027", ["Fri 2027-01-29 08:00"]),
            ("0 8 31W 2,3 ? 2027", ["Wed 2027-03-31 08:00"]),
            ("0 8 L * ? *", ["Mon 2026-11-30 08:00", "Thu 2026-12-31 08:00"]),
            ("0 8 L 2 ? *", ["Sun 2027-02-28 08:00", "Tue 2028-02-29 08:00"]),
            ("0 8 LW 1 ? *", ["Fri 2027-01-29 08:00"]),
            ("0 8 ? * L *", ["Sat 2026-11-28 08:00"]),
            ("0 8 ? * 1 *", ["Sun 2026-11-29 08:00"]),
            ("0 8 ? * SAT#3 *", ["Sat 2026-12-19 08:00"]),
            ("0 8 ? * FRI-MON *", ["Mon 2026-11-23 08:00", "Fri 2026-11-27 08:00"]),
            ("30 22-1 ? * SUN *", ["Sun 2026-11-29 00:30", "Sun 2026-11-29 01:30"]),
            ("0 0 1 JAN ? 2030/4", ["Tue 2030-01-01 00:00", "Sun 2034-01-01 00:00"]),
            ("0 0 29 2 ? *", ["Tue 2028-02-29 00:00", "Sun 2032-02-29 00:00"]),
            ("0 12 * nov ? *", ["Mon 2026-11-23 12:00", "Tue 2026-11-24 12:00"]),
        ],
    )
    def test_when(self, expression, expected):
        found = times(f"cron({expression})", count=max(len(expected), 1))
        assert found == expected

    def test_the_time_is_later_than_the_one_given(self):
        noon = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
        assert next_time("cron(0 12 * * ? *)", noon - 0.5) == noon
        assert next_time("cron(0 12 * * ? *)", noon) == noon + 86_400

    def test_the_last_year_is_2199(self):
        after = datetime(2199, 12, 31, tzinfo=UTC)
        assert times("cron(0 12 * * ? *)", after=after) == ["Tue 2199-12-31 12:00"]

    @settings(max_examples=40)
    @given(
        st.sets(st.integers(0, 59), min_size=1, max_size=3),
        st.sets(st.integers(0, 23), min_size=1, max_size=3),
        st.sets(st.integers(1, 7), min_size=1, max_size=3) | st.none(),
        st.sets(st.integers(1, 31), min_size=1, max_size=3),
        st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)),
    )
    def test_it_is_the_first_minute_that_fits(self, minutes, hours, weekdays, days, after):
        def listed(values):
            return ",".join(str(value) for value in sorted(values))

        by_day = f"? * {listed(weekdays)}" if weekdays else f"{listed(days)} * ?"
        after = after.replace(tzinfo=UTC)
        found = next_time(f"cron({listed(minutes)} {listed(hours)} {by_day} *)", after.timestamp())
        day = after.replace(hour=0, minute=0, second=0, microsecond=0)
        fits = (
            moment
            for number in range(63)
            for hour in sorted(hours)
            for minute in sorted(minutes)
            if (moment := day + timedelta(days=number, hours=hour, minutes=minute)) > after
            and (moment.isoweekday() % 7 + 1 in weekdays if weekdays else moment.day in days)
        )
        assert found == next(fits).timestamp()

    def test_times_come_in_order(self):
        moments = [NOW.timestamp()]
        for _ in range(200):
            moments.append(next_time("cron(0/7 8-17 ? * MON-FRI *)", moments[-1]))
        assert all(earlier < later for earlier, later in pairwise(moments))
        assert {datetime.fromtimestamp(moment, UTC).weekday() for moment in moments} <= set(
            range(5)
        )


class TestRefusals:
    @pytest.mark.parametrize(
        "expression",
        [
            # Refused by AWS in the tests of LocalStack (test_events_schedule, 2024).
            *("rate(10 seconds)", "rate(10 years)", "rate(1 minutes)", "rate(10 minute)"),
            *("rate()", "rate(10)", "rate(10 minutess)", "rate(foo minutes)", "rate(0 minutes)"),
            *("rate(-10 minutes)", "rate(10 MINUTES)", "rate( 10 minutes )", " rate(10 minutes)"),
            *("cron(0 1 * * * *)", "cron(7 20 * * NOT *)", "cron(INVALID)"),
            *("cron(0 dummy ? * MON-FRI *)", "cron(71 8 1 * ? *)"),
            # By the rules of the User Guide.
            *("", "every minute", "cron(0 10 * * ?)", "cron(0 10 ? * ? *)", "cron(0 10 1 * 2 *)"),
            *("cron(0 24 * * ? *)", "cron(0 10 0 * ? *)", "cron(0 10 * 13 ? *)"),
            *("cron(0 10 ? * 0 *)", "cron(0 10 ? * 8 *)", "cron(0 10 ? * 3#1,6#3 *)"),
            *("cron(0 10 ? * 3#6 *)", "cron(0 10 * * ? 1969)", "cron(0 10 * * ? 2200)"),
            *("cron(0 10 32W * ? *)", "cron(0/0 * * * ? *)", "cron(0 10 ? * MONDAY *)"),
            *("cron(, 0 1 * ? *)", "cron(0,, 0 1 * ? *)", "cron(0 0 LL * ? *)"),
        ],
    )
    def test_what_is_refused(self, expression):
        with pytest.raises(InvalidSchedule) as refused:
            next_time(expression, 0.0)
        assert str(refused.value) == "Parameter ScheduleExpression is not valid."
        assert refused.value.expression == expression

    @settings(max_examples=300)
    @given(st.text("0123456789*?/,-LW# MONSU", max_size=20))
    def test_any_text_is_a_schedule_or_refused(self, fields):
        try:
            moment = next_time(f"cron({fields})", 0.0)
        except InvalidSchedule:
            return
        assert moment is None or moment > 0
