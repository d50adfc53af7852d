"""The gate: of a profile, only what its purpose is granted for ever leaves this module."""

import json
from pathlib import Path

import pytest
from starlette.types import Message

from consent.grants import Grants
from consent.record import Record
from edge import context, cookies, visit
from edge.context import Known, Page
from edge.request import Request
from edge.visit import Visit
from edges import HOME, ORIGIN, Running, run

ALL = ("personalization", "statistics")


async def nothing() -> Message:
    """Receive no body."""
    return {"type": "http.request"}


def asked(*headers: tuple[bytes, bytes]) -> Request:
    """Return a request from an address that nobody knows."""
    return Request({"method": "GET", "headers": headers, "client": ("192.0.2.1", 1)}, nothing)


async def known(edge: Running, visitor: str | None, *purposes: str) -> Known:
    """Build the context of a visitor under some grants."""
    live = edge.services.sites.get("shop")
    assert live is not None
    grants = Grants(frozenset({"necessary", *purposes}), "granted", False, 1)
    seen = Visit(grants, None, visitor)
    return await context.build(edge.services, live, asked(), seen, Page(HOME))


async def customer(edge: Running) -> str:
    """Make a visitor who looked at shoes and logged in; returns the visitor ID."""
    browser = edge.browser()
    await browser.consent("accept_all")
    for _ in range(3):
        await browser.see("shoes")
    await browser.post("identify", {"token": edge.token()})
    jar = browser.client.cookies
    signer = edge.services.signers("shop").visitor
    found = cookies.read_visitor([jar[cookies.VISITOR]], signer, edge.clock.now)
    assert found is not None
    return found


PATHS = [
    ("/gr%C3%B6%C3%9Fe/100%25", "/größe/100%"),
    ("/größe", "/größe"),
    ("/a%2", "/a%2"),
    ("/a%FF", "/a\ufffd"),
    ("/" + "%41" * 2000, "/" + "A" * 511),
    ("", "/"),
]


@pytest.mark.parametrize(("sent", "read"), PATHS)
def test_a_path_is_what_people_read(tmp_path: Path, sent: str, read: str) -> None:
    async def test(edge: Running) -> None:
        live = edge.services.sites.get("shop")
        assert live is not None
        seen = Visit(Grants(frozenset(), "unset", False, 1), None, None)
        facts = context.request_facts(live, asked(), seen, Page(ORIGIN + sent))
        assert facts["page.path"] == read

    run(tmp_path, test)


def test_under_the_grant_the_profile_is_there(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        found = (await known(edge, await customer(edge), *ALL)).context
        assert found.facts["crm.tier"] == "gold" and found.facts["customer.known"] is True
        assert [len(times) for times in (found.counts or {}).values()] == [3]

    run(tmp_path, test)


def test_what_is_not_granted_does_not_pass_the_gate(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        found = (await known(edge, await customer(edge), "statistics")).context
        assert not any(name.startswith(("crm.", "customer.")) for name in found.facts)
        assert found.counts == {}

    run(tmp_path, test)


def test_without_an_identifying_grant_nothing_is_read_at_all(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser()
        await browser.consent("accept_all")
        jar = browser.client.cookies
        refusal = Record("shop", 1, (), edge.clock.now // 86_400_000 * 86_400_000, None)
        signers = edge.services.signers("shop")
        denied = cookies.consent_cookie(refusal, signers.consent, 365).partition(";")[0]
        visitor = f"{cookies.VISITOR}={jar[cookies.VISITOR]}"
        headers = [(b"cookie", f"{denied}; {visitor}".encode())]
        live = edge.services.sites.get("shop")
        assert live is not None
        request = asked(*headers)
        assert visit.read(edge.services, live, request).visitor is None

    run(tmp_path, test)


def test_an_erased_visitor_has_no_grants_left(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        visitor = await customer(edge)
        await edge.services.store.erase("shop", visitor, edge.clock.now)
        found = await known(edge, visitor, *ALL)
        assert found.visit.grants.purposes == {"necessary"} and found.visit.grants.ask
        assert (found.context.unit, found.context.counts) == (None, None)
        assert not any(name.startswith("crm.") for name in found.context.facts)

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("path", "language"),
    [("/", "de"), ("/en/x", "en"), ("/en", "en"), ("/english", "de"), ("/de/x", "de"), ("", "de")],
)
def test_the_language_of_a_page(tmp_path: Path, path: str, language: str) -> None:
    async def test(edge: Running) -> None:
        live = edge.services.sites.get("shop")
        assert live is not None
        seen = Visit(Grants(frozenset(), "unset", True, 1), None, None)
        page = Page(ORIGIN + path)
        facts = context.request_facts(live, asked(), seen, page)
        assert facts["page.language"] == language

    run(tmp_path, test)


def test_the_log_names_nobody(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        browser = edge.browser("203.0.113.77")
        await browser.consent("accept_all")
        await browser.see("shoes")
        await browser.post("identify", {"token": edge.token() + "x"})
        await browser.post("identify", {"token": edge.token("C1")})
        await browser.decide(f"{HOME}?utm_campaign=canary-in-the-address")
        edge.services.store.__dict__["_reader"].close()  # every read fails from here on
        await browser.decide()
        said = edge.log.getvalue()
        assert "login.token_refused" in said and "profile.not_read" in said
        visitor = browser.client.cookies[cookies.VISITOR]
        for secret in ("203.0.113.77", "canary", "Anna", "C1", visitor, json.dumps("C1")):
            assert secret not in said

    run(tmp_path, test)
