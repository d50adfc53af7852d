"""What every store must do, as tests that a store's own test class inherits.

The class provides ``connect``: a function that opens one more ``Store`` on the same, at first
empty, data, as another process would. Nothing here knows which store it is.
"""

import asyncio
import functools
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent import ledger
from edge.stores.base import (
    Customer,
    Event,
    Evidence,
    LinkedElsewhere,
    Mark,
    Person,
    Recorded,
    Store,
    StoreError,
    StoreUnavailable,
    TokenUsed,
    VisitorErased,
)

Connect = Callable[[], Store]
NOW = 1_790_000_000_000
SITE = "shop"
COUNTERS = "set-1"


def view(id: str, time: int = NOW, *, counter: str = "views", keep: int = 20) -> Recorded:
    """A view of a page that advances one counter."""
    event = Event(id, "view", time, "web", {"category": "shoes", "price": 9.5}, "d" * 16)
    return Recorded(event, (Mark(counter, keep),))


def token(id: str, time: int = NOW) -> Evidence:
    """The evidence of an identify token."""
    return Evidence(id, time, time + 300_000)


def times_by_name(events: Iterable[Event]) -> dict[str, list[int]]:
    """A recount: every event counts under its name."""
    counts: dict[str, list[int]] = {}
    for event in events:
        counts.setdefault(event.name, []).append(event.time)
    return counts


def story(
    test: Callable[..., Awaitable[None]],
) -> Callable[["StoreContract", Connect], None]:
    """Run an async test with one open store, or with as many as it has parameters."""
    wanted = test.__code__.co_argcount - 1

    async def play(contract: "StoreContract", connect: Connect) -> None:
        stores = [connect() for _ in range(wanted)]
        try:
            await test(contract, *stores)
        finally:
            for store in stores:
                await store.close()

    @functools.wraps(test)
    def run(self: "StoreContract", connect: Connect) -> None:
        asyncio.run(play(self, connect))

    del run.__wrapped__  # type: ignore[attr-defined]  # pytest would read the inner parameters
    return run


async def outcome(call: Awaitable[object]) -> object:
    """What the call returned, or the kind of what it raised."""
    try:
        return await call
    except StoreError as error:
        return type(error)


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
        await store.put_customers(SITE, [Customer("C1", {"crm.tier": "gold"})])
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
        await store.recount(SITE, "v", COUNTERS, lambda events: seen.extend(events) or {})
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
    def test_counters_equal_a_count_of_all_events(self, connect: Connect, data: st.DataObject):
        ids = st.tuples(st.integers(0, 30), st.sampled_from("ab"))
        calls = data.draw(st.lists(st.lists(ids, max_size=6), max_size=6))
        site = f"site-{hashlib.sha256(repr(calls).encode()).hexdigest()}"
        asyncio.run(_counts_like_a_model(connect, site, calls))


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


class LinkAndErase:
    """Logins, logouts, and being forgotten."""

    @story
    async def test_a_link_shows_the_customer(self, store: Store) -> None:
        await store.put_customers(SITE, [Customer("C1", {"crm.tier": "gold", "crm.month": 7})])
        await store.append(SITE, "v", COUNTERS, [view("a", 1)])
        await store.link(SITE, "v", "C1", token("t"))
        assert await store.person(SITE, "v") == Person(
            customer="C1",
            attributes={"crm.tier": "gold", "crm.month": 7},
            counts={"views": [1]},
            counters=COUNTERS,
        )

    @story
    async def test_a_link_to_a_customer_not_imported_yet(self, store: Store) -> None:
        await store.link(SITE, "v", "C1", token("t"))
        assert await store.person(SITE, "v") == Person(customer="C1")
        await store.append(SITE, "v", COUNTERS, [view("a", 1)])
        assert (await store.person(SITE, "v")).counts == {"views": [1]}

    @story
    async def test_a_token_is_used_once(self, store: Store) -> None:
        await store.link(SITE, "v", "C1", token("t"))
        assert await outcome(store.link(SITE, "w", "C1", token("t"))) is TokenUsed
        assert await outcome(store.link(SITE, "v", "C1", token("t"))) is TokenUsed
        assert (await store.person(SITE, "w")).customer is None

    @story
    async def test_of_100_uses_of_one_token_one_succeeds(self, one: Store, two: Store) -> None:
        calls = [
            outcome((one, two)[n % 2].link(SITE, f"v{n}", "C1", token("t"))) for n in range(100)
        ]
        outcomes = await asyncio.gather(*calls)
        assert outcomes.count(None) == 1
        assert outcomes.count(TokenUsed) == 99
        people = [await one.person(SITE, f"v{n}") for n in range(100)]
        assert [p.customer for p in people].count("C1") == 1

    @story
    async def test_a_used_token_is_remembered_until_it_expires(self, store: Store) -> None:
        await store.link(SITE, "v", "C1", token("t"))
        await store.link(SITE, "w", "C1", token("later", NOW + 299_000))
        replay = Evidence("t", NOW + 299_500, NOW + 300_000)
        assert await outcome(store.link(SITE, "x", "C1", replay)) is TokenUsed

    @story
    async def test_a_second_login_of_the_same_customer(self, store: Store) -> None:
        await store.link(SITE, "v", "C1", token("t"))
        await store.link(SITE, "v", "C1", token("u"))
        assert (await store.person(SITE, "v")).customer == "C1"

    @story
    async def test_a_visitor_never_moves_to_another_customer(self, store: Store) -> None:
        await store.link(SITE, "v", "C1", token("t"))
        assert await outcome(store.link(SITE, "v", "C2", token("u"))) is LinkedElsewhere
        await store.unlink(SITE, "v", NOW + 1)
        assert await outcome(store.link(SITE, "v", "C2", token("u"))) is LinkedElsewhere
        assert (await store.person(SITE, "v")).customer is None
        await store.link(SITE, "fresh", "C2", token("u"))  # the token was not used up

    @story
    async def test_two_customers_at_once_get_one_visitor_between_them(
        self, one: Store, two: Store
    ) -> None:
        first, second = await asyncio.gather(
            outcome(one.link(SITE, "v", "C1", token("t"))),
            outcome(two.link(SITE, "v", "C2", token("u"))),
        )
        assert {first, second} == {None, LinkedElsewhere}
        winner = "C1" if first is None else "C2"
        assert (await one.person(SITE, "v")).customer == winner

    @story
    async def test_a_logout_cuts_the_link_and_a_login_restores_it(self, store: Store) -> None:
        await store.put_customers(SITE, [Customer("C1", {"crm.tier": "gold"})])
        await store.link(SITE, "v", "C1", token("t"))
        await store.unlink(SITE, "v", NOW + 1)
        assert await store.person(SITE, "v") == Person()
        await store.link(SITE, "v", "C1", token("u"))
        assert (await store.person(SITE, "v")).customer == "C1"

    @story
    async def test_a_logout_of_nobody_is_harmless(self, store: Store) -> None:
        await store.unlink(SITE, "v", NOW)
        assert await store.person(SITE, "v") == Person()

    @story
    async def test_an_erased_visitor_is_gone_and_gathers_nothing(self, store: Store) -> None:
        await store.append(SITE, "v", COUNTERS, [view("a", 1)])
        await store.link(SITE, "v", "C1", token("t"))
        await store.erase(SITE, "v", NOW)
        assert await store.person(SITE, "v") == Person(erased=True)
        for late in (
            store.append(SITE, "v", COUNTERS, [view("late")]),
            store.append(SITE, "v", COUNTERS, []),
            store.recount(SITE, "v", COUNTERS, times_by_name),
            store.link(SITE, "v", "C1", token("u")),
        ):
            assert await outcome(late) is VisitorErased
        await store.unlink(SITE, "v", NOW)
        assert await store.person(SITE, "v") == Person(erased=True)

    @story
    async def test_erasing_frees_the_event_ids_and_spares_the_others(self, store: Store) -> None:
        await store.append(SITE, "v", COUNTERS, [view("a", 1)])
        await store.append(SITE, "w", COUNTERS, [view("b", 2)])
        await store.link(SITE, "w", "C1", token("t"))
        await store.erase(SITE, "v", NOW)
        assert await store.append(SITE, "w", COUNTERS, [view("a", 1)]) == 1
        person = await store.person(SITE, "w")
        assert (person.customer, person.counts) == ("C1", {"views": [1, 2]})

    @story
    async def test_erasing_somebody_unknown_or_twice(self, one: Store, two: Store) -> None:
        await one.erase(SITE, "v", NOW)
        await two.erase(SITE, "v", NOW + 1)
        assert (await one.person(SITE, "v")).erased
        assert await outcome(two.append(SITE, "v", COUNTERS, [view("a")])) is VisitorErased


class LedgerAndCustomers:
    """The proof of consent, and what the CRM knows."""

    @story
    async def test_the_ledger_is_chained(self, store: Store) -> None:
        previous = ledger.GENESIS
        for n in range(3):
            entry: dict[str, object] = {"action": "save", "grants": ["statistics"], "time": n}
            previous_of_this, previous = previous, await store.record_consent(SITE, entry)
            assert previous == ledger.chain(previous_of_this, entry)

    @story
    async def test_every_site_has_a_chain_of_its_own(self, store: Store) -> None:
        first = await store.record_consent(SITE, {"time": 1})
        assert await store.record_consent("other", {"time": 1}) == first

    @story
    async def test_several_writers_make_one_chain(self, one: Store, two: Store) -> None:
        entries: list[dict[str, object]] = [{"time": n} for n in range(60)]
        calls = [(one, two)[n % 2].record_consent(SITE, e) for n, e in enumerate(entries)]
        hashes = await asyncio.gather(*calls)
        by_hash = dict(zip(hashes, entries, strict=True))
        previous = ledger.GENESIS
        while by_hash:
            follows = [h for h, e in by_hash.items() if ledger.chain(previous, e) == h]
            assert len(follows) == 1
            previous = follows[0]
            del by_hash[previous]

    @story
    async def test_an_entry_that_is_no_json_is_refused(self, store: Store) -> None:
        first = await store.record_consent(SITE, {"time": 1})
        with pytest.raises(StoreError):
            await store.record_consent(SITE, {"time": object()})
        second = await store.record_consent(SITE, {"time": 2})
        assert second == ledger.chain(first, {"time": 2})

    @story
    async def test_customers_are_replaced_whole(self, store: Store) -> None:
        await store.link(SITE, "v", "C1", token("t"))
        first = [Customer("C1", {"crm.tier": "gold", "crm.x": True}), Customer("C2", {})]
        assert await store.put_customers(SITE, first) == 2
        assert await store.put_customers(SITE, [Customer("C1", {"crm.tier": "silver"})]) == 1
        assert (await store.person(SITE, "v")).attributes == {"crm.tier": "silver"}

    @story
    async def test_customers_all_or_none(self, store: Store) -> None:
        def broken(last: Customer | None) -> Iterator[Customer]:
            yield Customer("C1", {"crm.tier": "gold"})
            if last is None:
                raise ZeroDivisionError
            yield last

        await store.link(SITE, "v", "C1", token("t"))
        with pytest.raises(ZeroDivisionError):
            await store.put_customers(SITE, broken(None))
        for bad in (Customer("C2", {"n": "\ud800"}), Customer("C\ud800", {})):
            with pytest.raises(StoreError):
                await store.put_customers(SITE, broken(bad))
        assert (await store.person(SITE, "v")).attributes == {}


class DurableAndShared:
    """Other processes, restarts, refusals."""

    @story
    async def test_what_one_store_acknowledged_another_reads(self, one: Store, two: Store) -> None:
        for n in range(100):
            await one.append(SITE, "v", COUNTERS, [view(f"a{n}", n, keep=200)])
            assert len((await two.person(SITE, "v")).counts["views"]) == n + 1

    def test_everything_outlives_the_process(self, connect: Connect) -> None:
        async def before() -> str:
            store = connect()
            await store.append(SITE, "v", COUNTERS, [view("a", 1)])
            await store.put_customers(SITE, [Customer("C1", {"crm.tier": "gold"})])
            await store.link(SITE, "v", "C1", token("t"))
            await store.erase(SITE, "gone", NOW)
            previous = await store.record_consent(SITE, {"time": 1})
            await store.close()
            return previous

        async def after(previous: str) -> None:
            store = connect()
            assert await store.person(SITE, "v") == Person(
                "C1", {"crm.tier": "gold"}, {"views": [1]}, COUNTERS
            )
            assert (await store.person(SITE, "gone")).erased
            assert await store.append(SITE, "v", COUNTERS, [view("a", 1)]) == 0
            assert await outcome(store.link(SITE, "w", "C1", token("t"))) is TokenUsed
            second = await store.record_consent(SITE, {"time": 2})
            assert second == ledger.chain(previous, {"time": 2})
            await store.close()

        asyncio.run(after(asyncio.run(before())))

    @story
    async def test_one_bad_write_fails_alone(self, store: Store) -> None:
        calls = [store.append(SITE, f"v{n}", COUNTERS, [view(f"a{n}", n)]) for n in range(20)]
        bad = [
            store.append(SITE, "w", COUNTERS, [view("x", 1), view("y", 2**70)]),
            store.append(SITE, "w", COUNTERS, [view("z\ud800", 1)]),
        ]
        outcomes = await asyncio.gather(
            *(outcome(call) for call in [*calls[:10], *bad, *calls[10:]])
        )
        assert outcomes == [1] * 10 + [StoreError] * 2 + [1] * 10
        assert await store.person(SITE, "w") == Person()
        assert await store.append(SITE, "w", COUNTERS, [view("x", 1)]) == 1

    @story
    async def test_a_caller_that_gives_up_harms_no_other(self, store: Store) -> None:
        calls = [
            asyncio.ensure_future(store.append(SITE, "v", COUNTERS, [view(f"a{n}", n)]))
            for n in range(20)
        ]
        await asyncio.sleep(0)
        for call in calls[::2]:
            call.cancel()
        assert await asyncio.gather(*calls[1::2]) == [1] * 10
        await store.check()

    @story
    async def test_check_of_a_healthy_store(self, store: Store) -> None:
        await store.check()

    @story
    async def test_a_closed_store_finishes_its_writes_and_takes_no_more(
        self, one: Store, two: Store
    ) -> None:
        calls = [
            asyncio.ensure_future(one.append(SITE, "v", COUNTERS, [view(f"a{n}", n)]))
            for n in range(50)
        ]
        await asyncio.sleep(0)
        await one.close()
        assert await asyncio.gather(*calls) == [1] * 50
        for call in (
            one.person(SITE, "v"),
            one.append(SITE, "v", COUNTERS, [view("late")]),
            one.erase(SITE, "v", NOW),
            one.record_consent(SITE, {}),
            one.check(),
        ):
            assert await outcome(call) is StoreUnavailable
        await one.close()
        assert len((await two.person(SITE, "v")).counts["views"]) == 20


class StoreContract(ReadAndCount, LinkAndErase, LedgerAndCustomers, DurableAndShared):
    """All of the contract. Inherit it and give the ``connect`` fixture."""

    @pytest.fixture
    def connect(self) -> Connect:
        """Open one more store on this test's data."""
        raise NotImplementedError
