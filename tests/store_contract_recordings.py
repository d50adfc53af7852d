"""The store contract on recorded requests: they are their visitor's, and go with them."""

import asyncio

from edge.stores.base import Person, Place, Recording, Store, StoreUnavailable
from store_stories import COUNTERS, NOW, SITE, outcome, story, token, view


def recording(visitor: str, n: int, site: str = SITE) -> Recording:
    """The nth recording of a visitor."""
    return Recording(site, f"{visitor}{n}", visitor, NOW + n, f'{{"n":{n}}}'.encode())


async def everything(store: Store, site: str = SITE, since: int = 0, most: int = 3) -> list[bytes]:
    """All recordings of a site, page by page."""
    found: list[bytes] = []
    page = await store.recordings(site, Place(since, 0), most)
    while page.bodies:
        assert len(page.bodies) <= most
        found += page.bodies
        page = await store.recordings(site, page.end, most)
    return found


class RecordAndForget:
    """Recording, reading on, forgetting."""

    @story
    async def test_recordings_are_read_by_time(self, one: Store, two: Store) -> None:
        numbers = [5, 1, 9, 3, 7, 0, 8]
        assert await one.record([recording("v", n) for n in numbers]) == 7
        assert await two.record([recording("w", 2), recording("w", 5)]) == 2
        wanted = [b'{"n":%d}' % n for n in sorted([*numbers, 2, 5])]
        assert await everything(two) == wanted
        assert await everything(two, since=NOW + 5) == wanted[4:]
        assert await everything(two, most=100) == wanted

    @story
    async def test_many_of_one_moment_are_all_read(self, store: Store) -> None:
        same = [Recording(SITE, f"r{n}", "v", NOW, b"%d" % n) for n in range(8)]
        await store.record(same)
        assert await everything(store) == [b"%d" % n for n in range(8)]

    @story
    async def test_every_site_has_its_own(self, store: Store) -> None:
        await store.record([recording("v", 1), recording("v", 2, "other")])
        assert await everything(store) == [b'{"n":1}']
        assert await everything(store, "other") == [b'{"n":2}']
        assert await store.find_recordings("other", "v1") == []

    @story
    async def test_a_recording_is_found_by_its_request(self, store: Store) -> None:
        await store.record([recording("v", 1), recording("v", 2)])
        again = Recording(SITE, "v2", "v", NOW, b"again")
        await store.record([again])
        assert await store.find_recordings(SITE, "v1") == [b'{"n":1}']
        assert await store.find_recordings(SITE, "v2") == [b'{"n":2}', b"again"]
        assert await store.find_recordings(SITE, "v3") == []

    @story
    async def test_nothing_else_is_known_of_who_was_only_recorded(self, store: Store) -> None:
        await store.record([recording("v", 1)])
        assert await store.person(SITE, "v") == Person()
        assert await store.append(SITE, "v", COUNTERS, [view("a", 1)]) == 1
        await store.link(SITE, "v", "C1", token("t"))
        assert (await store.person(SITE, "v")).counts == {"views": [1]}

    @story
    async def test_an_erasure_takes_the_recordings(self, one: Store, two: Store) -> None:
        await one.record([recording("v", 1), recording("w", 2), recording("v", 3)])
        await two.erase(SITE, "v", NOW)
        assert await everything(one) == [b'{"n":2}']
        assert await one.find_recordings(SITE, "v1") == []

    @story
    async def test_who_was_erased_is_recorded_no_more(self, store: Store) -> None:
        await store.erase(SITE, "v", NOW)
        late = [recording("v", 1), recording("w", 2), recording("v", 3, "other")]
        assert await store.record(late) == 2
        assert await everything(store) == [b'{"n":2}']
        assert (await store.person(SITE, "v")).erased

    @story
    async def test_an_erasure_among_recordings_leaves_none(self, one: Store, two: Store) -> None:
        calls = [(one, two)[n % 2].record([recording("v", n)]) for n in range(40)]
        await asyncio.gather(*calls[:20], one.erase(SITE, "v", NOW), *calls[20:])
        assert await everything(two) == []

    @story
    async def test_the_oldest_are_forgotten_first(self, store: Store) -> None:
        await store.record([recording("v", n) for n in range(6)])
        await store.record([recording("v", 2, "other")])
        assert await store.forget_recordings(NOW + 4, 3) == 3
        assert await store.forget_recordings(NOW + 4, 3) == 2
        assert await store.forget_recordings(NOW + 4, 3) == 0
        assert await everything(store) == [b'{"n":4}', b'{"n":5}']
        assert await everything(store, "other") == []

    @story
    async def test_nothing_to_record(self, store: Store) -> None:
        assert await store.record([]) == 0
        assert await everything(store) == []

    @story
    async def test_a_closed_store_has_none(self, one: Store, two: Store) -> None:
        await one.close()
        for call in (
            one.record([recording("v", 1)]),
            one.recordings(SITE, Place(0, 0), 1),
            one.find_recordings(SITE, "v1"),
            one.forget_recordings(NOW, 1),
        ):
            assert await outcome(call) is StoreUnavailable
        assert await everything(two) == []
