"""Counters: what they are called, how much they hold, and how an event finds them."""

from typing import Any

import pytest

from past import NOW, one_by_one, site_asking, time_of
from rules.counters import Occurrence, count


def test_the_newest_thousand_of_a_window_are_held() -> None:
    site = site_asking(
        {"within": "30d", "sum": {"of": "value", "gte": 1}},
        {"within": "30d", "first": {"exists": True}},
        {"within": "30d", "first": {"of": "value", "exists": True}},
        {"sum": {"of": "value", "gte": 1}},
    )
    many = [Occurrence("view", NOW - 1100 + n, {"value": n}) for n in range(1100)]
    held = one_by_one(site, many)
    assert held == count(site, many)
    sizes = {counter.kind: counter for counter in site.counters}
    assert len(held[sizes["times"].key]) == 1000
    assert [len(each) for each in held[sizes["values"].key]] == [1000, 1000]
    sums = held[sizes["sums"].key]
    assert (len(sums[0]), sums[1][0], sums[1][-1]) == (
        1000,
        100 * 10**6,
        sum(range(100, 1100)) * 10**6,
    )
    assert held[sizes["total"].key] == [sum(range(1100)) * 10**6]


def test_what_no_window_can_reach_is_let_go() -> None:
    site = site_asking(
        {"within": "7d", "sum": {"of": "value", "gte": 1}}, {"within": "2d", "count": 3}
    )
    events = [Occurrence("view", time_of(age), {"value": 1}) for age in ("9d", "8d+1", "8d", "1d")]
    held = one_by_one(site, events)
    assert sorted(map(len, held.values())) == [1, 2]
    assert [len(held[each.key][0]) for each in site.counters if each.kind == "sums"] == [2]


def test_a_question_has_one_counter_whoever_asks_it_and_however() -> None:
    alike = [
        {"where": {"category": "a", "value": {"gte": 1, "lt": 9}}, "count": {"gte": 3}},
        {"where": {"value": {"lt": 9, "gte": 1}, "category": ["a", "a"]}, "count": {"gte": 5}},
        {
            "where": {"category": {"equals": "a"}, "value": {"gte": 1, "lt": 9}},
            "last": {"exists": True},
        },
        {
            "where": {"category": {"in": ["a"]}, "value": {"gte": 1, "lt": 9}},
            "within": "7d",
            "count": 1,
        },
    ]
    (only,) = site_asking(*alike).counters
    assert (only.keep, only.span) == (6, None)


def test_the_greediest_decides_what_is_held() -> None:
    asked = [
        {"within": "7d", "sum": {"of": "value", "gte": 1}},
        {"within": "30d", "sum": {"of": "value", "gte": 9}},
    ]
    (only,) = site_asking(*asked).counters
    assert only.span == 30 * 86_400_000


DIFFERENT = [
    {"count": 1},
    {"name": "other", "count": 1},
    {"where": {"category": "a"}, "count": 1},
    {"where": {"category": "b"}, "count": 1},
    {"where": {"category": {"not": "a"}}, "count": 1},
    {"where": {"category": {"equals_ignore_case": "a"}}, "count": 1},
    {"where": {"category": {"matches": "a"}}, "count": 1},
    {"where": {"category": {"matches": "b"}}, "count": 1},
    {"where": {"value": 1}, "count": 1},
    {"where": {"tags": {"has_any": ["a", "b"]}}, "count": 1},
    {"where": {"tags": {"has_any": ["a", "c"]}}, "count": 1},
    {"where": {"app": {"gte": "1.2"}}, "count": 1},
    {"where": {"from": {"in_cidr": "10.0.0.0/8"}}, "count": 1},
    {"where": {"from": {"in_cidr": "10.0.0.0/9"}}, "count": 1},
    {"where": {"at": {"weekday": "monday"}}, "count": 1},
    {"where": {"at": {"before": "2026-01-01"}}, "count": 1},
    {"where": {"place": {"distance_km": {"from": [1, 2], "lt": 3}}}, "count": 1},
    {"where": {"place": {"distance_km": {"from": [1, 2], "lte": 3}}}, "count": 1},
    {"sum": {"of": "value", "gte": 1}},
    {"within": "7d", "sum": {"of": "value", "gte": 1}},
    {"first": {"exists": True}},
    {"last": {"of": "value", "gte": 1}},
    {"first": {"of": "value", "gte": 1}},
    {"last": {"of": "category", "equals": "a"}},
]


def test_other_questions_have_other_counters_and_the_same_at_every_start() -> None:
    keys = [counter.key for counter in site_asking(*DIFFERENT).counters]
    assert len(set(keys)) == len(DIFFERENT)
    again = site_asking(*DIFFERENT)
    assert [counter.key for counter in again.counters] == keys
    assert again.counters_version == site_asking(*DIFFERENT).counters_version


def test_a_clock_asked_in_another_timezone_is_another_question() -> None:
    asked = {"where": {"at": {"weekday": "monday"}}, "count": 1}
    here, there = site_asking(asked), site_asking(asked, timezone="Asia/Tokyo")
    assert here.counters[0].key != there.counters[0].key


@pytest.mark.parametrize(
    "change",
    [
        {"within": "7d", "count": 2},
        {"within": "8d", "count": 1},
        {"count": 1},
        {"where": {"category": "a"}, "count": 1},
    ],
)
def test_the_version_changes_with_what_is_held(change: dict[str, Any]) -> None:
    before = site_asking({"within": "7d", "count": 1})
    assert site_asking(change).counters_version != before.counters_version


def test_an_event_looks_only_at_counters_that_its_values_may_advance() -> None:
    asked = [
        {"where": {"category": "shared", "value": n, "app": {"gte": f"{n}"}}, "count": 1}
        for n in range(50)
    ]
    site = site_asking(*asked, {"where": {"value": {"gt": 1}}, "count": 1})
    ready = site.counters_of["view"]
    assert len(ready.always) == 1
    assert {name: len(by) for name, by in ready.by_value.items()} == {"value": 50}
    assert max(len(found) for by in ready.by_value.values() for found in by.values()) == 1
