"""A site with one question about past events, and what its counters hold of some."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from edge.stores.base import Mark
from edge.stores.held import advance
from rules.conditions import Condition, Context
from rules.counters import Advance, Occurrence, advanced
from rules.loader import load
from rules.model import Site

NOW = int(datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp() * 1000)
GRANTED = frozenset({"personalization"})
UNITS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
AGE = re.compile(r"(-?[0-9]+)(m|h|d)([+-][0-9]+)?\Z")
PROPERTIES = (
    "category: string, value: number, sale: boolean, day: date, at: datetime, tags: list, "
    "app: version, from: ip, place: location"
)
SITE = f"""
site: test
origins: ["https://shop.example"]
languages: [de]
consent: {{revision: 1}}
slots: {{}}
events:
  view: {{purpose: personalization, properties: {{{PROPERTIES}}}}}
  other: {{purpose: personalization, properties: {{category: string}}}}
  purchase: {{purpose: personalization, properties: {{value: number}}}}
"""


def site_asking(*asked: Mapping[str, Any], timezone: str = "Europe/Berlin") -> Site:
    """Return a site with a rule for each question; ``name`` is ``view`` unless it says otherwise."""
    rules = [
        {
            "id": f"r{number}",
            "slot": f"slot-{number}",
            "when": {"event": {"name": "view", **each}},
            "show": {"action": "hide"},
        }
        for number, each in enumerate(asked)
    ]
    campaign = {"campaign": "c", "schedule": {"timezone": timezone}, "rules": rules}
    slots = ", ".join(f"slot-{number}: {{}}" for number in range(len(asked)))
    site = SITE.replace("slots: {}", f"slots: {{{slots}}}")
    loaded = load({"site.yaml": site.encode(), "rules/c.yaml": json.dumps(campaign).encode()})
    assert loaded.site is not None, loaded.findings
    return loaded.site


def condition(site: Site, number: int = 0) -> Condition:
    """Return what a question became."""
    return site.rules[f"slot-{number}"][0].condition


def time_of(age: str) -> int:
    """Return when an event of some age happened."""
    match = AGE.match(age)
    assert match is not None, age
    return NOW - int(match[1]) * UNITS[match[2]] - int(match[3] or 0)


def mark(advance: Advance) -> Mark:
    """Return what the edge tells a store to do."""
    counter, value = advance
    return Mark(counter.key, counter.keep, counter.kind, value, counter.span, counter.oldest)


def one_by_one(site: Site, occurrences: Iterable[Occurrence]) -> dict[str, list[Any]]:
    """Return what the counters hold of events in their order of arrival, as a store keeps them."""
    held: dict[str, list[Any]] = {}
    for each in occurrences:
        for one in advanced(site, each.name, each.properties):
            advance(held.setdefault(one.counter.key, []), mark(one), each.time)
    return held


def truth_of(site: Site, counts: Mapping[str, Any] | None, number: int = 0) -> str:
    """Return whether a question's answer is yes, now and with the grant."""
    return condition(site, number).evaluate(Context(NOW, {}, GRANTED, counts)).value
