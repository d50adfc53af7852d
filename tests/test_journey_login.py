"""Journey 4: login links the visitor to its customer, and nobody sees what was another's."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from harness import Edge, wait_until
from journeys import (
    NOTHING,
    VISITOR,
    arrive,
    choose,
    decided,
    decision,
    go,
    hero,
    log_in,
    ready,
    rows,
    slots,
    traces,
)
from visits import Visit

pytestmark = pytest.mark.browser
Profile = Callable[..., Visit]
ANNA, JONAS, MIRIAM = "C-1001", "C-1002", "C-1003"


def log_out(page: Page) -> None:
    """Press the shop's own logout, in the box, which loads the page anew."""
    with page.expect_event("domcontentloaded"):
        page.locator("form[action$='/logout'] button").first.click()
    ready(page)


def shop_says(page: Page) -> str:
    """Return what the shop itself wrote into the page for the tag."""
    return " ".join(page.locator("head script").all_text_contents())


def test_4_gold_customer_and_logout(edge: Edge, visit: Profile) -> None:
    anna = visit()
    page = arrive(anna, edge)
    default = hero(page)
    choose(page, "accept-all")
    log_in(page, edge, ANNA)
    go(page, edge)
    decided(page, "MATCH")
    assert "Anna" in hero(page)
    anna.shot("4-gold")
    before = anna.cookies()[VISITOR]["value"]
    log_out(page)
    go(page, edge)
    assert hero(page) == default
    assert anna.cookies()[VISITOR]["value"] != before
    assert anna.console == [] and anna.errors == []


def test_4_open_complaint_sees_service(edge: Edge, visit: Profile) -> None:
    jonas = visit()
    page = arrive(jonas, edge)
    choose(page, "accept-all")
    log_in(page, edge, JONAS)
    go(page, edge)
    decided(page, "MATCH")
    assert decision(page)["rule"] == "open-ticket"
    assert page.locator("[data-slot=hero] .c-hero--service").count() == 1
    jonas.shot("4-open-complaint")


def test_4_what_was_bought_counts_at_once(edge: Edge, visit: Profile) -> None:
    anna = visit()
    page = arrive(anna, edge)
    choose(page, "accept-all")
    log_in(page, edge, ANNA)
    bought = "events WHERE name = 'purchase'"
    before = rows(edge, bought)
    for button in ("add", "order"):
        go(page, edge, "/produkt/kiesel" if button == "add" else "/warenkorb")
        with page.expect_navigation():
            page.locator(f"main form:has([name={button}]) button").click()
        ready(page)
    wait_until("the purchase to be stored", lambda: rows(edge, bought) > before)
    go(page, edge)
    assert decision(page, "recommendation")["rule"] == "new-shoes"
    assert anna.console == [] and anna.errors == []


def test_4_without_the_grant_login_links_nothing(edge: Edge, visit: Profile) -> None:
    for button in (None, "reject-all"):
        stranger = visit()
        page = arrive(stranger, edge)
        default = hero(page)
        if button:
            choose(page, button)
        log_in(page, edge, ANNA)
        page.wait_for_load_state("networkidle")
        assert "identify" in shop_says(page), "the shop did hand its token over"
        assert stranger.requests("/identify") == [], "the token names a person: it stays here"
        go(page, edge)
        assert decision(page)["reason"] == "CONSENT_REQUIRED"
        assert hero(page) == default
        assert VISITOR not in stranger.cookies()
    assert traces(edge) == NOTHING


def test_4_the_next_one_on_this_browser_never_sees_the_first(edge: Edge, visit: Profile) -> None:
    shared = visit()
    page = arrive(shared, edge)
    choose(page, "accept-all")
    log_in(page, edge, ANNA)
    go(page, edge)
    decided(page, "MATCH")
    log_out(page)
    log_in(page, edge, MIRIAM)
    go(page, edge)
    decided(page, "MATCH", "recommendation")
    assert "Anna" not in slots(page)
    log_in(page, edge, JONAS)
    go(page, edge)
    decided(page, "MATCH")
    assert "Anna" not in slots(page) and "Miriam" not in slots(page)
    assert rows(edge, "links") == 3


def test_4_consent_given_on_the_page_after_login_links(edge: Edge, visit: Profile) -> None:
    late = visit()
    page = arrive(late, edge)
    log_in(page, edge, ANNA)
    assert traces(edge) == NOTHING
    choose(page, "accept-all")
    decided(page, "MATCH")
    assert "Anna" in hero(page)
