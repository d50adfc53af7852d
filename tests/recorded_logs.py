"""Makes logs of recorded requests: those of many visitors of a site, decided by its own rules."""

import random
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

from rules.conditions import Context
from rules.counter import Counter
from rules.decide import decide
from rules.model import Site
from rules.recording import Recorded, Recording, to_line
from rules.values import Value

NOW = 1_790_000_000_000
DAY = 86_400_000
ALL = frozenset({"necessary", "statistics", "personalization"})
MOST = 15
"""Events that one counter is given at most."""
MILLION = 1_000_000
SOME = frozenset({"necessary", "statistics"})
PATHS = ("/", "/damen/schuhe", "/damen/strick", "/lookbook", "/en/")


def recorded(
    site: Site,
    facts: Mapping[str, Value] | None = None,
    granted: frozenset[str] = ALL,
    counts: Mapping[str, list[int]] | None = None,
    unit: str | None = "v",
    slots: tuple[str, ...] | None = None,
    now: int = NOW,
) -> Recorded:
    """One request, as the edge would record it."""
    given = {"page.language": site.languages[0], **(facts or {})}
    context = Context(now, given, granted, counts, unit)
    return Recording(site).of(context, slots, decide(site, context, slots).decisions)


def requests(site: Site, count: int) -> Iterator[Recorded]:
    """Requests of a third as many visitors, some of them known customers; the same ones each time."""
    chance, recording = random.Random(7), Recording(site)
    for _ in range(count):
        context = _context(site, chance, count)
        yield recording.of(context, None, decide(site, context).decisions)


def write(log: Path, site: Site, count: int) -> Path:
    """Write a log of so many requests."""
    with log.open("wb") as file:
        file.writelines(to_line(each) + b"\n" for each in requests(site, count))
    return log


def _context(site: Site, chance: random.Random, count: int) -> Context:
    now = NOW + chance.randrange(60 * DAY)
    granted = ALL if chance.random() < 0.8 else SOME
    facts: dict[str, Value] = {
        "page.path": chance.choice(PATHS),
        "page.language": chance.choice(site.languages),
        "device.type": chance.choice(("mobile", "desktop", "tablet")),
        "geo.country": chance.choice(("DE", "CH", "AT", "US")),
    }
    if chance.random() < 0.3:
        facts["utm.campaign"] = chance.choice(("herbst", "other"))
    if granted is ALL:
        facts |= _customer(chance) if chance.random() < 0.4 else {"customer.known": False}
    counts = {each.key: _held(chance, now, each) for each in site.counters}
    unit = f"visitor-{chance.randrange(count // 3 + 1)}"
    return Context(now, facts, granted, counts if granted is ALL else {}, unit)


def _customer(chance: random.Random) -> dict[str, Value]:
    return {
        "customer.known": True,
        "crm.first_name": f"{chance.choice(('Mara', 'Jonas', 'Lea'))} {chance.randrange(300)}",
        "crm.loyalty_tier": chance.choice(("gold", "silver", "bronze")),
        "crm.birthday_month": chance.randrange(1, 13),
    }


def _held(chance: random.Random, now: int, counter: Counter) -> list[Any]:
    """Return what a counter holds of a few events."""
    many = chance.randrange(min(counter.keep, MOST) + 1)
    times = sorted(now - chance.randrange(40 * DAY) for _ in range(many))
    if counter.kind == "times":
        return times
    if counter.kind == "values":
        return [times, [chance.choice(("shoes", "knit")) for _ in times]]
    spent = list(accumulate(chance.randrange(50, 400) * MILLION for _ in times))
    return [times, spent] if counter.kind == "sums" else spent[-1:]
