"""A full disk and a failing one, made for real."""

import asyncio
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from edge.stores.base import StoreUnavailable
from edge.stores.sqlite import SqliteStore
from store_stories import COUNTERS, SITE, large, outcome, views

pytestmark = pytest.mark.slow


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
def full_disk() -> Iterator[Space]:
    """A small tmpfs; who may not mount gets the limit on file sizes instead.

    It lies outside pytest's own folders: a run that is killed leaves the mount behind, and the next
    run must not stumble over it.
    """
    folder = Path(tempfile.mkdtemp(prefix="tagwerk-full-disk-"))
    if _mounted(folder):
        yield SmallDisk(folder)
        subprocess.run(["umount", str(folder)], check=True)
    else:
        space = SmallFiles(folder)
        yield space
        space.free()
    shutil.rmtree(folder)


class TestNoRoom:
    def test_a_full_disk(self, full_disk: Space) -> None:
        asyncio.run(_runs_full_and_recovers(full_disk))

    def test_a_disk_that_fails(self, failing_files: Space) -> None:
        asyncio.run(_runs_full_and_recovers(failing_files))


async def _runs_full_and_recovers(space: Space) -> None:
    store = SqliteStore(space.folder / "t.db")
    stored, refused = await _fill(store)
    # Reads go on, and what was refused is nowhere.
    person = await store.person(SITE, "v")
    assert person.counts == {"views": stored}
    assert await outcome(store.check()) in (None, StoreUnavailable)
    space.free()
    await store.check()
    assert await store.append(SITE, "v", COUNTERS, [large(n) for n in refused]) == len(refused)
    everything = sorted(stored + refused)
    assert (await store.person(SITE, "v")).counts == {"views": everything}
    await store.close()
    again = SqliteStore(space.folder / "t.db")
    assert await again.recount(SITE, "v", COUNTERS, views) == {"views": everything}
    await again.close()


async def _fill(store: SqliteStore) -> tuple[list[int], list[int]]:
    """Append until a write is refused: the numbers that were stored, and those refused."""
    for start in range(0, 100_000, 10):
        numbers = range(start, start + 10)
        calls = [store.append(SITE, "v", COUNTERS, [large(n)]) for n in numbers]
        outcomes = await asyncio.gather(*map(outcome, calls))
        refused = [n for n, result in zip(numbers, outcomes, strict=True) if result != 1]
        if refused:
            assert set(outcomes) <= {1, StoreUnavailable}
            return [n for n in range(start + 10) if n not in refused], refused
    raise AssertionError("the disk never filled")
