"""What is compared of moments, versions, addresses and places; and clocks that hold for a minute."""

import ipaddress
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules import keys
from rules.arguments import Weekdays, Window, distance_km
from rules.attributes import CLOCK
from rules.clock import local, window, written_moment
from rules.conditions import Context, reader_of
from rules.keys import KEYS
from rules.operators import EQUAL, EVERY, FOLDED, OPERATORS, ORDERED, OTHER_WORDS, base_of
from rules.values import TYPES, fits
from test_rules_conditions import only_rule, site_with

ASCENDING = (
    "0.9", "1-0", "1-1", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1-alpha-", "1.0.0-beta",
    "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.0.1", "1.2", "1.10", "2.0.0", "2.1.0",
    "2.1.1", "14", "100.0.4896.127",
)  # fmt: skip
"""From https://semver.org, item 11, with versions of one, two and four numbers among them."""


def test_versions_are_ordered_as_semver_orders_them() -> None:
    found = [keys.version(each) for each in ASCENDING]
    assert found == sorted(found) and len(set(found)) == len(found)


SAME = [("14", "14.0"), ("14", "14.0.0.0"), ("1.2+a", "1.2+b.7"), ("1-rc+a", "1.0-rc"), ("01", "1")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_versions_that_are_the_same(one: str, other: str) -> None:
    assert keys.version(one) == keys.version(other) is not None


UNREADABLE: list[tuple[str, Any]] = [
    *[("version", each) for each in (
        "", "v1", "1.", ".1", "1.2.3.4.5", "1..2", "1-", "1-a..b", "1+", "1 2", "1,2", "-1", "1e3", "١", "1\n",
        "9" * 10, "1-" + "a" * 200, 1, 1.5, True, None, ("1",),
    )],
    *[("ip", each) for each in (
        "", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1/8", "::ffff:10.0.0.256", "1::2::3", "localhost",
        "10.0.0.1 ", 3405803781, None,
    )],
    *[("location", each) for each in (
        "", "48", "48;11", "91,0", "-90.1,0", "0,181", "0,-180.01", "48,137,11,575", "n,e", "1e1,1", "inf,0",
        "48.1,11.5,3", 48.1, ("48", "11"),
    )],
    *[("datetime", each) for each in (
        "", "2026-09-01", "2026-09-01T18:00", "2026-09-01 18:00Z", "2026-09-01T18:00z", "2026-02-29T00:00Z",
        "2026-09-01T24:00Z", "2026-09-01T18:60Z", "2026-09-01T18:00:60Z", "2026-09-01T18Z", "2026-09-01T18:00+2",
        "2026-09-01T18:00:00.5Z", "20260901T1800Z", "0001-01-01T00:00Z", "9999-12-31T23:59Z", 1790000000000,
        "2026-09-01T18:00+24:00",
    )],
    *[("list", each) for each in ("", "shoes", 1, None, {"a": 1})],
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value"), UNREADABLE)
def test_what_is_no_value_of_its_type_has_no_key(kind: str, value: Any) -> None:
    assert KEYS[kind](value) is None and not fits(value, kind)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("value", [None, 1, 1.5, True, "", "x", [], ["x"], [1], {}, ("x",), b"x"])
def test_nothing_is_too_odd_to_be_asked_for_its_type(kind: str, value: Any) -> None:
    assert fits(value, kind) in (True, False)
    assert kind not in KEYS or KEYS[kind](value) is None or fits(value, kind) or kind == "list"


@given(st.ip_addresses(), st.ip_addresses())
@example(ipaddress.ip_address("::ffff:10.0.0.1"), ipaddress.ip_address("10.0.0.1"))
def test_an_address_is_one_in_every_spelling(one: Any, other: Any) -> None:
    plain = [getattr(each, "ipv4_mapped", None) or each for each in (one, other)]
    found = [keys.address(str(each)) for each in (one, other)]
    assert (found[0] == found[1]) is (plain[0] == plain[1])
    assert keys.address(one.exploded.upper()) == found[0]


@given(st.ip_addresses(), st.lists(st.integers(0, 128), min_size=1, max_size=4), st.ip_addresses())
def test_an_address_is_in_a_network_as_the_standard_library_says(
    base: Any, bits: list[int], asked: Any
) -> None:
    if base.version == 6:  # away from IPv4 within IPv6
        base = ipaddress.IPv6Address(int(base) % 2**96 + 2**125)
    most = 32 if base.version == 4 else 128
    networks = [ipaddress.ip_network((int(base), min(n, most)), strict=False) for n in bits]
    written = ", ".join(f"'{each}'" for each in networks)
    condition = only_rule(site_with(f"{{i: {{in_cidr: [{written}]}}}}")).condition
    plain = getattr(asked, "ipv4_mapped", None) or asked
    for each in (plain, base, networks[0][0], networks[0][-1]):
        context = Context(0, {"i": str(each)}, frozenset({"personalization"}))
        wanted = any(each in network for network in networks if each.version == network.version)
        assert condition.evaluate(context).value == str(wanted).lower()


PLACES = [
    ((48.137, 11.575), (52.52, 13.405), 504.3),  # Munich and Berlin
    ((51.5007, -0.1246), (40.6892, -74.0445), 5574.8),  # the Big Ben and the Statue of Liberty
    ((0, 0), (0, 1), 111.195),  # a degree of the equator: 2 pi 6371.0088 / 360
    ((90, 0), (-90, 0), 20015.11),
    ((48.137, 11.575), (48.137, 11.575), 0),
]


@pytest.mark.parametrize(("one", "other", "km"), PLACES)
def test_distances(one: tuple[float, float], other: tuple[float, float], km: float) -> None:
    assert distance_km(one, other) == pytest.approx(km, abs=0.06)
    assert distance_km(other, one) == pytest.approx(km, abs=0.06)


@given(st.floats(-90, 90), st.floats(-180, 180))
@example(59.69770196846039, 42.05314928768061)
def test_the_other_side_of_the_earth_is_the_furthest(latitude: float, longitude: float) -> None:
    other = (-latitude, longitude - 180 if longitude > 0 else longitude + 180)
    assert distance_km((latitude, longitude), other) == pytest.approx(20015.11, abs=0.01)


MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)).map(
    lambda each: int(each.replace(tzinfo=UTC).timestamp() * 1000)
)
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "Pacific/Chatham", "America/St_Johns", "Asia/Kolkata"]
)


@given(MOMENTS, ZONES, st.sampled_from(CLOCK), st.integers(0, 59_999))
@example(1_792_890_000_000, "Europe/Berlin", "time.now", 59_999)
def test_what_rules_read_of_the_clock_holds_for_a_minute(
    moment: int, zone: str, name: str, within: int
) -> None:
    start = moment - moment % 60_000
    read = reader_of(name, ZoneInfo(zone))
    assert read is not None
    one, other = (read(Context(at, {}, frozenset())) for at in (start, start + within))
    assert one == other
    if name == "time.now":
        assert keys.moment(one) == start


@given(MOMENTS, ZONES, st.integers(1, 400))
def test_days_are_counted_by_the_calendar(now: int, zone: str, days: int) -> None:
    there = datetime.fromtimestamp(now / 1000, ZoneInfo(zone)).date()
    first, last = Window(days * 86_400_000, ZoneInfo(zone), "").at(now)
    assert (date.fromisoformat(str(first)), last) == (there - timedelta(days), there.isoformat())


@given(MOMENTS, ZONES)
def test_a_weekday_is_that_of_the_place(moment: int, zone: str) -> None:
    there = datetime.fromtimestamp(moment // 1000, ZoneInfo(zone))
    assert local(moment, ZoneInfo(zone)) == there.replace(second=0, microsecond=0)
    days = Weekdays(frozenset({there.weekday()}), ZoneInfo(zone), "")
    assert days.has(moment) and days.has(there.date().isoformat())


@given(MOMENTS, ZONES)
def test_a_moment_that_is_written_is_the_one_the_clocks_show(moment: int, zone: str) -> None:
    there = local(moment, ZoneInfo(zone)).replace(tzinfo=None)
    found = written_moment(there.isoformat(timespec="minutes"), ZoneInfo(zone))
    assert found is not None
    assert local(found, ZoneInfo(zone)).replace(tzinfo=None) == there
    assert found <= moment  # of an hour that comes twice, the first


WRITTEN = [
    ("2026-09-01", "Europe/Berlin", False, "2026-08-31T22:00:00+00:00"),
    ("2026-09-01", "Europe/Berlin", True, "2026-09-01T21:59:59.999000+00:00"),
    ("2026-10-25", "Europe/Berlin", True, "2026-10-25T22:59:59.999000+00:00"),
    ("2026-03-29", "Europe/Berlin", True, "2026-03-29T21:59:59.999000+00:00"),
    ("2026-10-25T02:30", "Europe/Berlin", False, "2026-10-25T00:30:00+00:00"),
    ("2026-03-29T02:30", "Europe/Berlin", False, "2026-03-29T01:30:00+00:00"),
    ("2026-10-25T02:30+01:00", "Europe/Berlin", True, "2026-10-25T01:30:00+00:00"),
    ("2026-12-31T23:59", "Pacific/Chatham", False, "2026-12-31T10:14:00+00:00"),
    ("2028-02-29", "UTC", True, "2028-02-29T23:59:59.999000+00:00"),
    ("2026-09-01T18:00Z", "Europe/Berlin", False, "2026-09-01T18:00:00+00:00"),
]


@pytest.mark.parametrize(("text", "zone", "last", "moment"), WRITTEN)
def test_a_written_moment(text: str, zone: str, last: bool, moment: str) -> None:
    found = written_moment(text, ZoneInfo(zone), last=last)
    assert found == (datetime.fromisoformat(moment) - keys.EPOCH) // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "text",
    ["", "2026-9-1", "2026-02-29", "2026-09-01T18", "2026-09-01T18:00:00", "2026-09-01 18:00", "18:00",
     "2026-09-01Z", "2026-09-01T24:00", "2026-09-01T18:60", "0001-01-01", "9999-12-31", "2026-09-01\n"],
)  # fmt: skip
def test_what_is_no_moment_for_a_rule(text: str) -> None:
    assert written_moment(text, ZoneInfo("UTC"), last=True) is None


@pytest.mark.parametrize(
    ("text", "ms"), [("90m", 5_400_000), ("12h", 43_200_000), ("1d", 86_400_000)]
)
def test_a_window(text: str, ms: int) -> None:
    assert window(text) == ms


@pytest.mark.parametrize(
    "text", ["", "0d", "d", "1", "1w", "-1d", "1.5h", "100000d", "1d ", "1D", "1d\n"]
)
def test_what_is_no_window(text: str) -> None:
    assert window(text) is None


@given(st.text(), st.text(min_size=1))
@example("STRASSE", "straße")
@example("İ", "i")
def test_a_form_that_ignores_capitals_is_the_operator_on_folded_texts(one: str, other: str) -> None:
    for name, row in OPERATORS.items():
        if row.folded:
            plain = OPERATORS[base_of(name)]
            folded = other.casefold() if row.shape != "list" else (other.casefold(),)
            assert row.test(keys.folded(one), folded) == plain.test(one.casefold(), folded)


def test_the_table_tells_an_index_what_it_can_do() -> None:
    by_kind: dict[str, set[str]] = {}
    for name, row in OPERATORS.items():
        by_kind.setdefault(row.kind, set()).add(name)
    assert by_kind.pop("values") == {"equals", "not", "in", "not_in"}
    assert by_kind.pop("range") == {"lt", "lte", "gt", "gte", "between", "before", "after"}
    assert by_kind.pop("prefix") == {"starts_with"}
    assert by_kind.keys() == {"other"}


def test_what_is_asked_of_an_operator_by_an_index_holds_for_its_key() -> None:
    for row in OPERATORS.values():
        assert row.kind == "other" or not (row.folded or row.moving)
        assert set(row.types) <= set(EVERY) == set(TYPES)
    assert set(ORDERED) - {"datetime"} <= set(EQUAL)


def test_other_words_lead_to_operators() -> None:
    assert set(OTHER_WORDS.values()) <= OPERATORS.keys()
    assert OTHER_WORDS.keys().isdisjoint(OPERATORS)


def test_every_form_that_ignores_capitals_has_its_operator() -> None:
    folded = {name for name in OPERATORS if name.endswith(FOLDED)}
    assert {base_of(name) for name in folded} == {
        name for name, row in OPERATORS.items()
        if "string" in row.types and row.shape != "boolean" and name not in folded
    }  # fmt: skip
    pairs = combinations(sorted(folded), 2)
    assert all(OPERATORS[name].types == OPERATORS[other].types for name, other in pairs)
