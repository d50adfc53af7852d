"""Faults made for real: kill -9, a full disk, a disk that fails, a damaged file, a hung process."""

import asyncio
import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
import store_child
from store_child import COUNTERS, KEEP, SITE, recorded
from store_contract import NOW, outcome, token, view

from consent import ledger
from edge.stores.base import Event, Mark, Recorded, StoreDamaged, StoreUnavailable
from edge.stores.sqlite import SqliteStore

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
            said = self._killed_writer(path, attempt, chance.uniform(0.01, 0.3))
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
        first = process.stdout.readline()
        time.sleep(delay)
        process.kill()
        rest = process.stdout.read()
        process.stdout.close()
        process.wait()
        return [line.split() for line in (first + rest).decode().splitlines()]

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
        assert counts == await store.recount(SITE, visitor, COUNTERS, _views)
    await store.close()


def _views(events: object) -> dict[str, list[int]]:
    return {"views": [event.time for event in events]}  # type: ignore[attr-defined]


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


class Space(Protocol):
    """A place for a store that runs out of room, and can be given more."""

    folder: Path

    def free(self) -> None:
        """Give it more room."""


class SmallDisk:
    """A tmpfs of 2 MB, half of it taken: writing on fails as on a full disk (ENOSPC)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "ballast").write_bytes(bytes(1 << 20))

    def free(self) -> None:
        (self.folder / "ballast").unlink()


class SmallFiles:
    """A limit on the size of files: writing on fails as on a bad disk (an I/O error)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._usual = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, self._usual[1]))

    def free(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._usual)


def _mounted(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def failing_files(tmp_path: Path) -> Iterator[Space]:
    space = SmallFiles(tmp_path)
    yield space
    space.free()


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Space]:
    """A small tmpfs; who may not mount gets the limit on file sizes instead."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if _mounted(folder):
        yield SmallDisk(folder)
        subprocess.run(["umount", str(folder)], check=True)
    else:
        space = SmallFiles(folder)
        yield space
        space.free()


class TestNoRoom:
    def test_a_full_disk(self, full_disk: Space) -> None:
        asyncio.run(_runs_full_and_recovers(full_disk))

    def test_a_disk_that_fails(self, failing_files: Space) -> None:
        asyncio.run(_runs_full_and_recovers(failing_files))


def _large(number: int) -> Recorded:
    event = Event(f"e{number}", "view", number, "web", {"text": "x" * 2000})
    return Recorded(event, (Mark("views", KEEP),))


async def _runs_full_and_recovers(space: Space) -> None:
    store = SqliteStore(space.folder / "t.db")
    stored, refused = await _fill(store)
    # Reads go on, and what was refused is nowhere.
    person = await store.person(SITE, "v")
    assert person.counts == {"views": stored}
    assert await outcome(store.check()) in (None, StoreUnavailable)
    space.free()
    await store.check()
    assert await store.append(SITE, "v", COUNTERS, [_large(n) for n in refused]) == len(refused)
    everything = sorted(stored + refused)
    assert (await store.person(SITE, "v")).counts == {"views": everything}
    await store.close()
    again = SqliteStore(space.folder / "t.db")
    assert await again.recount(SITE, "v", COUNTERS, _views) == {"views": everything}
    await again.close()


async def _fill(store: SqliteStore) -> tuple[list[int], list[int]]:
    """Append until a write is refused: the numbers that were stored, and those refused."""
    for start in range(0, 100_000, 10):
        numbers = range(start, start + 10)
        calls = [store.append(SITE, "v", COUNTERS, [_large(n)]) for n in numbers]
        outcomes = await asyncio.gather(*map(outcome, calls))
        refused = [n for n, result in zip(numbers, outcomes, strict=True) if result != 1]
        if refused:
            assert set(outcomes) <= {1, StoreUnavailable}
            return [n for n in range(start + 10) if n not in refused], refused
    raise AssertionError("the disk never filled")


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
            await asyncio.sleep(0.1)  # the writer took it and waits for the lock
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
                await store.append(SITE, f"v{n}", COUNTERS, [_large(n * 10 + i) for i in range(5)])
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
