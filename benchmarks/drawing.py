"""Draws single conditions as a marketer writes them, each with the share of visits that it is about."""

from collections.abc import Mapping
from random import Random

from benchmarks import shop
from benchmarks.drawn import Draw, Drawn


def _drawn(name: str, value: object, share: float) -> Drawn:
    return Drawn({name: value}, share, frozenset({name}))


def _some(random: Random, shares: Mapping[str, float], most: int) -> tuple[object, float]:
    """One value, or a list of up to ``most``, and their share."""
    names = random.sample(list(shares), random.randint(1, most))
    share = sum(shares[name] for name in names)
    return (names[0] if len(names) == 1 else sorted(names)), share


def prefix(random: Random) -> Drawn:
    """A part of the assortment: 15 % departments, 45 % categories, 40 % shelves."""
    category = random.choice(shop.CATEGORIES)
    department, _, name = category.partition("-")
    kind = random.random()
    if kind < 0.15:
        return _drawn("page.path", {"starts_with": f"/{department}/"}, 1 / 14)
    path = f"/{department}/{name}/"
    if kind < 0.6:
        return _drawn("page.path", {"starts_with": path}, 1 / 200)
    shelf = random.choice(shop.SHELVES)
    return _drawn("page.path", {"starts_with": f"{path}{shelf}/"}, 1 / 2000)


def landing(random: Random) -> Drawn:
    """One to four landing pages."""
    value, share = _some(random, dict.fromkeys(shop.LANDINGS, 1 / 6000), 4)
    return _drawn("page.path", value, share)


def link(random: Random) -> Drawn:
    """The link of a mailing or an advertisement."""
    value, share = _some(random, dict.fromkeys(shop.LINKS, 1 / 2000), 3)
    return _drawn("utm.campaign", value, share)


def channel(random: Random) -> Drawn:
    """Whatever comes over one channel."""
    source, medium = random.choice(shop.SOURCES), random.choice(shop.MEDIA)
    families = frozenset({"utm.source", "utm.medium"})
    return Drawn({"utm.source": source, "utm.medium": medium}, 1 / 200, families)


def text(random: Random) -> Drawn:
    """What no index helps with: patterns, and texts within texts."""
    category = random.choice(shop.CATEGORIES).split("-")[1]
    return random.choice(
        [
            _drawn("page.path", {"contains": f"-{category}-"}, 1 / 30),
            _drawn("page.path", {"matches": rf"/{category}/.*-(s|m|l|xl)$"}, 1 / 40),
            _drawn("page.referrer", {"contains": random.choice(shop.SOURCES)}, 1 / 8),
            _drawn("utm.content", {"matches": rf"^{random.choice('abcdef')}\d+_"}, 1 / 50),
        ]
    )


def views(random: Random) -> Drawn:
    """So many looks at a category within a window."""
    category = random.choice(shop.CATEGORIES)
    days, least = random.choice((7, 14, 30, 90)), random.randint(2, 6)
    event = {"name": "view", "where": {"category": category}, "within": f"{days}d"}
    share = 0.4 * days / (900 * least)
    return Drawn({"event": {**event, "count": {"gte": least}}}, share, frozenset({"view"}))


def basket(random: Random) -> Drawn:
    """Something put into the basket lately."""
    days, least = random.choice((1, 3, 7, 14)), random.randint(1, 3)
    event = {"name": "add_to_cart", "within": f"{days}d", "count": {"gte": least}}
    return Drawn({"event": event}, days / (100 * least), frozenset({"add_to_cart"}))


def bought(random: Random) -> Drawn:
    """Bought, or (one in three) not bought for long."""
    days = random.choice((30, 90, 365))
    least = random.randint(1, 5)
    never = random.random() < 0.33
    share = 0.3 - days / 10_000 if never else days / (2000 * least)
    count: object = 0 if never else {"gte": least}
    event = {"name": "purchase", "within": f"{days}d", "count": count}
    return Drawn({"event": event}, share, frozenset({"purchase"}))


def tier(random: Random) -> Drawn:
    """The loyalty card."""
    value, share = _some(random, shop.TIERS, 2)
    return _drawn("crm.loyalty_tier", value, share / 6)


def segment(random: Random) -> Drawn:
    """Segments that the CRM made."""
    value, share = _some(random, shop.SEGMENTS, 4)
    return _drawn("crm.segment", value, share / 6)


def city(random: Random) -> Drawn:
    """The city of the favourite shop."""
    value, share = _some(random, shop.CITIES, 3)
    return _drawn("crm.city", value, share / 6)


def points(random: Random) -> Drawn:
    """A range of points on the card."""
    low = random.randrange(0, 5000, 250)
    if random.random() < 0.5:
        return _drawn("crm.points", {"gte": low + 250}, (6000 - low) / 36_000)
    high = low + random.choice((250, 500, 1000))
    return _drawn("crm.points", {"between": [low, high]}, (high - low) / 36_000)


def last_order(random: Random) -> Drawn:
    """So many days since the last order."""
    low = random.choice((0, 14, 30, 60, 90, 180))
    high = low + random.choice((14, 30, 90))
    share = (high - low) / 2400
    return _drawn("crm.days_since_order", {"between": [low, high]}, share)


def birthday(random: Random) -> Drawn:
    """Born in a month."""
    return _drawn("crm.birthday_month", random.randint(1, 12), 1 / 72)


def last_category(random: Random) -> Drawn:
    """What was bought last."""
    value, share = _some(random, dict.fromkeys(shop.CATEGORIES, 1 / 144), 3)
    return _drawn("crm.last_category", value, share / 6)


def newsletter(random: Random) -> Drawn:
    """Reads the newsletter."""
    return _drawn("crm.newsletter", True, 1 / 12)


def known(random: Random) -> Drawn:
    """A customer who has logged in."""
    return _drawn("customer.known", True, 1 / 6)


def country(random: Random) -> Drawn:
    """One to three countries."""
    return _drawn("geo.country", *_some(random, shop.COUNTRIES, 3))


def elsewhere(random: Random) -> Drawn:
    """Not in one or two countries."""
    names = sorted(random.sample(list(shop.COUNTRIES), 2))
    share = 1 - sum(shop.COUNTRIES[name] for name in names)
    return _drawn("geo.country", {"not_in": names}, share)


def not_there(random: Random) -> Drawn:
    """Anywhere but in one department."""
    department = random.choice(shop.DEPARTMENTS)
    inner = {"page.path": {"starts_with": f"/{department}/"}}
    return Drawn({"not": inner}, 13 / 14, frozenset({"page.path"}))


def device(random: Random) -> Drawn:
    """One or two kinds of device."""
    return _drawn("device.type", *_some(random, shop.DEVICES, 2))


def system(random: Random) -> Drawn:
    """One or two operating systems."""
    return _drawn("device.os", *_some(random, shop.SYSTEMS, 2))


def language(random: Random) -> Drawn:
    """One or two of the browser's languages."""
    return _drawn("language", *_some(random, shop.LANGUAGES, 2))


def hours(random: Random) -> Drawn:
    """A part of the day."""
    start = random.randint(0, 18)
    end = start + random.randint(2, 6)
    if end == 24:
        return _drawn("time.hour", {"gte": start}, (24 - start) / 24)
    return _drawn("time.hour", {"gte": start, "lt": end}, (end - start) / 24)


def weekday(random: Random) -> Drawn:
    """Some days of the week."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return _drawn("time.weekday", *_some(random, dict.fromkeys(days, 1 / 7), 3))


def query(random: Random) -> Drawn:
    """How a list is sorted."""
    value, share = _some(random, dict.fromkeys(("price", "new", "rating", "sale"), 1 / 50), 2)
    return _drawn("page.query.sort", value, share)


ANCHORS: dict[Draw, int] = {
    prefix: 32, landing: 13, link: 12, channel: 4, views: 13, basket: 4, bought: 3,
    segment: 4, city: 2, last_category: 3, last_order: 2, text: 2,
}  # fmt: skip
"""What a rule is about -> how many of 100 rules; the rest begin with an audience."""
QUALIFIERS: dict[Draw, int] = {
    country: 22, device: 18, hours: 8, tier: 9, views: 8, basket: 5, bought: 4, weekday: 5, language: 4,
    system: 4, points: 4, known: 3, query: 2, elsewhere: 4, not_there: 4, birthday: 2, newsletter: 2,
}  # fmt: skip
"""What else it asks -> how often."""
OF_REQUEST = (country, device, system, language, link, channel, landing, prefix)
OF_CUSTOMER = (tier, segment, city, points, last_order, birthday, last_category, views)
