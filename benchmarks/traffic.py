"""Visits as a large retailer has them: most of them strangers, many with consent, some known customers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import accumulate
from random import Random
from typing import NamedTuple, TypeVar

from benchmarks import shop
from rules import counters
from rules.conditions import Context
from rules.counters import Occurrence
from rules.model import Site
from rules.values import Value

VISITS = """\
half have made no choice, so nothing but the request is known; 10 % allow statistics alone, 25 % personalization
without being known, 15 % are customers with CRM facts, one in six missing. Who consented has 1 to 40 past events.
Pages by Zipf's law: products, shelves, categories, landing pages, home; a quarter came by a campaign link."""

START = int(datetime(2026, 11, 23, 0, 7, tzinfo=UTC).timestamp() * 1000)
HOUR, DAY = 3_600_000, 86_400_000
MOMENTS = 24
"""The visits come at so many moments of one week, many in the same minute, as they do on a busy site."""

T = TypeVar("T")


class Visit(NamedTuple):
    """One visit; ``now`` and the times of its history are milliseconds since the epoch."""

    now: int
    facts: dict[str, Value]
    granted: frozenset[str]
    history: list[Occurrence]
    """Only what was granted is in it."""
    unit: str | None


class _Consent(NamedTuple):
    granted: frozenset[str]
    customer: bool


_STRANGER = _Consent(frozenset({"necessary"}), False)
_COUNTED = _Consent(frozenset({"necessary", "statistics"}), False)
_VISITOR = _Consent(frozenset({"necessary", "statistics", "personalization"}), False)
_CUSTOMER = _VISITOR._replace(customer=True)
_CONSENTS = {_STRANGER: 0.5, _COUNTED: 0.1, _VISITOR: 0.25, _CUSTOMER: 0.15}


def contexts(site: Site, number: int, seed: int) -> list[Context]:
    """Return so many visits, all different, in the order of time: what rules of ``site`` may read."""
    return [context(site, visit) for visit in visits(number, seed)]


def visits(number: int, seed: int) -> list[Visit]:
    """Return the same visits as whoever made them up knows them."""
    random = Random(f"visits {seed}")
    return [
        _visit(random, START + (index * MOMENTS // number) * 7 * HOUR) for index in range(number)
    ]


def _visit(random: Random, now: int) -> Visit:
    consent = _one(random, _CONSENTS)
    facts, history, unit = _request(random), [], None
    if consent is not _STRANGER:
        history, unit = _history(random, now, consent), f"{random.getrandbits(128):032x}"
    if "personalization" in consent.granted:
        facts |= {"customer.known": consent.customer} | (_crm(random) if consent.customer else {})
    return Visit(now, facts, consent.granted, history, unit)


def context(site: Site, visit: Visit) -> Context:
    """Return what rules may read of a visit, its history counted as the store counts it."""
    now, facts, granted, history, unit = visit
    if unit is None:
        return Context(now, facts, granted)
    counted = counters.count(site, history)
    return Context(
        now, facts, granted, {key: times for key, times in counted.items() if times}, unit
    )


def _one(random: Random, shares: Mapping[T, float]) -> T:
    return random.choices(list(shares), list(shares.values()))[0]


def _request(random: Random) -> dict[str, Value]:
    path, links = _page(random), _links(random)
    device = _one(random, shop.DEVICES)
    return {
        "page.url": f"https://retailer.example{path}",
        "page.path": path,
        "page.language": "de",
        "page.referrer": _referrer(random),
        "geo.country": _one(random, shop.COUNTRIES),
        "device.type": device,
        "device.os": _one(random, shop.SYSTEMS),
        "device.browser": "Chrome Mobile" if device == "mobile" else "Chrome",
        "language": _one(random, shop.LANGUAGES),
        **links,
    }


def _popular(random: Random, items: tuple[str, ...]) -> str:
    """Draw by Zipf's law: the second half as often as the first, the third a third."""
    weights = list(accumulate(1 / rank for rank in range(1, len(items) + 1)))
    return random.choices(items, cum_weights=weights)[0]


def _page(random: Random) -> str:
    kind = random.random()
    if kind < 0.12:
        return "/"
    if kind < 0.22:
        return _popular(random, shop.LANDINGS)
    if kind < 0.27:
        return random.choice(("/suche", "/warenkorb", "/konto", "/filialen", "/größe-38"))
    path = "/" + _popular(random, shop.CATEGORIES).replace("-", "/") + "/"
    if kind < 0.42:
        return path
    path += random.choice(shop.SHELVES) + "/"
    if kind < 0.62:
        return path
    size = random.choice(("s", "m", "l", "xl", "40", "one"))
    return f"{path}artikel-{random.randrange(40_000)}-{size}"


def _links(random: Random) -> dict[str, Value]:
    links: dict[str, Value] = {}
    if random.random() < 0.25:
        links["utm.source"] = random.choice(shop.SOURCES)
        links["utm.medium"] = random.choice(shop.MEDIA)
        links["utm.campaign"] = _popular(random, shop.LINKS)
    if random.random() < 0.1:
        links["utm.content"] = f"{random.choice('abcdefgh')}{random.randrange(90)}_banner"
    if random.random() < 0.1:
        links["page.query.sort"] = random.choice(("price", "new", "rating", "sale", "name"))
    return links


def _referrer(random: Random) -> str:
    kind = random.random()
    if kind < 0.4:
        return ""
    if kind < 0.7:
        return "https://retailer.example/"
    return f"https://www.{random.choice(shop.SOURCES)}.com/"


def _crm(random: Random) -> dict[str, Value]:
    """The facts of a customer, one in six of them missing."""
    facts: dict[str, Value] = {
        "crm.first_name": random.choice(
            ("Anna", "Ben", "Chiara", "David", "Élise", "Fatma", "Jan")
        ),
        "crm.loyalty_tier": _one(random, shop.TIERS),
        "crm.segment": _one(random, shop.SEGMENTS),
        "crm.city": _one(random, shop.CITIES),
        "crm.last_category": _popular(random, shop.CATEGORIES),
        "crm.points": random.randrange(6000),
        "crm.days_since_order": random.randrange(400),
        "crm.birthday_month": random.randint(1, 12),
        "crm.newsletter": random.random() < 0.5,
    }
    return {name: value for name, value in facts.items() if random.random() < 5 / 6}


def _history(random: Random, now: int, consent: _Consent) -> list[Occurrence]:
    """Some came once; the others looked at two or three categories over and over."""
    liked = [_popular(random, shop.CATEGORIES) for _ in range(3)]
    length = random.choice((1, 3, 8, 20, 40))
    events = []
    for _ in range(length):
        category = random.choice(liked)
        time = now - int(random.random() ** 2 * 120 * DAY)
        name = random.choices(("view", "add_to_cart", "purchase"), (85, 11, 4))[0]
        if name != "view" or "personalization" in consent.granted:
            events.append(Occurrence(name, time, {"category": category}))
    return events
