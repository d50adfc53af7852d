"""Faults made for real: kill -9, a full disk, a disk that fails, a damaged file, a hung process."""

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

import store_child
from consent import ledger
from edge.stores.base import StoreDamaged, StoreUnavailable
from edge.stores.sqlite import SqliteStore
from store_child import recorded
from store_stories import COUNTERS, NOW, SITE, large, outcome, token, view, views

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
KILLS = 20 if os.environ.get("TAGWERK_LONG") else 4


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.db"


def child(path: Path, base: int, *count: int) -> subprocess.Popen[bytes]:
    """Start a writer process of its own."""
    arguments = [sys.executable, store_child.__file__, path, base, *count]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(list(map(str, arguments)), stdout=subprocess.PIPE, env=environment)


def chain_of(path: Path) -> list[str]:
    """The hashes of the ledger as it lies in the file, after it was verified."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT entry, hash FROM ledger ORDER BY seq").fetchall()
    connection.close()
    entries = [(json.loads(entry), hashed) for entry, hashed in rows]
    assert ledger.verify(entries) is None
    return [hashed for _, hashed in entries]


class TestKill:
    def test_acknowledged_is_durable_and_a_retry_doubles_nothing(self, path: Path) -> None:
        chance = random.Random(7)
        sent: dict[str, set[int]] = {}
        for attempt in range(KILLS):
            said = self._killed_writer(path, attempt, chance.uniform(0, 0.3))
            stored = _numbers(said, "stored")
            for visitor, numbers in _numbers(said, "sent").items():
                sent.setdefault(visitor, set()).update(numbers)
            asyncio.run(_all_there(path, stored, sent))
            chained = {line[1] for line in said if line[0] == "chained"}
            assert chained <= set(chain_of(path))
        asyncio.run(_retried(path, sent))

    def _killed_writer(self, path: Path, attempt: int, delay: float) -> list[list[str]]:
        process = child(path, attempt * 1000)
        assert process.stdout is not None
        said = b""
        while b"stored" not in said:
            line = process.stdout.readline()
            assert line, "the writer ended by itself"
            said += line
        time.sleep(delay)
        process.kill()
        said += process.stdout.read()
        process.stdout.close()
        process.wait()
        return [line.split() for line in said.decode().splitlines()]

    def test_a_store_opens_within_two_seconds_of_a_kill(self, path: Path) -> None:
        self._killed_writer(path, 0, 0.3)
        begin = time.monotonic()
        store = SqliteStore(path)
        asyncio.run(store.check())
        assert time.monotonic() - begin < 2
        asyncio.run(store.close())


def _numbers(said: list[list[str]], word: str) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for line in said:
        if line[0] == word:
            found.setdefault(line[1], set()).update(map(int, line[2:]))
    return found


async def _all_there(path: Path, stored: dict[str, set[int]], sent: dict[str, set[int]]) -> None:
    store = SqliteStore(path)
    assert stored
    for visitor, numbers in stored.items():
        times = (await store.person(SITE, visitor)).counts["views"]
        assert numbers <= set(times), "an acknowledged event is gone"
        assert len(times) == len(set(times)), "an event was counted twice"
        assert set(times) <= sent[visitor]
    await store.close()


async def _retried(path: Path, sent: dict[str, set[int]]) -> None:
    store = SqliteStore(path)
    for visitor, numbers in sent.items():
        before = len((await store.person(SITE, visitor)).counts["views"])
        new = await store.append(SITE, visitor, COUNTERS, [recorded(n) for n in numbers])
        assert before + new == len(numbers)
        counts = (await store.person(SITE, visitor)).counts
        assert counts == {"views": sorted(numbers)}
        assert counts == await store.recount(SITE, visitor, COUNTERS, views)
    await store.close()


class TestSeveralProcesses:
    def test_they_share_a_file(self, path: Path) -> None:
        writers = [child(path, base, 200) for base in (0, 1000)]
        said = [writer.communicate(timeout=120)[0].decode() for writer in writers]
        assert [writer.returncode for writer in writers] == [0, 0]
        chained = [line.split()[1] for text in said for line in text.splitlines() if "ch" in line]
        assert sorted(chained) == sorted(chain_of(path))
        asyncio.run(self._complete(path))

    async def _complete(self, path: Path) -> None:
        store = SqliteStore(path)
        for n in range(store_child.WRITERS):
            expected = [b + 100_000 * n + i for b in (0, 1000) for i in range(200)]
            assert (await store.person(SITE, f"v{n}")).counts == {"views": expected}
        await store.close()

    def test_a_stopped_process_that_holds_the_lock_blocks_for_a_bounded_time(
        self, path: Path
    ) -> None:
        script = (
            "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
            "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); time.sleep(600)"
        )
        asyncio.run(_once(path))
        process = subprocess.Popen([sys.executable, "-c", script, path], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGSTOP)
        try:
            asyncio.run(_refused_in_time(path))
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


async def _once(path: Path) -> None:
    store = SqliteStore(path)
    await store.append(SITE, "v", COUNTERS, [view("a")])
    await store.close()


async def _refused_in_time(path: Path) -> None:
    store = await asyncio.to_thread(_opened_despite_lock, path)
    begin = time.monotonic()
    assert await outcome(store.append(SITE, "v", COUNTERS, [view("b")])) is StoreUnavailable
    assert time.monotonic() - begin < 2
    assert (await store.person(SITE, "v")).counts == {"views": [NOW]}
    await store.close()


def _opened_despite_lock(path: Path) -> SqliteStore:
    return SqliteStore(path, wait_ms=100)


class TestLocked:
    def test_a_lock_of_another_process(self, path: Path) -> None:
        async def scenario() -> None:
            store = SqliteStore(path, wait_ms=50)
            await store.append(SITE, "v", COUNTERS, [view("a")])
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            calls = [store.append(SITE, "v", COUNTERS, [view(f"b{n}")]) for n in range(5)]
            outcomes = await asyncio.gather(*map(outcome, calls))
            assert outcomes == [StoreUnavailable] * 5
            assert (await store.person(SITE, "v")).counts == {"views": [NOW]}
            other.execute("ROLLBACK")
            other.close()
            assert await store.append(SITE, "v", COUNTERS, [view("b0")]) == 1
            await store.close()

        asyncio.run(scenario())

    def test_a_full_queue_refuses_at_once(self, path: Path) -> None:
        async def scenario() -> None:
            store = SqliteStore(path, queue=10, wait_ms=5000)
            await store.check()
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            waiting = [asyncio.ensure_future(store.check())]
            await asyncio.sleep(0)
            while store._writer._jobs.qsize():
                await asyncio.sleep(0.01)  # until the writer took it and waits for the lock
            waiting += [asyncio.ensure_future(store.check()) for _ in range(10)]
            await asyncio.sleep(0)
            begin = time.monotonic()
            assert await outcome(store.check()) is StoreUnavailable
            assert time.monotonic() - begin < 0.05
            other.execute("ROLLBACK")
            other.close()
            assert await asyncio.gather(*waiting) == [None] * 11
            await store.check()
            await store.close()

        asyncio.run(scenario())


class TestDamage:
    @pytest.fixture
    def seeded(self, path: Path) -> Path:
        async def seed() -> None:
            store = SqliteStore(path)
            for n in range(40):
                await store.append(SITE, f"v{n}", COUNTERS, [large(n * 10 + i) for i in range(5)])
                await store.link(SITE, f"v{n}", "C1", token(f"t{n}"))
            await store.close()

        asyncio.run(seed())
        return path

    def test_random_bytes_in_any_page_are_noticed(self, seeded: Path) -> None:
        sound = seeded.read_bytes()
        chance = random.Random(7)
        pages = len(sound) // 4096
        for page in {0, 1, pages - 1, *chance.sample(range(pages), 20)}:
            at = page * 4096
            seeded.write_bytes(sound[:at] + chance.randbytes(4096) + sound[at + 4096 :])
            with pytest.raises(StoreDamaged) as caught:
                SqliteStore(seeded)
            assert str(seeded) in str(caught.value)
            assert "restore the last backup" in str(caught.value)

    def test_a_cut_off_file_is_noticed(self, seeded: Path) -> None:
        os.truncate(seeded, seeded.stat().st_size // 2)
        with pytest.raises(StoreDamaged, match=r"t\.db"):
            SqliteStore(seeded)

    def test_damage_while_it_runs_is_reported_as_damage(self, seeded: Path) -> None:
        async def scenario() -> None:
            store = SqliteStore(seeded)
            size = seeded.stat().st_size
            with seeded.open("r+b") as file:
                file.seek(4096)
                file.write(random.Random(7).randbytes(size - 4096))
            assert await outcome(store.person(SITE, "v1")) is StoreDamaged
            assert await outcome(store.append(SITE, "v1", COUNTERS, [view("n")])) is StoreDamaged
            await store.close()

        asyncio.run(scenario())


class TestRemoved:
    def test_nothing_is_acknowledged_into_a_file_that_is_gone(self, tmp_path: Path) -> None:
        async def story() -> None:
            path = tmp_path / "t.db"
            store = SqliteStore(path)
            assert await store.append(SITE, "v", COUNTERS, [view("before", 1)]) == 1
            for file in tmp_path.glob("t.db*"):
                file.unlink()
            with pytest.raises(StoreUnavailable, match="removed or replaced"):
                await store.append(SITE, "v", COUNTERS, [view("after", 2)])
            with pytest.raises(StoreUnavailable):
                await store.check()
            await store.close()

        asyncio.run(story())
