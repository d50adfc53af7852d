"""Persona tests are read as strictly as rules, and nothing in them is passed over."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona_site import ASKED, FILES
from rules.findings import BadSite
from rules.loader import load
from rules.model import Site
from rules.persona import Happened, Persona
from rules.persona_file import PersonaFile
from rules.reader import Reader
from rules.source import parse
from tables import rows

SITE = load(FILES).site
MINUTE = 60_000


def site() -> Site:
    assert SITE is not None
    return SITE


def read(text: str) -> tuple[list[Persona], list[str]]:
    reader = Reader()
    try:
        root = parse(text.encode(), "tests/a.test.yaml")
    except BadSite as bad:
        return [], [str(each) for each in bad.findings]
    if root.value is None:
        reader.refuse(root, "the file is empty", "Write a test, or delete it")
        return [], [str(each) for each in reader.findings]
    tests = PersonaFile(reader, site(), ASKED).tests(root)
    return tests, [str(each) for each in sorted(reader.findings)]


def one(text: str) -> Persona:
    tests, findings = read(f"- {{name: a, {text}, want: {{hero: default}}}}")
    assert findings == []
    return tests[0]


@pytest.mark.parametrize("row", rows("refused_personas"))
def test_refused(row: dict[str, Any]) -> None:
    text = row.get("file")
    if text is None:
        rest = "" if "want:" in row["test"] else ", want: {hero: default}"
        text = f"- {{name: a, {row['test']}{rest}}}"
    _, said = read(text)
    assert len(said) == len(row["want"]), said
    for line, wanted in zip(said, row["want"], strict=True):
        assert line.startswith(wanted), said


def test_all_that_is_wrong_is_said_at_once() -> None:
    _, said = read("- {name: a, consent: al, now: x, want: {herp: default}}\n- {wnat: {}}")
    assert len(said) == 5


@pytest.mark.parametrize(
    ("text", "granted"),
    [
        ("visitor: x", {"necessary"}),
        ("consent: none", {"necessary"}),
        ("consent: {}", {"necessary"}),
        ("consent: all", {"necessary", "statistics", "personalization"}),
        ("consent: {statistics: granted}", {"necessary", "statistics"}),
        ("consent: {statistics: granted, personalization: denied}", {"necessary", "statistics"}),
    ],
)
def test_consent(text: str, granted: set[str]) -> None:
    assert one(text).granted == granted


@pytest.fixture
def zone_put_back() -> Iterator[None]:
    """The machine's own zone, once the test's variable is gone."""
    yield
    time.tzset()


@pytest.mark.usefixtures("zone_put_back")
@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2026-09-10T12:00", 29_817_360),
        ("2026-09-10T12:00Z", 29_817_360),
        ("2026-09-10T14:00+02:00", 29_817_360),
        ("2026-09-10 12:00:00", 29_817_360),
        ("2026-09-10", 29_816_640),
    ],
)
def test_now_is_in_utc_unless_it_says_otherwise(
    text: str, minutes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    assert one(f"now: '{text}'").now == minutes * MINUTE


def test_what_happened() -> None:
    events = "events: [{name: view, properties: {category: a}, ago: 2h, times: 3}, {name: view}]"
    assert one(events).events == (
        Happened("view", {"category": "a"}, 120 * MINUTE, 3),
        Happened("view", {}),
    )


def test_the_visitor_is_stated_or_of_the_test() -> None:
    assert one("consent: all").visitor == "a"
    assert one("visitor: 7").visitor == "7"
    assert one("visitor: none").visitor is None


def test_language_is_short_for_the_pages() -> None:
    assert one("language: en").attributes == {"page.language": "en"}
    same = "attributes: {page.language: en}, language: en"
    assert one(same).attributes == {"page.language": "en"}


def test_any_attribute_can_be_stated() -> None:
    wanted = {"page.query.ref": "x", "utm.source": "news", "crm.points": 7, "customer.known": True}
    written = "{page.query.ref: x, utm.source: news, crm.points: 7, customer.known: true}"
    assert one(f"attributes: {written}").attributes == wanted


@pytest.mark.parametrize(
    "more",
    [
        "page.path: /größe",
        "utm.source: 'a b'",
        "page.query.utm_source: 'a b'",
        "utm.medium: mail",
        "page.query.none: x",
        "page.referrer: 'https://www.google.com/'",
    ],
)
def test_what_the_address_says_can_be_stated_too(more: str) -> None:
    url = "'https://shop.example/gr%C3%B6%C3%9Fe?utm_source=a+b&utm_medium=&none='"
    assert len(one(f"attributes: {{page.url: {url}, {more}}}").attributes) == 2


@pytest.mark.parametrize("now", ["1970-01-01T00:00", "2999-12-31T23:59", "1970-01-01T02:00+02:00"])
def test_a_test_is_in_any_of_a_thousand_years(now: str) -> None:
    assert one(f"now: {now}").now is not None


def test_values_of_every_type_can_be_stated() -> None:
    written = "languages: [de, en], device.os_version: '14.2', client.ip: '2001:db8::1'"
    assert one(f"attributes: {{{written}, geo.location: '48.1,11.5'}}").attributes == {
        "languages": ("de", "en"), "device.os_version": "14.2", "client.ip": "2001:db8::1",
        "geo.location": "48.1,11.5",
    }  # fmt: skip


def test_one_visitor_is_explained() -> None:
    reader = Reader()
    file = PersonaFile(reader, site(), ASKED)
    persona = file.explained(parse(b"slots: [hero]\nconsent: all", "x.yaml"))
    assert persona is not None and persona.slots == ("hero",) and persona.visitor == "visitor"
    assert file.explained(parse(b"- {name: a}", "x.yaml")) is None
    assert file.explained(parse(b"slots: [herp]", "x.yaml")) is None
    assert [str(each) for each in reader.findings] == [
        "x.yaml:1:1: error: one visitor is explained at a time. Keep one of the list, without its '- '.",
        "x.yaml:1:9: error: there is no slot 'herp'. Did you mean 'hero'?",
    ]


@settings(max_examples=300)
@given(
    at=st.integers(0, 400),
    gone=st.integers(0, 12),
    new=st.sampled_from(
        ["", "{", "]", ": ", "- ", "null", "7", '"', "\n", "[a]", "{a: b}", "\x00", "ß"]
    ),
)
def test_whatever_a_file_holds_is_read_or_refused(at: int, gone: int, new: str) -> None:
    tests, findings = read(f"{WHOLE[:at]}{new}{WHOLE[at + gone :]}")
    assert tests or findings


WHOLE = """- name: a
  consent: {personalization: granted}
  attributes: {crm.tier: gold, page.url: "https://shop.example/a?b=c", crm.points: 7}
  events: [{name: view, properties: {category: a}, ago: 3d, times: 2}]
  now: 2026-09-10T12:00+02:00
  language: en
  visitor: x
  want:
    hero: {rule: first, block: gold, reason: MATCH, html_contains: [a, b], action: setHtml}
    strip: default
"""
