"""What campaigns hold back: caps, exclusive groups, holdouts; and what a slot shows instead."""

from collections import Counter
from typing import Any

import pytest

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


@pytest.mark.parametrize(
    ("times", "want"),
    [
        ((), ("MATCH", "top")),
        ((NOW,), ("MATCH", "top")),
        ((NOW - 7 * DAY, NOW), ("CAPPED", "top")),
        ((NOW - 7 * DAY - 1, NOW), ("MATCH", "top")),
        ((NOW - 9, NOW - 8, NOW - 7), ("CAPPED", "top")),
    ],
)
def test_a_cap_counts_within_its_window(times: tuple[int, ...], want: tuple[str, str]) -> None:
    made = site(CAPPED)
    assert said(hero(made, counts=seen(made, *times))) == want


def test_a_cap_without_a_window_is_for_ever() -> None:
    made = site(campaign("c", "id: top, slot: hero, cap: {times: 1}"))
    assert said(hero(made, counts=seen(made, 1))) == ("CAPPED", "top")


def test_below_a_capped_rule_the_next_one_wins() -> None:
    made = site(CAPPED, BELOW)
    assert said(hero(made, counts=seen(made, NOW, NOW))) == ("MATCH", "below")


def test_a_cap_of_a_campaign_counts_all_its_rules_and_no_others() -> None:
    text = campaign("c", "id: a, slot: hero", "id: b, slot: strip", cap="{times: 2, within: 1d}")
    made = site(text, BELOW)
    (counter,) = made.counters
    assert dict(counter.where) == {"rule": ("a", "b")}
    both = decided(made, counts=seen(made, NOW, NOW)).decisions
    assert [said(each) for each in both] == [("MATCH", "below"), ("CAPPED", "b")]


def test_a_rule_is_capped_by_itself_or_by_its_campaign() -> None:
    text = campaign(
        "c", "id: a, slot: hero, cap: {times: 1}", "id: b, slot: strip", cap="{times: 3}"
    )
    made = site(text)
    own, whole = sorted(made.counters, key=lambda each: len(each.where["rule"]))
    cases = [{}, {own.key: [NOW]}, {whole.key: [NOW] * 3}, {whole.key: [NOW] * 2}]
    found = [[each.reason.value for each in decided(made, counts=c).decisions] for c in cases]
    match = ["MATCH", "MATCH"]
    assert found == [match, ["CAPPED", "MATCH"], ["CAPPED", "CAPPED"], match]


def test_a_cap_needs_the_purpose_of_what_it_counts() -> None:
    made = site(CAPPED, BELOW)
    assert made.rules["hero"][0].purposes == {"statistics"}
    without = frozenset({"necessary", "personalization"})
    assert said(hero(made, granted=without)) == ("MATCH", "below")
    assert said(hero(site(CAPPED), granted=without)) == ("CONSENT_REQUIRED", "top")


def test_nobody_unknown_can_be_counted() -> None:
    """Where purposes are granted without a choice, visitors have no ID."""
    assert said(hero(site(CAPPED), unit=None, counts=None)) == ("CONSENT_REQUIRED", "top")


def test_a_count_that_nobody_knows_shows_nothing() -> None:
    assert said(hero(site(CAPPED), counts=None)) == ("DEFAULT", None)
    assert said(hero(site(CAPPED, BELOW), counts=None)) == ("MATCH", "below")


@pytest.mark.parametrize(
    ("first", "second", "want"),
    [
        ("when: {crm.tier: gold}", "cap: {times: 1}", ("CONSENT_REQUIRED", "first")),
        ("cap: {times: 1}", "when: {crm.tier: gold}", ("CAPPED", "first")),
    ],
)
def test_the_first_rule_that_was_passed_over_is_named(
    first: str, second: str, want: tuple[str, str]
) -> None:
    text = campaign(
        "c", f"id: first, slot: hero, priority: 2, {first}", f"id: second, slot: hero, {second}"
    )
    made = site(text)
    assert said(hero(made, counts=seen(made, NOW))) == want


def test_a_rule_whose_condition_is_false_is_not_called_capped() -> None:
    text = campaign("c", "id: top, slot: hero, cap: {times: 1}, when: {page.path: /x}")
    made = site(text)
    assert said(hero(made, counts=seen(made, NOW))) == ("DEFAULT", None)


GROUP = [campaign(name, exclusive="top") for name in ("spring", "summer", "autumn")]


def dealt(made: Site, units: int = 300, **context: Any) -> dict[str, str | None]:
    """Return which rule each of many visitors gets."""
    return {f"v{n}": hero(made, unit=f"v{n}", **context).rule for n in range(units)}


def test_everybody_takes_part_in_exactly_one_campaign_of_a_group() -> None:
    slots = [
        campaign(
            name, f"id: {name}-hero, slot: hero", f"id: {name}-strip, slot: strip", exclusive="g"
        )
        for name in ("a", "b", "c")
    ]
    made, counted = site(*slots), Counter[str]()
    for number in range(300):
        one, other = decided(made, unit=f"v{number}").decisions
        assert one.rule and other.rule and one.rule[0] == other.rule[0]
        counted[one.rule[0]] += 1
    assert counted.keys() == {"a", "b", "c"} and min(counted.values()) > 60


def test_the_rules_of_the_others_are_passed_over_silently() -> None:
    """Hidden or capped, a campaign that is not the visitor's own names nothing."""
    hidden = campaign("a", "id: a, slot: hero, when: {crm.tier: gold}", exclusive="g")
    made = site(hidden, campaign("b", "id: b, slot: hero, when: {page.path: /x}", exclusive="g"))
    reasons = Counter(said(hero(made, unit=f"v{n}")) for n in range(200))
    assert reasons.keys() == {("CONSENT_REQUIRED", "a"), ("DEFAULT", None)}
    assert min(reasons.values()) > 60


def test_a_campaign_that_joins_moves_visitors_only_to_itself() -> None:
    before, after = dealt(site(*GROUP[:2])), dealt(site(*GROUP))
    moved = {after[unit] for unit in before if before[unit] != after[unit]}
    assert moved == {"autumn"}
    assert 60 < sum(rule == "autumn" for rule in after.values()) < 140


@pytest.mark.parametrize("line", [{"enabled": "false"}, {"schedule": "{until: 2020-01-01}"}])
def test_a_campaign_that_does_not_run_takes_part_in_nothing(line: dict[str, str]) -> None:
    made = site(*GROUP[:2], campaign("autumn", exclusive="top", **line))
    assert dealt(made) == dealt(site(*GROUP[:2]))


def test_a_campaign_may_be_the_only_one_of_its_group_that_runs() -> None:
    made = site(GROUP[0], campaign("late", exclusive="top", schedule="{from: 2030-01-01}"))
    assert set(dealt(made, 20).values()) == {"spring"}


def test_groups_have_nothing_to_do_with_each_other() -> None:
    one = [campaign(name, f"id: {name}, slot: hero", exclusive="g") for name in "ab"]
    two = [campaign(name, f"id: {name}, slot: strip", exclusive="h") for name in "cd"]
    made = site(*one, *two)
    pairs = Counter(
        tuple(d.rule for d in decided(made, unit=f"v{n}").decisions) for n in range(400)
    )
    assert len(pairs) == 4 and min(pairs.values()) > 60


@pytest.mark.parametrize(
    "unknown", [{"granted": frozenset({"necessary", "statistics"})}, {"unit": None}]
)
def test_nobody_is_dealt_to_a_campaign_without_the_grant_and_an_id(unknown: Any) -> None:
    made = site(*GROUP)
    assert made.rules["hero"][0].purposes == {"personalization"}
    assert said(hero(made, **unknown)) == ("CONSENT_REQUIRED", "spring")
    assert said(hero(site(*GROUP, BELOW), **unknown)) == ("MATCH", "below")


HELD = SITE.replace(b"slots:", b"holdout: 20%\nslots:")


def test_a_sites_holdout_is_shown_no_rule_in_any_slot() -> None:
    made = site(BELOW, campaign("c", "id: s, slot: strip"), site=HELD)
    seen: Counter[tuple[str, ...]] = Counter()
    for number in range(1000):
        both = decided(made, unit=f"v{number}").decisions
        seen[tuple(each.reason.value for each in both)] += 1
        if both[0].reason == "HOLDOUT":
            assert [(each.rule, each.action) for each in both] == [(None, "none")] * 2
    assert seen.keys() == {("HOLDOUT", "HOLDOUT"), ("MATCH", "MATCH")}
    assert 150 < seen["HOLDOUT", "HOLDOUT"] < 250


@pytest.mark.parametrize(
    "unknown", [{"granted": frozenset({"necessary", "statistics"})}, {"unit": None}]
)
def test_nobody_is_held_out_without_the_grant_and_an_id(unknown: Any) -> None:
    made = site(BELOW, site=SITE.replace(b"slots:", b"holdout: 100%\nslots:"))
    assert said(hero(made)) == ("HOLDOUT", None)
    assert said(hero(made, **unknown)) == ("MATCH", "below")


def test_a_holdout_is_asked_after_the_cap() -> None:
    text = campaign("c", "id: top, slot: hero, cap: {times: 1}", holdout="100%")
    made = site(text)
    assert said(hero(made, counts=seen(made, NOW))) == ("CAPPED", "top")
    assert said(hero(made)) == ("HOLDOUT", "top")


BLOCK = b"<b>{{ n }}</b>"
FALLBACK = SITE.replace(b"hero: {}", b"hero: {fallback: {block: block, with: {n: 7}}}")


def filled(*campaigns: str, **context: Any) -> Decision:
    return hero(site(*campaigns, site=FALLBACK, block=BLOCK), **context)


@pytest.mark.parametrize(
    ("campaigns", "context", "want"),
    [
        ([], {}, ("DEFAULT", None)),
        ([campaign("c", "id: r, slot: hero, when: {page.path: /x}")], {}, ("DEFAULT", None)),
        ([campaign("c", "id: r, slot: hero, when: {crm.tier: x}")], {}, ("CONSENT_REQUIRED", "r")),
        ([campaign("c", "id: r, slot: hero", enabled="false")], {}, ("DISABLED", None)),
        ([campaign("c", "id: r, slot: hero", holdout="100%")], {}, ("HOLDOUT", "r")),
    ],
)
def test_a_fallback_is_shown_wherever_no_rule_wins(
    campaigns: list[str], context: dict[str, Any], want: tuple[str, str | None]
) -> None:
    decision = filled(*campaigns, **context)
    assert said(decision) == want
    assert (decision.action, decision.html, decision.variant) == ("setHtml", "<b>7</b>", None)


def test_a_fallback_is_shown_to_those_who_saw_the_rule_often_enough_and_to_a_sites_holdout() -> (
    None
):
    made = site(CAPPED, site=FALLBACK, block=BLOCK)
    capped = hero(made, counts=seen(made, NOW, NOW))
    assert (said(capped), capped.html) == (("CAPPED", "top"), "<b>7</b>")
    held = site(site=FALLBACK.replace(b"slots:", b"holdout: 100%\nslots:"), block=BLOCK)
    assert (said(hero(held)), hero(held).html) == (("HOLDOUT", None), "<b>7</b>")


def test_a_rule_that_wins_takes_the_place_of_the_fallback() -> None:
    assert filled(BELOW).action == "hide"


def test_an_error_shows_the_pages_own_content() -> None:
    """Whatever went wrong may be wrong with the fallback as well."""
    broken = FALLBACK.replace(b"n: 7", b"n: '%'")
    failing = site(site=broken, block=b"<b>{{ n | round }}</b>")
    ended = decided(failing)
    assert [each.reason.value for each in ended.decisions] == ["ERROR", "DEFAULT"]
    assert (ended.decisions[0].action, ended.decisions[0].html) == ("none", None)
    assert ended.errors == ("slot 'hero': block 'block': TypeError",)


def test_a_fallback_may_show_what_a_request_says_and_no_more() -> None:
    made = site(site=FALLBACK, block=b"{{ n }} {{ attr['page.path'] }}")
    assert hero(made).html == "7 /"
    assert "page.path" in made.reads
    wrong = {"site.yaml": FALLBACK, "blocks/block.html": b"{{ n }} {{ attr['crm.tier'] }}"}
    assert [str(each) for each in load(wrong).findings] == [
        "site.yaml:6:26: error: the fallback of slot 'hero' shows what needs marketing. "
        "It is for everybody: show only what a request says by itself."
    ]
