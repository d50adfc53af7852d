"""Journeys 1, 2, 3 and 5: first visit, refusal, consent, withdrawal. A real browser, a real store."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from harness import Edge, wait_until
from journeys import (
    BANNER,
    CONSENT,
    NOTHING,
    VISITOR,
    arrive,
    choose,
    decided,
    decision,
    go,
    heard,
    hero,
    play,
    traces,
)
from visits import Visit

pytestmark = pytest.mark.browser
Profile = Callable[..., Visit]
SHOES = "/damen/schuhe"


def told(visit: Visit, edge: Edge) -> list[tuple[str, str, str | None, str | None]]:
    """Return what the profile sent to the edge: what could tell it from another."""
    kept = ("referer", "cookie", "if-none-match", "accept-language", "user-agent")
    return [
        (each["method"], each["url"], each["body"], str([each["headers"].get(h) for h in kept]))
        for each in visit.requests(edge.url)
    ]


def test_1_first_visit(edge: Edge, visit: Profile) -> None:
    first = visit()
    page = arrive(first, edge, "/?utm_campaign=herbst")
    expect(page.locator(BANNER)).to_be_visible()
    expect(page.locator(BANNER)).to_have_attribute("lang", "de")
    assert decision(page)["reason"] == "MATCH"
    page.wait_for_load_state("networkidle")
    assert first.cookies() == {}
    assert first.stored() == {}
    assert first.foreign(edge.url) == []
    assert first.console == [] and first.errors == []
    assert traces(edge) == NOTHING
    first.shot("1-first-visit")


def test_1_request_facts_swap_the_hero(edge: Edge, visit: Profile) -> None:
    default = hero(arrive(visit(), edge))
    with_link = visit()
    page = arrive(with_link, edge)
    play(page, edge, device="mobile", country="AT")
    go(page, edge, "/?utm_campaign=herbst")
    assert decision(page)["reason"] == "MATCH"
    assert hero(page) != default
    assert set(with_link.cookies()) == {"demo_try"}
    with_link.shot("1-campaign-device-country-time")
    play(page, edge, country="US")
    go(page, edge, "/?utm_campaign=herbst")
    assert hero(page) == default
    assert traces(edge) == NOTHING


def test_1_the_clock_decides(edge: Edge, visit: Profile) -> None:
    text = (edge.folder / "rules" / "herbst.yaml").read_text(encoding="utf-8")
    countries = "        - geo.country: [DE, AT, CH]\n"
    assert countries in text
    page = arrive(visit(), edge)
    play(page, edge, device="tablet", country="AT")
    go(page, edge, "/?utm_campaign=herbst")
    assert decision(page)["reason"] == "MATCH"
    hour = page.evaluate(
        "() => +new Intl.DateTimeFormat('en', "
        "{hour: 'numeric', hourCycle: 'h23', timeZone: 'Europe/Berlin'}).format()"
    )
    later = (hour + 2) % 24
    hours = f"{countries}        - time.hour: {later}\n"
    edge.write("rules/herbst.yaml", text.replace(countries, hours))

    def closed() -> bool:
        go(page, edge, "/?utm_campaign=herbst")
        return bool(decision(page)["reason"] != "MATCH")

    wait_until("the hour to be over", closed)


@pytest.mark.parametrize(("locale", "lang"), [("de-AT", "de"), ("en-GB", "en"), ("fr-FR", "de")])
def test_1_the_banner_speaks_the_browsers_language(
    edge: Edge, visit: Profile, locale: str, lang: str
) -> None:
    page = arrive(visit(locale=locale), edge)
    expect(page.locator(BANNER)).to_have_attribute("lang", lang)


def test_1_two_fresh_profiles_send_the_same(edge: Edge, visit: Profile) -> None:
    one, other = visit(), visit()
    for each in (one, other):
        page = arrive(each, edge, SHOES)
        page.mouse.wheel(0, 600)
        page.keyboard.press("Escape")
        page.locator("h1").first.click()
        go(page, edge, "/")
        page.wait_for_load_state("networkidle")
        expect(page.locator(BANNER)).to_be_visible()
        assert each.cookies() == {} and each.stored() == {}
    assert sorted(told(one, edge)) == sorted(told(other, edge))


def test_2_reject(edge: Edge, visit: Profile) -> None:
    refusing = visit()
    page = arrive(refusing, edge)
    refusing.shot("2-before-reject")
    choose(page, "reject-all")
    assert set(refusing.cookies()) == {CONSENT}
    go(page, edge, SHOES)
    page = go(page, edge)
    assert decision(page)["reason"] == "CONSENT_REQUIRED"
    edge.restart()
    page = go(page, edge)
    page.wait_for_load_state("networkidle")
    expect(page.locator(BANNER)).to_have_count(0)
    assert decision(page)["reason"] == "CONSENT_REQUIRED"
    assert set(refusing.cookies()) == {CONSENT}
    assert refusing.stored() == {}
    assert refusing.requests("/events") == []
    assert traces(edge) == NOTHING
    refusing.shot("2-after-reject")


def test_2_a_refusal_tells_nobody_apart(edge: Edge, visit: Profile) -> None:
    values = set()
    for _ in range(2):
        refusing = visit()
        choose(arrive(refusing, edge), "reject-all")
        values.add(refusing.cookies()[CONSENT]["value"])
    assert len(values) == 1


def test_3_accept_and_three_views(edge: Edge, visit: Profile) -> None:
    accepting = visit()
    page = arrive(accepting, edge)
    default = hero(page)
    choose(page, "accept-all")
    cookies = accepting.cookies()
    assert set(cookies) == {CONSENT, VISITOR}
    for cookie in cookies.values():
        assert_as_designed(cookie)
    assert accepting.stored() == {}
    for seen in range(3):
        assert hero(go(page, edge)) == default, f"after {seen} views of shoes"
        go(page, edge, SHOES)
        stored(edge, seen + 1)
    page = go(page, edge)
    assert decision(page)["reason"] == "MATCH"
    shoes = hero(page)
    assert shoes != default
    accepting.shot("3-three-views-of-shoes")
    page.goto("about:blank")
    edge.restart()
    assert hero(go(page, edge)) == shoes
    assert accepting.console == [] and accepting.errors == []


def views(edge: Edge) -> int:
    """Count the views of shoes that are durable."""
    with sqlite3.connect(f"file:{edge.var / 'tagwerk.db'}?mode=ro", uri=True) as connection:
        found = connection.execute("SELECT properties FROM events WHERE name = 'view'").fetchall()
    return sum(b'"shoes"' in bytes(properties) for (properties,) in found)


def stored(edge: Edge, count: int) -> None:
    """Wait until so many views of shoes are durable."""
    wait_until(f"{count} views to be stored", lambda: views(edge) == count)


def assert_as_designed(cookie: dict[str, Any]) -> None:
    """Check what DESIGN says of every cookie of ours."""
    assert cookie["httpOnly"] and cookie["secure"]
    assert cookie["sameSite"] == "Lax"
    assert (cookie["path"], cookie["domain"]) == ("/", "127.0.0.1")
    assert cookie["expires"] > 0


def test_3_a_seen_block_is_an_exposure(edge: Edge, visit: Profile) -> None:
    accepting = visit()
    page = arrive(accepting, edge)
    choose(page, "accept-all")
    play(page, edge, country="AT")
    go(page, edge, "/?utm_campaign=herbst")
    wait_until("an exposure", lambda: heard(page, "exposure"))
    assert heard(page, "exposure")[0]["slot"] in ("hero", "strip")


def test_5_withdraw(edge: Edge, visit: Profile) -> None:
    leaving = visit()
    page = arrive(leaving, edge)
    default = hero(page)
    choose(page, "accept-all")
    for seen in range(3):
        go(page, edge, SHOES)
        stored(edge, seen + 1)
    assert hero(go(page, edge)) != default
    page.locator("[data-tagwerk=reopen]").first.click()
    expect(page.locator(BANNER)).to_be_visible()
    leaving.shot("5-withdraw")
    choose(page, "reject-all")
    assert VISITOR not in leaving.cookies()
    wait_until("the rows to be gone", lambda: traces(edge) == NOTHING)
    decided(page, "CONSENT_REQUIRED")
    assert hero(page) == default, "the page shows its own content at once"
    assert hero(go(page, edge)) == default
    leaving.shot("5-after-withdrawal")
    assert leaving.stored() == {}
