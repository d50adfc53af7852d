"""Explanations of what keeps a rule back although its condition is true: caps, groups, holdouts; and fallbacks."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from persona_site import FILES
from rules.conditions import Context
from rules.counters import Occurrence, count
from rules.decide import decide
from rules.explain import ExplainedSlot, explain
from rules.loader import load
from rules.model import Site
from rules.places import Places
from rules.reason_words import shows

NOW = 1_775_822_400_000
GRANTED = frozenset({"necessary", "statistics", "personalization"})
SITE = (
    FILES["site.yaml"]
    .replace(b"strip: {}", b"strip: {fallback: {block: plain}}")
    .replace(b"empty: {}", b"empty: {fallback: {action: setText, text: Hi}}")
    + b"holdout: 20%\n"
)
RULES = """campaign: {name}
exclusive: seasons
cap: {{times: 2, within: 7d}}
rules:
  - {{id: {name}-hero, slot: hero, priority: 20, when: {{crm.tier: gold}}, show: {{action: hide}}}}
  - {{id: {name}-strip, slot: strip, show: {{action: hide}}}}
"""
KEPT = {name: content for name, content in FILES.items() if name != "rules/spring.yaml"}
GROUPED = {**KEPT, "site.yaml": SITE, "blocks/plain.html": b"<p>plain</p>"}
GROUPED |= {f"rules/{name}.yaml": RULES.format(name=name).encode() for name in ("sun", "snow")}


def loaded() -> tuple[Site, Places]:
    places = Places()
    found = load(GROUPED, places=places)
    assert found.site is not None, found.findings
    return found.site, places


MADE = loaded()


def slot(name: str, seen: dict[str, int] | None = None, **given: Any) -> ExplainedSlot:
    site, places = MADE
    facts = given.pop("facts", {"crm.tier": "gold", "crm.name": "A"})
    every = given.pop("every", False)
    context = Context(NOW, facts, GRANTED, counts(seen or {}), given.pop("unit"))
    return explain(site, context, [name], places, every).slots[0]


def counts(seen: dict[str, int]) -> dict[str, list[int]]:
    happened = [
        Occurrence("exposure", NOW - 1, {"rule": rule})
        for rule, times in seen.items()
        for _ in range(times)
    ]
    return count(MADE[0], happened)


def unit_for(campaign: str) -> str:
    """A visitor who is dealt this campaign of the group, and not held out of the site."""
    wanted = f"{campaign}-strip"
    units = map(str, range(100))
    return next(unit for unit in units if slot("strip", unit=unit).decision.rule == wanted)


def test_a_visitor_takes_part_in_one_campaign_of_a_group() -> None:
    explained = slot("strip", unit=unit_for("snow"), every=True)
    verdicts = {verdict.rule: verdict for verdict in explained.rules}
    said = "it matches, but of group seasons this visitor takes part in another campaign"
    assert (verdicts["sun-strip"].outcome, verdicts["sun-strip"].why) == ("passed_over", said)
    assert verdicts["snow-strip"].outcome == "matches"


def test_a_rule_that_was_seen_often_enough_is_capped() -> None:
    unit = unit_for("snow")
    explained = slot("strip", {"snow-hero": 1, "snow-strip": 1}, unit=unit, facts={})
    verdicts = {verdict.rule: verdict for verdict in explained.rules}
    said = "matches, but this visitor has seen it as often as its cap allows"
    assert (verdicts["snow-strip"].outcome, verdicts["snow-strip"].why) == ("capped", f"it {said}")
    assert explained.why == f"rule snow-strip {said}"
    assert slot("strip", {"snow-strip": 1}, unit=unit).decision.rule == "snow-strip"


def test_a_visitor_held_out_of_the_site_is_told_apart() -> None:
    held = next(
        each
        for each in (slot("strip", unit=str(n), every=True) for n in range(100))
        if each.decision.reason == "HOLDOUT" and each.decision.rule is None
    )
    assert held.why == "this visitor is held out of all campaigns of the site"
    assert {verdict.why for verdict in held.rules if verdict.outcome == "holdout"} == {held.why}
    assert all(verdict.below for verdict in held.rules)


def test_a_fallback_is_shown_by_its_name() -> None:
    explained = slot("strip", {"snow-strip": 2, "sun-strip": 2}, unit=unit_for("snow"), facts={})
    assert explained.decision.reason == "CAPPED" and explained.block == "plain"
    assert shows(explained.decision, explained.block) == "its fallback, block plain"
    empty = slot("empty", unit=unit_for("snow"))
    assert shows(empty.decision, empty.block) == "its fallback, the text 'Hi'"


@given(
    unit=st.one_of(st.none(), st.integers(0, 200).map(str)),
    seen=st.dictionaries(
        st.sampled_from(["sun-hero", "snow-strip", "sun-strip"]), st.integers(0, 3)
    ),
    granted=st.sets(st.sampled_from(["statistics", "personalization"])),
    tier=st.sampled_from(["gold", "silver", None]),
    known=st.booleans(),
)
def test_an_explanation_is_of_the_decision_that_is_made(
    unit: str | None, seen: dict[str, int], granted: set[str], tier: str | None, known: bool
) -> None:
    site, places = MADE
    facts = {"crm.tier": tier, "crm.name": "A"} if tier else {}
    allowed = frozenset({"necessary", *granted})
    context = Context(NOW, facts, allowed, counts(seen) if known else None, unit)
    explained = explain(site, context, None, places, True)
    assert tuple(each.decision for each in explained.slots) == decide(site, context).decisions
    for each in explained.slots:
        _agrees(each)


_DECIDING = {
    "matches": ("MATCH", "SPLIT"), "holdout": ("HOLDOUT",), "error": ("ERROR",),
    "capped": ("CAPPED",), "consent_required": ("CONSENT_REQUIRED",),
}  # fmt: skip


def _agrees(each: ExplainedSlot) -> None:
    """The decision is of the first rule that wins, else of the first that might have."""
    if each.decision.reason == "HOLDOUT" and each.decision.rule is None:
        return
    won = [v for v in each.rules if v.outcome in ("matches", "holdout", "error")]
    first = next(iter(won or [v for v in each.rules if v.outcome in _DECIDING]), None)
    if first is None:
        assert each.decision.rule is None and each.decision.reason in ("DEFAULT", "DISABLED")
        return
    assert (each.decision.rule, each.decision.reason in _DECIDING[first.outcome]) == (
        first.rule,
        True,
    )
