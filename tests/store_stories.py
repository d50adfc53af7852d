"""What the tests of every store share: values to store, and stories told with open stores."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterable

from edge.stores.base import Event, Evidence, Mark, Recorded, Store, StoreError

Connect = Callable[[], Store]
NOW = 1_790_000_000_000
SECONDS = 30
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
) -> Callable[[object, Connect], None]:
    """Run an async test with one open store, or with as many as it has parameters."""
    wanted = test.__code__.co_argcount - 1

    async def play(case: object, connect: Connect) -> None:
        stores = [connect() for _ in range(wanted)]
        try:
            await asyncio.wait_for(test(case, *stores), SECONDS)
        finally:
            for store in stores:
                await store.close()

    @functools.wraps(test)
    def run(self: object, connect: Connect) -> None:
        asyncio.run(play(self, connect))

    del run.__wrapped__  # pytest would read the inner parameters
    return run


async def outcome(call: Awaitable[object]) -> object:
    """What the call returned, or the kind of what it raised."""
    try:
        return await call
    except StoreError as error:
        return type(error)


def large(number: int) -> Recorded:
    """An event of two kilobytes that takes place at ``number``."""
    event = Event(f"e{number}", "view", number, "web", {"text": "x" * 2000})
    return Recorded(event, (Mark("views", 1_000_000),))


def views(events: Iterable[Event]) -> dict[str, list[int]]:
    """A recount of what ``large`` and the writer processes store."""
    return {"views": [event.time for event in events]}
