"""The gate by itself: a table of what a profile holds, under which grants, and what of it passes."""

from typing import Any

import pytest

from edge import site_folder
from edge.gate import Gate
from edge.stores.base import Person

DAY = 86_400_000
NOW = 1_790_000_000_000
SITE = b"""
site: shop
origins: ["https://shop.example"]
languages: [de]
consent: {revision: 1, purposes: {statistics: {}, personalization: {}}}
slots: {hero: {}}
attributes:
  crm.name: {type: string, source: crm, purpose: personalization}
  crm.tier: {type: string, source: crm, purpose: personalization, values: [silver, gold]}
  crm.month: {type: number, source: crm, purpose: personalization, values: [1, 2]}
  crm.likes: {type: list, source: crm, purpose: personalization, values: [shoes, knit]}
  crm.since: {type: date, source: crm, purpose: personalization}
  crm.app: {type: version, source: crm, purpose: personalization}
  crm.ticket: {type: string, source: crm, purpose: personalization, freshness: 7d}
  crm.visits: {type: number, source: crm, purpose: statistics}
  crm.member: {type: boolean, source: crm, purpose: statistics}
events:
  view: {purpose: personalization, properties: {}}
  exposure: {purpose: statistics, properties: {}}
"""
RULES = b"""
campaign: main
rules:
  - id: both
    slot: hero
    when:
      all:
        - event: {name: view, within: 30d, count: {gte: 3}}
        - event: {name: exposure, within: 30d, count: {gte: 3}}
    show: {action: setText, text: Hello}
"""
BOTH = ("statistics", "personalization")

ATTRIBUTES = [
    ("a text", BOTH, "crm.name", "Anna", "Anna"),
    ("a text that has no values to be one of", BOTH, "crm.name", "", ""),
    ("a value that may be", BOTH, "crm.tier", "gold", "gold"),
    ("a value that may be no longer", BOTH, "crm.tier", "bronze", None),
    ("a number for a text", BOTH, "crm.name", 5, None),
    ("nothing", BOTH, "crm.name", None, None),
    ("a number", BOTH, "crm.visits", 1.5, 1.5),
    ("a truth for a number", BOTH, "crm.visits", True, None),
    ("a truth for a number that is listed", BOTH, "crm.month", True, None),
    ("a number for a truth", BOTH, "crm.member", 1, None),
    ("no", BOTH, "crm.member", False, False),
    ("zero", BOTH, "crm.visits", 0, 0),
    ("a list", BOTH, "crm.likes", ["shoes", "knit"], ("shoes", "knit")),
    ("an empty list", BOTH, "crm.likes", [], ()),
    ("a list with an item that may not be", BOTH, "crm.likes", ["shoes", "hats"], None),
    ("a list of numbers", BOTH, "crm.likes", [1], None),
    ("a list of lists", BOTH, "crm.likes", [["shoes"]], None),
    ("a text for a list", BOTH, "crm.likes", "shoes", None),
    ("a list for a text", BOTH, "crm.tier", ["gold"], None),
    ("a day", BOTH, "crm.since", "2026-02-28", "2026-02-28"),
    ("a day that is none", BOTH, "crm.since", "2026-02-29", None),
    ("a day in another form", BOTH, "crm.since", "20260228", None),
    ("a day of a week, as long as a day", BOTH, "crm.since", "2026-W09-6", None),
    ("a version", BOTH, "crm.app", "14.2", "14.2"),
    ("a version that is none", BOTH, "crm.app", "x", None),
    ("what no site declares", BOTH, "crm.other", "x", None),
    ("a name of ours that a profile claims", BOTH, "customer.known", "yes", True),
    ("without its purpose", ("statistics",), "crm.name", "Anna", None),
    ("with its purpose alone", ("statistics",), "crm.visits", 3, 3),
    ("without any", (), "crm.visits", 3, None),
]


@pytest.fixture(scope="module")
def gate() -> Gate:
    """The gate of a site."""
    return site_folder.load({"site.yaml": SITE, "rules/main.yaml": RULES}).gate


def passed(gate: Gate, purposes: tuple[str, ...], name: str, person: Person) -> Any:
    """Return what passes under a name."""
    return gate.facts(person, frozenset({"necessary", *purposes}), NOW).get(name)


@pytest.mark.parametrize(
    ("purposes", "name", "value", "expected"),
    [row[1:] for row in ATTRIBUTES],
    ids=[row[0] for row in ATTRIBUTES],
)
def test_what_passes(
    gate: Gate, purposes: tuple[str, ...], name: str, value: Any, expected: Any
) -> None:
    found = passed(gate, purposes, name, Person("C1", {name: value}))
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("imported", "passes"),
    [(NOW, True), (NOW - 7 * DAY, True), (NOW - 7 * DAY - 1, False), (None, False)],
)
def test_what_is_too_old_or_of_no_known_age_does_not_pass(
    gate: Gate, imported: int | None, passes: bool
) -> None:
    person = Person("C1", {"crm.ticket": "open", "crm.name": "Anna"}, imported=imported)
    assert (passed(gate, BOTH, "crm.ticket", person) == "open") is passes
    assert passed(gate, BOTH, "crm.name", person) == "Anna"


@pytest.mark.parametrize(("purposes", "known"), [(BOTH, True), (("statistics",), None)])
def test_that_somebody_is_a_customer_is_personal(
    gate: Gate, purposes: tuple[str, ...], known: bool | None
) -> None:
    assert passed(gate, purposes, "customer.known", Person("C1")) is known


def test_of_counters_those_pass_whose_event_is_granted() -> None:
    live = site_folder.load({"site.yaml": SITE, "rules/main.yaml": RULES})
    key = {event: key for key, event in live.site.counted.items()}
    counts = {key["view"]: [1], key["exposure"]: [2], "of other rules": [3]}
    found = {
        granted: live.gate.counts(counts, frozenset({"necessary", *granted}))
        for granted in ((), ("statistics",), BOTH)
    }
    assert found == {
        (): {},
        ("statistics",): {key["exposure"]: [2]},
        BOTH: {key["view"]: [1], key["exposure"]: [2]},
    }
