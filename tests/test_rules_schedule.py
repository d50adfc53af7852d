"""When a campaign runs: to the minute, through the nights when clocks are changed."""

from datetime import UTC, datetime

import pytest

from good_site import GOOD
from rules.loader import Loaded, load
from rules.model import Schedule

MINUTE = 60_000


def loaded(schedule: str, now: int | None = None) -> Loaded:
    rules = GOOD["rules/one.yaml"].replace(b"rules:", f"schedule: {schedule}\nrules:".encode(), 1)
    return load({**GOOD, "rules/one.yaml": rules}, now=now)


def read(schedule: str) -> Schedule:
    site = loaded(schedule).site
    assert site is not None
    return site.rules["hero"][0].campaign.schedule


def utc(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("written", "timezone", "moment"),
    [
        ("2026-09-01", "UTC", "2026-09-01T00:00"),
        ("2026-09-01", "Europe/Berlin", "2026-08-31T22:00"),
        ("2026-12-01T18:30", "Europe/Berlin", "2026-12-01T17:30"),
        ("2026-12-01 18:30", "Europe/Berlin", "2026-12-01T17:30"),
        ("2026-12-01T18:30Z", "Europe/Berlin", "2026-12-01T18:30"),
        ("2026-12-01T18:30-05:00", "Europe/Berlin", "2026-12-01T23:30"),
        # clocks go from 2:00 to 3:00
        ("2026-03-29T01:59", "Europe/Berlin", "2026-03-29T00:59"),
        ("2026-03-29T03:00", "Europe/Berlin", "2026-03-29T01:00"),
        ("2026-03-29T02:30+01:00", "Europe/Berlin", "2026-03-29T01:30"),
        # clocks go from 3:00 back to 2:00: the first of two is meant
        ("2026-10-25T01:59", "Europe/Berlin", "2026-10-24T23:59"),
        ("2026-10-25T02:00", "Europe/Berlin", "2026-10-25T00:00"),
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30"),
        ("2026-10-25T02:30+01:00", "Europe/Berlin", "2026-10-25T01:30"),
        ("2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00"),
        # by half an hour
        ("2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T14:45"),
        ("2026-10-04T02:30", "Australia/Lord_Howe", "2026-10-03T15:30"),
        # a day that begins at 1:00, and one that begins twice
        ("2026-04-24", "Africa/Cairo", "2026-04-23T22:00"),
        ("2026-11-01", "America/Havana", "2026-11-01T04:00"),
    ],
)
def test_a_moment(written: str, timezone: str, moment: str) -> None:
    assert utc(read(f"{{from: {written}, timezone: {timezone}}}").start) == moment


def test_a_campaign_of_the_hour_that_comes_twice_is_on_for_two() -> None:
    berlin = "timezone: Europe/Berlin"
    schedule = read(f"{{from: 2026-10-25T02:00, until: 2026-10-25T03:00, {berlin}}}")
    assert schedule.end - schedule.start == 120 * MINUTE


def test_an_hour_that_is_skipped_is_refused_at_both_ends() -> None:
    night = "{from: 2026-03-29T02:00, until: 2026-03-29T02:59, timezone: Europe/Berlin}"
    assert [each.hint for each in loaded(night).findings] == [
        "Write 2026-03-29T03:00",
        "Write 2026-03-29T03:59",
    ]


END = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp() * 1000)


def test_a_schedule_that_ended_is_a_warning_and_the_site_is_good() -> None:
    ended = loaded("{until: 2026-12-01}", now=END)
    assert ended.site is not None
    assert [str(each) for each in ended.findings] == [
        "rules/one.yaml:2:19: warning: the campaign has been over since 2026-12-01: none of its rules is "
        "shown. Delete the file, or let it end later."
    ]


@pytest.mark.parametrize("now", [END - 1, None])
def test_a_schedule_that_has_not_ended_is_none(now: int | None) -> None:
    assert loaded("{until: 2026-12-01}", now=now).findings == []


def test_beside_an_error_the_warning_is_said_too() -> None:
    both = loaded("{until: 2026-12-01}\nholdout: 5", now=END)
    assert both.site is None
    assert sorted(each.severity for each in both.findings) == ["error", "warning"]


def test_a_schedule_that_was_never_on_is_not_called_over() -> None:
    never = loaded("{from: 2026-12-01, until: 2026-11-01}", now=END)
    assert [each.severity for each in never.findings] == ["error"]
