"""Conditions on past events, by table and against all events there ever were."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from past import GRANTED, NOW, condition, one_by_one, site_asking, time_of, truth_of
from rules.conditions import Context
from rules.counters import Occurrence, count
from rules.past_events import EventCount, EventSum
from tables import rows

MINUTE = 60_000


def occurrences(events: Sequence[Sequence[Any]]) -> list[Occurrence]:
    """Return the events of a row: age, properties, name."""
    return [
        Occurrence((*rest, "view")[0], time_of(age), properties)
        for age, properties, *rest in (
            (*event, {}) if len(event) == 1 else event for event in events
        )
    ]


@pytest.mark.parametrize("row", rows("past_events"))
def test_condition(row: dict[str, Any]) -> None:
    site = site_asking(row["ask"])
    counts = one_by_one(site, occurrences(row["events"])) if "events" in row else None
    granted = frozenset(row.get("granted", GRANTED))
    got = condition(site).evaluate(Context(NOW, {}, granted, counts))
    assert got.value == row["want"]


@pytest.mark.parametrize("row", [row for row in rows("past_events") if "events" in row.values[0]])
def test_counting_anew_holds_the_same(row: dict[str, Any]) -> None:
    site, events = site_asking(row["ask"]), occurrences(row["events"])
    in_order = sorted(events, key=lambda each: each.time)
    assert count(site, in_order) == one_by_one(site, events)


class Seen(NamedTuple):
    """An event of a made-up history."""

    age: int
    """Minutes."""
    category: str | None
    value: float | None

    @property
    def occurrence(self) -> Occurrence:
        properties = {"category": self.category, "value": self.value}
        there = {name: value for name, value in properties.items() if value is not None}
        return Occurrence("view", NOW - self.age * MINUTE, there)


VALUES = st.one_of(
    st.none(),
    st.integers(-300, 300),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.sampled_from([0.1, 0.2, 0.7, 1e12, -1e12, 1e13, 5e-07, 10**40]),
)
HISTORY = st.lists(
    st.builds(Seen, st.integers(0, 20), st.sampled_from(["a", "b", None]), VALUES), max_size=25
)
WINDOWS = st.one_of(st.none(), st.integers(1, 22))


def exact(value: float) -> Decimal:
    """Return a value as it is added up; beyond a trillion not at all."""
    if abs(value) > 10**12:
        return Decimal(0)
    return Decimal(repr(value)).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)


class Question(NamedTuple):
    """A question and the plainest way to its answer."""

    where: str | None
    window: int | None
    ask: dict[str, Any]

    def yaml(self) -> dict[str, Any]:
        found: dict[str, Any] = dict(self.ask)
        if self.where:
            found["where"] = {"category": self.where}
        if self.window:
            found["within"] = f"{self.window}m"
        return found

    def answer(self, history: list[Seen]) -> str:
        fit = [each for each in history if self.where in (None, each.category)]
        fit = [each for each in fit if self.window is None or each.age <= self.window]
        ((word, asked),) = self.ask.items()
        if word == "count":
            return str(len(fit) >= asked["gte"]).lower()
        if word == "sum":
            total = sum((exact(each.value) for each in fit if each.value is not None), Decimal(0))
            return str(total >= exact(asked["gte"])).lower()
        of = asked.get("of")
        fit = [each for each in fit if of is None or getattr(each, of) is not None]
        if not fit:
            return "unknown"
        # The last that arrived of those that are youngest, the first of those that are oldest.
        chosen = fit[0]
        for each in fit[1:]:
            if each.age <= chosen.age if word == "last" else each.age > chosen.age:
                chosen = each
        if of is None:
            return str(chosen.age <= int(asked["within_last"][:-1])).lower()
        return str(getattr(chosen, of) == asked["equals"]).lower()


ASKED = st.one_of(
    st.builds(lambda n: {"count": {"gte": n}}, st.integers(1, 8)),
    st.builds(
        lambda n: {"sum": {"of": "value", "gte": n}},
        st.one_of(st.integers(-50, 300), st.sampled_from([0.3, 0.8, 1.5, 10**12])),
    ),
    st.builds(
        lambda word, n: {word: {"within_last": f"{n}m"}},
        st.sampled_from(["last", "first"]),
        st.integers(1, 22),
    ),
    st.builds(
        lambda word, category: {word: {"of": "category", "equals": category}},
        st.sampled_from(["last", "first"]),
        st.sampled_from("ab"),
    ),
    st.builds(
        lambda word, n: {word: {"of": "value", "equals": n}},
        st.sampled_from(["last", "first"]),
        st.sampled_from([0.1, 1, 2]),
    ),
)
QUESTIONS = st.builds(Question, st.sampled_from([None, "a", "b"]), WINDOWS, ASKED)


@settings(max_examples=300, deadline=None)
@given(history=HISTORY, questions=st.lists(QUESTIONS, min_size=1, max_size=6), data=st.data())
def test_what_is_held_answers_as_all_events_would(
    history: list[Seen], questions: list[Question], data: st.DataObject
) -> None:
    site = site_asking(*(each.yaml() for each in questions))
    arrived = [each.occurrence for each in history]
    held = one_by_one(site, arrived)
    assert held == count(site, sorted(arrived, key=lambda each: each.time))
    stored = msgspec.json.decode(msgspec.json.encode(held))
    for number, question in enumerate(questions):
        assert truth_of(site, stored, number) == question.answer(history)


@settings(max_examples=100, deadline=None)
@given(history=HISTORY, data=st.data())
def test_sums_do_not_depend_on_the_order_of_arrival(
    history: list[Seen], data: st.DataObject
) -> None:
    asked = [{"sum": {"of": "value", "gte": 1}}, {"within": "9m", "sum": {"of": "value", "gte": 1}}]
    site = site_asking(*asked)
    shuffled = data.draw(st.permutations(history))
    contexts = [
        Context(NOW, {}, GRANTED, one_by_one(site, [each.occurrence for each in order]))
        for order in (history, shuffled)
    ]
    for number in range(2):
        question = condition(site, number)
        assert isinstance(question, EventSum)
        assert question.total(contexts[0]) == question.total(contexts[1])


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


def test_a_count_and_a_sum_can_be_asked_apart_from_the_profile() -> None:
    site = site_asking(
        {"within": "7d", "count": 3},
        {"within": "1d", "count": 3},
        {"sum": {"of": "value", "gt": 1.5}},
    )
    events = [
        Occurrence("view", time_of(age), {"value": 0.5}) for age in ("1d", "3d", "7d", "7d+1")
    ]
    context = Context(NOW, {}, GRANTED, one_by_one(site, events))
    week, day, total = [condition(site, number) for number in range(3)]
    assert isinstance(week, EventCount) and isinstance(day, EventCount)
    assert (week.count(context), day.count(context)) == (3, 1)
    assert (week.meets(3), week.meets(4), week.counter == day.counter) == (True, False, True)
    assert isinstance(total, EventSum)
    assert (total.total(context), total.meets(1_500_000)) == (2_000_000, False)
