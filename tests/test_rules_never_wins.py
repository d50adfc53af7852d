"""Rules that can never win: who is above them, and that nobody is named who can win."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from good_site import GOOD
from rules.conditions import ALWAYS, All, Condition, Not
from rules.conditions import Any as AnyOf
from rules.index.rule_index import RuleIndex
from rules.loader import load
from rules.model import Rule, Schedule
from rules.never_wins import never_win
from rules.past_events import EventCount
from rules.plain import PlainFinder
from tables import rows
from test_rules_index import CONTEXTS, CRM, HOUR, NOW, SEEN, compare, pattern_of, rule, rules

GOLD = compare("tier", CRM, "equals", "gold")
METALS = compare("tier", CRM, "in", ("gold", "silver"))
NO_GOLD = compare("tier", CRM, "not", "gold")
NO_METALS = compare("tier", CRM, "not_in", ("gold", "silver"))
SHOES = compare("path", None, "starts_with", "/shoes/")
BOOTS = compare("path", None, "starts_with", "/shoes/boots/")
RICH = compare("spent", CRM, "gt", 100)
RICHER = compare("spent", CRM, "between", (101, 200))
NIGHT = compare("time.hour", None, "gte", 22)
SEARCH = compare("path", None, "contains", "?")
KNOWN = compare("tier", CRM, "exists", True)
NOBODY = compare("tier", CRM, "exists", False)


def views(least: int, window: int | None = None) -> EventCount:
    """Return the condition of at least so many views."""
    return EventCount("views", CRM, window, (("gte", least),))


def both(*parts: Condition) -> Condition:
    """Return the condition that all of some hold."""
    return All(parts)


def pattern(text: str) -> Condition:
    """Return the condition that a path matches a pattern."""
    return compare("path", None, "matches", pattern_of(text))


BEATEN = {
    "everybody": (ALWAYS, GOLD),
    "the same": (GOLD, GOLD),
    "one of more values": (METALS, GOLD),
    "fewer exceptions": (NO_GOLD, NO_METALS),
    "a value that is no exception": (NO_METALS, compare("tier", CRM, "equals", "bronze")),
    "fewer things asked": (SHOES, both(SHOES, GOLD)),
    "a shorter beginning": (SHOES, BOOTS),
    "a beginning that is not avoided": (Not(BOOTS), compare("path", None, "starts_with", "/men/")),
    "a wider span": (RICH, RICHER),
    "more than": (RICH, compare("spent", CRM, "gte", 500)),
    "fewer views": (views(2), views(3)),
    "the same hour": (NIGHT, both(NIGHT, GOLD)),
    "the same part of a text": (SEARCH, both(SEARCH, GOLD)),
    "a longer part of a text": (SEARCH, compare("path", None, "contains", "??")),
    "the same pattern": (pattern("^/a"), both(pattern("^/a"), GOLD)),
    "a known tier": (KNOWN, GOLD),
    "no tier": (NOBODY, both(NOBODY, SHOES)),
    "any of": (AnyOf((GOLD, SHOES)), both(BOOTS, KNOWN)),
    "none of": (Not(AnyOf((GOLD, SHOES))), both(NO_METALS, Not(SHOES))),
    "each clause by another": (METALS, AnyOf((GOLD, compare("tier", CRM, "equals", "silver")))),
}
FREE = {
    "another value": (GOLD, compare("tier", CRM, "equals", "silver")),
    "more values": (GOLD, METALS),
    "more exceptions": (NO_METALS, NO_GOLD),
    "something else asked": (both(SHOES, GOLD), SHOES),
    "a longer beginning": (BOOTS, SHOES),
    "a beginning that holds what is avoided": (Not(BOOTS), SHOES),
    "a narrower span": (RICHER, RICH),
    "more views": (views(3), views(2)),
    "another window": (views(2, HOUR), views(3)),
    "only at night": (both(NIGHT, GOLD), GOLD),
    "no tier, and a value of it": (NOBODY, GOLD),
    "a value, and no tier": (NO_GOLD, NOBODY),
    "another pattern": (pattern("^/a"), pattern("^/ab")),
    "a shorter part of a text": (compare("path", None, "contains", "??"), SEARCH),
    "one clause is free": (GOLD, AnyOf((GOLD, SHOES))),
}


def anything(attribute: str) -> tuple[()]:
    """Say of no attribute which values it can have."""
    return ()


def beaten(above: Rule, below: Rule) -> list[tuple[str, str]]:
    """Return who never wins, and by whom."""
    ranked = {"hero": (above, below)}
    found = never_win(RuleIndex(ranked), ranked, anything)
    return [(rule.id, other.id) for rule, others in found for other in others]


@pytest.mark.parametrize("name", BEATEN)
def test_a_rule_below_one_that_always_holds_never_wins(name: str) -> None:
    above, below = BEATEN[name]
    assert beaten(rule("above", above), rule("below", below)) == [("below", "above")]


@pytest.mark.parametrize("name", FREE)
def test_a_rule_that_may_win_is_not_named(name: str) -> None:
    above, below = FREE[name]
    assert beaten(rule("above", above), rule("below", below)) == []


def braced(condition: str) -> str:
    return condition if condition.startswith("{") else f"{{{condition}}}"


@pytest.mark.parametrize("row", rows("never_wins"))
def test_who_is_beaten_as_written(row: dict[str, Any]) -> None:
    top = campaign("top", *map(braced, row["above"]), priority=5)
    loaded = load(
        {**SITE, "rules/top.yaml": top, "rules/low.yaml": campaign("low", braced(row["below"]))}
    )
    found = [each.message for each in loaded.findings]
    assert len(found) == row["beaten"], found
    assert all(each.startswith("rule 'low-0' never wins: 'top-0'") for each in found), found


@pytest.mark.parametrize(
    ("above", "others", "below"),
    [
        ("contains: shoe", "contains: bag{:02}", "contains: snowshoes"),
        ("contains: shoe", "contains: bag{:02}", "starts_with: shoes"),
        ("contains: shoe", "contains: bag{:02}", "equals: shoes"),
        ("contains_ignore_case: SHOE", "contains_ignore_case: bag{:02}", "contains: snowshoes"),
        ('matches: "shoe[0-9]"', 'matches: "bag[0-9]{:02}"', 'matches: "shoe[0-9]"'),
        ('matches: "shoe[0-9]"', "starts_with: bag{:02}", 'matches: "shoe[0-9]"'),
    ],
)
def test_of_many_texts_above_only_those_are_looked_at_that_may_hold(
    above: str, others: str, below: str
) -> None:
    texts = [*(others.format(n) for n in range(70)), above]
    top = campaign("top", *[f"{{utm.source: {{{text}}}}}" for text in texts], priority=5)
    low = campaign("low", f"{{utm.source: {{{below}}}, utm.medium: mail}}")
    (finding,) = load({**SITE, "rules/top.yaml": top, "rules/low.yaml": low}).findings
    assert finding.message.startswith("rule 'low-0' never wins: 'top-70'")


def test_who_is_off_beats_nobody() -> None:
    month = Schedule(NOW, NOW + 720 * HOUR)
    assert beaten(rule("above", GOLD, month), rule("below", GOLD)) == []
    assert beaten(rule("above", GOLD, month), rule("below", GOLD, month)) == [("below", "above")]
    assert beaten(rule("above", GOLD, chance=0), rule("below", GOLD)) == []


def test_who_needs_more_consent_beats_nobody() -> None:
    seen = compare("other", SEEN, "exists", True)
    assert beaten(rule("above", AnyOf((GOLD, seen))), rule("below", GOLD)) == []
    assert beaten(rule("above", GOLD, chance=9), rule("below", GOLD)) == []
    assert beaten(rule("above", GOLD, chance=9), rule("below", GOLD, chance=9)) != []


def test_who_is_passed_over_now_and_then_beats_nobody() -> None:
    above = rule("above", GOLD)
    capped = msgspec.structs.replace(above, cap=views(1))
    assert beaten(capped, rule("below", GOLD)) == []
    group = msgspec.structs.replace(above.campaign, name="other", exclusive="tests")
    assert beaten(msgspec.structs.replace(above, campaign=group), rule("below", GOLD)) == []


@pytest.mark.slow
@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(rules=rules(), contexts=st.lists(CONTEXTS, min_size=20, max_size=20))
def test_whoever_is_named_wins_for_nobody(
    rules: dict[str, tuple[Rule, ...]], contexts: list
) -> None:  # type: ignore[type-arg]
    named = {each.id for each, _ in never_win(RuleIndex(rules), rules, anything)}
    plain = PlainFinder(rules)
    for context in contexts:
        for slot in rules:
            first = plain.of(context).true(slot)
            assert first is None or first[1].id not in named


def campaign(name: str, *conditions: str, priority: int = 0) -> bytes:
    """Return a file with a rule for each condition."""
    rules = "".join(
        f"  - {{id: {name}-{n}, slot: hero, priority: {priority}, when: {when}, show: {{action: hide}}}}\n"
        for n, when in enumerate(conditions)
    )
    return f"campaign: {name}\nrules:\n{rules}".encode()


HOME = b"  crm.home: {type: location, source: crm, purpose: personalization},\n"
SITE = {"site.yaml": GOOD["site.yaml"].replace(b"  crm.born", HOME + b"  crm.born")}
LOW = campaign(
    "low",
    "{geo.country: DE, language: de}",
    "{geo.country: AT}",
    "{utm.source: x}",
    "{crm.points: 20, utm.source: y}",
    "{page.path: {starts_with: /a/b}}",
    "{event: {name: view, within: 7d, count: {gte: 3}}}",
    "{crm.likes: {has_all: [shoes, bags]}}",
    "{crm.last: {within_last: 7d}}",
)
EDITS = {
    "wider above": ("{geo.country: [DE, AT]}", ["low-0", "low-1"]),
    "everybody above": ("{geo.country: {exists: true}}", ["low-0", "low-1"]),
    "others above": ("{geo.country: FR}", []),
    "less above": ("{geo.country: DE, language: de, utm.source: y}", []),
    "a bound above": ("{crm.points: {gte: 10}}", ["low-3"]),
    "other values above": ("{crm.points: {not: 10}}", ["low-3"]),
    "a value of its own above": ("{crm.points: {between: [20, 20]}}", ["low-3"]),
    "no such value above": ("{crm.points: [10, 30]}", []),
    "not that path above": ("{page.path: {not: /a}}", ["low-4"]),
    "a beginning above": ("{page.path: {starts_with_ignore_case: /A}}", ["low-4"]),
    "a part above": ("{page.path: {contains: a/}}", ["low-4"]),
    "ever above": ("{event: {name: view, count: {gte: 3}}}", ["low-5"]),
    "an item above": ("{crm.likes: {has_any: shoes}}", ["low-6"]),
    "a window above": ("{crm.last: {within_last: 30d}}", ["low-7"]),
    "known above": ("{crm.last: {exists: true}}", ["low-7"]),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_told_whom_it_beats_as_a_fresh_load_would_be(edit: str) -> None:
    when, wanted = EDITS[edit]
    other = campaign("other", "{language: fr}", priority=-1)
    first = {**SITE, "rules/low.yaml": LOW, "rules/other.yaml": other}
    before = load({**first, "rules/top.yaml": campaign("top", "{language: it}", priority=5)})
    assert before.site is not None, before.findings
    edited = {**first, "rules/top.yaml": campaign("top", when, priority=5)}
    again, fresh = load(edited, before), load(edited)
    assert again.findings == fresh.findings
    assert [each.message.split("'")[1] for each in again.findings] == wanted


def test_several_rules_may_beat_one_together() -> None:
    top = campaign("top", "{geo.country: DE}", "{geo.country: [AT, CH]}", priority=5)
    low = campaign("low", "{any: [{geo.country: DE, language: de}, {geo.country: CH}]}")
    (finding,) = load({**SITE, "rules/top.yaml": top, "rules/low.yaml": low}).findings
    both = "'top-0' in rules/top.yaml:3 or 'top-1' in rules/top.yaml:4 is above it"
    assert finding.message == f"rule 'low-0' never wins: {both} and always true when it is"


def test_a_new_rule_below_is_looked_at_as_well() -> None:
    first = {**SITE, "rules/top.yaml": campaign("top", "{geo.country: DE}", priority=5)}
    before = load(first)
    edited = {**first, "rules/low.yaml": LOW}
    assert load(edited, before).findings == load(edited).findings != []


def test_a_warning_of_the_site_keeps_no_beaten_rule_from_being_told() -> None:
    warned = SITE["site.yaml"].replace(
        b"audiences:", b"audiences:\n  away: {page.url: https://a.example/}"
    )
    twice = campaign("low", "{utm.source: x}", "{utm.source: x, utm.medium: y}")
    said = [str(each) for each in load({"site.yaml": warned, "rules/low.yaml": twice}).findings]
    assert [each.split(": ")[1] for each in said] == ["warning", "error"], said
