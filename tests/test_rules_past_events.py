"""Conditions on past events, by table and against all events there ever were."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import ROOT
from past import GRANTED, NOW, condition, one_by_one, site_asking, time_of, truth_of
from rules.conditions import Context
from rules.counters import Occurrence, count
from rules.past_events import EventCount, EventSum
from rules.source import parse
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


@pytest.mark.slow
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


def test_every_example_of_the_reference_is_accepted() -> None:
    text = (ROOT / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")
    section = text.split("### Past events")[1].split("\n## ")[0]
    found = re.findall(r"`event: (\{.*?\})`", section)
    assert len(found) >= 9
    asked = [parse(example.encode(), "rules.md").plain() for example in found]
    assert len(site_asking(*asked).rules) == len(found)
