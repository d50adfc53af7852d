"""Opening a SQLite store: new, old, foreign and damaged files, and the URLs that name them."""

import asyncio
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from edge.stores.base import Recording, StoreDamaged, StoreError, StoreUnavailable
from edge.stores.open import BadStoreUrl, open_store
from edge.stores.schema import IMPORT_TIMES, MIGRATIONS, migrate
from edge.stores.sqlite import SqliteStore
from sqlite_rows import rows
from store_stories import COUNTERS, SITE, token, view

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.db"


class TestOpening:
    def test_only_the_owner_can_read_the_file(self, path: Path) -> None:
        async def scenario() -> set[int]:
            store = SqliteStore(path)
            await store.check()
            modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.glob("t.db*")}
            await store.close()
            return modes

        assert asyncio.run(scenario()) == {0o600}

    def test_a_newer_file_is_refused_and_left_alone(self, path: Path) -> None:
        asyncio.run(SqliteStore(path).close())
        rows(path, f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        before = path.read_bytes()
        with pytest.raises(StoreError, match="newer release") as caught:
            SqliteStore(path)
        assert str(path) in str(caught.value)
        assert path.read_bytes() == before

    def test_another_programs_database_is_refused_and_left_alone(self, path: Path) -> None:
        rows(path, "CREATE TABLE precious (x)")
        before = path.read_bytes()
        with pytest.raises(StoreError, match="another program"):
            SqliteStore(path)
        assert path.read_bytes() == before

    def test_a_file_that_is_no_database(self, path: Path) -> None:
        path.write_text("Dear diary, " * 1000)
        with pytest.raises(StoreDamaged, match="not a database"):
            SqliteStore(path)

    def test_a_folder_that_cannot_be_made(self, path: Path) -> None:
        path.write_text("a file")
        with pytest.raises(StoreUnavailable, match="cannot write"):
            SqliteStore(path / "t.db")

    def test_a_migration_that_fails_midway_changes_nothing(self, path: Path) -> None:
        asyncio.run(SqliteStore(path).close())
        connection = sqlite3.connect(path, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, path, [*MIGRATIONS, ("CREATE TABLE more (x)", "NONSENSE")])
        connection.close()
        assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]
        assert rows(path, "SELECT name FROM sqlite_schema WHERE name = 'more'") == []

    def test_a_migration_keeps_the_data(self, path: Path) -> None:
        async def write() -> None:
            store = SqliteStore(path)
            await store.append(SITE, "v", COUNTERS, [view("a")])
            await store.close()

        asyncio.run(write())
        connection = sqlite3.connect(path, isolation_level=None)
        migrate(connection, path, [*MIGRATIONS, ("CREATE TABLE more (x)",)])
        connection.close()
        assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS) + 1,)]
        assert rows(path, "SELECT id FROM events") == [("a",)]

    def test_customers_of_an_older_file_are_of_an_unknown_time(self, path: Path) -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        migrate(connection, path, MIGRATIONS[: MIGRATIONS.index(IMPORT_TIMES)])
        connection.execute(
            "INSERT INTO customers (site, id, attributes) VALUES ('shop', 'C1', x'7b7d')"
        )
        connection.close()

        async def imported() -> int | None:
            store = SqliteStore(path)
            await store.link(SITE, "v", "C1", token("t"))
            person = await store.person(SITE, "v")
            await store.close()
            return person.imported

        assert asyncio.run(imported()) is None

    def test_a_file_of_the_first_schema_opens_and_keeps_its_data(self, path: Path) -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        migrate(connection, path, MIGRATIONS[:1])
        connection.execute("INSERT INTO visitors VALUES (1, ?, 'v', ?, x'7b7d')", (SITE, COUNTERS))
        connection.close()

        async def open_it() -> None:
            store = SqliteStore(path)
            assert (await store.person(SITE, "v")).counters == COUNTERS
            assert await store.record([Recording(SITE, "r", "v", 1, b"{}")]) == 1
            await store.erase(SITE, "v", 2)
            await store.close()

        asyncio.run(open_it())
        assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]
        assert rows(path, "SELECT count(*) FROM recordings") == [(0,)]

    def test_the_switch_to_wal_waits_for_whoever_writes(self, path: Path) -> None:
        asyncio.run(SqliteStore(path).close())
        rows(path, "PRAGMA journal_mode = DELETE")
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.2, other.close).start()
        asyncio.run(SqliteStore(path).close())
        assert rows(path, "PRAGMA journal_mode") == [("wal",)]

    def test_processes_that_make_a_new_file_together(self, path: Path) -> None:
        script = (
            "import asyncio, sys; from pathlib import Path;"
            "from edge.stores.sqlite import PERSON, SqliteStore; sys.stdin.read();"
            "s = SqliteStore(Path(sys.argv[1])); asyncio.run(s.check())"
        )
        starters = [
            subprocess.Popen(
                [sys.executable, "-c", script, path],
                stdin=subprocess.PIPE,
                env={"PYTHONPATH": str(ROOT)},
            )
            for _ in range(4)
        ]
        time.sleep(0.6)  # all have imported and wait at the gate
        for starter in starters:
            assert starter.stdin is not None
            starter.stdin.close()
        assert [starter.wait(timeout=60) for starter in starters] == [0] * 4


class TestUrl:
    def test_three_slashes_are_relative_and_four_absolute(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        asyncio.run(open_store("sqlite:///var/a%20b.db").close())
        asyncio.run(open_store(f"sqlite:///{tmp_path}/c.db").close())
        assert (tmp_path / "var" / "a b.db").is_file()
        assert (tmp_path / "c.db").is_file()

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "tagwerk.db",
            "sqlite:",
            "sqlite://",
            "sqlite:///",
            "sqlite://host/x",
            "sqlite:///x?y=1",
        ],
    )
    def test_a_bad_url_shows_a_good_one(self, url: str) -> None:
        with pytest.raises(BadStoreUrl, match=r"sqlite:///var/tagwerk\.db"):
            open_store(url)

    def test_an_unknown_kind_is_named_without_its_password(self) -> None:
        with pytest.raises(BadStoreUrl, match="'postgres'") as caught:
            open_store("postgres://user:hunter2@host/db")
        assert "hunter2" not in str(caught.value)
