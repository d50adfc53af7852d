"""An address is never recorded: what depends on it cannot be decided again, and nothing else is excused."""

from ipaddress import ip_address

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recorded_logs
from rules import keys
from rules.arguments import Address, Networks
from rules.conditions import Compare
from rules.loader import load
from rules.model import Site
from rules.recording import Recorded, from_line, to_line
from rules.replay_tally import Report, Tally
from rules.unrecorded import around, readers, told_apart

SITE = """
site: test
origins: ["https://shop.example"]
languages: [de]
consent: {revision: 1}
slots: {hero: {}, strip: {}, foot: {fallback: {block: address}}}
audiences:
  branch: {client.ip: {in_cidr: [198.51.100.0/24, "2001:db8:1::/48"]}}
"""
RULES = """
campaign: main
rules:
  - {id: office, slot: hero, priority: 3, when: {client.ip: {in_cidr: 192.0.2.0/24}}, show: {block: office}}
  - {id: branch, slot: hero, priority: 2, when: {audience: branch}, show: {block: address}}
  - id: guest
    slot: hero
    priority: 1
    when: {not: {client.ip: {in: [192.0.2.1, 203.0.113.7]}}}
    show: {block: guest}
  - {id: sale, slot: strip, when: {page.path: /sale}, show: {block: guest}}
"""
ARM = "{{weight: 50, block: {}}}"
FILES = {
    "site.yaml": SITE,
    "rules/main.yaml": RULES,
    "blocks/office.html": "<b>office</b>",
    "blocks/guest.html": "<b>guest</b>",
    "blocks/address.html": "<b>{{ attr['client.ip'] }}</b>",
}


def site(rules: str = RULES) -> Site:
    files = {**FILES, "rules/main.yaml": rules}
    loaded = load({name: text.encode() for name, text in files.items()})
    assert loaded.site is not None, loaded.findings
    return loaded.site


def recorded(address: str | None, path: str = "/sale") -> Recorded:
    facts = {"page.path": path, **({"client.ip": address} if address else {})}
    return from_line(to_line(recorded_logs.recorded(site(), facts)))


def tally(*requests: Recorded) -> Report:
    counting = Tally(site())
    for line, each in enumerate(requests):
        counting.add(line, each)
    return counting.report()


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("192.0.2.200", "office"),
        ("192.0.2.1", "office"),
        ("198.51.100.255", "branch"),
        ("2001:db8:1:ffff::1", "branch"),
        ("203.0.113.8", "guest"),
        ("2001:db8:2::1", "guest"),
        ("203.0.113.7", None),
    ],
)
def test_what_some_address_explains_is_no_fault(address: str, rule: str | None) -> None:
    request = recorded(address)
    assert request.decisions[0].rule == rule and address.encode() not in to_line(request)
    report = tally(request, request)
    assert (report.faulty, report.left_out) == (0, {"client.ip": 2})


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        (RULES, ["rule office", "rule branch", "rule guest", "fallback of slot foot"]),
        (RULES.replace("block: address", "block: guest"),
         ["rule office", "rule branch", "rule guest", "fallback of slot foot"]),
        (RULES.replace("show: {block: guest}}", f"split: [{ARM.format('guest')}, {ARM.format('address')}]}}"),
         ["rule office", "rule branch", "rule guest", "rule sale", "fallback of slot foot"]),
    ],
)  # fmt: skip
def test_all_that_asks_for_an_address_is_named(rules: str, named: list[str]) -> None:
    assert list(readers(site(rules))) == named


def test_it_is_named_only_where_other_rules_decided() -> None:
    request = recorded("192.0.2.9")
    assert tally(request).without_address == []
    other = tally(request, msgspec.structs.replace(request, version="other"))
    assert other.without_address == [*readers(site())]
    assert other.unknown == {}


@pytest.mark.parametrize("address", ["192.0.2.200", "198.51.100.1", "203.0.113.7", "203.0.113.8"])
@pytest.mark.parametrize(
    ("slot", "edit"),
    [
        (1, {"html": "<b>other</b>"}),
        (1, {"rule": None}),
        (0, {"rule": "sale"}),
        (0, {"html": "<b>other</b>"}),
        (0, {"id": "0-0"}),
    ],
)
def test_what_no_address_explains_is_a_fault(
    address: str, slot: int, edit: dict[str, str | None]
) -> None:
    request = recorded(address)
    decisions = list(request.decisions)
    decisions[slot] = msgspec.structs.replace(decisions[slot], **edit)
    report = tally(msgspec.structs.replace(request, decisions=tuple(decisions)))
    assert (report.faulty, report.left_out) == (1, {})


def test_two_slots_are_explained_by_one_address() -> None:
    """Each of the decisions is one that an address explains, and no address explains both."""
    rules = RULES.replace("when: {page.path: /sale}", "when: {client.ip: 203.0.113.7}")
    made = site(rules)
    one, other = (
        recorded_logs.recorded(made, {"client.ip": address})
        for address in ("192.0.2.9", "203.0.113.7")
    )
    mixed = msgspec.structs.replace(one, decisions=(one.decisions[0], *other.decisions[1:]))
    counting = Tally(made)
    for line, each in enumerate((one, other, mixed)):
        counting.add(line, each)
    assert (counting.report().faulty, counting.report().left_out) == (1, {"client.ip": 2})


def test_who_had_no_address_is_not_excused() -> None:
    request = recorded("192.0.2.9")
    for left_out, faulty in ((("client.ip",), 0), ((), 1), (("crm.name",), 1)):
        assert tally(msgspec.structs.replace(request, left_out=left_out)).faulty == faulty


@pytest.mark.parametrize(
    "when",
    [
        "{page.path: /sale}",
        "{client.ip: {exists: true}}",
        "{client.ip: {in_cidr: [0.0.0.0/8, 255.0.0.0/8]}}",
        "{not: {client.ip: {in_cidr: ['::/8', 'ff00::/8']}}}",
    ],
)
def test_rules_that_compare_with_no_address_or_the_last_one(when: str) -> None:
    rule = f"{{id: a, slot: hero, when: {when}, show: {{block: address}}}}"
    made = site(f"campaign: main\nrules: [{rule}]")
    counting = Tally(made)
    for line, address in enumerate(("0.1.2.3", "255.255.255.255", "::1", "ff00::1", "10.0.0.1")):
        facts = {"page.path": "/sale", "client.ip": address}
        counting.add(line, recorded_logs.recorded(made, facts))
    assert (counting.report().faulty, counting.report().left_out) == (0, {"client.ip": 5})


NUMBERS = st.integers(0, 40)


@st.composite
def compared(draw: st.DrawFn) -> Compare:
    """Return a comparison of an address with a few near each other, and near both ends."""
    base = draw(st.sampled_from([(4, 0), (4, 2**32 - 41), (6, 0), (6, 2**128 - 41)]))
    one, other = sorted(draw(st.tuples(NUMBERS, NUMBERS)))
    first, last = (Address((base[0], base[1] + number)) for number in (one, other))
    argument = draw(
        st.sampled_from([("equals", first), ("not", last), ("in", (first, last)), ("not_in", (first,))])
        | st.just(("in_cidr", Networks((first,), (last,), "")))
        | st.booleans().map(lambda known: ("exists", known))
    )  # fmt: skip
    return Compare("client.ip", None, *argument, None, keys.address)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(compares=st.lists(compared(), max_size=12), others=st.lists(NUMBERS, max_size=8))
def test_one_address_is_tried_for_each_answer(compares: list[Compare], others: list[int]) -> None:
    """As if each comparison were made with each address, but in one pass over all of them."""

    def answers(client: str) -> tuple[bool, ...]:
        return tuple(each.holds(keys.address(client)) for each in compares)

    tried = list(map(answers, told_apart(compares)))
    possible = {answers(str(ip_address(number))) for number in others}
    possible |= {answers(client) for each in compares for client in around(each.argument)}
    assert len(set(tried)) == len(tried) and possible <= set(tried)
