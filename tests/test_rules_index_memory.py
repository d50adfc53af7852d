"""The index remembers what visitors brought, but never more than fits."""

import tracemalloc
from collections.abc import Iterator
from random import Random

import pytest

from rules.conditions import Context
from rules.decide import decide
from rules.loader import load

FILES, RULES = 8, 500
SITE = b"""
site: shop
origins: ["https://shop.example"]
languages: [de]
consent: {revision: 1}
slots: {hero: {}}
attributes:
  crm.likes: {type: list, source: crm, purpose: personalization}
"""


def _campaign(number: int) -> bytes:
    lines = [f"campaign: c{number}", "rules:"]
    for at in range(number * RULES, (number + 1) * RULES):
        page = f"page.path: {{starts_with: /p{at}/, contains: x{at}y}}"
        asked = f"crm.likes: {{has_any: i{at}}}" if number % 2 else page
        lines.append(f"  - {{id: r{at}, slot: hero, show: {{block: hello}}, when: {{{asked}}}}}")
    return "\n".join(lines).encode()


def _visits() -> Iterator[Context]:
    random = Random(7)
    for number in range(20_000):
        path = f"/{number}-" + "x" * 1000
        likes = tuple(f"i{random.randrange(FILES * RULES)}" for _ in range(12))
        yield Context(
            0, {"page.path": path, "crm.likes": likes}, frozenset({"personalization"}), {}
        )


@pytest.mark.slow
def test_what_many_visitors_bring_stays_bounded() -> None:
    campaigns = {f"rules/c{number}.yaml": _campaign(number) for number in range(FILES)}
    loaded = load({"site.yaml": SITE, "blocks/hello.html": b"<p>Hello</p>", **campaigns})
    assert loaded.site is not None, loaded.findings[:3]
    tracemalloc.start()
    try:
        for visit in _visits():
            decide(loaded.site, visit)
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used < 16 << 20, f"{used >> 20} MB are held"


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["utm.campaign: sale", "utm.campaign: {matches: sa.e}"])
def test_what_strangers_write_into_a_link_stays_bounded_on_a_small_site_as_well(asked: str) -> None:
    rule = f"  - {{id: one, slot: hero, show: {{block: hello}}, when: {{{asked}}}}}"
    campaign = f"campaign: c\nrules:\n{rule}\n".encode()
    files = {"site.yaml": SITE, "blocks/hello.html": b"<p>Hello</p>", "rules/c.yaml": campaign}
    loaded = load(files)
    assert loaded.site is not None, loaded.findings[:3]
    tracemalloc.start()
    try:
        for number in range(40_000):
            facts = {"utm.campaign": f"{number}-" + "x" * 500}
            decide(loaded.site, Context(0, facts, frozenset()))
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used < 8 << 20, f"{used >> 20} MB are held"
