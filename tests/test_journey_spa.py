"""Journey 8: a single-page app and a slot that appears late: applied once, each view decided once."""

from collections.abc import Callable

import pytest

from harness import Edge, wait_until
from journeys import arrive, choose, decision, heard, play, rows
from visits import Visit

pytestmark = pytest.mark.browser
Profile = Callable[..., Visit]


def test_8_each_view_is_decided_once_and_applied_once(edge: Edge, visit: Profile) -> None:
    visitor = visit()
    page = arrive(visitor, edge, "/lookbook")
    choose(page, "accept-all")
    page.wait_for_load_state("networkidle")
    evening = page.locator("a[href$='/lookbook/evening'], a[href$='/lookbook/abend']").first
    before = len(visitor.requests("/decide"))
    evening.click()
    wait_until("the late slot", lambda: page.locator("[data-slot=look] .c-look__note").count())
    page.wait_for_timeout(1200)
    assert page.locator("[data-slot=look] .c-look__note").count() == 1
    assert len(visitor.requests("/decide")) == before + 1
    assert decision(page, "look")["rule"] == "evening-look"
    visitor.shot("8-lookbook")
    page.go_back()
    page.wait_for_timeout(1200)
    assert len(visitor.requests("/decide")) == before + 2
    assert page.locator("[data-slot=look] .c-look__note").count() == 0
    assert visitor.console == [] and visitor.errors == []
    assert heard(page, "error") == []


def test_8_each_view_is_counted_once(edge: Edge, visit: Profile) -> None:
    visitor = visit()
    page = arrive(visitor, edge, "/lookbook")
    choose(page, "accept-all")
    wait_until("the first view", lambda: rows(edge, "events") >= 1)
    first = rows(edge, "events")
    page.evaluate(
        "() => { history.pushState({}, '', '/lookbook?x=1'); history.replaceState({}, '', '/lookbook?x=1'); }"
    )
    wait_until("the second view", lambda: rows(edge, "events") == first + 1)
    page.wait_for_timeout(800)
    assert rows(edge, "events") == first + 1


def test_8_a_slot_that_appears_late_is_filled_without_asking_again(
    edge: Edge, visit: Profile
) -> None:
    visitor = visit()
    page = arrive(visitor, edge, "/")
    play(page, edge, country="CH")
    page = arrive(visitor, edge, "/")
    page.wait_for_load_state("networkidle")
    before = len(visitor.requests("/decide"))
    page.evaluate(
        """() => {
          document.querySelectorAll("[data-slot=strip]").forEach((old) => old.remove());
          const late = document.createElement("div");
          late.dataset.slot = "strip";
          document.body.append(late);
        }"""
    )
    wait_until(
        "the slot to be filled",
        lambda: page.locator("[data-slot=strip] .c-strip__text").count() == 1,
    )
    assert len(visitor.requests("/decide")) == before
