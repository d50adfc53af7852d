"""What is found out only where a rule asks, and what is too old to be known."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet
from starlette.types import Message

from consent.grants import Grants
from edge import context, visit
from edge.context import Page
from edge.request import Request
from edge.stores.base import Customer, Evidence
from edge.visit import Visit
from edges import HOME, SITE, Running, run, running
from rules.values import Value

DAY = 86_400_000
READS = (
    "client.ip: {exists: true}",
    "geo.location: {exists: true}",
    "languages: {has_any: de}",
    "device.os_version: {gte: '14'}",
)
RULES = """
campaign: main
rules:
  - id: asks
    slot: hero
    when: {any: [%s]}
    show: {action: hide}
"""
FRESH = SITE.replace(
    "  crm.name:",
    "  crm.likes: {type: list, source: crm, purpose: personalization, freshness: 30d}\n"
    "  crm.app: {type: version, source: crm, purpose: personalization}\n  crm.name:",
)
IPHONE = b"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1"


async def nothing() -> Message:
    """Receive no body."""
    return {"type": "http.request"}


def asking(*conditions: str) -> str:
    """Return a campaign whose rule reads what the conditions read."""
    return RULES % ", ".join(f"{{{each}}}" for each in conditions)


async def facts(
    edge: Running, client: str | None, *headers: tuple[bytes, bytes]
) -> dict[str, Value]:
    """Return what rules see of a stranger's request."""
    live = edge.services.sites.get("shop")
    assert live is not None
    address = None if client is None else (client, 1)
    request = Request({"method": "GET", "headers": headers, "client": address}, nothing)
    seen = visit.read(edge.services, live, request)
    known = await context.build(edge.services, live, request, seen, Page(HOME))
    return dict(known.context.facts)


SENT = (
    (b"accept-language", b"en;q=0.5,de-AT,de,fr;q=0.7"),
    (b"user-agent", IPHONE),
    (b"x-forwarded-for", b"203.0.113.9, 198.51.100.7"),
)


def found(tmp_path: Path, rules: str, client: str | None = "198.51.100.9") -> dict[str, Value]:
    """Return the facts of a request past a trusted proxy, with a database of places."""
    writer = MMDBWriter(4, "GeoLite2-City")
    place = {"location": {"latitude": 48.137, "longitude": 11.575}}
    writer.insert_network(IPSet(["203.0.113.0/24"]), place)
    writer.to_db_file(str(tmp_path / "geo.mmdb"))
    environ = {
        "TAGWERK_GEO": str(tmp_path / "geo.mmdb"),
        "TAGWERK_TRUSTED_PROXIES": "198.51.100.0/24",
    }

    async def main() -> dict[str, Value]:
        async with running(tmp_path, environ=environ, rules=rules) as edge:
            return await facts(edge, client, *SENT)

    return asyncio.run(main())


def test_what_no_rule_reads_is_not_found_out(tmp_path: Path) -> None:
    names = found(tmp_path, asking("page.path: /"))
    assert names.keys() == {"page.url", "page.path", "page.language", "page.referrer"}


def test_what_a_rule_reads_is_found_out(tmp_path: Path) -> None:
    known = found(tmp_path, asking(*READS))
    assert known["client.ip"] == "203.0.113.9"
    assert known["geo.location"] == "48.1370,11.5750"
    assert known["languages"] == ("de", "fr", "en") and known["language"] == "de"
    assert known["device.os_version"] == "18.1" and known["device.browser_version"] == "18.1"


def test_what_no_rule_can_name_is_not_known(tmp_path: Path) -> None:
    rules = asking("language: {exists: true}", "geo.country: {exists: true}")

    async def main() -> tuple[dict[str, Value], dict[str, Value]]:
        async with running(tmp_path, rules=rules) as edge:
            some = await facts(edge, None, (b"accept-language", b"fil-PH,de;q=0.8"))
            return some, await facts(edge, None, (b"accept-language", b"fil"))

    some, none = asyncio.run(main())
    assert some["language"] == "de" and some["languages"] == ("de",)
    assert none.keys().isdisjoint({"language", "languages"})


@pytest.mark.parametrize(
    ("read", "other"), [("client.ip", "geo.location"), ("geo.location", "client.ip")]
)
def test_an_address_is_not_known_for_its_place_nor_a_place_for_its_address(
    tmp_path: Path, read: str, other: str
) -> None:
    known = found(tmp_path, asking(f"{read}: {{exists: true}}"))
    assert read in known and other not in known


def test_a_client_without_an_address_has_none(tmp_path: Path) -> None:
    known = found(tmp_path, asking(*READS), None)
    assert known.keys().isdisjoint({"client.ip", "geo.location"})


@pytest.mark.parametrize(
    ("age", "fresh"), [(0, True), (30 * DAY, True), (30 * DAY + 1, False), (-DAY, True)]
)
def test_what_is_too_old_is_not_known(tmp_path: Path, age: int, fresh: bool) -> None:
    async def test(edge: Running) -> None:
        known = await of_customer(edge, edge.clock.now - age)
        assert known.get("crm.likes") == (("shoes", "bags") if fresh else None)
        assert known["crm.app"] == "14.2"  # its age does not matter

    run(tmp_path, test, site=FRESH)


def test_an_age_that_nobody_knows_is_too_old(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        known = await of_customer(edge, None)
        assert "crm.likes" not in known and known["crm.app"] == "14.2"

    run(tmp_path, test, site=FRESH)


def test_what_was_stored_as_another_type_is_not_known(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        known = await of_customer(
            edge, 1, {"crm.app": 14, "crm.name": ["Anna"], "crm.tier": "gold"}
        )
        assert known.keys().isdisjoint({"crm.app", "crm.name"}) and known["crm.tier"] == "gold"

    run(tmp_path, test, site=FRESH)


@pytest.mark.parametrize(
    ("size", "likes", "known"),
    [(2, ["shoes"], {"crm.size": 2, "crm.likes": ("shoes",)}), (3, ["shoes", "hats"], {})],
)
def test_what_is_no_longer_allowed_is_not_known(
    tmp_path: Path, size: int, likes: list[str], known: dict[str, Value]
) -> None:
    site = SITE.replace(
        "  crm.name:",
        "  crm.likes: {type: list, source: crm, purpose: personalization, values: [shoes, bags]}\n"
        "  crm.size: {type: number, source: crm, purpose: personalization, values: [1, 2]}\n"
        "  crm.name:",
    )

    async def test(edge: Running) -> None:
        found = await of_customer(edge, 1, {"crm.size": size, "crm.likes": likes})
        crm = {name: value for name, value in found.items() if name.startswith("crm.")}
        assert crm == known

    run(tmp_path, test, site=site)


async def of_customer(
    edge: Running, imported: int | None, attributes: dict[str, object] | None = None
) -> dict[str, Value]:
    """Return what rules see of a customer imported at a time, who granted all."""
    kept = attributes or {"crm.likes": ["shoes", "bags"], "crm.app": "14.2"}
    store, now = edge.services.store, edge.clock.now
    await store.put_customers("shop", [Customer("C9", kept)], imported or now)  # type: ignore[arg-type]
    if imported is None:
        forget_the_time(edge)
    await store.link("shop", "v", "C9", Evidence("t", now, now + 1))
    live = edge.services.sites.get("shop")
    assert live is not None
    request = Request({"method": "GET", "headers": (), "client": None}, nothing)
    granted = frozenset({"necessary", "personalization"})
    seen = Visit(Grants(granted, "granted", False, 1), None, "v")
    known = await context.build(edge.services, live, request, seen, Page(HOME))
    return dict(known.context.facts)


def forget_the_time(edge: Running) -> None:
    """Make the customers those of a file that is older than the times of imports."""
    path = edge.services.settings.store.removeprefix("sqlite:///")
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("UPDATE customers SET imported = NULL")
    connection.close()
