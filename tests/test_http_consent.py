"""Consent over HTTP: no grant, no trace; a grant needs the ledger; a withdrawal never waits."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from edge.stores.base import StoreUnavailable
from edge.stores.open import open_store
from edges import Running, run, running

CONSENT, VISITOR = "__Host-tw_consent", "__Host-tw_visitor"


def stored(tmp_path: Path, table: str) -> int:
    """Count the rows of a table in the store's file."""
    with sqlite3.connect(tmp_path / "store.db") as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_before_a_choice_nothing_is_set_or_stored(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        for answer in (
            await browser.get("tag.js"),
            await browser.get("banner"),
            await browser.post("decide", {"page": {"url": "https://shop.example/"}}),
            await browser.see("shoes"),
            await browser.post("identify", {"token": edge.token()}),
            await browser.post("logout", {}),
        ):
            assert answer.status_code == 200
            assert "set-cookie" not in answer.headers
            assert "etag" not in answer.headers
        assert [stored(tmp_path, table) for table in ("visitors", "events", "links")] == [0, 0, 0]

    run(tmp_path, test)


def test_two_fresh_profiles_get_the_same_bytes(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        one, other = edge.browser(), edge.browser("192.0.2.99")
        for call in ("tag.js", "banner"):
            assert (await one.get(call)).content == (await other.get(call)).content
        first, second = await one.consent("reject_all"), await other.consent("reject_all")
        assert first.headers["set-cookie"] == second.headers["set-cookie"]
        assert first.content == second.content

    run(tmp_path, test)


def test_accept_sets_both_cookies_as_designed(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        answer = await edge.browser().consent("accept_all")
        said = answer.json()
        assert said["consent"]["state"] == "granted"
        assert said["consent"]["grants"] == ["necessary", "statistics", "personalization"]
        assert len(said["receipt"]) == 19
        consent, visitor = answer.headers.get_list("set-cookie")
        assert consent.startswith(f"{CONSENT}=") and visitor.startswith(f"{VISITOR}=")
        for cookie in (consent, visitor):
            assert "; HttpOnly; Secure; SameSite=Lax; Path=/; " in cookie
        assert stored(tmp_path, "ledger") == 1

    run(tmp_path, test)


def test_a_refusal_sets_no_visitor_and_is_remembered(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        answer = await browser.consent("reject_all")
        assert [c.partition("=")[0] for c in answer.headers.get_list("set-cookie")] == [CONSENT]
        assert answer.json()["receipt"] is None
        await browser.see("shoes")
        boot = (await browser.get("tag.js")).text
        assert '"state":"denied"' in boot and '"ask":false' in boot
        assert [stored(tmp_path, table) for table in ("visitors", "events")] == [0, 0]

    run(tmp_path, test)


def test_only_what_is_granted_is_stored(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("save", "statistics")
        answer = await browser.see("shoes", "e1")
        dropped = [{"id": "e1", "reason": "CONSENT_REQUIRED"}]
        assert (answer.status_code, answer.json()) == (200, {"accepted": 0, "dropped": dropped})
        exposure = {"id": "e2", "name": "exposure", "time": 1, "properties": {"slot": "hero"}}
        assert (await browser.post("events", [exposure])).status_code == 202
        assert stored(tmp_path, "events") == 1

    run(tmp_path, test)


def test_withdrawal_takes_cookies_and_rows(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        for _ in range(3):
            await browser.see("shoes")
        await browser.post("identify", {"token": edge.token()})
        assert (await browser.decide())["hero"]["rule"] == "gold"
        answer = await browser.consent("withdraw")
        assert answer.json()["consent"]["state"] == "denied"
        assert f"{VISITOR}=; " in answer.headers.get_list("set-cookie")[1]
        assert VISITOR not in browser.client.cookies
        assert [stored(tmp_path, table) for table in ("visitors", "events", "links")] == [0, 0, 0]
        assert (await browser.decide())["hero"]["reason"] == "CONSENT_REQUIRED"

    run(tmp_path, test)


def test_a_kept_copy_of_withdrawn_cookies_is_worth_nothing(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser, thief = edge.browser(), edge.browser()
        await browser.consent("accept_all")
        for _ in range(3):
            await browser.see("shoes")
        thief.client.cookies.update(browser.client.cookies)
        await browser.consent("withdraw")
        answer = await thief.post("decide", {"page": {"url": "https://shop.example/"}})
        assert answer.json()["consent"]["state"] == "unset"
        assert answer.json()["consent"]["ask"] is True
        assert (await thief.see("shoes")).json()["accepted"] == 0
        linked = await thief.post("identify", {"token": edge.token()})
        assert linked.json() == {"linked": False, "reason": "CONSENT_REQUIRED"}
        assert [stored(tmp_path, table) for table in ("visitors", "events", "links")] == [0, 0, 0]

    run(tmp_path, test)


def test_taking_one_grant_back_erases_and_starts_anew(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        await browser.see("shoes")
        before = browser.client.cookies[VISITOR]
        await browser.consent("save", "statistics")
        assert browser.client.cookies[VISITOR] != before
        assert stored(tmp_path, "events") == 0

    run(tmp_path, test)


def test_accepting_again_keeps_the_visitor(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        before = browser.client.cookies[VISITOR]
        await browser.consent("accept_all")
        assert browser.client.cookies[VISITOR] == before

    run(tmp_path, test)


class DeadLedger:
    """Stands before a real store as a network fault would: its calls do not get through."""

    def __init__(self, store: Any, *dead: str) -> None:
        self._store = store
        self.dead = set(dead)

    def __getattr__(self, name: str) -> Any:
        if name in self.dead:
            return self._fail
        return getattr(self._store, name)

    async def _fail(self, *_: Any, **__: Any) -> None:
        raise StoreUnavailable("cut off by the test")


def with_fault(tmp_path: Path, test: Any, *dead: str) -> None:
    """Run a test against an edge whose store cannot be reached for some calls."""

    async def main() -> None:
        store = DeadLedger(open_store(f"sqlite:///{tmp_path}/store.db"))
        async with running(tmp_path, store) as edge:
            await test(edge, store)

    asyncio.run(main())


def test_consent_that_cannot_be_recorded_is_not_granted(tmp_path: Path) -> None:
    async def test(edge: Running, store: DeadLedger) -> None:
        store.dead = {"record_consent"}
        browser = edge.browser()
        answer = await browser.consent("accept_all")
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert "set-cookie" not in answer.headers
        assert (await browser.consent("reject_all")).status_code == 200

    with_fault(tmp_path, test)


@pytest.mark.slow
def test_a_withdrawal_holds_while_the_store_is_down_and_is_carried_out_later(
    tmp_path: Path,
) -> None:
    async def test(edge: Running, store: DeadLedger) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        await browser.see("shoes")
        store.dead = {"record_consent", "erase", "person", "append"}
        answer = await browser.consent("withdraw")
        assert answer.status_code == 200
        assert answer.json()["consent"]["state"] == "denied"
        assert VISITOR not in browser.client.cookies
        assert stored(tmp_path, "events") == 1
        store.dead = set()
        for _ in range(100):
            await asyncio.sleep(0.05)
            if stored(tmp_path, "events") == 0:
                break
        assert stored(tmp_path, "events") == 0

    with_fault(tmp_path, test)


def test_without_the_store_everybody_sees_the_default(tmp_path: Path) -> None:
    async def test(edge: Running, store: DeadLedger) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        store.dead = {"person", "append", "link"}
        decided = await browser.decide("https://shop.example/?utm_campaign=herbst")
        assert decided["hero"]["action"] == "none"
        assert decided["strip"]["text"] == "Herbst"
        assert (await browser.see("shoes")).status_code == 503
        assert (await browser.post("identify", {"token": edge.token()})).status_code == 503

    with_fault(tmp_path, test)


@pytest.mark.parametrize(
    "body",
    [
        {"action": "accept"},
        {"action": "accept_all", "purposes": ["statistics"]},
        {"action": "save", "purposes": ["marketing"]},
        {"action": "save", "purposes": "statistics"},
        {"action": "save", "extra": 1},
        [],
    ],
)
def test_a_choice_that_is_not_offered_grants_nothing(tmp_path: Path, body: Any) -> None:
    async def test(edge: Running) -> None:
        answer = await edge.browser().post("consent", body)
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert "set-cookie" not in answer.headers

    run(tmp_path, test)
