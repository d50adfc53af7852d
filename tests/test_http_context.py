"""What a request says without telling who sent it: country, device, campaign, language."""

from pathlib import Path
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from edges import HOME, Running, run, running

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"


def countries(path: Path) -> Path:
    """Write a country database of documentation ranges."""
    writer = MMDBWriter(ip_version=4, database_type="GeoLite2-Country")
    writer.insert_network(IPSet(["203.0.113.0/24"]), {"country": {"iso_code": "CH"}})
    writer.to_db_file(str(path))
    return path


def decided(tmp_path: Path, client: str, environ: dict[str, str], **headers: str) -> Any:
    """Return what the strip shows to a client."""
    import asyncio

    async def main() -> Any:
        geo = {"TAGWERK_GEO": str(countries(tmp_path / "geo.mmdb"))}
        async with running(tmp_path, environ={**geo, **environ}) as edge:
            return (await edge.browser(client).decide(**headers))["strip"].get("text")

    return asyncio.run(main())


def test_the_country_of_the_address(tmp_path: Path) -> None:
    assert decided(tmp_path, "203.0.113.9", {}) == "Schweiz"


def test_an_address_nobody_knows(tmp_path: Path) -> None:
    assert decided(tmp_path, "198.51.100.9", {}) is None


def test_a_forged_header_never_moves_anybody(tmp_path: Path) -> None:
    names = ("x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip", "true-client-ip")
    forged = dict.fromkeys(names, "203.0.113.9")
    assert decided(tmp_path, "198.51.100.9", {}, **forged) is None


def test_a_trusted_proxy_names_the_client(tmp_path: Path) -> None:
    trusted = {"TAGWERK_TRUSTED_PROXIES": "198.51.100.0/24"}
    header = {"x-forwarded-for": "192.0.2.1, 203.0.113.9"}
    assert decided(tmp_path, "198.51.100.9", trusted, **header) == "Schweiz"


def test_a_proxy_cannot_be_told_what_to_say(tmp_path: Path) -> None:
    trusted = {"TAGWERK_TRUSTED_PROXIES": "198.51.100.0/24"}
    header = {"x-forwarded-for": "203.0.113.9, 192.0.2.1"}
    assert decided(tmp_path, "198.51.100.9", trusted, **header) is None


def test_the_device(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        strip = (await edge.browser().decide(**{"user-agent": PHONE}))["strip"]
        assert strip["text"] == "Handy"

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("?utm_campaign=herbst", "Herbst"),
        ("?utm_campaign=herbst&utm_campaign=x", "Herbst"),
        ("?utm_campaign=Herbst", None),
        ("?utm_campaign=", None),
        ("?" + "x=1&" * 100 + "utm_campaign=herbst", "Herbst"),
        ("?" + "x=1&" * 1024 + "utm_campaign=herbst", None),
        ("?__proto__[utm_campaign]=herbst", None),
    ],
)
def test_the_campaign(tmp_path: Path, query: str, text: str | None) -> None:
    async def test(edge: Running) -> None:
        assert (await edge.browser().decide(HOME + query))["strip"].get("text") == text

    run(tmp_path, test)
