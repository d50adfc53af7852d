"""Conditions and operators, by table; counters against the plainest possible count."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules.conditions import Any as AnyOf
from rules.conditions import Compare, Condition, Context, Not, reader_of
from rules.counters import Occurrence, count
from rules.loader import load
from rules.model import Rule, Site
from rules.operators import OPERATORS
from rules.values import FALSE, TRUE
from tables import rows

NOW = int(datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp() * 1000)
HOUR = 3_600_000
SITE = b"""
site: test
origins: ["https://shop.example"]
languages: [de]
consent: {revision: 1}
slots: {hero: {}}
attributes:
  t: {type: string, source: crm, purpose: personalization}
  n: {type: number, source: crm, purpose: personalization}
  b: {type: boolean, source: crm, purpose: personalization}
  d: {type: date, source: crm, purpose: personalization}
  m: {type: datetime, source: crm, purpose: personalization}
  l: {type: list, source: crm, purpose: personalization}
  v: {type: version, source: crm, purpose: personalization}
  i: {type: ip, source: crm, purpose: personalization}
  p: {type: location, source: crm, purpose: personalization}
events:
  view: {purpose: personalization, properties: {category: string}}
audiences:
  fans: {event: {name: view, count: {gte: 3}}}
"""


def site_with(when: str, timezone: str = "Europe/Berlin") -> Site:
    """Return a site with one rule."""
    rules = f"""
campaign: c
schedule: {{timezone: {timezone}}}
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


def at(text: str | None) -> int:
    """Return a moment with its offset as milliseconds since the epoch; NOW without one."""
    return NOW if text is None else int(datetime.fromisoformat(text).timestamp() * 1000)


def facts_of(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row's facts as the edge gives them: lists never change."""
    facts = row.get("facts", {}).items()
    return {name: tuple(value) if type(value) is list else value for name, value in facts}


@pytest.mark.parametrize("row", rows("operators"))
def test_condition(row: dict[str, Any]) -> None:
    site = site_with(flow(row["when"]), row.get("timezone", "Europe/Berlin"))
    counts = None
    if "ages" in row:
        times = sorted(NOW - age * HOUR for age in row["ages"])
        counts = {counter.key: times[-counter.keep :] for counter in site.counters}
    granted = frozenset(row.get("granted", ["personalization"]))
    context = Context(at(row.get("now")), facts_of(row), granted, counts)
    assert only_rule(site).condition.evaluate(context).value == row["want"]


def test_the_table_has_every_operator_true_false_and_unknown_or_hidden() -> None:
    wanted: dict[str, set[str]] = {name: set() for name in OPERATORS}
    for row in (param.values[0] for param in rows("operators")):
        for name in OPERATORS:
            if f'"{name}": ' in flow(row["when"]):
                wanted[name].add(row["want"])
    for name in OPERATORS.keys() - {"equals", "in"}:
        assert wanted[name] >= {"true", "false"}, f"no case for {name}"
        assert wanted[name] & {"unknown", "hidden"}, f"no case for {name}"


@pytest.mark.slow
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
    assume(bound or operator not in ("gte", "lt"))  # refused: always, never
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
    assert count(site, seen) == {}


CASES = [
    "any: [{n: 1}, {n: 2}]",
    "any: [{n: 1}, {n: 1, t: a}, {n: 2, b: true}, {all: [{n: 3}, {t: b}]}]",
    "any: [{n: 1, t: a}, {n: 1.0, t: b}]",
    "none: [{t: a, n: 1}, {t: b}]",
    "any: [{t: a}, {b: true}]",
    "any: [{n: 1}, {n: {gte: 2}}]",
    "any: [{t: a, n: 1}, {t: {not: b}}]",
    "any: [{time.month: 10}, {time.month: 11}]",
    "any: [{n: 1}, {any: [{n: 2}, {n: 3}]}]",
]
FACTS = [
    {name: value for name, value in (("n", n), ("t", t), ("b", b)) if value is not None}
    for n in (None, 1, 2, 3, 4)
    for t in (None, "a", "b", "c")
    for b in (None, True, False)
]


def one_by_one(condition: Condition) -> Condition:
    """Return the same condition with every part of an ``any`` evaluated."""
    if isinstance(condition, Not):
        return Not(one_by_one(condition.part))
    assert isinstance(condition, AnyOf)
    plain = AnyOf(condition.parts)
    object.__setattr__(plain, "_cases", None)
    return plain


@pytest.mark.parametrize("when", CASES)
@pytest.mark.parametrize("granted", [True, False])
def test_looking_up_the_parts_of_an_any_changes_no_truth(when: str, granted: bool) -> None:
    condition = only_rule(site_with("{" + when + "}")).condition
    purposes = frozenset({"personalization"} if granted else ())
    for facts in FACTS:
        context = Context(NOW, facts, purposes, {})
        assert condition.evaluate(context) is one_by_one(condition).evaluate(context), facts


@pytest.mark.parametrize(
    ("when", "looked_up"), list(zip(CASES, [1, 1, 1, 1, 0, 0, 0, 0, 0], strict=True))
)
def test_which_any_is_looked_up(when: str, looked_up: int) -> None:
    condition = only_rule(site_with("{" + when + "}")).condition
    found = condition.part if isinstance(condition, Not) else condition
    assert isinstance(found, AnyOf) and (found._cases is not None) == looked_up


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "Pacific/Chatham"])
def test_the_clock_turns_with_the_hour_and_not_before(zone: str) -> None:
    turn = datetime(2026, 11, 15, 18, tzinfo=ZoneInfo(zone)).timestamp() * 1000
    condition = only_rule(site_with("{time.hour: 18}")).condition
    assert isinstance(condition, Compare)
    there = replace(condition, read=reader_of("time.hour", ZoneInfo(zone)))
    for moment, truth in ((turn - 1, FALSE), (turn, TRUE), (turn + HOUR - 1, TRUE)):
        assert there.evaluate(Context(int(moment), {}, frozenset())) is truth


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize(("around", "wanted"), [(0, False), (3, False), (5, True), (10, True)])
def test_how_deep_audiences_nest_is_the_same_in_every_timezone(
    zone: str, around: int, wanted: bool
) -> None:
    deep = "{audience: z}"
    audiences = ["z: {t: gold}"]
    for at in range(6):
        deep = "{all: [" * 8 + deep + "]}" * 8
        audiences.append(f"a{at}: {deep}")
        deep = f"{{audience: a{at}}}"
    site = SITE.replace(
        b"audiences:\n", ("audiences:\n  " + "\n  ".join(audiences) + "\n").encode()
    )
    when = "{all: [" * around + deep + "]}" * around
    rules = f"""
campaign: c
schedule: {{timezone: {zone}}}
rules:
  - {{id: deep, slot: hero, when: {when}, show: {{action: hide}}}}
"""
    loaded = load({"site.yaml": site, "rules/c.yaml": rules.encode()})
    assert ["nest deeper" in each.message for each in loaded.findings] == [True] * wanted
    if loaded.site is not None:
        silver = Context(NOW, {"t": "silver"}, frozenset({"personalization"}), {})
        assert only_rule(loaded.site).condition.evaluate(silver) is FALSE
