"""The rules and visits that speed is measured with are good ones, and the same for the same seed."""

from collections.abc import Mapping

import pytest

from benchmarks import asked, mix, peers, report, traffic
from edge import site_folder
from rules.decide import Decided, Reason, decide

pytestmark = pytest.mark.slow

RULES, SEED = 200, 7


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    return mix.files(RULES, SEED)


@pytest.fixture(scope="module")
def decided(files: Mapping[str, bytes]) -> list[Decided]:
    site = site_folder.load(files).site
    return [decide(site, context) for context in mix.contexts(site, 500, SEED)]


def test_every_rule_loads_without_a_finding(files: Mapping[str, bytes]) -> None:
    site = site_folder.load(files).site
    assert sum(map(len, site.rules.values())) == RULES
    assert all(site.rules.values())
    assert len([path for path in files if path.startswith("rules/")]) == RULES / mix.RULES_A_FILE


def test_every_visit_decides_every_slot_without_an_error(decided: list[Decided]) -> None:
    assert [each.errors for each in decided if each.errors] == []
    assert {len(each.decisions) for each in decided} == {4}


def test_visits_differ_and_meet_what_the_engine_can_do(
    files: Mapping[str, bytes], decided: list[Decided]
) -> None:
    contexts = mix.contexts(site_folder.load(files).site, 500, SEED)
    assert len({repr(context) for context in contexts}) == 500
    reasons = {each.reason for answer in decided for each in answer.decisions}
    assert reasons >= {Reason.MATCH, Reason.CONSENT_REQUIRED, Reason.DEFAULT}


@pytest.mark.parametrize("rules", [10, 100])
def test_small_sites_fill_slots_as_well(rules: int) -> None:
    site = site_folder.load(mix.files(rules, report.SEED)).site
    answers = [decide(site, context) for context in mix.contexts(site, 50, report.SEED)]
    reasons = [each.reason for answer in answers for each in answer.decisions]
    assert reasons.count(Reason.MATCH) >= 50  # one rule is for all


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    files: Mapping[str, bytes],
) -> None:
    assert mix.files(RULES, SEED) == files
    assert mix.files(RULES, SEED + 1) != files
    site = site_folder.load(files).site
    assert mix.contexts(site, 50, SEED) == mix.contexts(site, 50, SEED)


def test_a_smaller_mix_is_the_beginning_of_a_larger_one(files: Mapping[str, bytes]) -> None:
    smaller = mix.files(RULES // 2, SEED)
    assert {path: files[path] for path in smaller} == smaller


def test_no_two_rules_of_a_slot_ask_the_same() -> None:
    rules = [rule for campaign in mix.campaigns(2000, SEED) for rule in campaign["rules"]]
    asked = [(rule["slot"], str(rule.get("when"))) for rule in rules]
    assert len(set(asked)) == len(asked)
    assert [rule["priority"] for rule in rules if "when" not in rule] == [-1]
    assert all(sum(arm["weight"] for arm in rule.get("split", [])) in (0, 100) for rule in rules)


@pytest.mark.slow
def test_what_never_wins_among_many_is_asked_of_no_engine() -> None:
    audiences, campaigns = mix.audiences(report.SEED), mix.campaigns(10_000, report.SEED, True)
    winnable = mix.winnable(audiences, campaigns)
    site = site_folder.load(mix.written(audiences, winnable)).site
    slots = asked.Reader(audiences).slots(winnable)
    enabled = [rule.id for rules in site.rules.values() for rule in rules if rule.enabled]
    assert 9_900 < len(enabled) < 10_000
    assert sorted(each.id for slot in slots.values() for each in slot) == sorted(enabled)


@pytest.mark.parametrize("name", sorted(peers.PEERS))
def test_other_engines_choose_the_same_rules(name: str) -> None:
    audiences, campaigns = mix.audiences(SEED), mix.campaigns(2000, SEED, comparable=True)
    site = site_folder.load(mix.written(audiences, campaigns)).site
    reader = asked.Reader(audiences)
    slots = reader.slots(campaigns)
    engine, compared = peers.PEERS[name](slots), 0
    for visit in traffic.visits(40, SEED):
        known = engine.prepared(asked.attributes(reader, visit))
        decisions = decide(site, traffic.context(site, visit)).decisions
        wanted = [each.rule if each.reason is Reason.MATCH else None for each in decisions]
        assert list(engine.winners(known)) == wanted
        compared += sum(each is not None for each in wanted)
    assert compared > 60
