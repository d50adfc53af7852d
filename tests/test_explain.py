"""Explanations: the tree of every condition, and what came of every rule considered."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_site import FILES
from rules.conditions import Condition, Context
from rules.counters import Occurrence, count
from rules.decide import decide
from rules.explain import Explained, ExplainedSlot, explain
from rules.loader import load
from rules.model import Site
from rules.outcomes import because, word_of
from rules.places import Places, flow
from rules.plain import PlainFinder
from rules.reason_words import shows
from rules.trace import Traced, trace, truth_of
from rules.values import UNKNOWN
from tables import rows
from test_rules_conditions import flow as as_json

NOW = int(datetime(2026, 4, 10, 12, 0, tzinfo=UTC).timestamp() * 1000)
GRANTED = frozenset({"necessary", "personalization"})
DAY = 86_400_000


def loaded(**files: str) -> tuple[Site, Places]:
    """The test's site with some rules, and where they stand."""
    places = Places()
    changed = {f"rules/{name}.yaml": text.encode() for name, text in files.items()}
    found = load({**FILES, **changed}, places=places)
    assert found.site is not None, found.findings
    return found.site, places


def with_rule(when: object) -> tuple[Site, Places]:
    """The same with one rule in slot empty, its clock in Berlin."""
    rule = f"{{id: r, slot: empty, when: {as_json(when)}, show: {{action: hide}}}}"
    return loaded(one=f"campaign: one\nschedule: {{timezone: Europe/Berlin}}\nrules: [{rule}]")


def counts(site: Site, shoes: int) -> dict[str, list[int]]:
    seen = [
        Occurrence("view", NOW - DAY, {"category": "shoes", "price": 4.5}) for _ in range(shoes)
    ]
    return count(site, seen)


def lines(traced: Traced, level: int = 0) -> Iterator[str]:
    why = f" ({traced.why})" if traced.why else ""
    yield f"{'  ' * level}{word_of(traced)} {traced.text}{why}"
    for part in traced.parts:
        yield from lines(part, level + 1)


@pytest.mark.parametrize("row", rows("explained"))
def test_every_part_is_traced_with_its_reason(row: dict[str, Any]) -> None:
    site, places = with_rule(row["when"])
    known = None if row.get("stranger") else counts(site, row.get("shoes", 0))
    granted = frozenset(row.get("granted", GRANTED))
    stated = row.get("facts", {}).items()
    facts = {name: tuple(each) if isinstance(each, list) else each for name, each in stated}
    context = Context(NOW, facts, granted, known, "x")
    condition = site.rules["empty"][0].condition
    assert list(lines(trace(condition, context, places))) == row["want"]


def slot(name: str, made: tuple[Site, Places] | None = None, **given: Any) -> ExplainedSlot:
    site, places = made or loaded()
    known = {"now": NOW, "facts": {}, "granted": GRANTED, "unit": "x", "counts": {}, **given}
    every = known.pop("every", False)
    explained = explain(site, Context(**known), [name], places, every)
    return explained.slots[0]


def outcomes(explained: ExplainedSlot) -> list[tuple[str, str]]:
    return [(verdict.rule, verdict.outcome) for verdict in explained.rules]


GOLD = {"crm.tier": "gold", "crm.name": "Anna"}


def test_rules_are_considered_down_to_the_one_that_wins() -> None:
    explained = slot("hero", facts={"page.path": "/b", "crm.points": 30})
    assert outcomes(explained) == [
        ("first", "unknown"), ("fans", "false"), ("off", "switched_off"), ("none", "matches"),
    ]  # fmt: skip
    assert (explained.decision.rule, explained.rules_below) == ("none", 1)
    assert explained.why == "rule none matches"
    assert shows(explained.decision, explained.block) == "addClass big"


def test_the_rules_below_are_shown_on_request() -> None:
    explained = slot("hero", facts=GOLD, every=True)
    assert [verdict.below for verdict in explained.rules] == [False, True, True, True, True]
    assert outcomes(explained)[-1] == ("second", "matches")
    assert explained.block == "gold"


def test_where_no_rule_wins_all_are_considered() -> None:
    explained = slot("hero", facts={"page.path": "/a"}, granted=frozenset(), unit=None, counts=None)
    assert explained.decision.reason == "CONSENT_REQUIRED" and explained.rules_below == 0
    assert explained.why == "no rule matches, and first might with consent to personalization"
    assert outcomes(explained) == [
        ("first", "consent_required"), ("fans", "consent_required"), ("off", "switched_off"),
        ("none", "false"), ("second", "consent_required"),
    ]  # fmt: skip
    said = {verdict.rule: verdict.why for verdict in explained.rules}
    assert said["first"] == "it might match with consent to personalization"
    assert said["second"] == "it matches, but showing it needs consent to personalization"
    assert said["off"] == "it is switched off"
    assert said["none"].startswith("page.path: {starts_with: /a} is true: it is /a")


def test_a_split_needs_somebody_to_deal_to() -> None:
    explained = slot("hero", facts={"page.path": "/a"}, unit=None)
    assert (
        explained.rules[-1].why == "it is for visitors who can be recognised, and this one cannot"
    )


def test_a_split_names_the_variant() -> None:
    explained = slot("hero", facts={"page.path": "/a"})
    variant = explained.decision.variant
    assert explained.why == f"rule second matches, and deals this visitor the variant {variant}"
    assert explained.block == {"a": "one", "b": "two"}[str(variant)]


@pytest.mark.parametrize(
    ("now", "outcome", "why"),
    [
        ("2026-02-28T22:59", "not_yet", "its campaign begins 2026-03-01 00:00 Europe/Berlin"),
        ("2026-06-01T00:00", "over", "its campaign ended 2026-06-01 00:00 Europe/Berlin"),
    ],
)
def test_a_campaign_that_does_not_run(now: str, outcome: str, why: str) -> None:
    moment = int(datetime.fromisoformat(f"{now}+00:00").timestamp() * 1000)
    explained = slot("strip", now=moment)
    assert (explained.rules[0].outcome, explained.rules[0].why) == (outcome, why)
    assert explained.why == "no rule of the slot is running now"


def test_a_campaign_that_is_switched_off() -> None:
    text = FILES["rules/spring.yaml"].decode()
    explained = slot("strip", loaded(spring=text.replace("holdout", "enabled: false\nholdout")))
    assert explained.rules[0].why == "its campaign spring is switched off"


def test_a_visitor_who_is_held_out() -> None:
    held = next(slot("strip", unit=str(n)) for n in range(50) if _held(str(n)))
    said = "matches, but this visitor is held out of campaign spring"
    assert held.why == f"rule spring {said}" and held.rules[0].why == f"it {said}"
    assert held.rules[0].outcome == "holdout" and held.block is None


def _held(unit: str) -> bool:
    return slot("strip", unit=unit).decision.reason == "HOLDOUT"


def test_a_block_that_shows_what_nobody_knows() -> None:
    explained = slot("hero", facts={"crm.tier": "gold"})
    assert explained.why == "rule first fails, for block gold shows crm.name, which nobody knows"
    assert explained.rules[0].outcome == "error" and len(explained.rules) == 1


def test_a_slot_without_rules() -> None:
    assert slot("empty").why == "the slot has no rules"


class Faulty:
    """A condition with a fault of ours."""

    def evaluate(self, context: Context) -> Any:
        raise ZeroDivisionError


def test_a_fault_is_named_and_hides_nothing_else() -> None:
    context = Context(NOW, {}, GRANTED)
    faulty: Condition = Faulty()
    assert truth_of(faulty, context)[0] is UNKNOWN
    assert trace(faulty, context).why == "it cannot be evaluated (ZeroDivisionError)"
    site, places = loaded()
    rule = msgspec.structs.replace(site.rules["hero"][0], condition=faulty)
    rules = {**site.rules, "hero": (rule,)}
    broken = msgspec.structs.replace(site, rules=rules, index=PlainFinder(rules))
    assert slot("hero", (broken, places)).decision.reason == "ERROR"


@pytest.mark.parametrize("row", rows("decisive"))
def test_the_condition_that_decided(row: dict[str, Any]) -> None:
    site, places = with_rule(row["when"])
    context = Context(NOW, row["facts"], GRANTED, {}, "x")
    traced = trace(site.rules["empty"][0].condition, context, places)
    assert because(traced) == row["want"]


def test_places_are_those_of_the_files() -> None:
    site, places = loaded()
    explained = explain(site, Context(NOW, GOLD, GRANTED, {}, "x"), ["hero"], places, True)
    rules = {verdict.rule: verdict for verdict in explained.slots[0].rules}
    assert rules["first"].place == "rules/main.yaml:3:9"
    assert rules["first"].condition.place == "rules/main.yaml:6:12"
    fans = rules["fans"].condition.parts[0]
    assert (fans.text, fans.place) == ("audience: fans", "site.yaml:15:9")
    assert fans.parts[0].place == "site.yaml:15:10"
    points = rules["none"].condition.parts[1].parts
    assert [part.place for part in points] == ["rules/main.yaml:27:24", "rules/main.yaml:27:33"]


@given(
    facts=st.fixed_dictionaries(
        {},
        optional={
            "crm.tier": st.sampled_from(["gold", "silver"]),
            "crm.points": st.integers(5, 25),
            "crm.name": st.just("Anna"),
            "device.type": st.sampled_from(["bot", "mobile"]),
            "page.path": st.sampled_from(["/a", "/b"]),
        },
    ),
    granted=st.sampled_from([frozenset(), GRANTED]),
    shoes=st.one_of(st.none(), st.integers(0, 4)),
    unit=st.one_of(st.none(), st.sampled_from("abcdefgh")),
    days=st.integers(-60, 90),
)
def test_an_explanation_is_of_the_decision_that_is_made(
    facts: dict[str, Any], granted: frozenset[str], shoes: int | None, unit: str | None, days: int
) -> None:
    site, places = loaded()
    known = None if shoes is None else counts(site, shoes)
    context = Context(NOW + days * DAY, facts, granted, known, unit)
    explained = explain(site, context, None, places, True)
    assert tuple(each.decision for each in explained.slots) == decide(site, context).decisions
    for each in explained.slots:
        _agrees(each)


def _agrees(each: ExplainedSlot) -> None:
    matching = [v for v in each.rules if v.outcome in ("matches", "holdout", "error")]
    waiting = [v for v in each.rules if v.outcome == "consent_required"]
    reason, rule = each.decision.reason, each.decision.rule
    if matching:
        assert rule == matching[0].rule and reason in ("MATCH", "SPLIT", "HOLDOUT", "ERROR")
        assert not matching[0].below and all(v.below for v in matching[1:])
    elif waiting:
        assert (rule, reason) == (waiting[0].rule, "CONSENT_REQUIRED")
    else:
        assert rule is None and reason in ("DEFAULT", "DISABLED")


def test_it_is_json_as_well() -> None:
    site, places = loaded()
    explained = explain(site, Context(NOW, GOLD, GRANTED, {}, "x"), None, places)
    written = msgspec.json.encode(explained)
    assert msgspec.json.decode(written, type=Explained) == explained
    plain = msgspec.json.decode(written)
    assert plain["slots"][0]["rules"][0]["condition"] == {
        "kind": "attribute", "text": "crm.tier: gold", "truth": "true", "why": "it is gold",
        "value": "gold", "place": "rules/main.yaml:6:12",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("gold", "gold"), ("/damen/größe", "/damen/größe"), ("30d", "30d"), ("7", '"7"'), ("", '""'),
        ("a b", "a b"), ("true", '"true"'), ("a: b", '"a: b"'), ("a,b", '"a,b"'), ('"', '"\\""'),
        (7, "7"), (0.5, "0.5"), (True, "true"), (None, "null"), (["a", 1], "[a, 1]"),
        ({"a": {"b": ["c"]}}, "{a: {b: [c]}}"), ("2026-09-01", "2026-09-01"), ("14.2.1", "14.2.1"),
        ("1.5", '"1.5"'),
        ("22:00", "22:00"), ("a:", '"a:"'), ("a ", '"a "'), ("-", '"-"'), ("Anna B.", "Anna B."), ("*", '"*"'),
    ],
)  # fmt: skip
def test_values_are_written_as_in_yaml(value: Any, text: str) -> None:
    assert flow(value) == text
