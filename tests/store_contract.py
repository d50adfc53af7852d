"""What every store must do, as tests that a store's own test class inherits.

The class provides ``connect``: a function that opens one more ``Store`` on the same, at first
empty, data, as another process would. Nothing here knows which store it is.
"""

import asyncio
from collections.abc import Iterator

import pytest

from consent import ledger
from edge.stores.base import Customer, Person, Store, StoreError, StoreUnavailable, TokenUsed
from store_contract_events import ReadAndCount
from store_contract_people import LinkAndErase
from store_contract_recordings import RecordAndForget
from store_stories import COUNTERS, NOW, SITE, Connect, outcome, story, token, view


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
        assert await store.put_customers(SITE, first, NOW) == 2
        assert await store.put_customers(SITE, [Customer("C1", {"crm.tier": "silver"})], NOW) == 1
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
            await store.put_customers(SITE, broken(None), NOW)
        for bad in (Customer("C2", {"n": "\ud800"}), Customer("C\ud800", {})):
            with pytest.raises(StoreError):
                await store.put_customers(SITE, broken(bad), NOW)
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
            await store.put_customers(SITE, [Customer("C1", {"crm.tier": "gold"})], NOW)
            await store.link(SITE, "v", "C1", token("t"))
            await store.erase(SITE, "gone", NOW)
            previous = await store.record_consent(SITE, {"time": 1})
            await store.close()
            return previous

        async def after(previous: str) -> None:
            store = connect()
            assert await store.person(SITE, "v") == Person(
                "C1", {"crm.tier": "gold"}, {"views": [1]}, COUNTERS, imported=NOW
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


class StoreContract(
    ReadAndCount, LinkAndErase, RecordAndForget, LedgerAndCustomers, DurableAndShared
):
    """All of the contract. Inherit it and give the ``connect`` fixture."""
