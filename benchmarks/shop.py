"""The made-up retailer of the benchmarks: its assortment, its links, its customers' traits, its site file."""

from itertools import product

CLOTHES = ("damen", "herren", "kinder", "baby", "sport", "outdoor")
CLOTHES_CATEGORIES = (
    "schuhe", "jacken", "hosen", "kleider", "hemden", "pullover",
    "taschen", "waesche", "bademode", "muetzen", "uhren", "schmuck",
)  # fmt: skip
HOME = ("wohnen", "kueche", "garten", "technik", "spielzeug", "beauty")
HOME_CATEGORIES = (
    "neu", "sets", "zubehoer", "pflege", "licht", "textilien",
    "geraete", "moebel", "deko", "geschenke", "marken", "ersatzteile",
)  # fmt: skip
SHELVES = (
    "trends",
    "premium",
    "basics",
    "nachhaltig",
    "reduziert",
    "grosse-groessen",
    "sets",
    "bestseller",
)

CATEGORIES = tuple(
    f"{department}-{category}"
    for departments, categories in ((CLOTHES, CLOTHES_CATEGORIES), (HOME, HOME_CATEGORIES))
    for department, category in product(departments, categories)
)
"""144 of them, as events name them: ``damen-schuhe``."""
DEPARTMENTS = CLOTHES + HOME
LANDINGS = tuple(
    f"/aktion/{what}-{number}"
    for what in ("herbst", "winter", "black-week", "advent", "sale", "neuheiten")
    for number in range(1, 101)
)
LINKS = tuple(
    f"{what}-{number}"
    for what in (
        "newsletter",
        "retargeting",
        "brand",
        "shopping",
        "social",
        "partner",
        "app",
        "print",
    )
    for number in range(1, 51)
)
SOURCES = ("google", "bing", "facebook", "instagram", "tiktok", "awin", "criteo", "newsletter")
MEDIA = ("cpc", "email", "social", "affiliate", "display")

COUNTRIES = {
    "DE": 0.55, "AT": 0.12, "CH": 0.10, "FR": 0.07, "NL": 0.05, "IT": 0.04, "PL": 0.04, "NO": 0.03,
}  # fmt: skip
"""Country -> its share of the visits; the keys of the next ones are read the same way."""
DEVICES = {"mobile": 0.62, "desktop": 0.31, "tablet": 0.06, "bot": 0.01}
SYSTEMS = {"Android": 0.34, "iOS": 0.33, "Windows": 0.22, "Mac OS X": 0.08, "Linux": 0.03}
LANGUAGES = {"de": 0.72, "fr": 0.08, "nl": 0.05, "it": 0.05, "pl": 0.05, "en": 0.05}
TIERS = {"bronze": 0.6, "silver": 0.3, "gold": 0.1}
SEGMENTS = {f"s{number:02d}": 1 / 24 for number in range(1, 25)}
CITIES = dict.fromkeys(
    (
        "Berlin", "Hamburg", "München", "Köln", "Frankfurt", "Stuttgart", "Leipzig", "Dresden", "Bremen",
        "Essen", "Wien", "Graz", "Linz", "Salzburg", "Zürich", "Basel", "Bern", "Paris", "Lyon", "Amsterdam",
    ),
    1 / 20,
)  # fmt: skip
TIMEZONES = {
    "Europe/Berlin": 0.6,
    "Europe/Vienna": 0.15,
    "Europe/Zurich": 0.15,
    "Europe/Paris": 0.1,
}
SLOTS = ("hero", "strip", "recommendation", "teaser")
BLOCKS = tuple(f"{slot}-{number:02d}" for slot in SLOTS for number in range(1, 16))


def site(audiences: dict[str, object]) -> dict[str, object]:
    """Return ``site.yaml`` as plain data."""
    crm = {"source": "crm", "purpose": "personalization"}
    return {
        "site": "retailer",
        "origins": ["https://retailer.example"],
        "languages": ["de", "en"],
        "consent": {"revision": 1, "purposes": {"statistics": {}, "personalization": {}}},
        "slots": {slot: {"selector": f"#{slot}"} | _fallback(slot) for slot in SLOTS},
        "attributes": {
            "crm.first_name": {"type": "string", **crm},
            "crm.loyalty_tier": {"type": "string", **crm, "values": list(TIERS)},
            "crm.segment": {"type": "string", **crm, "values": list(SEGMENTS)},
            "crm.city": {"type": "string", **crm},
            "crm.last_category": {"type": "string", **crm, "values": list(CATEGORIES)},
            "crm.points": {"type": "number", **crm},
            "crm.days_since_order": {"type": "number", **crm},
            "crm.birthday_month": {"type": "number", **crm, "values": list(range(1, 13))},
            "crm.newsletter": {"type": "boolean", **crm},
        },
        "events": {
            "view": {"purpose": "personalization", "properties": {"category": "string", "path": "string"}},
            "add_to_cart": {"purpose": "statistics", "properties": {"category": "string", "value": "number"}},
            "purchase": {"purpose": "statistics", "properties": {"category": "string", "value": "number"}},
        },
        "audiences": audiences,
    }  # fmt: skip


def _fallback(slot: str) -> dict[str, object]:
    """Return what a slot shows where no rule wins, so that a small site fills as many as a large one."""
    plain = (each for each in BLOCKS if not (needs_values(each) or greets(each)))
    return {"fallback": {"block": next(each for each in plain if each.startswith(slot))}}


def blocks() -> dict[str, bytes]:
    """Return the files of ``blocks/``: 60, every fourth with values, every tenth greets by name."""
    return {f"blocks/{name}.html": _block(number, name) for number, name in enumerate(BLOCKS)}


def needs_values(block: str) -> bool:
    """Say whether a rule gives the block a headline and a percentage."""
    return BLOCKS.index(block) % 4 == 1


def greets(block: str) -> bool:
    """Say whether a block shows the customer's name, and so needs the grant for personalization."""
    return BLOCKS.index(block) % 10 == 6


def _block(number: int, name: str) -> bytes:
    headline = "{{ headline }}: {{ percent }} %" if number % 4 == 1 else f"Angebot {number}"
    known = "{% if attr['crm.first_name'] is defined %}{{ attr['crm.first_name'] }}, {% endif %}"
    greeting = known if number % 10 == 6 else ""
    return (
        f'<section class="c-{name}">\n  <img src="/media/{name}.avif" alt="" loading="lazy">\n'
        f"  <h2>{greeting}{headline}</h2>\n  <p>Nur für kurze Zeit, online und in der Filiale.</p>\n"
        f'  <a class="c-button" href="/aktion/herbst-{number + 1}">Zum Angebot</a>\n</section>\n'
    ).encode()
