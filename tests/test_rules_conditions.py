"""Conditions and operators, by table; counters against the plainest possible count."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.conditions import Context
from rules.counters import Occurrence, count
from rules.loader import load
from rules.model import Rule, Site
from rules.operators import OPERATORS
from tables import rows

NOW = int(datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp() * 1000)
HOUR = 3_600_000
SITE = b"""
site: test
origins: ["https://shop.example"]
languages: [de]
consent: {revision: 1}
slots: {hero: }
attributes:
  t: {type: string, source: crm, purpose: personalization}
  n: {type: number, source: crm, purpose: personalization}
  b: {type: boolean, source: crm, purpose: personalization}
  d: {type: date, source: crm, purpose: personalization}
events:
  view: {purpose: personalization, properties: {category: string}}
audiences:
  fans: {event: {name: view, count: {gte: 3}}}
"""


def site_with(when: str) -> Site:
    """Return a site with one rule."""
    rules = f"""
campaign: c
schedule: {{timezone: Europe/Berlin}}
rules:
  - {{id: r, slot: hero, when: {when}, show: {{action: hide}}}}
"""
    loaded = load({"site.yaml": SITE, "rules/c.yaml": rules.encode()})
    assert loaded.site is not None, loaded.findings
    return loaded.site


def only_rule(site: Site) -> Rule:
    """Return the one rule of a site."""
    return site.rules["hero"][0]


def flow(value: Any) -> str:
    """Write plain data as YAML in one line."""
    import json

    return json.dumps(value)


@pytest.mark.parametrize("row", rows("operators"))
def test_condition(row: dict[str, Any]) -> None:
    site = site_with(flow(row["when"]))
    counts = None
    if "ages" in row:
        times = sorted(NOW - age * HOUR for age in row["ages"])
        counts = {counter.key: times[-counter.keep :] for counter in site.counters}
    granted = frozenset(row.get("granted", ["personalization"]))
    context = Context(NOW, row.get("facts", {}), granted, counts)
    assert only_rule(site).condition.evaluate(context).value == row["want"]


def test_the_table_has_every_operator_true_false_and_unknown_or_hidden() -> None:
    text = flow([param.values[0] for param in rows("operators")])
    for name in OPERATORS.keys() - {"equals", "in"}:
        assert f'"{name}": ' in text, f"no case for {name}"


@settings(max_examples=200, deadline=None)
@given(
    times=st.lists(st.integers(0, 100), max_size=40),
    operator=st.sampled_from(["gte", "gt", "lt", "lte", "equals", "not"]),
    bound=st.integers(0, 12),
    window=st.integers(1, 100),
)
def test_kept_times_decide_as_all_times_would(
    times: list[int], operator: str, bound: int, window: int
) -> None:
    site = site_with(
        f"{{event: {{name: view, within: {window}m, count: {{{operator}: {bound}}}}}}}"
    )
    minute = 60_000
    occurrences = [Occurrence("view", NOW - age * minute, {}) for age in times]
    kept = count(site, occurrences)
    context = Context(NOW, {}, frozenset({"personalization"}), kept)
    got = only_rule(site).condition.evaluate(context).value
    inside = sum(age <= window for age in times)
    assert got == str(OPERATORS[operator].test(inside, bound)).lower()


def test_a_counter_keeps_no_more_than_its_rules_can_ask_for() -> None:
    site = site_with("{event: {name: view, count: {gte: 3}}}")
    many = [Occurrence("view", time, {}) for time in range(1000)]
    assert count(site, many) == {site.counters[0].key: [996, 997, 998, 999]}


def test_counters_see_only_events_that_fit() -> None:
    site = site_with("{event: {name: view, where: {category: [a, b]}, count: {gte: 1}}}")
    seen = [Occurrence("view", 1, {"category": "c"}), Occurrence("other", 2, {"category": "a"})]
    assert count(site, seen) == {site.counters[0].key: []}
