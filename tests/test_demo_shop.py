"""The demo shop over HTTP: its session, its logins, its strip, and every rule of its site."""

import asyncio
import csv
import html
import io
import json
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from starlette.applications import Starlette

from edge import crm, demo, identify_tokens, secrets_file, site_folder
from edge.app import create_app, make_services
from edge.demo import catalogue, links, strip
from edge.demo import shop as demo_shop
from edge.demo.pages import formatted
from edge.geo import Countries
from edge.log import Log
from edge.settings import Settings
from edge.stores.open import open_store
from edges import Clock
from harness import DEMO, SITE

ORIGIN = "https://demo-shop.example"
TOKEN = re.compile(r'\["identify", "([^"]+)"\]')
LOGOUT = '["logout"]'
PHONE = "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0.0.0 Mobile Safari/537.36"
PATHS = [
    "/", "/en/", "/damen/schuhe", "/en/women/shoes", "/damen/strick", "/en/women/knitwear",
    "/produkt/hafen", "/en/product/hafen", "/warenkorb", "/en/cart", "/login", "/en/login",
    "/impressum", "/en/imprint", "/datenschutz", "/en/privacy", "/lookbook", "/en/lookbook",
    "/lookbook/abend", "/en/lookbook/evening",
]  # fmt: skip


def at(hour: int) -> int:
    """Milliseconds since the epoch at an hour of 15 November 2026 in Berlin."""
    moment = datetime(2026, 11, 15, hour, tzinfo=ZoneInfo("Europe/Berlin"))
    return int(moment.timestamp() * 1000)


@dataclass
class Visitor:
    """One browser profile in the shop."""

    http: httpx.AsyncClient

    async def page(self, path: str) -> str:
        """Open a page."""
        answer = await self.http.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.text

    async def form(self, path: str, came_from: str = "/", **fields: str) -> httpx.Response:
        """Send a form of the shop."""
        headers = {"origin": ORIGIN, "referer": ORIGIN + came_from}
        return await self.http.post(path, data=fields, headers=headers)

    async def edge(self, call: str, body: Any, **headers: str) -> httpx.Response:
        """Call the edge as the tag does."""
        sent = {"origin": ORIGIN, **headers}
        answer = await self.http.post(f"/_tw/{SITE}/{call}", json=body, headers=sent)
        assert answer.status_code < 300, answer.text
        return answer

    async def decide(self, path: str = "/", **headers: str) -> dict[str, dict[str, Any]]:
        """Return the decisions for a page, by slot."""
        answer = await self.edge("decide", {"page": {"url": ORIGIN + path}}, **headers)
        return {decision["slot"]: decision for decision in answer.json()["decisions"]}

    async def see(self, category: str, times: int) -> None:
        """View pages of a category."""
        for _ in range(times):
            view = {"name": "view", "properties": {"category": category}}
            await self.edge("events", [{**view, "id": str(uuid4()), "time": at(12)}])

    async def log_in(self, customer: str) -> None:
        """Log in and let the next page's tag tell the edge."""
        await self.form("/login", customer=customer)
        found = TOKEN.search(await self.page("/"))
        assert found is not None
        answer = await self.edge("identify", {"token": found[1]})
        assert answer.json()["linked"] is True

    @property
    def cookies(self) -> set[str]:
        """The names of the cookies the profile holds."""
        return {cookie.name for cookie in self.http.cookies.jar}


def shown(decided: Mapping[str, dict[str, Any]]) -> dict[str, str | None]:
    """The rule that won each slot; one visitor in twenty wins a holdout."""
    won = ("MATCH", "SPLIT", "HOLDOUT")
    return {s: d["rule"] if d["reason"] in won else None for s, d in decided.items()}


@dataclass
class Shop:
    """A running demo."""

    app: Starlette
    clock: Clock
    key: bytes

    def visitor(self, ip: str = "8.8.8.8") -> Visitor:
        """Return a new browser profile; by default from nowhere that the demo knows."""
        transport = httpx.ASGITransport(self.app, client=(ip, 1234))
        return Visitor(httpx.AsyncClient(transport=transport, base_url=ORIGIN))


@asynccontextmanager
async def running(tmp_path: Path) -> AsyncIterator[Shop]:
    """Start the demo as ``tagwerk demo`` does, on a clock of the test's own."""
    settings = Settings.from_env(
        {
            "TAGWERK_SITES": str(DEMO),
            "TAGWERK_STORE": f"sqlite:///{tmp_path}/store.db",
            "TAGWERK_SECRETS": str(tmp_path / "secrets.json"),
            "TAGWERK_GEO": str(DEMO / "geo.mmdb"),
        }
    )
    secrets_file.create(settings.secrets, [SITE])
    secrets = secrets_file.load(settings.secrets)
    clock = Clock(at(12))
    log = Log(io.StringIO(), clock, readable=True)
    services = make_services(settings, open_store(settings.store), secrets, log, clock)
    live = services.sites.get(SITE)
    assert live is not None
    file = DEMO / "customers.csv"
    report = await crm.import_customers(services.store, SITE, live.site.attributes, file)
    assert report.customers >= 200 and not report.missing
    key = secrets.identify[SITE][0]
    app = demo.build(create_app(services), DEMO, key, clock)
    async with app.router.lifespan_context(app):
        yield Shop(app, clock, key)


def run(tmp_path: Path, test: Callable[[Shop], Coroutine[Any, Any, None]]) -> None:
    """Run a test against a running demo."""

    async def main() -> None:
        async with running(tmp_path) as shop:
            await test(shop)

    asyncio.run(main())


def test_every_page_answers_in_its_language_and_names_the_other(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        for german, english in zip(PATHS[::2], PATHS[1::2], strict=True):
            for path, other, lang in ((german, english, "de"), (english, german, "en")):
                page = await visitor.page(path)
                assert f'<html lang="{lang}"' in page
                assert f'href="{other}"' in page
        assert (await visitor.http.get("/favicon.ico")).status_code == 200
        missing = await visitor.http.get("/en/nowhere")
        assert missing.status_code == 404 and '<html lang="en"' in missing.text

    run(tmp_path, story)


def test_no_cookie_before_cart_login_or_a_choice_in_the_strip(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        for path in PATHS:
            await visitor.page(path)
            assert visitor.cookies == set(), path
        await visitor.form("/warenkorb", add="hafen")
        assert visitor.cookies == {"shop_session"}
        assert "219,00" in await visitor.page("/warenkorb")
        await visitor.form("/warenkorb", remove="hafen")
        assert visitor.cookies == set()
        await visitor.form("/demo/try", device="mobile")
        assert visitor.cookies == {"demo_try"}
        await visitor.form("/demo/try", device="")
        assert visitor.cookies == set()

    run(tmp_path, story)


def test_a_login_is_told_once_by_a_token_that_the_edge_believes(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        assert TOKEN.findall(await visitor.page("/")) == []
        answer = await visitor.form("/en/login", "/en/login", customer="C-1001")
        assert (answer.status_code, answer.headers["location"]) == (303, "/en/")
        tokens = TOKEN.findall(await visitor.page("/"))
        assert len(tokens) == 1
        proven = identify_tokens.verify(tokens[0], [shop.key], SITE, shop.clock())
        assert proven.customer == "C-1001"
        leeway = identify_tokens.LEEWAY
        assert proven.expires_ms == shop.clock() // 1000 * 1000 + (120 + leeway) * 1000
        assert TOKEN.findall(await visitor.page("/")) == []

    run(tmp_path, story)


def test_two_logins_have_two_token_ids(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        ids = set()
        for _ in range(2):
            visitor = shop.visitor()
            await visitor.form("/login", customer="C-1002")
            token = TOKEN.findall(await visitor.page("/"))[0]
            ids.add(identify_tokens.verify(token, [shop.key], SITE, shop.clock()).token_id)
        assert len(ids) == 2

    run(tmp_path, story)


def test_a_logout_is_told_once_and_leaves_nothing(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        await visitor.form("/warenkorb", add="nebel")
        await visitor.form("/login", customer="C-1003")
        assert "Miriam" in await visitor.page("/login")
        await visitor.form("/logout")
        assert LOGOUT in await visitor.page("/")
        assert LOGOUT not in await visitor.page("/")
        assert visitor.cookies == set()

    run(tmp_path, story)


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "http://demo-shop.example"]
)
@pytest.mark.parametrize("path", ["/login", "/logout", "/warenkorb", "/demo/try", "/en/cart"])
def test_forms_of_other_sites_change_nothing(tmp_path: Path, path: str, origin: str | None) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        headers = {"origin": origin} if origin else {}
        data = {"customer": "C-1001", "add": "hafen", "device": "mobile"}
        answer = await visitor.http.post(path, data=data, headers=headers)
        assert answer.status_code == 403
        assert visitor.cookies == set()

    run(tmp_path, story)


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        (f"{ORIGIN}/damen/schuhe?utm_campaign=herbst", "/damen/schuhe?utm_campaign=herbst"),
        ("https://evil.example/damen", "/"),
        (f"{ORIGIN}//evil.example/", "/"),
        (f"{ORIGIN}/\\evil.example/", "/"),
    ],
)
def test_forms_lead_back_to_their_page_and_never_elsewhere(
    tmp_path: Path, referer: str, back: str
) -> None:
    async def story(shop: Shop) -> None:
        headers = {"origin": ORIGIN, "referer": referer}
        answer = await shop.visitor().http.post("/demo/try", data={}, headers=headers)
        assert (answer.status_code, answer.headers["location"]) == (303, back)

    run(tmp_path, story)


def test_another_login_starts_with_an_empty_cart(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        await visitor.form("/warenkorb", add="hafen")
        await visitor.form("/login", customer="C-1001")
        assert "219,00" in await visitor.page("/warenkorb")
        await visitor.form("/login", customer="C-1002")
        assert "219,00" not in await visitor.page("/warenkorb")

    run(tmp_path, story)


def test_a_session_that_is_not_ours_is_an_empty_one(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        await visitor.form("/login", customer="C-1001")
        value = visitor.http.cookies["shop_session"]
        stranger = shop.visitor()
        for forged, tokens in ((value, 1), (f"f{value[1:]}", 0), ("nonsense", 0)):
            headers = {"cookie": f"shop_session={forged}"}
            page = await stranger.http.get("/", headers=headers)
            assert len(TOKEN.findall(page.text)) == tokens

    run(tmp_path, story)


def test_pages_carry_a_strict_policy_with_a_nonce_of_their_own(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        nonces = set()
        for _ in range(2):
            answer = await shop.visitor().http.get("/")
            policy = answer.headers["content-security-policy"]
            found = re.search(r"script-src 'self' 'nonce-([\w-]{20,})'", policy)
            assert found is not None
            nonces.add(found[1])
            for part in ("style-src 'self'", "trusted-types tagwerk", "frame-ancestors 'none'"):
                assert part in policy.split("; ")
        assert len(nonces) == 2

    run(tmp_path, story)


def test_the_strip_plays_device_and_country_for_the_edge(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        bot = {"user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}
        link = "/?utm_campaign=herbst"
        assert shown(await visitor.decide(link, **bot))["hero"] is None
        await visitor.form("/demo/try", device="mobile")
        assert shown(await visitor.decide(link, **bot))["hero"] is None
        await visitor.form("/demo/try", country="CH")
        rules = shown(await visitor.decide(link, **bot))
        assert (rules["hero"], rules["strip"]) == ("herbst-hero", "versand-ch")

    run(tmp_path, story)


def test_the_strip_changes_nothing_outside_the_edge() -> None:
    async def story() -> None:
        cookie = (b"cookie", b"demo_try=device=mobile&country=CH")
        for path, changed in (("/", False), ("/_twist", False), ("/_tw/demo-shop/decide", True)):
            seen: list[Any] = []

            async def inner(scope: Any, *_: Any, seen: list[Any] = seen) -> None:
                seen.append(scope)

            headers = [cookie, (b"user-agent", b"Firefox")]
            scope = {"type": "http", "path": path, "headers": headers, "client": ("8.8.8.8", 1)}
            await strip.TryStrip(inner)(scope, None, None)  # type: ignore[arg-type]
            assert (seen[0]["client"] != ("8.8.8.8", 1)) is changed
            assert ((b"user-agent", b"Firefox") not in seen[0]["headers"]) is changed
            assert scope["headers"] == headers and scope["client"] == ("8.8.8.8", 1)

    asyncio.run(story())


def test_a_choice_that_the_strip_does_not_offer_is_none(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        await visitor.form("/demo/try", device="toaster", country="10.0.0.1")
        assert visitor.cookies == set()

    run(tmp_path, story)


@dataclass
class Situation:
    """What a visitor did before the page that is decided."""

    path: str = "/"
    ip: str = "8.8.8.8"
    hour: int = 12
    consents: bool = False
    shoes: int = 0
    customer: str | None = None
    want: Mapping[str, str | None] = field(default_factory=dict)


SITUATIONS = {
    "a stranger": Situation(want={"hero": None, "strip": None, "look": None}),
    "the campaign link": Situation(
        "/?utm_campaign=herbst", "192.0.2.1", want={"hero": "herbst-hero"}
    ),
    "the link from France": Situation("/?utm_campaign=herbst", "203.0.113.9", want={"hero": None}),
    "Austria": Situation(ip="198.51.100.9", hour=20, want={"strip": "versand-at"}),
    "Switzerland": Situation(ip="198.51.100.209", want={"strip": "versand-ch"}),
    "at 18": Situation(hour=18, want={"strip": "abendgruss"}),
    "at 17": Situation(hour=17, want={"strip": None}),
    "the evening look": Situation("/lookbook/abend", want={"look": "look-abend"}),
    "the same in English": Situation("/en/lookbook/evening", want={"look": "look-abend"}),
    "another look": Situation("/lookbook/regen", want={"look": None}),
    "two views of shoes": Situation(consents=True, shoes=2, want={"hero": None}),
    "three views of shoes": Situation(
        "/?utm_campaign=herbst", "192.0.2.1", consents=True, shoes=3, want={"hero": "schuhe-hero"}
    ),
    "gold in her birthday month": Situation(
        consents=True, shoes=3, customer="C-1001", want={"hero": "gold-hero", "strip": "geburtstag"}
    ),
    "an open complaint": Situation(
        consents=True, shoes=3, customer="C-1002", want={"hero": "offenes-anliegen", "strip": None}
    ),
    "shoes bought in a shop": Situation(
        consents=True, customer="C-1003", want={"recommendation": "pflege-schuhe", "hero": None}
    ),
    "knitwear bought in a shop": Situation(
        consents=True, customer="knit", want={"recommendation": "pflege-strick"}
    ),
    "consent alone": Situation(consents=True, want={"recommendation": "empfehlung-test"}),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_each_situation_shows_its_rule(tmp_path: Path, name: str) -> None:
    situation = SITUATIONS[name]

    async def story(shop: Shop) -> None:
        shop.clock.now = at(situation.hour)
        visitor = shop.visitor(situation.ip)
        if situation.consents:
            await visitor.edge("consent", {"action": "accept_all", "purposes": []})
        await visitor.see("shoes", situation.shoes)
        await _log_in(shop, visitor, situation.customer)
        decided = await visitor.decide(situation.path)
        rules = shown(decided)
        assert {slot: rules[slot] for slot in situation.want} == situation.want
        for decision in decided.values():
            assert decision["reason"] != "ERROR"

    run(tmp_path, story)


async def _log_in(shop: Shop, visitor: Visitor, customer: str | None) -> None:
    if customer is None:
        return
    if customer in catalogue.load(DEMO).customers:
        await visitor.log_in(customer)
        return
    # Not one of the three: somebody of the file, whose token only the shop's key can sign.
    wanted = next(row["id"] for row in customers() if row["last_shop_category"] == customer)
    token = demo_shop.sign(shop.key, wanted, shop.clock() // 1000)
    await visitor.edge("identify", {"token": token})


def test_every_rule_is_in_the_table() -> None:
    site = site_folder.load(site_folder.read(DEMO)).site
    rules = {rule.id for rules in site.rules.values() for rule in rules}
    assert rules == {rule for each in SITUATIONS.values() for rule in each.want.values() if rule}


def test_blocks_greet_by_name_in_the_language_of_the_page(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        visitor = shop.visitor()
        await visitor.edge("consent", {"action": "accept_all", "purposes": []})
        await visitor.log_in("C-1001")
        assert "Schön, dass Sie da sind, Anna." in (await visitor.decide())["hero"]["html"]
        assert "Good to see you, Anna." in (await visitor.decide("/en/"))["hero"]["html"]

    run(tmp_path, story)


def customers() -> list[dict[str, str]]:
    """The rows of the demo's customer file."""
    with (DEMO / "customers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_three_are_as_the_shop_says() -> None:
    rows = {row["id"]: row for row in customers()}
    for customer in catalogue.load(DEMO).customers.values():
        row = rows[customer.id]
        assert (row["first_name"], row["loyalty_tier"]) == (customer.first_name, customer.tier)
    assert [row["open_ticket"] for row in list(rows.values())[:3]] == ["", "complaint", ""]


def test_the_data_is_what_its_script_makes(tmp_path: Path) -> None:
    kept = {name: (DEMO / name).read_bytes() for name in ("customers.csv", "geo.mmdb")}
    script = (DEMO / "make_data.py").read_text(encoding="utf-8")
    made = {"__name__": "__main__", "__file__": str(tmp_path / "make_data.py")}
    exec(compile(script, "make_data.py", "exec"), made)
    assert {name: (tmp_path / name).read_bytes() for name in kept} == kept


def test_the_strip_offers_only_countries_of_the_database() -> None:
    known = Countries.open(DEMO / "geo.mmdb")
    for code, address in strip.COUNTRIES.items():
        assert known.country(address) == code
    assert known.country("127.0.0.1") == "DE"


def test_blocks_show_only_pictures_and_pages_that_are_there(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        found: set[str] = set()
        for block in (DEMO / "blocks").glob("*.html"):
            text = html.unescape(block.read_text(encoding="utf-8"))
            found |= set(re.findall(r'(?:src|href)="([^"]+)"', text))
        assert found
        for path in sorted(found):
            assert (await shop.visitor().http.get(path)).status_code == 200, path

    run(tmp_path, story)


def test_prices_are_written_as_each_language_does() -> None:
    assert formatted(12900, "de") == "129,00\u00a0€"
    assert formatted(123456, "de") == "1.234,56\u00a0€"
    assert formatted(123456, "en") == "€1,234.56"


def test_the_view_of_a_page_is_readable(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        page = await shop.visitor().page("/damen/schuhe")
        found = re.search(r"""<meta name="tagwerk:view" content='([^']+)'""", page)
        assert found is not None
        assert json.loads(html.unescape(found[1]))["category"] == "shoes"

    run(tmp_path, story)


def test_only_addresses_of_the_shop_are_local() -> None:
    assert links.local("/damen") == "/damen"
    for bad in ("//evil.example", "/\\evil.example", "https://evil.example", "", "/a\nb"):
        assert links.local(bad) is None
