"""The profiles asked for in one turn of the loop are read from one snapshot, and none from an old one."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
import uvloop

from edge.stores.base import Place, StoreError, StoreUnavailable
from edge.stores.sqlite import SqliteStore
from store_stories import COUNTERS, NOW, SITE, token, view

Scenario = Callable[[SqliteStore], Awaitable[None]]
Run = Callable[[Scenario], None]
CANARY = "CANARYCANARY"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.db"


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest, path: Path) -> Run:
    """Run a scenario with a store in each of the loops; whatever the loop complains of fails the test."""

    async def whole(scenario: Scenario) -> None:
        complaints: list[object] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: complaints.append(context))
        store = SqliteStore(path)
        await store.append(SITE, "v", COUNTERS, [view("a")])
        await next_turn()
        await scenario(store)
        await store.close()
        await next_turn()
        assert complaints == []

    def run(scenario: Scenario) -> None:
        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(whole(scenario))

    return run


async def next_turn() -> None:
    for _ in range(2):  # what the last turn left to do comes in the middle of the next
        await asyncio.sleep(0)


def link_as_another_process_does(path: Path, customer: str) -> None:
    """Commit a link with a connection of one's own."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        key = other.execute("SELECT key FROM visitors WHERE visitor = 'v'").fetchone()[0]
        other.execute("UPDATE links SET cut = 1 WHERE visitor = ? AND cut IS NULL", (key,))
        row = (key, customer, customer, NOW)
        other.execute("INSERT INTO links (visitor, customer, token, time) VALUES (?, ?, ?, ?)", row)


def is_held(path: Path) -> bool:
    """Say whether a snapshot keeps the WAL from being emptied, for longer than the writer's own checkpoint."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other:
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            busy, *_ = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return False
        return True


def test_reads_of_one_turn_take_one_lock(run: Run) -> None:
    async def scenario(store: SqliteStore) -> None:
        statements: list[str] = []
        store._reader._connection.set_trace_callback(statements.append)
        for _ in range(2):
            await asyncio.gather(*[store.person(SITE, "v") for _ in range(5)])
            await next_turn()
        words = [statement.split()[0] for statement in statements]
        assert words == ["BEGIN", *["SELECT"] * 5, "ROLLBACK"] * 2

    run(scenario)


def test_the_next_turn_sees_what_others_wrote(run: Run, path: Path) -> None:
    async def scenario(store: SqliteStore) -> None:
        for customer in ("C1", "C2"):
            former = (await store.person(SITE, "v")).customer
            link_as_another_process_does(path, customer)
            assert (await store.person(SITE, "v")).customer == former
            await next_turn()
            assert (await store.person(SITE, "v")).customer == customer

    run(scenario)


def test_whoever_waits_for_a_write_reads_it(run: Run) -> None:
    """While others read in every turn, as under load."""

    async def scenario(store: SqliteStore) -> None:
        async with others_read(store):
            for number in range(300):
                visitor = f"w{number}"
                await store.link(SITE, visitor, "C1", token(visitor))
                assert (await store.person(SITE, visitor)).customer == "C1"
                await store.erase(SITE, visitor, NOW)
                assert (await store.person(SITE, visitor)).erased

    run(scenario)


@asynccontextmanager
async def others_read(store: SqliteStore) -> AsyncIterator[None]:
    async def forever() -> None:
        while True:
            await store.person(SITE, "v")
            await asyncio.sleep(0)

    readers = [asyncio.create_task(forever()) for _ in range(16)]
    yield
    assert not any(reader.done() for reader in readers)
    for reader in readers:
        reader.cancel()
    await asyncio.wait(readers)


def test_a_snapshot_is_let_go_with_its_turn(run: Run, path: Path) -> None:
    async def scenario(store: SqliteStore) -> None:
        await store.person(SITE, "v")
        link_as_another_process_does(path, "C1")
        assert is_held(path)
        await next_turn()
        assert not is_held(path)

    run(scenario)


@pytest.mark.parametrize("turns", [0, 1], ids=["at once", "a turn later"])
def test_closed_in_the_turn_of_a_read(run: Run, turns: int) -> None:
    async def scenario(store: SqliteStore) -> None:
        await store.person(SITE, "v")
        for _ in range(turns):
            await asyncio.sleep(0)
        await store.close()
        with pytest.raises(StoreUnavailable, match="closed"):
            await store.person(SITE, "v")

    run(scenario)


def test_a_read_that_fails_holds_nothing(run: Run, path: Path) -> None:
    async def scenario(store: SqliteStore) -> None:
        with pytest.raises(StoreError, match="cannot be stored"):
            await store.person(SITE, "\ud800")
        await next_turn()
        assert not is_held(path)
        assert (await store.person(SITE, "v")).counts

    run(scenario)


def test_pages_of_recordings_hold_no_snapshot(run: Run, path: Path) -> None:
    async def scenario(store: SqliteStore) -> None:
        await store.recordings(SITE, Place(0, 0), 10)
        await store.find_recordings(SITE, "r")
        link_as_another_process_does(path, "C1")
        assert not is_held(path)

    run(scenario)


@pytest.mark.slow
def test_erased_bytes_leave_the_files_while_others_read(run: Run, path: Path) -> None:
    async def scenario(store: SqliteStore) -> None:
        async with others_read(store):
            for number in range(3):
                await store.link(SITE, f"{CANARY}{number}", CANARY, token(f"t{number}"))
                assert found(path)
                await store.erase(SITE, f"{CANARY}{number}", NOW)
                deadline = time.monotonic() + 1
                while found(path) and time.monotonic() < deadline:
                    await asyncio.sleep(0.02)
                assert not found(path)

    run(scenario)


def found(path: Path) -> bool:
    return any(CANARY.encode() in file.read_bytes() for file in path.parent.glob("t.db*"))
