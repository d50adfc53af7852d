"""The store contract on logins, logouts and being forgotten."""

import asyncio

from edge.stores.base import (
    Customer,
    Evidence,
    LinkedElsewhere,
    Person,
    Store,
    TokenUsed,
    VisitorErased,
)
from store_stories import COUNTERS, NOW, SITE, outcome, story, times_by_name, token, view


class LinkAndErase:
    """Logins, logouts, and being forgotten."""

    @story
    async def test_a_link_shows_the_customer(self, store: Store) -> None:
        await store.put_customers(SITE, [Customer("C1", {"crm.tier": "gold", "crm.month": 7})], NOW)
        await store.append(SITE, "v", COUNTERS, [view("a", 1)])
        await store.link(SITE, "v", "C1", token("t"))
        assert await store.person(SITE, "v") == Person(
            customer="C1",
            attributes={"crm.tier": "gold", "crm.month": 7},
            counts={"views": [1]},
            counters=COUNTERS,
            imported=NOW,
        )

    @story
    async def test_a_customer_is_as_old_as_its_import(self, store: Store) -> None:
        await store.link(SITE, "v", "C1", token("t"))
        assert (await store.person(SITE, "v")).imported is None
        await store.put_customers(SITE, [Customer("C1", {})], NOW)
        await store.put_customers(SITE, [Customer("C2", {})], NOW + 1)
        assert (await store.person(SITE, "v")).imported == NOW
        await store.put_customers(SITE, [Customer("C1", {})], NOW + 2)
        assert (await store.person(SITE, "v")).imported == NOW + 2
        await store.unlink(SITE, "v", NOW + 3)
        assert (await store.person(SITE, "v")).imported is None

    @story
    async def test_lists_of_texts_are_kept(self, store: Store) -> None:
        kept = {"crm.interests": ["shoes", "ärmel", ""], "crm.none": []}
        await store.link(SITE, "v", "C1", token("t"))
        await store.put_customers(SITE, [Customer("C1", {**kept})], NOW)
        assert (await store.person(SITE, "v")).attributes == kept

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
        await store.put_customers(SITE, [Customer("C1", {"crm.tier": "gold"})], NOW)
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
