"""Caps: a rule that was seen often enough is passed over, and who cannot be counted never sees it."""

from typing import Any

import pytest

from campaign_sites import BELOW, CAPPED, DAY, NOW, campaign, decided, hero, said, seen, site
from rules.counter import Counter


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


def counted_rules(counter: Counter) -> Any:
    """Return the rules whose exposures a counter counts."""
    ((wanted,),) = [each.comparisons for each in counter.where]
    assert wanted[0] == "in"
    return wanted[1]


def test_a_cap_of_a_campaign_counts_all_its_rules_and_no_others() -> None:
    text = campaign("c", "id: a, slot: hero", "id: b, slot: strip", cap="{times: 2, within: 1d}")
    made = site(text, BELOW)
    (counter,) = made.counters
    assert counted_rules(counter) == ("a", "b")
    both = decided(made, counts=seen(made, NOW, NOW)).decisions
    assert [said(each) for each in both] == [("MATCH", "below"), ("CAPPED", "b")]


def test_a_rule_is_capped_by_itself_or_by_its_campaign() -> None:
    text = campaign(
        "c", "id: a, slot: hero, cap: {times: 1}", "id: b, slot: strip", cap="{times: 3}"
    )
    made = site(text)
    own, whole = sorted(made.counters, key=lambda each: len(counted_rules(each)))
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
