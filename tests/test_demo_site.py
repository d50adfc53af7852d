"""The demo's site: a situation for every rule, and data that fits the shop."""

import csv
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from demos import Shop, Visitor, at, run, shown
from edge import site_folder
from edge.demo import catalogue, links, strip
from edge.demo import shop as demo_shop
from edge.geo import Countries
from harness import DEMO

Choice = frozenset
"""Rules of which each visitor is dealt one."""


def did(name: str, day: int = 15, **properties: str | float) -> Mapping[str, Any]:
    """An event of the visitor, on a day of the month that the situations are in."""
    return {"name": name, "properties": properties, "time": at(12, day)}


@dataclass
class Situation:
    """What a visitor did before the page that is decided."""

    path: str = "/"
    ip: str = "8.8.8.8"
    device: str = ""
    hour: int = 12
    consents: bool = False
    shoes: int = 0
    customer: str | None = None
    events: Sequence[Mapping[str, Any]] = ()
    day: int = 15
    headers: Mapping[str, str] = field(default_factory=dict)
    want: Mapping[str, str | Choice[str] | None] = field(default_factory=dict)


pytestmark = pytest.mark.slow

SITUATIONS = {
    "a stranger": Situation(want={"hero": None, "strip": None, "look": None}),
    "the campaign link": Situation(
        "/?utm_campaign=herbst", "192.0.2.1", want={"hero": "autumn-hero"}
    ),
    "the link from France": Situation("/?utm_campaign=herbst", "203.0.113.9", want={"hero": None}),
    "a phone": Situation(device="mobile", want={"hero": "phone-hero"}),
    "a tablet": Situation(device="tablet", want={"hero": None}),
    "a phone with the link": Situation(
        "/?utm_campaign=herbst", "192.0.2.1", device="mobile", want={"hero": "autumn-hero"}
    ),
    "Austria": Situation(ip="198.51.100.9", hour=20, want={"strip": "delivery-at"}),
    "Switzerland": Situation(ip="198.51.100.209", want={"strip": "delivery-ch"}),
    "at 18": Situation(hour=18, want={"strip": "evening-greeting"}),
    "at 17": Situation(hour=17, want={"strip": None}),
    "the evening look": Situation("/lookbook/abend", want={"look": "evening-look"}),
    "the same in English": Situation("/en/lookbook/evening", want={"look": "evening-look"}),
    "another look": Situation("/lookbook/regen", want={"look": None}),
    "two views of shoes": Situation(consents=True, shoes=2, want={"hero": None}),
    "three views of shoes": Situation(
        "/?utm_campaign=herbst", "192.0.2.1", consents=True, shoes=3, want={"hero": "shoes-hero"}
    ),
    "gold in her birthday month": Situation(
        consents=True, shoes=3, customer="C-1001", want={"hero": "gold-hero", "strip": "birthday"}
    ),
    "an open complaint": Situation(
        consents=True, shoes=3, customer="C-1002", want={"hero": "open-ticket", "strip": None}
    ),
    "shoes bought in a shop": Situation(
        consents=True, customer="C-1003", want={"recommendation": "care-shoes", "hero": None}
    ),
    "knitwear bought in a shop": Situation(
        consents=True, customer="C-1005", want={"recommendation": "care-knit"}
    ),
    "shoes bought online": Situation(
        consents=True,
        customer="C-1003",
        events=[did("purchase", category="shoes", value=219)],
        want={"recommendation": "new-shoes"},
    ),
    "gold, and fond of mending": Situation(
        consents=True, customer="C-1001", want={"recommendation": "mending-evening"}
    ),
    "a card of this month": Situation(consents=True, customer="C-1023", want={"strip": "welcome"}),
    "nearly gold": Situation(
        consents=True,
        customer="C-1012",
        events=[did("purchase", category="knit", value=450)],
        want={"strip": "almost-gold"},
    ),
    "nearly gold, and waiting for an answer": Situation(
        consents=True,
        customer="C-1002",
        events=[did("purchase", category="knit", value=450)],
        want={"strip": None},
    ),
    "a card and an iPhone": Situation(
        consents=True, customer="C-1003", device="mobile", want={"strip": "card-in-the-phone"}
    ),
    "four pieces and no purchase": Situation(
        consents=True,
        events=[did("view", category="knit", product="nebel")] * 4,
        want={"strip": "undecided"},
    ),
    "shoes again and again": Situation(
        "/produkt/hafen", consents=True, shoes=3, want={"strip": "two-sizes"}
    ),
    "a regular": Situation(
        consents=True,
        customer="C-1003",
        events=[did("view", day=-20, category="knit"), *[did("view", category="knit")] * 12],
        want={"strip": Choice({"bring-a-friend", "take-back"})},
    ),
    "the code of a parcel": Situation("/?code=Faden10", want={"strip": "parcel-code"}),
    "a phone on Saturday": Situation(
        ip="192.0.2.1", device="mobile", day=14, want={"strip": "open-today"}
    ),
    "a phone near Hamburg": Situation(
        ip="192.0.2.130", device="mobile", want={"strip": "near-hamburg"}
    ),
    "a phone in Bremen": Situation(ip="192.0.2.200", device="mobile", want={"strip": None}),
    "the free Wi-Fi in Cologne": Situation(ip="2001:db8:3fff::7", want={"strip": "in-the-shop"}),
    "a browser in English": Situation(
        headers={"accept-language": "en-GB,en;q=0.9,fr;q=0.5"}, want={"strip": "in-english"}
    ),
    "the same on an English page": Situation(
        "/en/", headers={"accept-language": "en-GB,en;q=0.9,fr;q=0.5"}, want={"strip": None}
    ),
    "consent alone": Situation(consents=True, want={"recommendation": "workshop-or-card"}),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_each_situation_shows_its_rule(tmp_path: Path, name: str) -> None:
    situation = SITUATIONS[name]

    async def story(shop: Shop) -> None:
        shop.clock.now = at(situation.hour, situation.day)
        visitor = shop.visitor(situation.ip)
        await visitor.form("/demo/try", device=situation.device)
        if situation.consents:
            await visitor.edge("consent", {"action": "accept_all", "purposes": []})
        await visitor.see("shoes", situation.shoes)
        await visitor.do(situation.events)
        await _log_in(shop, visitor, situation.customer)
        decided = await visitor.decide(situation.path, **situation.headers)
        rules = shown(decided)
        for slot, want in situation.want.items():
            assert rules[slot] in (want if isinstance(want, Choice) else (want,)), slot
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
    token = demo_shop.sign(shop.key, customer, shop.clock() // 1000)
    await visitor.edge("identify", {"token": token})


def test_every_rule_is_in_the_table() -> None:
    site = site_folder.load(site_folder.read(DEMO)).site
    rules = {rule.id for rules in site.rules.values() for rule in rules}
    wanted: set[str] = set()
    for situation in SITUATIONS.values():
        for want in situation.want.values():
            wanted |= want if isinstance(want, Choice) else {want} if want else set()
    assert rules == wanted


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


def test_banner_and_privacy_page_tell_of_the_same_cookies_and_of_no_recipient(
    tmp_path: Path,
) -> None:
    live = site_folder.load(site_folder.read(DEMO))
    services = live.policy.services or ()
    listed = {cookie.name for service in services for cookie in service.cookies}
    none = {
        "de": ("Andere Anbieter erhalten diese Daten nicht.", "Daten gehen an niemanden"),
        "en": ("No other provider receives this data.", "Data goes to nobody"),
    }

    async def story(shop: Shop) -> None:
        for language, (banner, page) in none.items():
            privacy = await shop.visitor().page(links.PAGES["privacy"][language])
            assert banner in live.banners[language].body.decode() and page in privacy
            told = set(re.findall(r"<td><code>(\w\S+)</code>", privacy))
            assert told == listed | {"demo_try"}

    run(tmp_path, story)


WORDS = {
    "hero": ("große Bild", "large picture"),
    "strip": ("Zeile ganz oben", "line at the top"),
    "recommendation": ("Empfehlung", "recommendation"),
}


def test_each_of_the_three_is_said_to_change_what_they_change(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        for customer in catalogue.load(DEMO).customers.values():
            visitor = shop.visitor()
            await visitor.edge("consent", {"action": "accept_all", "purposes": []})
            await visitor.log_in(customer.id)
            decided = (await visitor.decide()).values()
            changed = {each["slot"] for each in decided if each["reason"] == "MATCH"}
            for slot, (german, english) in WORDS.items():
                for note, words in ((customer.de.note, german), (customer.en.note, english)):
                    assert (words in note) is (slot in changed), (note, slot)

    run(tmp_path, story)


def test_the_data_is_what_its_script_makes(tmp_path: Path) -> None:
    kept = {name: (DEMO / name).read_bytes() for name in ("customers.csv", "geo.mmdb")}
    script = (DEMO / "make_data.py").read_text(encoding="utf-8")
    made = {"__name__": "__main__", "__file__": str(tmp_path / "make_data.py")}
    exec(compile(script, "make_data.py", "exec"), made)
    assert {name: (tmp_path / name).read_bytes() for name in kept} == kept


def test_the_strip_offers_only_countries_of_the_database() -> None:
    known = Countries.open(DEMO / "geo.mmdb")
    for code, address in strip.COUNTRIES.items():
        assert known.origin(address).country == code
    assert known.origin("127.0.0.1").country == "DE"


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
