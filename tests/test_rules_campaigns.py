"""Campaigns that exclude each other, holdouts, and what a slot shows instead."""

from collections import Counter
from typing import Any

import pytest

from campaign_sites import BELOW, CAPPED, NOW, SITE, campaign, decided, hero, said, seen, site
from rules.decide import Decision
from rules.loader import load
from rules.model import Site

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
        "site.yaml:6:26: error: the fallback of slot 'hero' shows crm.tier, which needs "
        "marketing. It is for everybody: show only what a request says by itself, or remove crm.tier "
        "from block 'block'."
    ]
