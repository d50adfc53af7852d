"""The store contract on SQLite, and what only SQLite has."""

import asyncio
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from consent import ledger
from edge.stores import sqlite_recordings, sqlite_writer
from edge.stores.base import Customer, Place, Recording
from edge.stores.sqlite import ERASED_ONCE, PERSON, SqliteStore
from sqlite_rows import rows
from store_contract import StoreContract
from store_stories import COUNTERS, NOW, SITE, Connect, outcome, token, view

T = TypeVar("T")
ROOT = Path(__file__).parents[1]
CANARY = "CANARYCANARY"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.db"


class TestContract(StoreContract):
    @pytest.fixture
    def connect(self, path: Path) -> Connect:
        return lambda: SqliteStore(path)


class TestReads:
    def test_a_person_is_one_statement(self, path: Path) -> None:
        async def scenario() -> list[str]:
            store = SqliteStore(path)
            await store.put_customers(SITE, [Customer("C1", {"crm.tier": "gold"})], NOW)
            await store.append(SITE, "v", COUNTERS, [view("a")])
            await store.link(SITE, "v", "C1", token("t"))
            statements: list[str] = []
            store._reader._connection.set_trace_callback(statements.append)
            assert (await store.person(SITE, "v")).attributes == {"crm.tier": "gold"}
            await store.close()
            return statements

        begin, select = asyncio.run(scenario())
        assert begin == "BEGIN" and select.lstrip().startswith("SELECT")

    def test_it_looks_everything_up_by_key(self, path: Path) -> None:
        asyncio.run(SqliteStore(path).close())
        connection = sqlite3.connect(path)
        plan = [
            *connection.execute(f"EXPLAIN QUERY PLAN {PERSON}", ("s", "v")),
            *connection.execute(f"EXPLAIN QUERY PLAN {ERASED_ONCE}", (b"",)),
        ]
        connection.close()
        assert [step.partition(" ")[0] for *_, step in plan] == ["SEARCH"] * 4

    def test_recordings_are_found_by_key(self, path: Path) -> None:
        asyncio.run(SqliteStore(path).close())
        connection = sqlite3.connect(path)
        plan = [
            *connection.execute(f"EXPLAIN QUERY PLAN {sqlite_recordings.PAGE}", ("s", 0, 0, 1)),
            *connection.execute(f"EXPLAIN QUERY PLAN {sqlite_recordings.FIND}", ("s", "r")),
            *connection.execute(f"EXPLAIN QUERY PLAN {sqlite_recordings.FORGET}", (0, 1)),
            *connection.execute("EXPLAIN QUERY PLAN DELETE FROM recordings WHERE visitor = 1"),
        ]
        connection.close()
        assert [step for *_, step in plan if "SCAN" in step or "TEMP B-TREE" in step] == []

    def test_a_reader_does_not_wait_for_a_writer(self, path: Path) -> None:
        async def scenario() -> float:
            store = SqliteStore(path)
            await store.append(SITE, "v", COUNTERS, [view("a")])
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN EXCLUSIVE")
            other.execute("DELETE FROM visitors")
            begin = time.monotonic()
            assert (await store.person(SITE, "v")).counts == {"views": [NOW]}
            took = time.monotonic() - begin
            other.execute("ROLLBACK")
            other.close()
            await store.close()
            return took

        assert asyncio.run(scenario()) < 0.04


class TestCommits:
    def test_every_commit_reaches_the_disk(self, path: Path) -> None:
        async def scenario() -> list[object]:
            store = SqliteStore(path)
            names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            found = [await store._writer.run(_pragma(name)) for name in names]
            await store.close()
            return found

        assert asyncio.run(scenario()) == ["wal", 2, 1, 1]

    def test_what_waits_shares_a_commit(self, path: Path) -> None:
        async def scenario() -> list[str]:
            store = SqliteStore(path)
            statements: list[str] = []
            await store._writer.run(lambda c: c.set_trace_callback(statements.append))
            calls = [store.append(SITE, f"v{n}", COUNTERS, [view(f"a{n}")]) for n in range(500)]
            assert await asyncio.gather(*calls) == [1] * 500
            await store.close()
            return statements

        statements = asyncio.run(scenario())
        assert sum(s.startswith("INSERT INTO events") or "INTO events" in s for s in statements)
        assert statements.count("COMMIT") <= 20

    def test_an_answer_comes_after_the_commit(self, path: Path) -> None:
        """Whoever is answered finds the row in the file, with a connection of its own."""

        async def scenario() -> None:
            store = SqliteStore(path)
            for n in range(100):
                await store.append(SITE, "v", COUNTERS, [view(f"a{n}")])
                assert rows(path, "SELECT count(*) FROM events") == [(n + 1,)]
            await store.close()

        asyncio.run(scenario())

    @pytest.mark.slow
    def test_the_wal_does_not_grow_for_ever(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sqlite_writer, "WAL_LIMIT", 100_000)

        async def scenario() -> list[int]:
            store = SqliteStore(path)
            sizes = []
            for n in range(40):
                await store.append(SITE, "v", COUNTERS, [view(f"a{n}-{i}") for i in range(50)])
                await asyncio.sleep(sqlite_writer.SCRUB_EVERY / 8)
                sizes.append(Path(f"{path}-wal").stat().st_size)
            await store.close()
            return sizes

        assert min(asyncio.run(scenario())[10:]) < 100_000


def recorded(visitor: str, n: int) -> Recording:
    """A recording that holds its visitor's name, as the recorded ID does."""
    return Recording(
        SITE,
        f"{n:016x}",
        visitor,
        NOW + n,
        f'{{"unit":"{visitor}","of":"{visitor[:-1]}-{n}"}}'.encode(),
    )


def _pragma(name: str) -> Callable[[sqlite3.Connection], object]:
    return lambda connection: connection.execute(f"PRAGMA {name}").fetchone()[0]


@pytest.mark.slow
class TestErase:
    def test_the_bytes_leave_the_files(self, path: Path) -> None:
        async def scenario() -> None:
            store = SqliteStore(path)
            await self._plant(store)
            assert self._found(path) > 100
            await asyncio.gather(*(store.erase(SITE, f"{CANARY}{n}", NOW) for n in range(5)))
            deadline = time.monotonic() + 1
            while self._found(path) and time.monotonic() < deadline:
                await asyncio.sleep(0.02)
            assert self._found(path) == 0
            assert len((await store.person(SITE, "plain1")).counts) == 1
            assert len((await store.recordings(SITE, Place(0, 0), 1000)).bodies) == 200
            await store.close()

        asyncio.run(scenario())
        assert self._found(path) == 0

    async def _plant(self, store: SqliteStore) -> None:
        for n in range(40):
            calls = [
                store.append(SITE, f"{word}{v}", COUNTERS, [view(f"{word}-{v}-{n}", counter=word)])
                for v in range(5)
                for word in (CANARY, "plain")
            ]
            await asyncio.gather(*calls)
            await store.record(
                [recorded(f"{word}{v}", n) for v in range(5) for word in (CANARY, "plain")]
            )
        await store.link(SITE, f"{CANARY}1", "C1", token(CANARY))
        await store.unlink(SITE, f"{CANARY}1", NOW)
        await store.link(SITE, f"{CANARY}2", CANARY, token("t"))

    def _found(self, path: Path) -> int:
        # The used token of an erased visitor stays, by its own id: it names nobody.
        files = path.parent.glob("t.db*")
        return sum(file.read_bytes().count(CANARY.encode() + b"1") for file in files) + sum(
            file.read_bytes().count(CANARY.encode() + b"-") for file in path.parent.glob("t.db*")
        )

    def test_a_successor_finishes_the_erasure_of_a_killed_process(self, path: Path) -> None:
        # A reader of an old snapshot keeps the WAL from being emptied until the kill.
        script = (
            "import asyncio, os, sqlite3, sys; from pathlib import Path;"
            "from edge.stores.sqlite import SqliteStore;"
            "from store_stories import *;"
            "s = SqliteStore(Path(sys.argv[1]));"
            "run = asyncio.new_event_loop().run_until_complete;"
            f"run(s.append(SITE, '{CANARY}1', COUNTERS, [view('a')]));"
            "c = sqlite3.connect(sys.argv[1], isolation_level=None);"
            "c.execute('BEGIN'); c.execute('SELECT * FROM events').fetchall();"
            f"run(s.erase(SITE, '{CANARY}1', NOW)); os.kill(os.getpid(), 9)"
        )
        environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}

        async def scenario() -> None:
            # As long as somebody has the file open, the last one to close does not empty the WAL.
            neighbour = SqliteStore(path)
            await neighbour.check()
            subprocess.run([sys.executable, "-c", script, path], env=environment, check=False)
            assert self._found(path) > 0
            store = SqliteStore(path)
            await store.check()
            deadline = time.monotonic() + 1
            while self._found(path) and time.monotonic() < deadline:
                await asyncio.sleep(0.02)
            assert self._found(path) == 0
            await store.close()
            await neighbour.close()

        asyncio.run(scenario())

    def test_the_bytes_of_forgotten_recordings_leave_the_files(self, path: Path) -> None:
        async def scenario() -> None:
            store = SqliteStore(path)
            await store.record([recorded(f"{CANARY}{v}", n) for v in range(5) for n in range(40)])
            assert self._found(path) > 100
            while await store.forget_recordings(NOW + 40, 50):
                pass
            deadline = time.monotonic() + 1
            while path.with_name("t.db-wal").stat().st_size and time.monotonic() < deadline:
                await asyncio.sleep(0.02)
            assert rows(path, "SELECT count(*) FROM recordings") == [(0,)]
            files = b"".join(file.read_bytes() for file in path.parent.glob("t.db*"))
            assert CANARY.encode() + b"-" not in files
            await store.close()

        asyncio.run(scenario())

    def test_a_tombstone_does_not_name_the_visitor(self, path: Path) -> None:
        async def scenario() -> None:
            store = SqliteStore(path)
            await store.erase(SITE, f"{CANARY}1", NOW)
            await store.close()

        asyncio.run(scenario())
        assert self._found(path) == 0
        assert rows(path, "SELECT length(hash), time FROM tombstones") == [(32, NOW)]


class TestHistory:
    def test_links_are_kept_and_never_rewritten(self, path: Path) -> None:
        async def scenario() -> None:
            store = SqliteStore(path)
            await store.link(SITE, "v", "C1", token("t", 1))
            await store.unlink(SITE, "v", 2)
            await store.link(SITE, "v", "C1", token("u", 3))
            await store.unlink(SITE, "v", 4)
            await store.unlink(SITE, "v", 5)
            await store.close()

        asyncio.run(scenario())
        history = rows(path, "SELECT customer, token, time, cut FROM links ORDER BY key")
        assert history == [("C1", "t", 1, 2), ("C1", "u", 3, 4)]
        for change in ("customer = 'C2'", "time = 9", "token = 'x'", "cut = NULL", "cut = 9"):
            with pytest.raises(sqlite3.IntegrityError, match="only ever cut"):
                rows(path, f"UPDATE links SET {change}")

    def test_the_ledger_is_verified_from_the_file_and_cannot_be_changed(self, path: Path) -> None:
        async def scenario() -> list[str]:
            store = SqliteStore(path)
            calls = [store.record_consent(SITE, {"n": n, "grants": ("ä",)}) for n in range(9)]
            hashes = await asyncio.gather(*calls)
            await store.close()
            return hashes

        hashes = asyncio.run(scenario())
        stored = rows(path, "SELECT seq, entry, hash FROM ledger ORDER BY seq")
        assert [seq for seq, *_ in stored] == list(range(1, 10))
        assert [hashed for *_, hashed in stored] == hashes
        entries = [(json.loads(str(e, "utf-8")), str(h)) for _, e, h in stored]  # type: ignore[call-overload]
        assert ledger.verify(entries) is None
        for change in ("UPDATE ledger SET entry = x'7b7d'", "DELETE FROM ledger"):
            with pytest.raises(sqlite3.IntegrityError, match="only ever appended"):
                rows(path, change)

    def test_expired_tokens_are_forgotten(self, path: Path) -> None:
        async def scenario() -> None:
            store = SqliteStore(path)
            for n in range(5):
                await store.link(SITE, f"v{n}", "C1", token(f"t{n}", NOW + n * 3_600_000))
            await store.close()

        asyncio.run(scenario())
        assert rows(path, "SELECT id FROM tokens ORDER BY id") == [("t3",), ("t4",)]


def test_a_store_that_is_not_closed_loses_nothing_acknowledged(path: Path) -> None:
    async def scenario() -> None:
        store = SqliteStore(path)
        assert await outcome(store.append(SITE, "v", COUNTERS, [view("a")])) == 1

    asyncio.run(scenario())
    assert rows(path, "SELECT id FROM events") == [("a",)]
