"""Withdrawal against lost answers, locked stores, kept copies and kill -9."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from edge.stores.sqlite import SqliteStore
from edges import HOME, SITE, Browser, Running, run, running

CONSENT, VISITOR = "__Host-tw_consent", "__Host-tw_visitor"


def stored(tmp_path: Path, table: str) -> int:
    """Count the rows of a table in the store's file."""
    with sqlite3.connect(tmp_path / "store.db") as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


async def copy(edge: Running, browser: Browser, *names: str) -> Browser:
    """Return another browser with copies of some cookies."""
    other = edge.browser()
    for name in names:
        other.client.cookies.set(name, browser.client.cookies[name])
    return other


async def state(browser: Browser) -> tuple[str, bool]:
    """Return the consent a page is told: its state, and whether to ask."""
    answer = (await browser.post("decide", {"page": {"url": HOME}})).json()["consent"]
    return answer["state"], answer["ask"]


def test_accepting_after_a_withdrawal_whose_answer_was_lost(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        lost = await copy(edge, browser, CONSENT, VISITOR)
        await lost.consent("withdraw")
        await browser.consent("accept_all")
        assert await state(browser) == ("granted", False)
        assert (await browser.see("shoes")).status_code == 202

    run(tmp_path, test)


def test_a_new_revision_keeps_the_visitor_and_withdrawal_still_finds_the_rows(
    tmp_path: Path,
) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        await browser.see("shoes")
        before = browser.client.cookies[VISITOR]
        path = edge.folder / "site.yaml"
        path.write_text(SITE.replace("revision: 1", "revision: 2"), encoding="utf-8")
        await edge.services.sites.reload(edge.folder)
        assert await state(browser) == ("unset", True)
        await browser.consent("accept_all")
        assert browser.client.cookies[VISITOR] == before
        await browser.consent("withdraw")
        assert [stored(tmp_path, table) for table in ("visitors", "events")] == [0, 0]

    run(tmp_path, test)


def test_granting_less_after_a_new_revision_erases(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        await browser.see("shoes")
        path = edge.folder / "site.yaml"
        path.write_text(SITE.replace("revision: 1", "revision: 2"), encoding="utf-8")
        await edge.services.sites.reload(edge.folder)
        await browser.consent("save", "statistics")
        assert stored(tmp_path, "events") == 0

    run(tmp_path, test)


@pytest.mark.slow
def test_a_locked_store_delays_no_withdrawal_and_a_new_process_carries_it_out(
    tmp_path: Path,
) -> None:
    async def first() -> dict[str, str]:
        async with running(tmp_path) as edge:
            browser = edge.browser()
            await browser.consent("accept_all")
            await browser.see("shoes")
            kept = await copy(edge, browser, CONSENT, VISITOR)
            with sqlite3.connect(tmp_path / "store.db", isolation_level=None) as other:
                other.execute("BEGIN IMMEDIATE")
                answer = await browser.consent("withdraw")
                assert answer.json()["consent"]["state"] == "denied"
                assert await state(kept) == ("unset", True), "in force at once, store or no store"
                assert len(list((tmp_path / "state" / "erasures").glob("*.json"))) == 1
                # As kill -9 would: nothing of this process goes on.
                for task in edge.services.erasures.__dict__["_running"].values():
                    task.cancel()
                edge.services.erasures.__dict__["_running"].clear()
                other.execute("ROLLBACK")
            assert stored(tmp_path, "events") == 1
            return dict(kept.client.cookies)

    async def second(cookies: dict[str, str]) -> None:
        async with running(tmp_path) as edge:
            kept = edge.browser()
            kept.client.cookies.update(cookies)
            assert await state(kept) == ("unset", True)
            for _ in range(100):
                if stored(tmp_path, "events") == 0:
                    break
                await asyncio.sleep(0.05)
            assert stored(tmp_path, "events") == 0
            await asyncio.sleep(0.1)
            assert list((tmp_path / "state" / "erasures").glob("*.json")) == []

    asyncio.run(second(asyncio.run(first())))


@pytest.mark.parametrize("names", [(CONSENT,), (CONSENT, VISITOR)])
def test_copies_of_withdrawn_cookies_get_nothing_again(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        kept = await copy(edge, browser, *names)
        await browser.consent("withdraw")
        linked = await kept.post("identify", {"token": edge.token()})
        assert linked.json() == {"linked": False, "reason": "CONSENT_REQUIRED"}
        assert "set-cookie" not in (await kept.post("logout", {})).headers
        assert (await kept.see("shoes")).json()["accepted"] == 0
        assert stored(tmp_path, "visitors") == 0

    run(tmp_path, test)


def test_a_visitor_cookie_that_came_late_is_taken_back(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        late = browser.client.cookies[VISITOR]
        await browser.consent("withdraw")
        browser.client.cookies.set(VISITOR, late, domain="shop.example", path="/")
        answer = await browser.get("tag.js")
        assert answer.headers["set-cookie"].startswith(f"{VISITOR}=; ")
        assert "set-cookie" not in (await browser.get("tag.js")).headers

    run(tmp_path, test)


def test_a_refusal_erases_whom_only_the_visitor_cookie_knows(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        await browser.see("shoes")
        assert stored(tmp_path, "visitors") == 1
        alone = await copy(edge, browser, VISITOR)
        await alone.consent("reject_all")
        assert stored(tmp_path, "visitors") == 0

    run(tmp_path, test)


def test_a_yes_after_a_refusal_is_not_taken_for_a_cookie_that_came_late(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        late = browser.client.cookies[VISITOR]
        await browser.consent("withdraw")
        browser.client.cookies.set(VISITOR, late, domain="shop.example", path="/")
        set_ = (await browser.consent("accept_all")).headers.get_list("set-cookie")
        visitors = [line.partition(";")[0] for line in set_ if line.startswith(VISITOR)]
        assert len(visitors) == 1 and visitors[0] not in (f"{VISITOR}=", f"{VISITOR}={late}")

    run(tmp_path, test)


@pytest.mark.slow
def test_a_yes_while_an_erasure_waits_is_another_visitors(tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "store.db"
        async with running(tmp_path, store=SqliteStore(path, wait_ms=50)) as edge:
            browser = edge.browser()
            await browser.consent("accept_all")
            lost = await copy(edge, browser, CONSENT, VISITOR)
            with sqlite3.connect(path, isolation_level=None) as other:
                other.execute("BEGIN IMMEDIATE")
                await lost.consent("withdraw")
                await asyncio.sleep(0.4)  # it failed at once and again, and pauses for a second
                other.execute("ROLLBACK")
            await browser.consent("accept_all")
            assert await state(browser) == ("granted", False)
            assert (await browser.see("shoes")).json()["accepted"] == 1

    asyncio.run(main())
