"""Sites of a few campaigns, and what is decided on them."""

from typing import Any

from rules.conditions import Context
from rules.decide import Decided, Decision, decide
from rules.loader import load
from rules.model import Site

NOW = 1_790_000_000_000
DAY = 86_400_000
EXPOSURE = b"exposure: {purpose: statistics, properties: {slot: string, rule: string}}"
SITE = (
    b"""
site: test
origins: ["https://shop.example"]
languages: [de, en]
consent: {revision: 1}
slots: {hero: {}, strip: {}}
attributes: {crm.tier: {type: string, source: crm, purpose: marketing}}
events: {%b}
"""
    % EXPOSURE
)
ALL = frozenset({"necessary", "statistics", "personalization"})


def site(*campaigns: str, **files: bytes) -> Site:
    """Return a site of these campaigns."""
    paths = {"site": "site.yaml", "block": "blocks/block.html"}
    written = {"site.yaml": SITE, **{paths[name]: content for name, content in files.items()}}
    rules = {f"rules/{n}.yaml": text.encode() for n, text in enumerate(campaigns)}
    loaded = load({**written, **rules})
    assert loaded.site is not None, loaded.findings
    return loaded.site


def campaign(name: str, *rules: str, **keys: str) -> str:
    """Return a campaign of rules that are each a list of keys; without any, one for everybody."""
    lines = [f"campaign: {name}", *(f"{key}: {value}" for key, value in keys.items()), "rules:"]
    shown = rules or (f"id: {name}, slot: hero",)
    return "\n".join([*lines, *(f"- {{show: {{action: hide}}, {each}}}" for each in shown)])


def decided(made: Site, **context: Any) -> Decided:
    given = {"now": NOW, "granted": ALL, "unit": "visitor", "counts": {}, **context}
    facts = {"page.path": "/", "page.language": "de", **given.pop("facts", {})}
    return decide(made, Context(facts=facts, **given))


def hero(made: Site, **context: Any) -> Decision:
    """Return the decision of the first slot."""
    return decided(made, **context).decisions[0]


def said(decision: Decision) -> tuple[str, str | None]:
    return decision.reason.value, decision.rule


def seen(made: Site, *times: int) -> dict[str, tuple[int, ...]]:
    """Return counts of a visitor who saw what the site's only counter counts."""
    (counter,) = made.counters
    return {counter.key: times}


CAPPED = campaign("c", "id: top, slot: hero, priority: 9, cap: {times: 2, within: 7d}")
BELOW = campaign("low", "id: below, slot: hero")
