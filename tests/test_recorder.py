"""Who is recorded, and that they go: no grant, no trace, and no decision waits for its recording."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from consent.grants import Grants, State
from edge import recorder
from edge.recorder import DAY, WAITING
from edge.stores.base import Recording, StoreUnavailable
from edge.stores.sqlite import SqliteStore
from edge.visit import Visit
from edges import HOME, RULES, SITE, Browser, Running, running
from rules.recording import Recorded, from_line
from rules.replay import replay, same_bytes
from sqlite_rows import rows

pytestmark = pytest.mark.slow
ON = {"TAGWERK_RECORD": "100%"}
NOTICE = SITE.replace("  revision: 1\n", "  revision: 1\n  regimes: {default: notice}\n")


def play(
    tmp_path: Path,
    test: Callable[[Running], Awaitable[None]],
    environ: dict[str, str] | None = None,
    store: Any = None,
    **files: str,
) -> None:
    """Run a test against an edge that records."""

    async def main() -> None:
        async with running(tmp_path, store, ON if environ is None else environ, **files) as edge:
            await test(edge)

    asyncio.run(main())


async def recordings(edge: Running, tmp_path: Path) -> list[Recorded]:
    """All that is recorded once nothing waits any more."""
    await edge.services.recorder.drain(5)
    found = rows(tmp_path / "store.db", "SELECT body FROM recordings ORDER BY key")
    return [from_line(body) for (body,) in found if isinstance(body, bytes)]


async def accepted(edge: Running, *purposes: str) -> Browser:
    """A browser whose visitor chose."""
    browser = edge.browser()
    await browser.consent("save", *purposes) if purposes else await browser.consent("accept_all")
    return browser


def test_a_recording_decides_again_byte_for_byte(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = await accepted(edge)
        await browser.post("identify", {"token": edge.token()})
        for _ in range(3):
            await browser.see("shoes")
        answered = await browser.decide(HOME + "?utm_campaign=herbst")
        await browser.get("tag.js")
        page, tag = await recordings(edge, tmp_path)
        site = edge.services.sites.all["shop"].site
        for each in (page, tag):
            assert (each.site, each.version) == ("shop", site.version)
            assert same_bytes(each, replay(site, each))
        assert [each.id for each in page.decisions] == [each["id"] for each in answered.values()]
        assert page.context.facts["crm.tier"] == "gold" and page.blocks == {"hero": "gold"}
        assert "page.url" not in page.context.facts

    play(tmp_path, test)


def test_slots_that_a_page_asked_for(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = await accepted(edge)
        await browser.post("decide", {"page": {"url": HOME}, "slots": ["strip"]})
        await browser.post("decide", {"page": {"url": HOME}, "slots": []})
        (only,) = await recordings(edge, tmp_path)
        assert (only.slots, len(only.decisions)) == (("strip",), 1)
        assert edge.log.getvalue() == ""

    play(tmp_path, test)


WHO = [
    ("nobody chose", [], 0),
    ("all were accepted", [("accept_all",)], 1),
    ("statistics alone", [("save", "statistics")], 1),
    ("personalization alone", [("save", "personalization")], 0),
    ("all were refused", [("reject_all",)], 0),
    ("withdrawn", [("accept_all",), ("withdraw",)], 0),
    ("statistics withdrawn", [("accept_all",), ("save", "personalization")], 0),
    ("personalization withdrawn", [("accept_all",), ("save", "statistics")], 1),
]


@pytest.mark.parametrize(("choices", "count"), [r[1:] for r in WHO], ids=[r[0] for r in WHO])
def test_only_who_chose_statistics_is_recorded(
    tmp_path: Path, choices: list[tuple[str, ...]], count: int
) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        for choice in choices:
            await browser.consent(*choice)
        await browser.decide()
        await browser.get("tag.js")
        assert len(await recordings(edge, tmp_path)) == 2 * count
        if not count and not choices:
            assert rows(tmp_path / "store.db", "SELECT * FROM visitors") == []

    play(tmp_path, test)


def test_a_grant_that_nobody_was_asked_for_records_nobody(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        answer = (await browser.post("decide", {"page": {"url": HOME}})).json()
        assert "statistics" in answer["consent"]["grants"]
        assert await recordings(edge, tmp_path) == []
        await browser.consent("accept_all")
        await browser.decide()
        assert len(await recordings(edge, tmp_path)) == 1

    play(tmp_path, test, site=NOTICE)


def test_a_choice_that_lapsed_records_nobody(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = await accepted(edge)
        path = edge.folder / "site.yaml"
        path.write_text(NOTICE.replace("revision: 1", "revision: 2"), encoding="utf-8")
        await edge.services.sites.reload(edge.folder)
        answer = (await browser.post("decide", {"page": {"url": HOME}})).json()
        assert answer["consent"]["state"] == "unset" and "statistics" in answer["consent"]["grants"]
        assert await recordings(edge, tmp_path) == []

    play(tmp_path, test, site=NOTICE)


@pytest.mark.parametrize(
    ("purposes", "state", "visitor", "allowed"),
    [
        ({"statistics"}, "granted", "v", True),
        ({"statistics", "personalization"}, "granted", "v", True),
        ({"personalization"}, "granted", "v", False),
        ({"statistics"}, "unset", "v", False),
        ({"statistics"}, "denied", "v", False),
        ({"statistics"}, "granted", None, False),
        (set(), "granted", "v", False),
    ],
)
def test_who_may_be_recorded(
    purposes: set[str], state: State, visitor: str | None, allowed: bool
) -> None:
    grants = Grants(frozenset(purposes), state, False, 1)
    assert recorder.may_record(Visit(grants, None, visitor)) is allowed


def test_a_copied_consent_cookie_records_nobody(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser, other = await accepted(edge), edge.browser()
        name = "__Host-tw_consent"
        other.client.cookies.set(name, browser.client.cookies[name])
        await other.decide()
        assert await recordings(edge, tmp_path) == []

    play(tmp_path, test)


@pytest.mark.parametrize(
    "choice", [("withdraw",), ("reject_all",), ("save", "personalization"), ("save", "statistics")]
)
def test_what_is_taken_back_takes_the_recordings(tmp_path: Path, choice: tuple[str, ...]) -> None:
    async def test(edge: Running) -> None:
        browser, other = await accepted(edge), await accepted(edge)
        for each in (browser, other, browser):
            await each.decide()
        assert len(await recordings(edge, tmp_path)) == 3
        await browser.consent(*choice)
        assert len(await recordings(edge, tmp_path)) == 1

    play(tmp_path, test)


def test_a_recording_that_waits_while_its_visitor_withdraws_is_never_stored(tmp_path: Path) -> None:
    class Held(SqliteStore):
        gate = asyncio.Event()

        async def record(self, recordings: Any) -> int:
            await self.gate.wait()
            return await super().record(recordings)

    async def test(edge: Running) -> None:
        browser = await accepted(edge)
        await browser.decide()
        await browser.consent("withdraw")
        Held.gate.set()
        assert await recordings(edge, tmp_path) == []
        assert rows(tmp_path / "store.db", "SELECT * FROM visitors") == []

    play(tmp_path, test, store=Held(tmp_path / "store.db"))


def test_off_is_the_default(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        await (await accepted(edge)).decide()
        assert await recordings(edge, tmp_path) == []

    play(tmp_path, test, environ={})


def test_the_share_is_dealt_by_the_decisions_ids(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = await accepted(edge)
        ids = []
        for _ in range(200):
            edge.clock.now += 1
            ids.append(next(iter((await browser.decide()).values()))["id"])
        wanted = [id for id in ids if int(id[:16], 16) < 0.3 * 2**64]
        found = [each.decisions[0].id for each in await recordings(edge, tmp_path)]
        assert found == wanted and 30 < len(found) < 90

    play(tmp_path, test, environ={"TAGWERK_RECORD": "30%"})


NETWORK = (
    RULES
    + """
  - {id: office, slot: strip, priority: 9, when: {client.ip: {in_cidr: 192.0.2.0/24}}, show: {block: gold}}
"""
)


def test_an_address_is_not_recorded_whatever_reads_it(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        strip = (await (await accepted(edge)).decide())["strip"]
        assert (strip["rule"], strip["html"]) == ("office", "<b>192.0.2.1</b>")
        (only,) = await recordings(edge, tmp_path)
        assert only.left_out == ("client.ip",) and "client.ip" not in only.context.facts
        files = b"".join(file.read_bytes() for file in tmp_path.glob("store.db*"))
        assert b"192.0.2.1" not in files

    play(tmp_path, test, rules=NETWORK, gold="<b>{{ attr['client.ip'] }}</b>")


class Full(SqliteStore):
    """A store that cannot record."""

    fails = True

    async def record(self, recordings: Any) -> int:
        if self.fails:
            raise StoreUnavailable("full")
        return await super().record(recordings)


def test_a_store_that_cannot_record_costs_no_decision(tmp_path: Path) -> None:
    store = Full(tmp_path / "store.db")

    async def test(edge: Running) -> None:
        browser = await accepted(edge)
        for _ in range(3):
            assert len(await browser.decide()) == 2
            await edge.services.recorder.drain(5)
        assert edge.log.getvalue().count("recording.dropped") == 1
        store.fails = False
        await browser.decide()
        assert len(await recordings(edge, tmp_path)) == 1
        assert "count=3" in edge.log.getvalue() and edge.services.recorder.dropped == 0

    play(tmp_path, test, store=store)


def test_what_waits_is_bounded(tmp_path: Path) -> None:
    class Stuck(SqliteStore):
        gate = asyncio.Event()

        async def record(self, recordings: Any) -> int:
            await self.gate.wait()
            return await super().record(recordings)

    async def test(edge: Running) -> None:
        browser = await accepted(edge)
        waiting = edge.services.recorder.__dict__["_waiting"]
        await browser.decide()
        await asyncio.sleep(0)
        row = Recording("shop", "r", "v", 0, b"{}")
        waiting.extend([row] * (WAITING - len(waiting)))
        for _ in range(3):
            assert len(await browser.decide()) == 2
        assert (len(waiting), edge.services.recorder.dropped) == (WAITING, 3)
        waiting.clear()
        Stuck.gate.set()
        assert len(await recordings(edge, tmp_path)) == 1

    play(tmp_path, test, store=Stuck(tmp_path / "store.db"))


def test_a_request_that_cannot_be_written_costs_no_decision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(recorded: object) -> bytes:
        raise UnicodeEncodeError("utf-8", "secret", 0, 1, "surrogates")

    monkeypatch.setattr(recorder, "to_line", fails)

    async def test(edge: Running) -> None:
        assert len(await (await accepted(edge)).decide()) == 2
        assert "recording.dropped" in edge.log.getvalue() and "secret" not in edge.log.getvalue()

    play(tmp_path, test)


def test_recordings_are_forgotten_after_their_days(tmp_path: Path) -> None:
    async def first(edge: Running) -> None:
        browser = await accepted(edge)
        await browser.decide()
        edge.clock.now += 2 * DAY
        await browser.decide()
        await edge.services.recorder.drain(5)
        await edge.services.recorder.forget()
        assert len(await recordings(edge, tmp_path)) == 2
        edge.clock.now += 5 * DAY + 1
        await edge.services.recorder.forget()
        assert len(await recordings(edge, tmp_path)) == 1

    async def second(edge: Running) -> None:
        """At a start, and with recording switched off again."""
        edge.clock.now += 30 * DAY
        for _ in range(100):
            if not rows(tmp_path / "store.db", "SELECT 1 FROM recordings"):
                return
            await asyncio.sleep(0.02)
        raise AssertionError("it is still there")

    play(tmp_path, first, {**ON, "TAGWERK_RECORD_DAYS": "7"})
    play(tmp_path, second, {"TAGWERK_RECORD_DAYS": "7"})


@pytest.mark.slow
def test_what_waits_at_the_end_is_stored(tmp_path: Path) -> None:
    class Slow(SqliteStore):
        async def record(self, recordings: Any) -> int:
            await asyncio.sleep(1.5)
            return await super().record(recordings)

    async def test(edge: Running) -> None:
        browser = await accepted(edge)
        for _ in range(20):
            await browser.decide()

    play(tmp_path, test, store=Slow(tmp_path / "store.db"))
    assert rows(tmp_path / "store.db", "SELECT count(*) FROM recordings") == [(20,)]


def test_a_locked_store_delays_no_decision(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = await accepted(edge)
        with sqlite3.connect(tmp_path / "store.db", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            for _ in range(5):
                await asyncio.wait_for(browser.decide(), 0.5)
            other.execute("ROLLBACK")
        assert len(await recordings(edge, tmp_path)) == 5

    play(tmp_path, test)


def test_an_edit_records_under_its_own_rules(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = await accepted(edge)
        await browser.decide()
        path = edge.folder / "rules" / "main.yaml"
        path.write_text(RULES.replace("herbst", "winter"), encoding="utf-8")
        await edge.services.sites.reload(edge.folder)
        await browser.decide()
        old, new = await recordings(edge, tmp_path)
        assert old.version != new.version == edge.services.sites.all["shop"].site.version

    play(tmp_path, test)
