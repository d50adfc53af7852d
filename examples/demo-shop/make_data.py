"""Make the demo's customers and its database of countries and places: the same files on every run.

Nobody in them exists. Addresses are those that RFC 5737 and RFC 3849 keep for documentation; the
machine itself plays a visitor from Germany. Needs mmdb-writer, a development dependency.
"""

import csv
import random
from datetime import date, timedelta
from pathlib import Path
from unittest import mock

from mmdb_writer import MMDBWriter
from netaddr import IPSet

HERE = Path(__file__).parent
SEED = 20260901
CUSTOMERS = 240
TODAY = date(2026, 11, 1)
BUILT = 1_790_000_000
COLUMNS = (
    "id", "first_name", "last_name", "loyalty_tier", "birthday_month", "last_web_purchase",
    "last_shop_purchase", "last_shop_city", "last_shop_category", "open_ticket", "interests",
    "member_since",
)  # fmt: skip

FIRST = (
    "Ada", "Amelie", "Aylin", "Bela", "Birgit", "Carla", "Clemens", "Dilara", "Elif", "Emil", "Erik", "Fatma",
    "Felix", "Frieda", "Georg", "Greta", "Hanna", "Henrik", "Ida", "Ilse", "Jakob", "Jana", "Karim", "Katrin",
    "Lars", "Lena", "Linus", "Mara", "Matteo", "Mila", "Nele", "Nils", "Oskar", "Paula", "Quirin", "Rosa",
    "Samir", "Selma", "Simon", "Sophie", "Tarek", "Thea", "Ute", "Viktor", "Wanda", "Xaver", "Yara", "Zoe",
)  # fmt: skip
LAST = (
    "Ahrens", "Bauer", "Cordes", "Demir", "Ebert", "Falk", "Gruber", "Hansen", "Iversen", "Jung", "Keller",
    "Lorenz", "Moser", "Novak", "Ott", "Petersen", "Quast", "Richter", "Sommer", "Thoma", "Urban", "Vogt",
    "Winkler", "Yilmaz", "Zander",
)  # fmt: skip
CITIES = ("Hamburg", "Berlin", "Leipzig", "Köln", "München", "Wien", "Zürich")
INTERESTS = ("shoes", "knit", "mending")
TICKETS = ("complaint", "return", "repair")

THREE = (
    ("C-1001", "Anna", "Brandt", "gold", 11, "2026-10-04", "", "", "", "",
        "knit;mending", "2019-03-16"),
    ("C-1002", "Jonas", "Weiland", "silver", 3, "2026-10-19", "", "", "", "complaint",
        "", "2023-09-02"),
    ("C-1003", "Miriam", "Okafor", "bronze", 6, "", "2026-10-28", "Leipzig", "shoes", "",
        "shoes", "2025-05-24"),
)  # fmt: skip
"""Those whom a person can log in as; the rest show that an import is more than three rows."""

NETWORKS = {
    "DE": ("192.0.2.0/25", "192.0.2.224/27", "127.0.0.0/8", "::1/128", "2001:db8::/34"),
    "AT": ("198.51.100.0/25", "2001:db8:4000::/34"),
    "CH": ("198.51.100.128/25", "2001:db8:8000::/34"),
    "FR": ("203.0.113.0/25",),
    "US": ("203.0.113.128/25", "2001:db8:c000::/34"),
}
PLACES = {"192.0.2.128/26": (53.551, 9.935), "192.0.2.192/27": (53.079, 8.801)}
"""More of Germany, of which the place is known: Altona, near the shop in Hamburg, and Bremen."""


def customers() -> list[tuple[object, ...]]:
    """The three, and made-up ones for the rest."""
    chance, tastes = random.Random(SEED), random.Random(SEED + 1)
    rows: list[tuple[object, ...]] = [*THREE]
    for number in range(len(THREE) + 1, CUSTOMERS + 1):
        rows.append((f"C-{1000 + number}", *_person(chance), *_tastes(tastes)))
    return rows


def _person(chance: random.Random) -> tuple[object, ...]:
    tier = chance.choices(("bronze", "silver", "gold", ""), (50, 28, 12, 10))[0]
    web = _day(chance) if chance.random() < 0.7 else ""
    shop: tuple[str, str, str] = ("", "", "")
    if chance.random() < 0.5:
        shop = (_day(chance), chance.choice(CITIES), chance.choice(("shoes", "knit")))
    ticket = chance.choice(TICKETS) if chance.random() < 0.06 else ""
    name = (chance.choice(FIRST), chance.choice(LAST))
    return (*name, tier, chance.randint(1, 12), web, *shop, ticket)


def _tastes(chance: random.Random) -> tuple[str, str]:
    """What they like, several parted by semicolons, and the day they took the card."""
    liked = ";".join(each for each in INTERESTS if chance.random() < 0.4)
    return liked, (TODAY - timedelta(days=chance.randint(0, 3000))).isoformat()


def _day(chance: random.Random) -> str:
    return (TODAY - timedelta(days=chance.randint(0, 540))).isoformat()


def write_customers() -> None:
    """Write customers.csv."""
    with (HERE / "customers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(customers())


def write_countries() -> None:
    """Write geo.mmdb."""
    writer = MMDBWriter(
        ip_version=6,
        ipv4_compatible=True,
        database_type="Tagwerk-Demo-City",
        description="Documentation address ranges of the Tagwerk demo",
    )
    for code, networks in NETWORKS.items():
        writer.insert_network(IPSet(networks), {"country": {"iso_code": code}})
    for network, (latitude, longitude) in PLACES.items():
        place = {"latitude": latitude, "longitude": longitude}
        german = {"country": {"iso_code": "DE"}, "location": place}
        writer.insert_network(IPSet([network]), german)
    with mock.patch("time.time", lambda: BUILT):  # the file carries when it was made
        writer.to_db_file(str(HERE / "geo.mmdb"))


if __name__ == "__main__":
    write_customers()
    write_countries()
