"""Recorded requests decided again: the same bytes by the same rules, and what other rules change."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import recorded_logs
from recorded_logs import ALL, DAY, NOW
from rules import recording
from rules.conditions import Context
from rules.counters import Occurrence, count
from rules.decide import decide
from rules.loader import load
from rules.model import Site
from rules.recording import Recorded, Recording, from_line, request_of, to_line
from rules.replay import Comparison, Outcome, replay, same_bytes
from rules.replay_tally import MOST_FAULTS, Tally
from rules.values import Value
from tables import rows

FILES = {
    "site.yaml": """
site: test
origins: ["https://shop.example"]
languages: [de, en]
consent: {revision: 1}
slots: {hero: {}, strip: {}}
attributes:
  crm.tier: {type: string, source: crm, purpose: personalization, values: [gold, silver]}
  crm.age: {type: number, source: crm, purpose: personalization}
events:
  view: {purpose: personalization, properties: {category: string}}
  buy: {purpose: personalization, properties: {}}
  exposure: {purpose: statistics, properties: {rule: string}}
""",
    "rules/main.yaml": """
campaign: main
rules:
  - {id: gold, slot: hero, priority: 9, when: {crm.tier: gold}, show: {block: vip}}
  - {id: often, slot: hero, priority: 8, when: {event: {name: view, count: {gte: 3}}}, show: {block: vip}}
  - {id: offer, slot: hero, priority: 7, when: {utm.campaign: offer}, show: {block: vip}}
  - id: test
    slot: hero
    priority: 6
    when: {utm.campaign: test}
    split: [{weight: 1, variant: a, action: hide}, {weight: 99, block: plain}]
  - {id: all, slot: hero, priority: 1, when: {page.path: {exists: true}}, show: {block: plain}}
  - {id: autumn, slot: strip, when: {utm.campaign: herbst}, show: {action: setText, text: Herbst}}
""",
    "blocks/vip.html": "<b>vip</b>",
    "blocks/plain.html": "<i>plain</i>",
}


def site(*edits: tuple[str, str]) -> Site:
    """Return the test's site after some edits."""
    files = dict(FILES)
    for old, new in edits:
        assert any(old in text for text in files.values()), old
        files = {name: text.replace(old, new) for name, text in files.items()}
    loaded = load({name: text.encode() for name, text in files.items()})
    assert loaded.site is not None, loaded.findings
    return loaded.site


def word(outcome: Outcome | None) -> str | None:
    """An outcome as the table writes it: rule/block/reason."""
    if outcome is None:
        return None
    return f"{outcome.rule or '-'}/{outcome.block or '-'}/{outcome.reason.value}"


def request(made: Site, row: Mapping[str, Any]) -> Recorded:
    """Record the request of a row."""
    granted = frozenset(row.get("granted", ALL))
    times = [NOW - DAY + n for n in range(row.get("views", 0))]
    counts = {each.key: times for each in made.counters if each.event == "view"}
    facts = {"page.path": "/", **row.get("facts", {})}
    facts = {name: tuple(each) if isinstance(each, list) else each for name, each in facts.items()}
    return recorded_logs.recorded(
        made, facts, granted, counts if "personalization" in granted else {}
    )


@pytest.mark.parametrize("row", rows("replay"))
def test_what_an_edit_changes(row: dict[str, Any]) -> None:
    given = [tuple(each) for each in row.get("prepare", [])]
    edits = [tuple(each) for each in (row["edit"], row.get("also")) if each]
    before, after = site(*given), site(*given, *edits)
    if row.get("undo"):
        before, after = after, before
    recorded = from_line(to_line(request(before, row)))
    comparison = Comparison(after)
    changes = comparison.changes(recorded, replay(after, recorded))
    found = [
        {
            "before": word(change.before),
            "after": word(change.after),
            "why": comparison.why(change, recorded.context),
            "seen": change.seen,
        }
        for change in changes
        if change.slot == "hero"
    ]
    assert found == ([{"seen": True, **row["want"]}] if "want" in row else [])
    assert sorted(comparison.unknown(recorded)) == row.get("unknown", [])
    assert sorted(comparison.uncounted(recorded)) == row.get("uncounted", [])


def test_the_same_rules_decide_the_same_bytes() -> None:
    made = site()
    for each in recorded_logs.requests(made, 300):
        read = from_line(to_line(each))
        assert read == each and to_line(read) == to_line(each)
        assert same_bytes(read, replay(made, read))


def test_only_what_the_site_reads_is_recorded() -> None:
    facts = {"page.url": "https://shop.example/secret", "crm.name": "Anna", "crm.tier": "gold"}
    line = to_line(recorded_logs.recorded(site(), facts))
    assert b"crm.tier" in line and b"gold" in line
    assert b"secret" not in line and b"Anna" not in line


def test_an_address_is_never_recorded() -> None:
    made = msgspec.structs.replace(site(), reads=site().reads | {"client.ip"})
    line = to_line(recorded_logs.recorded(made, {"client.ip": "192.0.2.7"}))
    assert b"192.0.2.7" not in line
    assert from_line(line).left_out == ("client.ip",)
    assert from_line(to_line(recorded_logs.recorded(made))).left_out == ()


def test_a_block_that_shows_what_is_never_recorded_is_recorded_without_its_content(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recording, "NEVER", frozenset({"crm.age"}))
    made = site(("<b>vip</b>", "<b>{{ attr['crm.age'] }} years</b>"))
    facts: dict[str, Value] = {"page.path": "/", "crm.age": 1927}
    line = to_line(recorded_logs.recorded(made, {**facts, "crm.tier": "gold"}))
    assert b"1927" not in line and b"years" not in line and b'"rule":"gold"' in line
    other = recorded_logs.recorded(made, facts)
    assert other.decisions[0].html == "<i>plain</i>"


def test_slots_that_were_asked_for_are_decided_again_alone() -> None:
    made = site()
    recorded = from_line(to_line(recorded_logs.recorded(made, slots=("strip",))))
    assert recorded.slots == ("strip",)
    assert [each.slot for each in replay(made, recorded)] == ["strip"]


def test_a_request_is_known_by_the_ids_of_its_decisions() -> None:
    recorded = recorded_logs.recorded(site())
    ids = [each.id for each in recorded.decisions]
    assert {request_of(each) for each in ids} == {recorded.request}
    assert all(recorded.made(each) for each in ids) and not recorded.made(f"{recorded.request}-0")


def test_equal_requests_are_equal_bytes() -> None:
    facts = {"page.path": "/", "crm.tier": "gold", "utm.campaign": "x"}
    granted = frozenset({"statistics", "necessary", "functional", "personalization", "marketing"})
    one = to_line(recorded_logs.recorded(site(), facts, granted))
    assert one == to_line(recorded_logs.recorded(site(), dict(reversed(facts.items())), granted))
    names = b'"functional","marketing","necessary","personalization","statistics"'
    assert b'"granted":[' + names + b"]" in one


VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.lists(st.text(st.characters(exclude_categories=["Cs"]))).map(tuple),
)


@given(
    value=VALUES,
    times=st.lists(st.integers(0, 2**53)),
    unit=st.none() | st.text(st.characters(exclude_categories=["Cs"])),
    granted=st.frozensets(st.sampled_from(sorted(ALL))),
)
def test_a_line_holds_every_value_exactly(
    value: Value, times: list[int], unit: str | None, granted: frozenset[str]
) -> None:
    made = site()
    context = Context(NOW, {"crm.age": value, "page.language": "de"}, granted, {"k": times}, unit)
    made = msgspec.structs.replace(made, reads=frozenset({"crm.age"}))
    line = to_line(Recording(made).of(context, None, decide(made, context).decisions))
    read = from_line(line)
    assert read.context == context and to_line(read) == line
    assert type(read.context.facts["crm.age"]) is type(value)
    assert repr(read.context.facts["crm.age"]) == repr(value)


def test_a_tally_counts_by_slot_block_rule_and_kind() -> None:
    before, after = site(), site(("when: {crm.tier: gold}", "when: {crm.tier: silver}"))
    tally = Tally(after)
    for n, tier in enumerate(["gold"] * 3 + ["silver"] + ["gold"] * 2):
        facts = {"page.path": "/", "crm.tier": tier}
        tally.add(n + 1, recorded_logs.recorded(before, facts, unit=f"v{n}"))
    report = tally.report()
    hero = report.slots["hero"]
    assert (report.requests, report.same_rules, report.changed) == (6, 0, 6)
    assert (hero.requests, hero.changed, hero.unseen) == (6, 6, 0)
    assert {n: (m.gained, m.lost) for n, m in hero.blocks.items()} == {
        "vip": (1, 5),
        "plain": (5, 1),
    }
    assert {n: (m.gained, m.lost) for n, m in hero.rules.items()} == {"gold": (1, 5), "all": (5, 1)}
    assert [(kind.requests, kind.line, word(kind.before)) for kind in report.kinds] == [
        (5, 1, "gold/vip/MATCH"),
        (1, 4, "all/plain/MATCH"),
    ]
    assert report.slots["strip"].changed == 0


def test_other_bytes_by_the_same_rules_are_a_fault() -> None:
    made = site()
    good = recorded_logs.recorded(made, {"page.path": "/"})
    hero, strip = good.decisions
    forged = msgspec.structs.replace(hero, html="<i>plain</i> ")
    bad = msgspec.structs.replace(good, decisions=(forged, strip))
    tally = Tally(made)
    for line in range(1, MOST_FAULTS + 3):
        tally.add(line, good if line == 1 else bad)
    report = tally.report()
    assert (report.faulty, len(report.faults), report.changed) == (MOST_FAULTS + 1, MOST_FAULTS, 0)
    assert (report.faults[0].line, report.faults[0].slots) == (2, ("hero",))
    assert report.faults[0].request == good.request


def test_an_id_by_another_hash_is_a_fault_of_slots_that_the_site_has() -> None:
    made = site()
    good = recorded_logs.recorded(made, {"page.path": "/"})
    gone = msgspec.structs.replace(good.decisions[0], slot="gone")
    tally = Tally(made)
    tally.add(1, msgspec.structs.replace(good, decisions=(*good.decisions, gone)))
    report = tally.report()
    assert (report.faulty, report.faults[0].slots) == (1, ("gone",))
    assert list(report.slots) == ["hero", "strip"]


@pytest.mark.parametrize(
    ("before", "after", "events", "short"),
    [
        ("within: 7d, sum: {of: price, gte: 5}", "within: 7d, sum: {of: price, gte: 9}", 2, False),
        ("within: 30d, sum: {of: price, gte: 5}", "within: 7d, sum: {of: price, gte: 5}", 2, False),
        ("within: 7d, sum: {of: price, gte: 5}", "within: 30d, sum: {of: price, gte: 5}", 2, True),
        ("within: 7d, sum: {of: price, gte: 5}", "within: 30d, sum: {of: price, gte: 5}", 0, False),
        ("within: 7d, sum: {of: price, gte: 5}", "sum: {of: price, gte: 5}", 2, True),
        ("sum: {of: price, gte: 5}", "sum: {of: price, gte: 9}", 2, False),
        ("within: 7d, count: 3", "count: 3", 2, True),
        ("last: {of: price, gte: 5}", "within: 7d, first: {of: price, gte: 5}", 1, True),
    ],
)
def test_a_recording_knows_how_much_of_the_past_it_holds(
    before: str, after: str, events: int, short: bool
) -> None:
    priced = ("properties: {category: string}", "properties: {price: number}")
    made, other = (
        site(priced, ("name: view, count: {gte: 3}", f"name: view, {asked}"))
        for asked in (before, after)
    )
    seen = [Occurrence("view", NOW - n, {"price": 3}) for n in range(events)]
    recorded = recorded_logs.recorded(made, {}, ALL, count(made, seen))
    assert sorted(Comparison(other).uncounted(recorded)) == (["view"] if short else [])
