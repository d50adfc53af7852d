"""What rules may read of a persona, what is compared, and what tests reach."""

from typing import Any

import pytest

from persona_site import ASKED, FILES
from rules.conditions import Context
from rules.coverage import Coverage
from rules.decide import decide
from rules.loader import load
from rules.model import Site
from rules.persona import Persona, context_of, differences
from rules.persona_file import PersonaFile
from rules.places import Places
from rules.reader import Reader
from rules.source import parse
from tables import rows

NOW = 1_775_822_400_000  # 2026-04-10T12:00Z, a day of spring
DAY = 86_400_000
IDENTIFYING = ("statistics", "personalization", "marketing")
SHOES = "events: [{name: view, properties: {category: shoes}, ago: 3d, times: 3}]"


def site(places: Places | None = None) -> Site:
    made = load(FILES, places=places).site
    assert made is not None
    return made


def personas(text: str) -> list[Persona]:
    reader = Reader()
    tests = PersonaFile(reader, site(), ASKED).tests(parse(text.encode(), "tests/a.test.yaml"))
    assert reader.findings == []
    return tests


def persona(keys: str, want: str = "{hero: default}") -> Persona:
    return personas(f"- {{name: a, {keys}, want: {want}}}")[0]


def context(keys: str, want: str = "{hero: default}") -> Context:
    return context_of(site(), persona(keys, want), {"page.path": "/"}, IDENTIFYING, NOW)


GOLD = "attributes: {crm.tier: gold, device.type: mobile, page.path: /b}"


def test_without_consent_only_the_request_is_known() -> None:
    made = context(f"{GOLD}, {SHOES}")
    assert made.facts == {"device.type": "mobile", "page.path": "/b"}
    assert (made.counts, made.unit) == (None, None)


def test_consent_lets_the_profile_pass() -> None:
    made = context(f"consent: all, {GOLD}, {SHOES}")
    assert made.facts["crm.tier"] == "gold" and made.facts["customer.known"] is True
    assert made.counts is not None and list(made.counts.values()) == [[NOW - 3 * DAY] * 3]
    assert made.unit == "a"


def test_a_purpose_lets_pass_what_it_covers_and_no_more() -> None:
    made = context(f"consent: {{statistics: granted}}, {GOLD}, {SHOES}")
    assert "crm.tier" not in made.facts and "customer.known" not in made.facts
    assert (made.counts, made.unit) == ({}, "a")


def test_a_visitor_without_an_id_has_no_profile() -> None:
    made = context(f"consent: all, visitor: none, {GOLD}, {SHOES}")
    assert "crm.tier" not in made.facts and (made.counts, made.unit) == (None, None)


@pytest.mark.parametrize(
    ("attributes", "known"),
    [("{}", False), ("{crm.tier: gold}", True), ("{crm.tier: gold, customer.known: false}", False)],
)
def test_who_has_a_customers_attributes_is_known(attributes: str, known: bool) -> None:
    made = context(f"consent: all, attributes: {attributes}")
    assert made.facts["customer.known"] is known


def test_what_is_stated_counts_more_than_what_the_page_says() -> None:
    assert context("visitor: x").facts["page.path"] == "/"
    assert context("attributes: {page.path: /b}").facts["page.path"] == "/b"


def test_the_time_is_that_of_the_run_unless_it_is_stated() -> None:
    assert context("visitor: x").now == NOW
    assert context("now: 2026-01-01T00:00").now == 1_767_225_600_000


@pytest.mark.parametrize("row", rows("differences"))
def test_what_differs(row: dict[str, Any]) -> None:
    made, tested = site(), persona(row["test"], row["wanted"])
    reads = context(row["test"], row["wanted"])
    decisions = decide(made, reads, [tested.wants[0].slot]).decisions
    found = differences(made, tested.wants[0], decisions[0])
    assert [[each.key, each.wanted, each.got] for each in found] == row["want"]


def covered(tests: str) -> Coverage:
    places = Places()
    made = site(places)
    coverage = Coverage(made, places)
    for each in personas(tests):
        reads = context_of(made, each, {"page.path": "/"}, IDENTIFYING, NOW)
        for want in each.wants:
            coverage.add(reads, decide(made, reads, [want.slot]).decisions[0])
    return coverage


def test_nothing_is_covered_by_no_test() -> None:
    places = Places()
    coverage = Coverage(site(places), places)
    assert (coverage.rules, coverage.rules.percent) == ((0, 5), 0.0)
    missing = [(rule.id, str(place)) for rule, place in coverage.rules_without_test()]
    assert missing == [
        ("first", "rules/main.yaml:3:9"), ("fans", "rules/main.yaml:8:9"), ("none", "rules/main.yaml:21:9"),
        ("second", "rules/main.yaml:29:9"), ("spring", "rules/spring.yaml:5:10"),
    ]  # fmt: skip
    assert [(each.text, str(each.place)) for each in coverage.branches_without_test()] == [
        ("crm.tier: gold", "rules/main.yaml:6:12"),
        ("all", "rules/main.yaml:12:7"),
        ("not", "rules/main.yaml:14:11"),
        ("device.type: bot", "rules/main.yaml:14:17"),
        ("none", "rules/main.yaml:25:7"),
        ("page.path: {starts_with: /a}", "rules/main.yaml:26:11"),
        ("all", "rules/main.yaml:27:11"),
        ("crm.points: {gte: 10}", "rules/main.yaml:27:24"),
        ("crm.points: {lt: 20}", "rules/main.yaml:27:33"),
        ("time.hour: {gte: 12}", "rules/spring.yaml:5:38"),
        ("event: {name: view, where: {category: shoes}, within: 30d, count: {gte: 3}}", "site.yaml:15:10"),
    ]  # fmt: skip


def test_a_rule_is_reached_by_a_test_that_it_wins() -> None:
    gold = "attributes: {crm.tier: gold, crm.name: Anna}, consent: all"
    coverage = covered(f"- {{name: a, {gold}, want: {{hero: default}}}}")
    assert coverage.rules == (1, 5) and coverage.branches == (1, 22)


def test_a_slot_nothing_is_wanted_of_is_not_reached() -> None:
    gold = "attributes: {crm.tier: gold, crm.name: Anna}, consent: all"
    coverage = covered(f"- {{name: a, {gold}, want: {{empty: default}}}}")
    assert coverage.rules == (0, 5) and coverage.branches == (0, 22)


def test_a_rule_that_is_held_back_is_not_reached() -> None:
    visitors = [f"- {{name: n{n}, consent: all, want: {{strip: default}}}}" for n in range(8)]
    held = [each for each in visitors if covered(each).rules.reached == 0]
    assert 0 < len(held) < 8


def test_a_rule_that_does_not_run_shows_nothing_of_its_condition() -> None:
    coverage = covered("- {name: a, now: 2027-01-01, want: {strip: default}}")
    assert coverage.branches == (0, 22)


def test_what_is_unknown_was_neither_true_nor_false() -> None:
    coverage = covered("- {name: a, want: {hero: default}}")
    by_text = {each.text: each for each in coverage.branches_without_test()}
    assert (by_text["crm.tier: gold"].true, by_text["crm.tier: gold"].false) == (False, False)
    path = by_text["page.path: {starts_with: /a}"]
    assert (path.true, path.false) == (False, True)


def test_all_can_be_reached() -> None:
    gold = "attributes: {crm.tier: gold, crm.name: Anna}"
    mobile, bot = "device.type: mobile", "device.type: bot"
    tests = f"""
- {{name: gold, consent: all, {gold}, want: {{hero: {{rule: first}}}}}}
- {{name: fan, consent: all, {SHOES}, attributes: {{crm.tier: silver, {mobile}}}, want: {{hero: {{rule: fans}}}}}}
- {{name: bot, consent: all, {SHOES}, attributes: {{{bot}, crm.points: 5}}, want: {{hero: {{rule: none}}}}}}
- {{name: many, consent: all, attributes: {{crm.points: 25}}, want: {{hero: {{rule: none}}}}}}
- {{name: some, consent: all, attributes: {{crm.points: 15}}, want: {{hero: {{rule: second}}}}}}
- {{name: a, consent: all, attributes: {{page.path: /a}}, want: {{hero: {{rule: second}}}}}}
- {{name: night, now: 2026-04-10T03:00, want: {{strip: default}}}}
- {{name: noon, now: 2026-04-10T12:00, want: {{strip: {{rule: spring}}}}}}
"""
    coverage = covered(tests)
    assert list(coverage.rules_without_test()) == []
    assert [each.text for each in coverage.branches_without_test()] == []
    assert (coverage.rules.percent, coverage.branches.percent) == (100.0, 100.0)


def test_an_audience_counts_once_in_every_timezone() -> None:
    rules = FILES["rules/spring.yaml"].decode().replace("time.hour: {gte: 12}", "audience: fans")
    places = Places()
    made = load({**FILES, "rules/spring.yaml": rules.encode()}, places=places).site
    assert made is not None
    counted: list[Any] = [
        each for each in Coverage(made, places).branches_without_test() if "event" in each.text
    ]
    assert len(counted) == 1
