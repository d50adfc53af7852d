"""The store contract on events and counters."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.stores.base import Counts, Customer, Event, Mark, Person, Recorded, Store
from past import mark, site_asking
from rules import counters
from store_stories import COUNTERS, NOW, SITE, Connect, story, times_by_name, token, view


class ReadAndCount:
    """Events, counters, and reading them back."""

    @story
    async def test_an_unknown_visitor_reads_as_nobody(self, store: Store) -> None:
        assert await store.person(SITE, "v") == Person()

    @story
    async def test_events_advance_their_counters(self, store: Store) -> None:
        assert await store.append(SITE, "v", COUNTERS, [view("a", 1), view("b", 2)]) == 2
        assert await store.append(SITE, "v", COUNTERS, [view("c", 3, counter="other")]) == 1
        person = await store.person(SITE, "v")
        assert person == Person(counts={"views": [1, 2], "other": [3]}, counters=COUNTERS)

    @story
    async def test_a_retried_event_is_not_counted_again(self, store: Store) -> None:
        await store.append(SITE, "v", COUNTERS, [view("a", 1), view("b", 2)])
        assert await store.append(SITE, "v", COUNTERS, [view("b", 2), view("c", 3)]) == 1
        assert (await store.person(SITE, "v")).counts == {"views": [1, 2, 3]}

    @story
    async def test_an_event_twice_in_one_call_is_counted_once(self, store: Store) -> None:
        assert await store.append(SITE, "v", COUNTERS, [view("a", 1), view("a", 1)]) == 1
        assert (await store.person(SITE, "v")).counts == {"views": [1]}

    @story
    async def test_simultaneous_retries_are_counted_once(self, one: Store, two: Store) -> None:
        calls = [s.append(SITE, "v", COUNTERS, [view("a")]) for s in (one, two) for _ in range(20)]
        assert sorted(await asyncio.gather(*calls)) == [0] * 39 + [1]
        assert (await two.person(SITE, "v")).counts == {"views": [NOW]}

    @story
    async def test_sites_share_nothing(self, store: Store) -> None:
        await store.put_customers(SITE, [Customer("C1", {"crm.tier": "gold"})], NOW)
        await store.append(SITE, "v", COUNTERS, [view("a")])
        await store.link(SITE, "v", "C1", token("t"))
        assert await store.person("other", "v") == Person()
        assert await store.append("other", "v", COUNTERS, [view("a")]) == 1
        await store.link("other", "v", "C1", token("t"))
        assert (await store.person("other", "v")).attributes == {}

    @story
    async def test_a_name_cannot_reach_over_into_another_site(self, store: Store) -> None:
        await store.erase("shop", "x-v", NOW)
        await store.append("shopx", "-v", COUNTERS, [view("a")])
        await store.append("shop-x", "v", COUNTERS, [view("a")])
        assert not (await store.person("shopx", "-v")).erased

    @story
    async def test_late_events_find_their_place_and_the_newest_are_kept(self, store: Store) -> None:
        for id, time in (("a", 50), ("b", 10), ("c", 40), ("d", 30), ("e", 20)):
            await store.append(SITE, "v", COUNTERS, [view(id, time, keep=3)])
        assert (await store.person(SITE, "v")).counts == {"views": [30, 40, 50]}

    @story
    async def test_counts_of_another_set_wait_for_a_recount(self, store: Store) -> None:
        await store.append(SITE, "v", "old", [view("a", 1)])
        assert await store.append(SITE, "v", "new", [view("b", 3), view("c", 2)]) == 2
        assert await store.person(SITE, "v") == Person(counts={"views": [1]}, counters="old")
        assert await store.recount(SITE, "v", "new", times_by_name) == {"view": [1, 2, 3]}
        assert await store.person(SITE, "v") == Person(counts={"view": [1, 2, 3]}, counters="new")
        await store.append(SITE, "v", "new", [view("d", 4, counter="view")])
        assert (await store.person(SITE, "v")).counts == {"view": [1, 2, 3, 4]}

    @story
    async def test_a_recount_sees_events_as_they_were_stored(self, store: Store) -> None:
        recorded = [view("a", 1), Recorded(Event("b", "x", 2, "till", {"n": None, "b": True}))]
        await store.append(SITE, "v", COUNTERS, recorded)
        seen: list[Event] = []
        await store.recount(SITE, "v", COUNTERS, _remember_in(seen))
        assert seen == [item.event for item in recorded]

    @story
    async def test_a_recount_of_nothing_still_names_its_counters(self, store: Store) -> None:
        assert await store.recount(SITE, "v", "new", times_by_name) == {}
        assert await store.person(SITE, "v") == Person(counters="new")

    @story
    async def test_a_recount_that_fails_changes_nothing(self, store: Store) -> None:
        await store.append(SITE, "v", "old", [view("a", 1)])
        with pytest.raises(ZeroDivisionError):
            await store.recount(SITE, "v", "new", lambda events: {"x": [1 // 0]})
        assert await store.person(SITE, "v") == Person(counts={"views": [1]}, counters="old")

    @story
    async def test_no_events_leave_no_trace(self, store: Store) -> None:
        assert await store.append(SITE, "v", COUNTERS, []) == 0
        assert await store.person(SITE, "v") == Person()

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_counters_equal_a_count_of_all_events(
        self, connect: Connect, data: st.DataObject
    ) -> None:
        ids = st.tuples(st.integers(0, 30), st.sampled_from("ab"))
        calls = data.draw(st.lists(st.lists(ids, max_size=6), max_size=6))
        site = f"site-{hashlib.sha256(repr(calls).encode()).hexdigest()}"
        asyncio.run(_counts_like_a_model(connect, site, calls))

    @story
    async def test_each_kind_of_counter_holds_what_it_is_for(self, store: Store) -> None:
        marks = [
            Mark("newest", 2, "values"),
            Mark("oldest", 1, "values", oldest=True),
            Mark("first", 1, oldest=True),
            Mark("sums", 3, "sums", span=30),
            Mark("total", kind="total"),
        ]
        for id, time, value in (
            ("a", 50, 1),
            ("b", 10, 2),
            ("c", 40, 4),
            ("d", 40, 8),
            ("e", 60, 16),
        ):
            event = Event(id, "paid", time, "web", {"value": value})
            recorded = Recorded(event, tuple(replace(mark, value=value) for mark in marks))
            await store.append(SITE, "v", COUNTERS, [recorded, recorded])
        assert (await store.person(SITE, "v")).counts == {
            "newest": [[50, 60], [1, 16]],
            "oldest": [[10], [2]],
            "first": [10],
            "sums": [[40, 50, 60], [8, 9, 25]],
            "total": [31],
        }

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_whatever_is_asked_is_held_as_if_counted_from_all_events(
        self, connect: Connect, data: st.DataObject
    ) -> None:
        value = st.one_of(st.none(), st.integers(-9, 9), st.floats(-9, 9, width=16))
        events = st.tuples(st.integers(0, 12), st.sampled_from("ab"), value)
        happened = data.draw(st.lists(events, max_size=12))
        number = st.integers(0, max(0, len(happened) - 1))
        call = st.one_of(st.just("recount"), st.lists(number, max_size=6))
        calls = data.draw(st.lists(call, max_size=8)) if happened else []
        visitor = hashlib.sha256(repr((happened, calls)).encode()).hexdigest()
        asyncio.run(_holds_as_counted(connect, visitor, happened, calls))


ASKED = site_asking(
    {"count": {"gte": 3}},
    {"where": {"category": "a"}, "within": "2m", "count": {"gte": 2}},
    {"within": "5m", "sum": {"of": "value", "gte": 1}},
    {"sum": {"of": "value", "gte": 1}},
    {"first": {"exists": True}},
    {"within": "4m", "first": {"of": "value", "exists": True}},
    {"last": {"of": "category", "exists": True}},
    {"first": {"of": "category", "exists": True}},
)


async def _holds_as_counted(
    connect: Connect, visitor: str, happened: list[tuple[int, str, object]], calls: list[object]
) -> None:
    store, version = connect(), ASKED.counters_version
    arrived: dict[int, Event] = {}
    for call in calls:
        if not isinstance(call, list):
            await store.recount(visitor, "v", version, _counted)
            continue
        events = {number: _happened(number, *happened[number]) for number in call}
        recorded = [Recorded(events[number], _marks(events[number])) for number in call]
        await store.append(visitor, "v", version, recorded)
        for number, event in events.items():
            arrived.setdefault(number, event)
    held = (await store.person(visitor, "v")).counts
    await store.close()
    assert held == _counted(sorted(arrived.values(), key=lambda event: event.time))


def _happened(number: int, minute: int, category: str, value: object) -> Event:
    properties: dict[str, Any] = {"category": category}
    if value is not None:
        properties["value"] = value
    return Event(f"e{number}", "view", NOW + minute * 60_000, "web", properties)


def _marks(event: Event) -> tuple[Mark, ...]:
    return tuple(map(mark, counters.advanced(ASKED, event.name, event.properties)))


def _counted(events: Iterable[Event]) -> Counts:
    seen = (counters.Occurrence(each.name, each.time, each.properties) for each in events)
    return counters.count(ASKED, seen)


def _remember_in(seen: list[Event]) -> Callable[[Iterable[Event]], Counts]:
    def count(events: Iterable[Event]) -> Counts:
        seen.extend(events)
        return {}

    return count


async def _counts_like_a_model(
    connect: Connect, site: str, calls: list[list[tuple[int, str]]]
) -> None:
    store = connect()
    for call in calls:
        # The id decides the time, as it does for a real retry; 7 is prime to 31: no order.
        recorded = [view(f"{n}{c}", n * 7 % 31, counter=c, keep=4) for n, c in call]
        await store.append(site, "v", COUNTERS, recorded)
    counts = (await store.person(site, "v")).counts
    await store.close()
    unique = {pair for call in calls for pair in call}
    for counter in "ab":
        times = sorted(n * 7 % 31 for n, c in unique if c == counter)
        assert list(counts.get(counter, [])) == times[-4:]
